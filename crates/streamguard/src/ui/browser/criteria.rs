//! Criteria that choose samples: values of facets, and a text.

use std::collections::BTreeMap;

use streamguard_dataset::{Language, Sample};

/// Values of a facet that are counted: a hostile dataset may have millions.
const MAX_VALUES: usize = 1_000;

/// Longest value that is counted, in characters.
const MAX_VALUE_CHARS: usize = 60;

/// Property of samples that can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    Type,
    Language,
    Collector,
    Kind,
}

impl Facet {
    /// All facets, in the order of the menu.
    pub(super) const ALL: [Self; 4] = [Self::Type, Self::Language, Self::Collector, Self::Kind];

    /// Returns the name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Language => "language",
            Self::Collector => "collector",
            Self::Kind => "kind",
        }
    }

    /// Returns the value of a sample; empty if it is unknown.
    fn value(self, sample: &Sample) -> String {
        let value = match self {
            Self::Type => sample.vulnerability_type.as_deref().unwrap_or_default(),
            Self::Language => sample.language.map(Language::name).unwrap_or_default(),
            Self::Collector => &sample.collector,
            Self::Kind => sample.kind.name(),
        };
        value.chars().take(MAX_VALUE_CHARS).collect()
    }
}

/// Returns the name of a value for people.
pub(super) fn value_name(value: &str) -> &str {
    if value.is_empty() { "unknown" } else { value }
}

/// Criteria that a sample must meet, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Criteria {
    /// Values that facets must have, in the order of [`Facet::ALL`].
    pub(super) values: [Option<String>; 4],
    /// Text that must occur; empty for any.
    pub(super) text: String,
}

impl Criteria {
    /// Whether every sample meets them.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.values.iter().all(Option::is_none)
    }

    /// Whether a sample meets them.
    pub(super) fn accept(&self, sample: &Sample) -> bool {
        let wanted = Facet::ALL.into_iter().zip(&self.values);
        let mut wanted = wanted.filter_map(|(facet, value)| Some((facet, value.as_ref()?)));
        wanted.all(|(facet, value)| facet.value(sample) == *value) && self.is_text_in(sample)
    }

    fn is_text_in(&self, sample: &Sample) -> bool {
        if self.text.is_empty() {
            return true;
        }
        let wanted = self.text.to_lowercase();
        let texts = [&sample.vulnerable_code, &sample.fixed_code, &sample.description, &sample.commit];
        let names = [&sample.function, &sample.path_before, &sample.path_after, &sample.vulnerability_type];
        let ids = sample.advisory_ids.iter().chain(&sample.cwes).chain([&sample.id]);
        let mut all = texts.into_iter().chain(names).flatten().chain(ids);
        all.any(|text| text.to_lowercase().contains(&wanted))
    }

    /// Describes them in a line, not escaped; empty if there are none.
    pub(super) fn describe(&self) -> String {
        let values = Facet::ALL.into_iter().zip(&self.values);
        let values = values.filter_map(|(facet, value)| Some((facet, value.as_ref()?)));
        let mut parts: Vec<String> =
            values.map(|(facet, value)| format!("{} {}", facet.name(), value_name(value))).collect();
        if !self.text.is_empty() {
            parts.push(format!("\"{}\"", self.text));
        }
        parts.join(", ")
    }
}

/// Numbers of samples with each value of a facet.
#[derive(Clone, Debug, Default)]
pub(super) struct FacetValues(BTreeMap<String, u64>);

impl FacetValues {
    /// Counts a sample.
    pub(super) fn count(&mut self, facet: Facet, sample: &Sample) {
        let value = facet.value(sample);
        if self.0.len() < MAX_VALUES || self.0.contains_key(&value) {
            *self.0.entry(value).or_default() += 1;
        }
    }

    /// Returns the values, the most frequent first.
    pub(super) fn sorted(&self) -> Vec<(&str, u64)> {
        let mut values: Vec<_> = self.0.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        values.sort_by_key(|&(value, count)| (std::cmp::Reverse(count), value));
        values
    }
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{SampleKind, SampleLevel};

    use super::*;

    #[test]
    fn all_criteria_have_to_be_met() {
        let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
        sample.fixed_code = Some("Query(name)".to_owned());
        sample.advisory_ids = vec!["CVE-2024-1".to_owned()];
        let criteria = |collector: Option<&str>, kind: Option<&str>, text: &str| Criteria {
            values: [None, None, collector.map(str::to_owned), kind.map(str::to_owned)],
            text: text.to_owned(),
        };
        for (accepted, criteria) in [
            (true, criteria(None, None, "")),
            (true, criteria(Some("repo"), Some("pair"), "cve-2024")),
            (true, criteria(None, None, "qUERY(")),
            (false, criteria(None, Some("exploit"), "")),
            (false, criteria(Some("repo"), Some("pair"), "absent")),
        ] {
            assert_eq!(criteria.accept(&sample), accepted, "{}", criteria.describe());
        }
        let unknown = Criteria { values: [Some(String::new()), None, None, None], text: "a".to_owned() };
        assert_eq!(unknown.describe(), "type unknown, \"a\"");
    }
}
