//! What messages of security fixes say.

use super::weakness::Wording;
use super::{fill, lowered, sentence, words, wrapped};
use crate::identifiers::Identifiers;
use crate::names::Person;
use crate::random::Random;

/// What a fix is about.
#[derive(Debug)]
pub(crate) struct About<'a> {
    /// The words of its weakness.
    pub(crate) wording: &'static Wording,
    /// Sentences on the flaws, without full stops.
    pub(crate) details: Vec<String>,
    /// The functions that it fixes.
    pub(crate) functions: &'a [String],
    /// The file of the first of them, without folders.
    pub(crate) file: &'a str,
    /// Whether other functions change in the same commit, so that the message has to say which.
    pub(crate) precise: Precise,
    /// Somebody to thank.
    pub(crate) reporter: &'static Person,
    /// Who commits.
    pub(crate) author: &'static Person,
    /// The next number of an issue.
    pub(crate) issue: u32,
    /// What databases of vulnerabilities call it.
    pub(crate) advisory: Identifiers,
}

/// How exactly a message says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precise {
    /// It need not.
    No,
    /// It names the functions.
    Functions,
    /// It names the file.
    File,
}

const SUBJECTS: &[&str] = &[
    "Fix {term} {where}",
    "Fix {term} {where}",
    "Fixed {term} {where}",
    "Fixes {term} {where}",
    "Prevent {term} {where}",
    "fix: {term} {where}",
    "fix({scope}): prevent {term} {where}",
    "fix({scope}): {term} {where}",
    "SECURITY: fix {term} {where}",
    "security: {term} {where}",
    "[security] Fix {term} {where}",
    "Security fix: {term} {where}",
    "Patch {term} {where}",
    "Resolve {term} {where} (#{issue})",
    "Fix #{issue}: {term} {where}",
    "{scope}: fix {term} {where}",
    "{scope}: avoid {term} {where}",
    "Protect against {term} {where}",
    "Mitigate {term} {where}",
    "Block {term} {where}",
    "{cve}: fix {term} {where}",
    "Fix {cve} {where}",
    "Fix {ghsa} ({term} {where})",
    "hotfix: prevent {term} {where}",
    "Harden against {term} {where}",
];

/// Subjects that say what was done; the body says against what.
const ACTIONS: &[&str] = &["{action} {where}", "{scope}: {lower} {where}", "fix({scope}): {lower} {where}"];

/// Bodies below such subjects: they say what it is about.
const REASONS: &[&str] = &[
    "This is a security fix: it prevents {term}. {detail}.",
    "{detail}. This fixes a vulnerability ({term}).",
    "Fixes {term}, a security vulnerability. {detail}.",
    "{detail}. Fixes {term} ({cve}).",
    "Prevents {term}, known as {ghsa}.",
];

const BODIES: &[&str] = &[
    "{detail}. {action}, which rules out {term}.",
    "{detail}. This allowed {term}; {lower}.",
    "{action}. Without this, {term} was possible for anybody who can send a request.",
    "An attacker could use this for {term}. {detail}.",
    "{detail}, so {term} was possible.",
];

const TRAILERS: &[&str] = &[
    "Signed-off-by: {author}",
    "Reported-by: {reporter}",
    "Fixes: #{issue}",
    "Closes #{issue}",
    "Reviewed-by: {reporter}",
    "Co-authored-by: {reporter}",
    "Fixes {cve}",
    "Advisory: {ghsa}",
    "Reported-by: {reporter}\nSigned-off-by: {author}",
    "{cve}",
];

/// The message of a commit that names the weakness.
pub(crate) fn loud(about: &About<'_>, random: &mut Random) -> String {
    let values = Values::new(about, random);
    let quiet_subject = random.chance(15);
    let subject = values.fill(random.pick(if quiet_subject { ACTIONS } else { SUBJECTS }));
    let mut message = sentence_if_plain(&subject);
    if quiet_subject || random.chance(45) {
        let body =
            wrapped(&sentence(&values.fill(random.pick(if quiet_subject { REASONS } else { BODIES }))));
        message.push_str(&format!("\n\n{body}"));
    }
    if about.functions.len() > 1 && about.precise == Precise::File && random.chance(50) {
        message.push_str("\n\n");
        for function in about.functions {
            message.push_str(&format!("- {function}\n"));
        }
    }
    let message = message.trim_end().to_owned();
    if random.chance(35) {
        return format!("{message}\n\n{}\n", values.fill(random.pick(TRAILERS)));
    }
    message + "\n"
}

