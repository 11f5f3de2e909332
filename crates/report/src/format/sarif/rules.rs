//! The rules: weaknesses, as far as findings name them.

use std::collections::BTreeMap;

use streamguard_dataset::{Sample, Severity, Weakness};

use super::objects::{ReportingDescriptor, RuleProperties, SarifMessage};
use super::text::message;

/// Where MITRE describes a weakness, by its number.
const CWE_PAGE: &str = "https://cwe.mitre.org/data/definitions/";

/// What a finding is an instance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleKey {
    /// A weakness, by its CWE number.
    Cwe(u32),
    /// Nobody has said.
    Unknown,
}

impl RuleKey {
    /// The first weakness that a sample names.
    pub(super) fn of(sample: &Sample) -> Self {
        let named = || sample.vulnerability_type.as_deref().and_then(Weakness::by_name);
        sample
            .cwes
            .iter()
            .find_map(|cwe| number(cwe))
            .or_else(|| named().map(|weakness| weakness.cwe.into()))
            .map_or(Self::Unknown, Self::Cwe)
    }

    fn weakness(self) -> Option<&'static Weakness> {
        match self {
            Self::Cwe(cwe) => u16::try_from(cwe).ok().and_then(Weakness::by_cwe),
            Self::Unknown => None,
        }
    }

    /// The id of its rule, which stays the same from run to run.
    pub(super) fn id(self) -> String {
        match self {
            Self::Cwe(cwe) => format!("CWE-{cwe}"),
            Self::Unknown => "unknown-weakness".to_owned(),
        }
    }

    /// Its name for people.
    pub(super) fn title(self) -> String {
        match (self.weakness(), self) {
            (Some(weakness), _) => weakness.title.to_owned(),
            (None, Self::Cwe(cwe)) => format!("CWE-{cwe}"),
            (None, Self::Unknown) => "Unknown weakness".to_owned(),
        }
    }

    fn rule(self, score: Option<f64>) -> ReportingDescriptor {
        let (title, id) = (self.title(), self.id());
        let mut tags = vec!["security".to_owned()];
        let (help_uri, about) = match self {
            Self::Cwe(cwe) => {
                tags.push(format!("external/cwe/cwe-{cwe:03}"));
                let page = format!("{CWE_PAGE}{cwe}.html");
                let about = format!("{title} ({id}). It is described at {page}.");
                (Some(page), about)
            }
            Self::Unknown => (None, "The sources of these samples name no weakness.".to_owned()),
        };
        let name = self.weakness().map_or_else(|| title.clone(), |weakness| weakness.name.to_owned());
        ReportingDescriptor {
            id,
            name: pascal(&name),
            short_description: SarifMessage { text: format!("{title}.") },
            full_description: message(&about),
            help_uri,
            help: message(&about),
            properties: RuleProperties { tags, security_severity: score.map(|score| format!("{score:.1}")) },
        }
    }
}

/// The rules of the findings that have been written, in the order of their first.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    index: BTreeMap<RuleKey, usize>,
    /// With the highest score of their findings.
    rules: Vec<(RuleKey, Option<f64>)>,
}

impl RuleIndex {
    /// What they are going to take in the log, in bytes, at most.
    pub(super) fn weight(&self) -> usize {
        self.rules.len() * 640
    }

    /// The index that the rule of a flaw has, or would have.
    pub(super) fn index(&self, flaw: RuleKey) -> usize {
        self.index.get(&flaw).copied().unwrap_or(self.rules.len())
    }

    /// Takes note of a finding.
    pub(super) fn add(&mut self, flaw: RuleKey, sample: &Sample) {
        let index = self.index(flaw);
        if index == self.rules.len() {
            self.index.insert(flaw, index);
            self.rules.push((flaw, None));
        }
        let highest = &mut self.rules[index].1;
        *highest = score(sample).into_iter().chain(*highest).reduce(f64::max);
    }

    pub(super) fn finish(self) -> Vec<ReportingDescriptor> {
        self.rules.into_iter().map(|(flaw, score)| flaw.rule(score)).collect()
    }
}

/// How severe a sample is by CVSS: its score, or else the least of its class.
pub(super) fn score(sample: &Sample) -> Option<f64> {
    let least = |severity| match severity {
        Severity::None => 0.0,
        Severity::Low => 0.1,
        Severity::Medium => 4.0,
        Severity::High => 7.0,
        Severity::Critical => 9.0,
    };
    sample.cvss_score.filter(|score| (0.0..=10.0).contains(score)).or(sample.severity.map(least))
}

/// The number in `CWE-89`, and in nothing else.
fn number(cwe: &str) -> Option<u32> {
    let digits = cwe.strip_prefix("CWE-")?;
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// `SqlInjection` of `sql_injection`.
fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.map(word).collect()
}
