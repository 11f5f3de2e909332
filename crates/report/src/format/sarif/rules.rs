//! Rules of the log: the weaknesses that its findings name.

use std::collections::BTreeMap;

use streamguard_dataset::{Sample, Severity, Weakness};
use streamguard_sarif::{ReportingDescriptor, RuleProperties, SarifMessage, message};

/// Address of MITRE's page about a weakness, without the number.
const CWE_PAGE_URL: &str = "https://cwe.mitre.org/data/definitions/";

/// Key of a rule: the weakness of which a finding is an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleKey {
    /// A weakness, by its CWE number.
    Cwe(u32),
    /// No source names a weakness.
    Unknown,
}

impl RuleKey {
    /// Returns the first weakness that a sample names.
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

    /// Returns the id of the rule, which is the same in every run.
    pub(super) fn id(self) -> String {
        match self {
            Self::Cwe(cwe) => format!("CWE-{cwe}"),
            Self::Unknown => "unknown-weakness".to_owned(),
        }
    }

    /// Returns the name for people.
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
                // The form that CodeQL uses, with at least three digits; code scanning filters by it.
                tags.push(format!("external/cwe/cwe-{cwe:03}"));
                let page = format!("{CWE_PAGE_URL}{cwe}.html");
                let about = format!("{title} ({id}). It is described at {page}.");
                (Some(page), about)
            }
            Self::Unknown => (None, "The sources of these samples do not name a weakness.".to_owned()),
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

/// Rules of the findings that have been written, in the order of their first finding.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    index: BTreeMap<RuleKey, usize>,
    /// Each rule with the highest score of its findings.
    rules: Vec<(RuleKey, Option<f64>)>,
}

impl RuleIndex {
    /// Returns an upper bound of the rules' size in the log, in bytes.
    pub(super) fn max_bytes(&self) -> usize {
        self.rules.len() * 640
    }

    /// Returns the index of a rule. If it has not been added yet, returns the index that it will get.
    pub(super) fn index(&self, key: RuleKey) -> usize {
        self.index.get(&key).copied().unwrap_or(self.rules.len())
    }

    /// Adds the rule of a finding.
    pub(super) fn add(&mut self, key: RuleKey, sample: &Sample) {
        let index = self.index(key);
        if index == self.rules.len() {
            self.index.insert(key, index);
            self.rules.push((key, None));
        }
        let highest = &mut self.rules[index].1;
        // Code scanning has one severity per rule, so a rule is as severe as its worst finding.
        *highest = score(sample).into_iter().chain(*highest).reduce(f64::max);
    }

    pub(super) fn finish(self) -> Vec<ReportingDescriptor> {
        self.rules.into_iter().map(|(key, score)| key.rule(score)).collect()
    }
}

/// Returns the CVSS score of a sample, or else the lowest score of its severity class.
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

/// Parses the number in `CWE-89`; nothing else is accepted.
fn number(cwe: &str) -> Option<u32> {
    let digits = cwe.strip_prefix("CWE-")?;
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Converts `sql_injection` to `SqlInjection`.
fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.map(word).collect()
}