/// The message of a merge of a fix.
pub(crate) fn merge(about: &About<'_>, random: &mut Random) -> String {
    let values = Values::new(about, random);
    let pattern = random.pick(&[
        "Merge pull request #{issue} from {handle}/{slug}\n\nFix {term} {where}",
        "Merge pull request #{issue} from {handle}/{slug}\n\nPrevent {term} {where}",
        "Merge branch '{slug}'\n\nFixes {term} {where}.",
        "Merge pull request #{issue} from {handle}/{slug}\n\nSecurity: {term} {where}",
    ]);
    values.fill(pattern) + "\n"
}

/// The message of a squashed merge of a fix.
pub(crate) fn squash(about: &About<'_>, random: &mut Random) -> String {
    let values = Values::new(about, random);
    let pattern = random.pick(&[
        "Fix {term} {where} (#{issue})\n\n* {action}\n* Add a test\n* Address review comments",
        "{action} {where} (#{issue})\n\n* fix {term} ({cve})\n* changelog\n* fix lint\n\nCo-authored-by: {reporter}",
        "fix({scope}): {term} {where} (#{issue})\n\n* wip\n* {lower}\n* tests",
    ]);
    values.fill(pattern) + "\n"
}

/// The message of a fix that says nothing of it.
pub(crate) fn silent(about: &About<'_>, random: &mut Random) -> String {
    let values = Values::new(about, random);
    let pattern = random.pick(&[
        "Tidy up {function}",
        "Small changes in {file}",
        "Simplify {function} a little",
        "{scope}: follow-up to last week's review",
        "Rework part of {file}",
    ]);
    values.fill(pattern) + "\n"
}

/// The message of a commit in a branch whose merge says what it is for.
pub(crate) fn dull(about: &About<'_>, random: &mut Random) -> String {
    let values = Values::new(about, random);
    let pattern = random.pick(&[
        "wip",
        "Update {file}",
        "Do it as discussed",
        "Change {function}",
        "First version",
        "Use the helper here, too",
        "Address review comments",
    ]);
    values.fill(pattern) + "\n"
}

/// A subject that starts with a plain word gets a capital letter.
fn sentence_if_plain(subject: &str) -> String {
    let first = subject.split(' ').next().unwrap_or_default();
    if first.ends_with(':') { subject.to_owned() } else { sentence(subject) }
}

struct Values(Vec<(&'static str, String)>);

impl Values {
    fn new(about: &About<'_>, random: &mut Random) -> Self {
        let term = random.pick(about.wording.terms).to_owned();
        let action = random.pick(about.wording.actions).to_owned();
        let stem = about.file.split('.').next().unwrap_or_default();
        let first = about.functions.first().cloned().unwrap_or_default();
        let all = about.functions.join(" and ");
        let place = match about.precise {
            Precise::Functions => format!("in {all}"),
            Precise::File => format!("in {}", about.file),
            Precise::No => match random.below(6) {
                0 | 1 => format!("in {first}"),
                2 => format!("in {}", about.file),
                3 => format!("in the {} code", words(stem)),
                4 => format!("({})", words(stem)),
                _ => format!("in {first}()"),
            },
        };
        let detail = match about.details.as_slice() {
            [] => format!("{first} trusted what it was given"),
            details => random.pick(details),
        };
        let signature = |person: &Person| format!("{} <{}@{}>", person.name, person.handle, person.host);
        Self(vec![
            ("term", term),
            ("lower", lowered(&action)),
            ("action", action),
            ("where", place),
            ("detail", detail),
            ("scope", stem.to_lowercase()),
            ("function", first),
            ("file", about.file.to_owned()),
            ("issue", about.issue.to_string()),
            ("cve", about.advisory.cve.clone()),
            ("ghsa", about.advisory.ghsa.clone()),
            ("slug", about.wording.slug.to_owned()),
            ("handle", about.author.handle.to_owned()),
            ("author", signature(about.author)),
            ("reporter", signature(about.reporter)),
        ])
    }

    fn fill(&self, pattern: &str) -> String {
        let values: Vec<(&str, &str)> = self.0.iter().map(|(key, value)| (*key, value.as_str())).collect();
        fill(pattern, &values)
    }
}
