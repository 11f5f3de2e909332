//! Messages of security fixes.

use std::sync::LazyLock;

use serde::Deserialize;

use super::pattern::{fill, uncapitalized, wrapped};
use super::weakness_wording::WeaknessWording;
use crate::file_names::words_of;
use crate::identifiers::AdvisoryIds;
use crate::names::Person;
use crate::random::WorldRandom;
use crate::text_data;
use crate::words::capitalized;

/// Facts that messages of one fix are written from.
#[derive(Debug)]
pub(crate) struct FixMessageContext<'a> {
    /// Words of its weakness.
    pub(crate) wording: &'static WeaknessWording,
    /// Sentences on the flaws, without full stops.
    pub(crate) details: Vec<String>,
    /// Names of the fixed functions.
    pub(crate) functions: &'a [String],
    /// File of the first function, without folders.
    pub(crate) file: &'a str,
    /// Precision of the place. It matters where other functions change in the same commit.
    pub(crate) precise: LocationPrecision,
    /// Person to thank.
    pub(crate) reporter: &'static Person,
    /// Person who commits.
    pub(crate) author: &'static Person,
    /// Number of the issue or pull request.
    pub(crate) issue: u32,
    /// Ids of the advisory.
    pub(crate) advisory: AdvisoryIds,
}

/// Precision of the place that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocationPrecision {
    /// Any place will do.
    No,
    /// Names the functions.
    Functions,
    /// Names the file.
    File,
}

/// Patterns of messages, by the style of the fix.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FixMessages {
    /// Subjects that name the weakness.
    subject: Vec<String>,
    /// Subjects that name the action; then the body names the weakness.
    action_subject: Vec<String>,
    /// Bodies below such subjects.
    reason_body: Vec<String>,
    /// Bodies below subjects that name the weakness.
    body: Vec<String>,
    trailer: Vec<String>,
    merge: Vec<String>,
    squash: Vec<String>,
    silent: Vec<String>,
    work_in_progress: Vec<String>,
}

static MESSAGES: LazyLock<FixMessages> =
    LazyLock::new(|| text_data::parse("fix_messages.toml", include_str!("../../data/fix_messages.toml")));

/// Returns the message of a commit that names the weakness.
pub(crate) fn loud(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> String {
    let values = MessageValues::new(about, random);
    let quiet_subject = random.chance(15);
    let subject =
        values.fill(&random.pick(if quiet_subject { &MESSAGES.action_subject } else { &MESSAGES.subject }));
    let mut message = capitalized_if_plain(&subject);
    if quiet_subject || random.chance(45) {
        let bodies = if quiet_subject { &MESSAGES.reason_body } else { &MESSAGES.body };
        let body = wrapped(&capitalized(&values.fill(&random.pick(bodies))));
        message.push_str(&format!("\n\n{body}"));
    }
    if about.functions.len() > 1 && about.precise == LocationPrecision::File && random.chance(50) {
        message.push_str("\n\n");
        for function in about.functions {
            message.push_str(&format!("- {function}\n"));
        }
    }
    let message = message.trim_end().to_owned();
    if random.chance(35) {
        return format!("{message}\n\n{}\n", values.fill(&random.pick(&MESSAGES.trailer)));
    }
    message + "\n"
}

/// Returns the message of a merge of a fix.
pub(crate) fn merge(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> String {
    let values = MessageValues::new(about, random);
    values.fill(&random.pick(&MESSAGES.merge)) + "\n"
}

/// Returns the message of a squashed merge of a fix.
pub(crate) fn squash(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> String {
    let values = MessageValues::new(about, random);
    values.fill(&random.pick(&MESSAGES.squash)) + "\n"
}

/// Returns the message of a fix that does not mention security.
pub(crate) fn silent(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> String {
    let values = MessageValues::new(about, random);
    values.fill(&random.pick(&MESSAGES.silent)) + "\n"
}

/// Returns the message of a commit in a branch whose merge names the purpose.
pub(crate) fn work_in_progress(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> String {
    let values = MessageValues::new(about, random);
    values.fill(&random.pick(&MESSAGES.work_in_progress)) + "\n"
}

/// Gives a subject that starts with a plain word a capital letter.
fn capitalized_if_plain(subject: &str) -> String {
    // A prefix such as `fix:` stays as it is.
    let first = subject.split(' ').next().unwrap_or_default();
    if first.ends_with(':') { subject.to_owned() } else { capitalized(subject) }
}

struct MessageValues(Vec<(&'static str, String)>);

impl MessageValues {
    fn new(about: &FixMessageContext<'_>, random: &mut WorldRandom) -> Self {
        // All values are drawn, whether the pattern has them or not: the stream must not depend on
        // the pattern.
        let term = random.pick(&about.wording.terms);
        let action = random.pick(&about.wording.actions);
        let stem = about.file.split('.').next().unwrap_or_default();
        let first = about.functions.first().cloned().unwrap_or_default();
        let all = about.functions.join(" and ");
        let place = match about.precise {
            LocationPrecision::Functions => format!("in {all}"),
            LocationPrecision::File => format!("in {}", about.file),
            LocationPrecision::No => match random.below(6) {
                0 | 1 => format!("in {first}"),
                2 => format!("in {}", about.file),
                3 => format!("in the {} code", words_of(stem)),
                4 => format!("({})", words_of(stem)),
                _ => format!("in {first}()"),
            },
        };
        let detail = match about.details.as_slice() {
            [] => format!("{first} trusted what it was given"),
            details => random.pick(details),
        };
        let signature = |person: &Person| format!("{} <{}>", person.name, person.address());
        Self(vec![
            ("term", term),
            ("lower", uncapitalized(&action)),
            ("action", action),
            ("where", place),
            ("detail", detail),
            ("scope", stem.to_lowercase()),
            ("function", first),
            ("file", about.file.to_owned()),
            ("issue", about.issue.to_string()),
            ("cve", about.advisory.cve.clone()),
            ("ghsa", about.advisory.ghsa.clone()),
            ("slug", about.wording.slug.clone()),
            ("handle", about.author.handle.clone()),
            ("author", signature(about.author)),
            ("reporter", signature(about.reporter)),
        ])
    }

    fn fill(&self, pattern: &str) -> String {
        let values: Vec<(&str, &str)> = self.0.iter().map(|(key, value)| (*key, value.as_str())).collect();
        fill(pattern, &values)
    }
}
