//! Ordinary functions: code with nothing wrong in it, and the honest changes it sees.
//!
//! A function is a text with a small markup. `«noun»` is a word, drawn for each function from a
//! list of [`words`](super::words). `«log:¦print(x)»` has several wordings, of which the
//! function has one at a time; what stands before the colon says what kind of change it is to
//! move from one to the next ([`Refactoring`]), and all of a label in one function change together. A line
//! of which nothing is left disappears. No wording adds a check, a limit or an escape to the
//! others: changes have to look like what they are. The texts of a language are in the file of its name.

mod c;
mod go;
mod java;
mod javascript;
mod php;
mod python;

use std::collections::BTreeMap;

use streamguard_dataset::Language;

use crate::random::Random;
use crate::words::{self, Case};
use streamguard_synthetic::split_mix::mix64;

/// Stands for an empty wording until its line is looked at.
const NOTHING: char = '\u{1}';

/// One text with markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// Its name, a word and a noun apart by underscores, as in `count_«nouns»`.
    pub(crate) name: &'static str,
    /// The function; `«name»` is its name.
    pub(crate) text: &'static str,
}

/// The templates of `language`; none if it has none.
pub(crate) fn templates(language: Language) -> &'static [Template] {
    match language {
        Language::C => c::TEMPLATES,
        Language::Go => go::TEMPLATES,
        Language::Java => java::TEMPLATES,
        Language::JavaScript => javascript::TEMPLATES,
        Language::Php => php::TEMPLATES,
        Language::Python => python::TEMPLATES,
        _ => &[],
    }
}

/// What a change to an ordinary function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refactoring {
    /// Another name for a local variable.
    Rename,
    /// A line for the log, or its end.
    Log,
    /// Types written down.
    Hint,
    /// A number gets a name.
    Constant,
    /// The same in other words: a comprehension for a loop.
    Shape,
    /// Another layout.
    Format,
    /// A comment.
    Comment,
    /// A mistake mended that has nothing to do with security.
    Bug,
}

const LABELS: &[(&str, Refactoring)] = &[
    ("log", Refactoring::Log),
    ("hint", Refactoring::Hint),
    ("const", Refactoring::Constant),
    ("shape", Refactoring::Shape),
    ("format", Refactoring::Format),
    ("comment", Refactoring::Comment),
    ("bug", Refactoring::Bug),
];

impl Refactoring {
    /// Whether nobody takes it back: types and comments stay.
    fn only_forward(self) -> bool {
        matches!(self, Self::Bug | Self::Hint | Self::Constant | Self::Comment)
    }
}

fn kind_of(label: &str) -> Option<Refactoring> {
    LABELS.iter().find(|row| row.0 == label).map(|row| row.1)
}

/// A change that was made to an ordinary function.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Of which kind.
    pub(crate) kind: Refactoring,
    /// Whether it went back to the first wording: took a line away.
    pub(crate) removed: bool,
    /// The old and the new name of a local variable.
    pub(crate) renamed: Option<(String, String)>,
}

/// An ordinary function in its present wording.
#[derive(Clone, Debug)]
pub(crate) struct Neutral {
    template: &'static Template,
    case: Case,
    seed: u64,
    /// How far a word is from the one first drawn.
    shifts: BTreeMap<&'static str, usize>,
    /// Which wording each label has.
    wordings: BTreeMap<&'static str, usize>,
}

impl Neutral {
    /// A function made of `template`.
    pub(crate) fn new(template: &'static Template, case: Case, random: &mut Random) -> Self {
        let seed = random.next();
        let mut wordings = BTreeMap::new();
        for (label, count) in labels(template.text) {
            // Mistakes are there at first; formatting starts as the project has it.
            let drawn = match label {
                "bug" | "format" | "hint" => 0,
                "const" | "comment" => usize::from(random.chance(35)),
                _ => random.below(count),
            };
            wordings.insert(label, drawn);
        }
        Self { template, case, seed, shifts: BTreeMap::new(), wordings }
    }

    /// What it would be called.
    pub(crate) fn proposed_name(&self) -> String {
        self.case.write(&self.written(self.template.name, ""))
    }

    /// Its text, called `name`, without a line feed at its end.
    pub(crate) fn text(&self, name: &str) -> String {
        let out = self.written(self.template.text.trim_matches('\n'), name);
        if !out.contains(NOTHING) {
            return out;
        }
        let mut kept = String::with_capacity(out.len());
        for line in out.split('\n').filter(|line| !line.contains(NOTHING) || has_code(line)) {
            kept.extend(line.chars().filter(|c| *c != NOTHING));
            kept.push('\n');
        }
        kept.pop();
        kept
    }

    /// Which changes it can see.
    pub(crate) fn refactorings(&self) -> Vec<Refactoring> {
        let mut known: Vec<_> = self
            .wordings
            .iter()
            .filter_map(|(label, wording)| Some((kind_of(label)?, *wording)))
            .filter(|(kind, wording)| !kind.only_forward() || *wording == 0)
            .map(|(kind, _)| kind)
            .collect();
        if !self.locals().is_empty() {
            known.push(Refactoring::Rename);
        }
        known
    }

