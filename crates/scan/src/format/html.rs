//! Findings as one page without scripts, which loads nothing.

use std::fmt::Write;

use streamguard_sarif::escape::visible;

use crate::advisory_page::advisory_page;
use crate::finding::{EvidenceLine, Finding, Grade};
use crate::format::repository;
use crate::verdict::Verdict;

const PAGE_STYLE: &str = include_str!("findings.css");

/// Most findings on the page. A browser shows more of them only slowly.
const MAX_FINDINGS: usize = 5_000;

/// Most faults on the page.
const MAX_FAULTS: usize = 1_000;

/// Returns a page of findings, the most severe first, and of what could not be scanned.
pub fn html(findings: &[&Finding], faults: &[String], version: &str) -> Vec<u8> {
    let mut order: Vec<&Finding> = findings.to_vec();
    // Stable: findings of one grade stay in the order of the files.
    order.sort_by_key(|finding| (finding.verdict, finding.grade));
    let mut page = HtmlWriter::default();
    // Nothing may run or be loaded, whatever text from outside is on the page (CSP Level 3).
    page.markup(concat!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; ",
        "base-uri 'none'; form-action 'none'\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"referrer\" content=\"no-referrer\">\n",
        "<title>StreamGuard: known weaknesses</title>\n<style>\n"
    ));
    page.markup(PAGE_STYLE);
    page.markup("</style>\n</head>\n<body>\n<header><p class=\"brand\">StreamGuard</p>\n");
    page.markup("<h1>Functions that lack a known fix</h1></header>\n<main>\n<dl class=\"keys\">\n");
    for grade in [Grade::High, Grade::Medium, Grade::Low, Grade::Note] {
        let is_counted =
            |finding: &&&Finding| finding.verdict == Verdict::Vulnerable && finding.grade == grade;
        let count = order.iter().filter(is_counted).count();
        page.markup("<div class=\"key\"><dt>");
        page.text(grade.name());
        page.markup("</dt><dd>");
        page.text(&count.to_string());
        page.markup("</dd></div>\n");
    }
    page.markup("</dl>\n");
    if order.is_empty() {
        page.markup("<p class=\"finding\">Nothing was found.</p>\n");
    }
    order.iter().take(MAX_FINDINGS).for_each(|finding| page.finding(finding));
    page.left_out(order.len(), MAX_FINDINGS, "findings");
    if !faults.is_empty() {
        page.markup("<section class=\"finding\"><h2>Not scanned</h2>\n<ul>\n");
        for fault in faults.iter().take(MAX_FAULTS) {
            page.markup("<li>");
            page.text(fault);
            page.markup("</li>\n");
        }
        page.markup("</ul>\n");
        page.left_out(faults.len(), MAX_FAULTS, "lines");
        page.markup("</section>\n");
    }
    page.markup("</main>\n<footer><p>Made by StreamGuard ");
    page.text(version);
    page.markup(".</p></footer>\n</body>\n</html>\n");
    page.0.into_bytes()
}

/// Page so far. Text from outside goes through [`HtmlWriter::text`] only.
#[derive(Debug, Default)]
struct HtmlWriter(String);

impl HtmlWriter {
    fn markup(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Appends text, also within an attribute in double quotes.
    fn text(&mut self, text: &str) {
        for character in visible(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let fix = &finding.fix;
        let (class, badge, says) = match finding.verdict {
            Verdict::Vulnerable => (finding.grade.name(), finding.grade.name(), "lacks the fix of"),
            Verdict::Fixed => ("fixed", "fixed", "has the fix of"),
            Verdict::Unclear => ("unclear", "unclear", "cannot be told to be a side of the fix of"),
        };
        self.markup("<section class=\"finding\">\n<h2><span class=\"grade ");
        self.markup(class);
        self.markup("\">");
        self.markup(badge);
        self.markup("</span> <code>");
        self.text(&finding.function);
        self.markup("</code> ");
        self.markup(says);
        self.markup(" ");
        if fix.advisories.is_empty() {
            self.markup("a commit without an advisory");
        }
        for (number, id) in fix.advisories.iter().enumerate() {
            self.markup(if number > 0 { ", " } else { "" });
            self.link(&advisory_page(id), id);
        }
        self.markup("</h2>\n<p><code>");
        self.text(&format!("{}:{}", finding.path, finding.start_line));
        self.markup("</code></p>\n<p class=\"soft\">");
        let mut facts = String::new();
        let _ = write!(facts, "{:.0} % like the vulnerable side", 100.0 * finding.similarity);
        let _ = write!(facts, ", {:.0} % like the fixed one", 100.0 * finding.fixed_similarity);
        for cwe in &fix.cwes {
            let _ = write!(facts, "; {cwe}");
        }
        if finding.renamed {
            facts += "; names differ";
        }
        let _ = write!(facts, "; fixed in {} of {} by commit {}", fix.function, fix.path, fix.commit);
        self.text(&facts);
        let address = repository(fix);
        if address.starts_with("https://") {
            self.markup(" of ");
            self.link(&address, &address);
        }
        self.markup("</p>\n");
        self.evidence(finding);
        self.markup("</section>\n");
    }

    fn evidence(&mut self, finding: &Finding) {
        if finding.present.is_empty() && finding.missing_count == 0 {
            return;
        }
        self.markup("<details><summary>Statements</summary>\n");
        self.lines("gone", '-', &finding.present);
        self.lines("come", '+', &finding.missing);
        if finding.missing.is_empty() && finding.missing_count > 0 {
            self.markup("<p class=\"soft\">Missing statements: ");
            self.text(&finding.missing_count.to_string());
            self.markup(" (or their order); the commit shows them.</p>\n");
        }
        self.markup("</details>\n");
    }

    fn lines(&mut self, class: &str, sign: char, lines: &[EvidenceLine]) {
        if lines.is_empty() {
            return;
        }
        self.markup("<pre class=\"");
        self.markup(class);
        self.markup("\">");
        for line in lines {
            self.text(&format!("{sign} {:>5}  {}", line.line, line.text));
            self.markup("\n");
        }
        self.markup("</pre>\n");
    }

    fn link(&mut self, address: &str, text: &str) {
        self.markup("<a rel=\"noreferrer\" href=\"");
        self.text(address);
        self.markup("\">");
        self.text(text);
        self.markup("</a>");
    }

    fn left_out(&mut self, count: usize, most: usize, what: &str) {
        if let Some(more @ 1..) = count.checked_sub(most) {
            self.markup("<p class=\"soft\">");
            self.text(&format!("{more} more {what} are not on this page; --json has all of them."));
            self.markup("</p>\n");
        }
    }
}
