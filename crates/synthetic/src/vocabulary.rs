//! Words that slots are filled with.
//!
//! Every name of a variable comes from exactly one list, so that two names in one function
//! never meet. Words of several parts are written with spaces in themes and with underscores
//! elsewhere, and take the case of their language.

use std::collections::BTreeMap;

use super::template::{LanguageTemplates, NameCase, WordList};
use super::template_file::WordsFile;

/// Slots that a theme fills, all at once.
pub(crate) const THEME_SLOTS: [&str; 8] =
    ["entity", "entities", "Entity", "Entities", "table", "route", "noun", "nouns"];

/// Words that all languages share.
#[derive(Debug)]
pub(crate) struct SharedWords {
    /// Subjects of functions, in singular and plural. One theme is drawn for each pair.
    pub themes: Vec<(String, String)>,
    /// Names of variables.
    pub names: Vec<WordList>,
    /// Literals, the same in all languages.
    pub literals: Vec<WordList>,
}

impl SharedWords {
    pub(crate) fn new(file: WordsFile) -> Self {
        let lists = |entries: Vec<_>| entries.into_iter().map(Into::into).collect();
        Self { themes: file.themes, names: lists(file.names), literals: lists(file.literals) }
    }

    /// Returns the slots of a language: from 1 those of themes, then those of the word lists.
    pub(crate) fn slots<'a>(&'a self, templates: &'a LanguageTemplates) -> SlotTable<'a> {
        let lists = || self.names.iter().chain(&templates.names).chain(&self.literals);
        let names = lists().flat_map(|list| std::iter::once(list.slot.as_str()).chain(list.other.as_deref()));
        let numbers: BTreeMap<&str, u8> = THEME_SLOTS.into_iter().chain(names).zip(1..).collect();
        let couple = |list: &WordList| Some([numbers[list.slot.as_str()], numbers[list.other.as_deref()?]]);
        let couples = lists().filter_map(couple).collect();
        SlotTable { numbers, couples }
    }

    /// Returns the names of variables that fill the slot.
    pub(crate) fn names<'a>(&'a self, templates: &'a LanguageTemplates, slot: &str) -> Option<&'a WordList> {
        self.names.iter().chain(&templates.names).find(|list| list.slot == slot)
    }

    /// Returns the words of every slot that is drawn by itself, in the order of the slots' numbers.
    pub(crate) fn word_lists(&self, templates: &LanguageTemplates) -> Vec<Vec<String>> {
        let mut lists = Vec::new();
        let mut add = |list: &WordList, words: Vec<String>| match list.other {
            // A word must not fill both slots of a function.
            Some(_) => {
                let half = |first| words.iter().skip(first).step_by(2).cloned().collect::<Vec<String>>();
                lists.extend([half(0), half(1)]);
            }
            None => lists.push(words),
        };
        for list in self.names.iter().chain(&templates.names) {
            add(list, list.words.iter().map(|word| in_case(word, templates.case)).collect());
        }
        for list in &self.literals {
            add(list, list.words.clone());
        }
        lists
    }
}

/// Slots of a language.
#[derive(Debug)]
pub(crate) struct SlotTable<'a> {
    /// Numbers by name.
    pub numbers: BTreeMap<&'a str, u8>,
    /// Slots that share a word list.
    pub couples: Vec<[u8; 2]>,
}

impl SlotTable<'_> {
    /// Returns the number of a slot.
    pub(crate) fn number(&self, name: &str) -> Option<u8> {
        self.numbers.get(name).copied()
    }

    /// Returns the slot that stands for `slot` in a mirror or decoy: the one that shares its word list, or itself.
    pub(crate) fn other(&self, slot: u8) -> u8 {
        let couple = self.couples.iter().find(|couple| couple.contains(&slot));
        couple.map_or(slot, |[one, other]| if *one == slot { *other } else { *one })
    }
}

/// Returns the words that a theme fills [`THEME_SLOTS`] with.
pub(crate) fn theme_words((one, many): &(String, String), case: NameCase) -> [String; 8] {
    [
        in_case(one, case),
        in_case(many, case),
        pascal_case(one),
        pascal_case(many),
        many.replace(' ', "_"),
        many.replace(' ', "-"),
        one.clone(),
        many.clone(),
    ]
}

/// Writes a name of several parts in the case of a language.
pub(crate) fn in_case(words: &str, case: NameCase) -> String {
    match case {
        NameCase::Snake => words.replace(' ', "_"),
        NameCase::Camel => {
            let pascal = pascal_case(words);
            let mut letters = pascal.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}

fn pascal_case(words: &str) -> String {
    words
        .split([' ', '_'])
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<Vec<char>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::load;

    #[test]
    fn names_take_the_case_of_their_language() {
        assert_eq!(in_case("row count", NameCase::Camel), "rowCount");
        assert_eq!(in_case("row_count", NameCase::Camel), "rowCount");
        assert_eq!(in_case("row_count", NameCase::Snake), "row_count");
        assert_eq!(
            theme_words(&("work order".to_owned(), "work orders".to_owned()), NameCase::Camel).join(" "),
            "workOrder workOrders WorkOrder WorkOrders work_orders work-orders work order work orders"
        );
    }

    #[test]
    fn word_lists_have_no_word_in_common() {
        let library = load::load().unwrap();
        for templates in &library.languages {
            let mut seen = BTreeSet::new();
            for list in library.words.names.iter().chain(&templates.names) {
                for word in &list.words {
                    let new = seen.insert(in_case(word, templates.case));
                    assert!(new, "{word} is in {} and in a list before", list.slot);
                }
            }
            for (one, many) in &library.words.themes {
                for word in [one, many] {
                    let word = in_case(word, templates.case);
                    assert!(!seen.contains(&word), "{word} is a theme and a name");
                }
            }
        }
    }
}
