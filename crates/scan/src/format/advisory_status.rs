//! What a scan says about each advisory, for documents about a whole product.

use std::collections::BTreeMap;

use super::of_repository;
use crate::finding::Finding;
use crate::verdict::Verdict;

/// Most places of an advisory that a text lists.
const MAX_PLACES: usize = 20;

/// Result of a scan for one advisory.
#[derive(Debug)]
pub(super) struct AdvisoryStatus<'a> {
    /// Id of the advisory, of CVE if it has one.
    pub(super) id: &'a str,
    /// Other ids of the same advisory.
    pub(super) aliases: Vec<&'a str>,
    /// Worst verdict of its functions.
    pub(super) verdict: Verdict,
    /// Findings with that verdict.
    pub(super) findings: Vec<&'a Finding>,
}

/// Groups findings by advisory, in the order of the ids. Those without an advisory are left out: nobody else has a name
/// for what they say.
pub(super) fn advisory_statuses(findings: &[Finding]) -> Vec<AdvisoryStatus<'_>> {
    let mut statuses = BTreeMap::<&str, AdvisoryStatus>::new();
    for finding in findings {
        for (id, aliases) in names(&finding.fix.advisories) {
            let status = statuses.entry(id).or_insert_with(|| AdvisoryStatus {
                id,
                aliases: Vec::new(),
                verdict: finding.verdict,
                findings: Vec::new(),
            });
            status.aliases.extend(aliases);
            if finding.verdict < status.verdict {
                status.verdict = finding.verdict;
                status.findings.clear();
            }
            if finding.verdict == status.verdict {
                status.findings.push(finding);
            }
        }
    }
    for status in statuses.values_mut() {
        status.aliases.sort_unstable();
        status.aliases.dedup();
    }
    statuses.into_values().collect()
}

/// Returns each advisory with its aliases. Beside several CVE ids, other ids may belong to any of them.
fn names(advisories: &[String]) -> Vec<(&str, Vec<&str>)> {
    let (cves, others): (Vec<&str>, Vec<&str>) =
        advisories.iter().map(String::as_str).partition(|id| id.starts_with("CVE-"));
    match (cves.as_slice(), others.as_slice()) {
        ([cve], _) => vec![(*cve, others)],
        ([], [first, rest @ ..]) => vec![(*first, rest.to_vec())],
        _ => cves.into_iter().map(|cve| (cve, Vec::new())).collect(),
    }
}

impl AdvisoryStatus<'_> {
    /// Returns a sentence about the functions and why they have their verdict.
    pub(super) fn evidence(&self) -> String {
        let what = match self.verdict {
            Verdict::Vulnerable => "lacks the fix",
            Verdict::Unclear => "resembles the code of the fix, but cannot be told to be a side of it",
            Verdict::Fixed => "has the fix",
        };
        let place = |finding: &&Finding| {
            let percent = 100.0 * finding.similarity.max(finding.fixed_similarity);
            format!(
                "{} in {}, line {}, {what} ({percent:.0} % alike)",
                finding.function, finding.path, finding.start_line
            )
        };
        self.listed(place)
    }

    /// Returns advice: the commits that have the fix.
    pub(super) fn advice(&self) -> String {
        let advice = |finding: &&Finding| {
            let fix = &finding.fix;
            format!(
                "apply commit {}{} to {} in {}, line {}",
                fix.commit,
                of_repository(fix),
                finding.function,
                finding.path,
                finding.start_line
            )
        };
        self.listed(advice)
    }

    fn listed(&self, text: impl Fn(&&Finding) -> String) -> String {
        let mut texts: Vec<String> = self.findings.iter().take(MAX_PLACES).map(text).collect();
        if let Some(rest) = self.findings.len().checked_sub(MAX_PLACES + 1) {
            texts.push(format!("and {} more", rest + 1));
        }
        let text = format!("{}.", texts.join("; "));
        let first = text.chars().next().map(|first| first.len_utf8()).unwrap_or_default();
        // Names of functions keep their case; advice begins a sentence.
        match text.starts_with("apply ") {
            true => text[..first].to_uppercase() + &text[first..],
            false => text,
        }
    }
}