    /// Makes a change, unless it knows none of this kind.
    pub(crate) fn change(&mut self, kind: Refactoring, random: &mut Random) -> Option<Change> {
        if kind == Refactoring::Rename {
            let locals = self.locals();
            let slot = *locals.get(random.below(locals.len().max(1)))?;
            let before = self.word(slot)?;
            *self.shifts.entry(slot).or_default() += 1 + random.below(words::choices(slot) - 1);
            return Some(Change { kind, removed: false, renamed: Some((before, self.word(slot)?)) });
        }
        let label = LABELS.iter().find(|row| row.1 == kind)?.0;
        let (_, count) = labels(self.template.text).into_iter().find(|found| found.0 == label)?;
        let wording = self.wordings.get_mut(label)?;
        *wording = (*wording + 1 + random.below(count - 1)) % count;
        Some(Change { kind, removed: *wording == 0, renamed: None })
    }

    fn theme(&self) -> u64 {
        mix64(self.seed ^ 1)
    }

    /// The local variables in its text, in its present wording.
    fn locals(&self) -> Vec<&'static str> {
        let mut used = Vec::new();
        self.expand(self.template.text, "", &mut |piece| {
            if let Piece::Slot(slot) = piece {
                used.push(slot);
            }
        });
        words::locals().filter(|slot| used.contains(slot)).collect()
    }

    fn word(&self, slot: &str) -> Option<String> {
        let shift = self.shifts.get(slot).copied().unwrap_or(0);
        words::word(slot, self.theme(), self.seed, shift, self.case)
    }

    fn written(&self, text: &'static str, name: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.expand(text, name, &mut |piece| match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Nothing => out.push(NOTHING),
            Piece::Slot(slot) => {
                let word = self.word(slot);
                debug_assert!(word.is_some(), "no slot is called {slot:?}");
                out.push_str(&word.unwrap_or_default());
            }
        });
        out
    }

    /// Gives the pieces of `text` in its present wording to `take`.
    fn expand<'t>(&self, text: &'static str, name: &'t str, take: &mut impl FnMut(Piece<'t>)) {
        let mut rest = text;
        while let Some(at) = rest.find('«') {
            take(Piece::Text(&rest[..at]));
            let inside = &rest[at + '«'.len_utf8()..];
            let end = closing(inside);
            let inner = &inside[..end];
            rest = &inside[end + '»'.len_utf8()..];
            if inner == "name" {
                take(Piece::Text(name));
            } else if let Some((label, wordings)) = wordings(inner) {
                let chosen = wordings[self.wordings.get(label).copied().unwrap_or(0) % wordings.len()];
                if chosen.is_empty() {
                    take(Piece::Nothing);
                }
                self.expand(chosen, name, take);
            } else {
                take(Piece::Slot(inner));
            }
        }
        take(Piece::Text(rest));
    }
}

/// A piece of a template.
enum Piece<'t> {
    Text(&'t str),
    Slot(&'static str),
    /// An empty wording.
    Nothing,
}

fn has_code(line: &str) -> bool {
    line.chars().any(|c| c != NOTHING && !c.is_whitespace())
}

/// Where the sign that closes a markup is, whose inside `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '«' => depth += 1,
            '»' if depth == 0 => return at,
            '»' => depth -= 1,
            _ => {}
        }
    }
    panic!("a template has an open markup: {text:?}");
}

/// The label and the wordings, unless it is a slot.
fn wordings(inner: &'static str) -> Option<(&'static str, Vec<&'static str>)> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in inner.char_indices() {
        match character {
            '«' => depth += 1,
            '»' => depth -= 1,
            '¦' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + '¦'.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    if parts.len() < 2 {
        return None;
    }
    let (label, first) = parts[0].split_once(':')?;
    parts[0] = first;
    Some((label, parts))
}

/// The labels of a text, each with its number of wordings.
fn labels(text: &'static str) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('«') {
        let inside = &rest[at + '«'.len_utf8()..];
        if let Some((label, wordings)) = wordings(&inside[..closing(inside)]) {
            found.insert(label, wordings.len());
        }
        // Labels may stand within wordings.
        rest = inside;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Language; 6] =
        [Language::C, Language::Go, Language::Java, Language::JavaScript, Language::Php, Language::Python];

    #[test]
    fn every_template_expands_in_every_wording() {
        for language in ALL {
            for template in templates(language) {
                let mut random = Random::new(7, 7);
                let mut function = Neutral::new(template, Case::Snake, &mut random);
                assert!(!function.locals().is_empty(), "{}", template.name);
                for kind in function.refactorings().into_iter().cycle().take(40) {
                    if !function.refactorings().contains(&kind) {
                        continue;
                    }
                    let before = function.text("f");
                    function.change(kind, &mut random);
                    let after = function.text("f");
                    assert_ne!(before, after, "{language:?} {} {kind:?}", template.name);
                    assert!(!after.contains(['«', '»', '¦', NOTHING]), "{after}");
                    assert!(after.lines().all(|line| !line.trim_end().is_empty() || line.is_empty()));
                }
            }
        }
    }

    #[test]
    fn labels_are_known() {
        for language in ALL {
            for template in templates(language) {
                for (label, count) in labels(template.text) {
                    assert!(LABELS.iter().any(|row| row.0 == label), "{label} in {}", template.name);
                    assert!(count > 1);
                }
            }
        }
    }
}
