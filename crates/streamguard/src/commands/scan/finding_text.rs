//! A finding as text.

use streamguard::ui::escape::escape;
use streamguard::ui::plural;
use streamguard_scan::{EvidenceLine, Finding, Verdict};

/// Describes a finding: where it is, which fix it lacks, and where to get that.
pub(super) fn describe(finding: &Finding, explain: bool) -> String {
    let fix = &finding.fix;
    let name = match fix.advisories.as_slice() {
        [] => "a fix without an advisory".to_owned(),
        ids => ids.join(", "),
    };
    let (verdict, percent) = match finding.verdict {
        Verdict::Vulnerable => ("lacks the fix", finding.similarity),
        Verdict::Unclear => ("cannot be told to be a side", finding.similarity.max(finding.fixed_similarity)),
        Verdict::Fixed => ("has the fix", finding.fixed_similarity),
    };
    let names = if finding.renamed { ", with other names" } else { "" };
    let mut text = format!(
        "{}:{}: {} {verdict} of {} ({}, {:.0} % alike{names})",
        escape(&finding.path),
        finding.start_line,
        escape(&finding.function),
        escape(&name),
        finding.grade.name(),
        100.0 * percent
    );
    let weaknesses = match fix.cwes.as_slice() {
        [] => String::new(),
        cwes => format!("{}; ", cwes.join(", ")),
    };
    let repository = match fix.repository.as_str() {
        "" => String::new(),
        address => format!(" of {address}"),
    };
    let place =
        format!("{weaknesses}fixed in {} of {} by commit {}{repository}", fix.function, fix.path, fix.commit);
    text += &format!("\n    {}", escape(&place));
    if explain {
        text += &evidence("still there", '-', &finding.present);
        text += &match (finding.missing.is_empty(), finding.missing_count) {
            (true, 0) => String::new(),
            (true, count) => {
                format!(
                    "\n    missing: {count} {}, or their order (see the commit)",
                    plural(count, "statement")
                )
            }
            (false, _) => evidence("missing", '+', &finding.missing),
        };
    }
    text
}

fn evidence(title: &str, sign: char, lines: &[EvidenceLine]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.iter().map(|line| format!("\n    {sign} {:>5}  {}", line.line, escape(&line.text)));
    format!("\n    {title}:{}", lines.collect::<String>())
}
