//! Fictional people, owners and projects.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::random::WorldRandom;
use crate::text_data;

/// A person who commits.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Person {
    /// Full name.
    pub(crate) name: String,
    /// Name on the git host, and in the address before `@`.
    pub(crate) handle: String,
    /// Host of the address, one that is reserved for examples (RFC 2606).
    pub(crate) host: String,
    /// Difference from UTC, in half hours.
    half_hours: i32,
}

impl Person {
    /// Returns the mail address.
    pub(crate) fn address(&self) -> String {
        format!("{}@{}", self.handle, self.host)
    }

    /// Returns the difference from UTC, in seconds.
    pub(crate) fn utc_offset(&self) -> i32 {
        self.half_hours * 1800
    }
}

/// Names to draw from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct NameLists {
    /// People who commit.
    pub(crate) people: Vec<Person>,
    owners: Vec<String>,
    first_words: Vec<String>,
    second_words: Vec<String>,
    /// Purposes of projects, to follow the project's name in a sentence.
    pub(crate) purposes: Vec<String>,
    /// Names of source files, in snake case.
    pub(crate) file_stems: Vec<String>,
}

/// All names of the world.
pub(crate) static NAME_LISTS: LazyLock<NameLists> =
    LazyLock::new(|| text_data::parse("names.toml", include_str!("../data/names.toml")));

/// Returns owner and name of the repository number `index`; no two are the same.
pub(crate) fn repository(seed: u64, index: usize) -> (&'static str, String) {
    let NameLists { owners, first_words, second_words, .. } = &*NAME_LISTS;
    // "names" in ASCII: repositories use the streams with small numbers.
    let mut random = WorldRandom::new(seed, 0x006e_616d_6573);
    let start = random.below(first_words.len() * second_words.len());
    // The step has no factor in common with the number of combinations, so every one comes up once.
    let turn = start + index * 163;
    let (first, second) = (turn % first_words.len(), turn / first_words.len() % second_words.len());
    let round = index / (first_words.len() * second_words.len());
    let owner = &owners[(index * 7 + random.below(owners.len())) % owners.len()];
    let name = format!("{}-{}", first_words[first], second_words[second]);
    (owner, if round == 0 { name } else { format!("{name}-{}", round + 1) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn repositories_have_distinct_names() {
        let names: BTreeSet<_> = (0..2000).map(|index| repository(5, index).1).collect();
        assert_eq!(names.len(), 2000);
    }

    #[test]
    fn addresses_are_reserved_for_examples() {
        for person in &NAME_LISTS.people {
            assert!(person.host.starts_with("example.") || person.host.ends_with(".example"));
            assert!(person.handle.is_ascii());
        }
    }
}
