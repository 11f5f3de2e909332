//! Wordings of weaknesses in messages, and of the actions against them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use streamguard_dataset::Weakness;

use crate::text_data;

/// Words for one weakness.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WeaknessWording {
    /// Names of the weakness in running text.
    pub(crate) terms: Vec<String>,
    /// Actions against it, in the imperative.
    pub(crate) actions: Vec<String>,
    /// Words for names of branches.
    pub(crate) slug: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WordingFile {
    other: WeaknessWording,
    weakness: Vec<WordingEntry>,
}

/// One `[[weakness]]`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WordingEntry {
    name: String,
    terms: Vec<String>,
    actions: Vec<String>,
    slug: String,
}

/// Words by the name of the weakness; those under the empty name are for all others.
static WORDINGS: LazyLock<BTreeMap<String, WeaknessWording>> = LazyLock::new(|| {
    let file: WordingFile = text_data::parse("weaknesses.toml", include_str!("../../data/weaknesses.toml"));
    let named = file
        .weakness
        .into_iter()
        .map(|WordingEntry { name, terms, actions, slug }| (name, WeaknessWording { terms, actions, slug }));
    named.chain([(String::new(), file.other)]).collect()
});

/// Returns the words for `weakness`.
pub(crate) fn wording(weakness: &Weakness) -> &'static WeaknessWording {
    WORDINGS.get(weakness.name).unwrap_or_else(|| &WORDINGS[""])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weakness_has_words() {
        for weakness in streamguard_dataset::weakness::ALL_WEAKNESSES {
            assert!(WORDINGS.contains_key(weakness.name), "{}", weakness.name);
        }
    }
}
