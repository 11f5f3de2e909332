//! Ordinary functions: code with nothing wrong in it, and the honest changes that are made to it.
//!
//! A function is a text with the markup of [`function_markup`]: slots are filled with
//! words drawn for each function, and labels have several wordings. A label is the kind of change
//! ([`Refactoring`]) between its wordings. A line of which nothing is left disappears. No wording adds a
//! check, a limit or an escape to the others: changes have to look like what they are.
//! The texts of each language are in `data/functions`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use streamguard_dataset::Language;
use streamguard_synthetic::split_mix::mix64;

use crate::function_markup::{self, TemplatePiece, labels};
use crate::random::WorldRandom;
use crate::text_data;
use crate::words::{self, IdentifierCase};

/// Stands for an empty wording until its line is complete.
const EMPTY_WORDING: char = '\u{1}';

/// One text with markup.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FunctionTemplate {
    /// Name in snake case, with slots for words, as in `count_«nouns»`.
    pub(crate) name: String,
    /// Function; `«name»` is its name.
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct TemplateFile {
    #[serde(rename = "function")]
    functions: Vec<FunctionTemplate>,
}

/// Templates by language.
static TEMPLATES: LazyLock<BTreeMap<Language, Vec<FunctionTemplate>>> = LazyLock::new(|| {
    let files = [
        (Language::C, include_str!("../data/functions/c.toml")),
        (Language::Go, include_str!("../data/functions/go.toml")),
        (Language::Java, include_str!("../data/functions/java.toml")),
        (Language::JavaScript, include_str!("../data/functions/javascript.toml")),
        (Language::Php, include_str!("../data/functions/php.toml")),
        (Language::Python, include_str!("../data/functions/python.toml")),
    ];
    let parse = |(language, text): (Language, &str)| {
        let file: TemplateFile = text_data::parse(&format!("functions/{}.toml", language.name()), text);
        (language, file.functions)
    };
    files.into_iter().map(parse).collect()
});

/// Returns the templates of `language`; none if no code is written in it.
pub(crate) fn templates(language: Language) -> &'static [FunctionTemplate] {
    TEMPLATES.get(&language).map_or(&[], Vec::as_slice)
}

/// Kind of a change to an ordinary function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refactoring {
    /// Another name for a local variable.
    Rename,
    /// A line for the log, or its removal.
    Log,
    /// Types written down.
    Hint,
    /// A name for a number.
    Constant,
    /// Other words for the same: a comprehension for a loop.
    Shape,
    /// Another layout.
    Format,
    /// A comment.
    Comment,
    /// A mended mistake that has nothing to do with security.
    Bug,
}

const REFACTORING_LABELS: &[(&str, Refactoring)] = &[
    ("log", Refactoring::Log),
    ("hint", Refactoring::Hint),
    ("const", Refactoring::Constant),
    ("shape", Refactoring::Shape),
    ("format", Refactoring::Format),
    ("comment", Refactoring::Comment),
    ("bug", Refactoring::Bug),
];

impl Refactoring {
    /// Returns whether such a change is never taken back: types and comments stay.
    fn only_forward(self) -> bool {
        matches!(self, Self::Bug | Self::Hint | Self::Constant | Self::Comment)
    }

    fn of_label(label: &str) -> Option<Self> {
        REFACTORING_LABELS.iter().find(|row| row.0 == label).map(|row| row.1)
    }
}

/// A change that was made to an ordinary function.
#[derive(Clone, Debug)]
pub(crate) struct CodeChange {
    /// Kind of the change.
    pub(crate) kind: Refactoring,
    /// Whether the function went back to its first wording: the change took a line away.
    pub(crate) removed: bool,
    /// Old and new name of a local variable.
    pub(crate) renamed: Option<(String, String)>,
}

/// An ordinary function in its present wording.
#[derive(Clone, Debug)]
pub(crate) struct OrdinaryFunction {
    template: &'static FunctionTemplate,
    case: IdentifierCase,
    seed: u64,
    /// Distance of each word from the one first drawn, by slot.
    shifts: BTreeMap<&'static str, usize>,
    /// Number of the present wording, by label.
    wordings: BTreeMap<&'static str, usize>,
}

impl OrdinaryFunction {
    /// Returns a function made of `template`.
    pub(crate) fn new(
        template: &'static FunctionTemplate,
        case: IdentifierCase,
        random: &mut WorldRandom,
    ) -> Self {
        let seed = random.next();
        let mut wordings = BTreeMap::new();
        for (label, count) in labels(&template.text) {
            // Mistakes are there at first; formatting starts in the style of the project.
            let drawn = match label {
                "bug" | "format" | "hint" => 0,
                "const" | "comment" => usize::from(random.chance(35)),
                _ => random.below(count),
            };
            wordings.insert(label, drawn);
        }
        Self { template, case, seed, shifts: BTreeMap::new(), wordings }
    }

    /// Returns the name that suits the function.
    pub(crate) fn proposed_name(&self) -> String {
        self.case.write(&self.written(&self.template.name, ""))
    }

    /// Returns the text under the name `name`, without a line feed at its end.
    pub(crate) fn text(&self, name: &str) -> String {
        let out = self.written(self.template.text.trim_matches('\n'), name);
        if !out.contains(EMPTY_WORDING) {
            return out;
        }
        let mut kept = String::with_capacity(out.len());
        // A line with an empty wording stays only if something else is in it.
        for line in out.split('\n').filter(|line| !line.contains(EMPTY_WORDING) || has_code(line)) {
            kept.extend(line.chars().filter(|c| *c != EMPTY_WORDING));
            kept.push('\n');
        }
        kept.pop();
        kept
    }

    /// Returns the kinds of changes that are possible now.
    pub(crate) fn refactorings(&self) -> Vec<Refactoring> {
        let mut known: Vec<_> = self
            .wordings
            .iter()
            .filter_map(|(label, wording)| Some((Refactoring::of_label(label)?, *wording)))
            .filter(|(kind, wording)| !kind.only_forward() || *wording == 0)
            .map(|(kind, _)| kind)
            .collect();
        if !self.locals().is_empty() {
            known.push(Refactoring::Rename);
        }
        known
    }

    /// Makes a change; returns nothing if none of this kind is possible.
    pub(crate) fn change(&mut self, kind: Refactoring, random: &mut WorldRandom) -> Option<CodeChange> {
        if kind == Refactoring::Rename {
            let locals = self.locals();
            let slot = *locals.get(random.below(locals.len().max(1)))?;
            let before = self.word(slot)?;
            *self.shifts.entry(slot).or_default() += 1 + random.below(words::choices(slot) - 1);
            return Some(CodeChange { kind, removed: false, renamed: Some((before, self.word(slot)?)) });
        }
        let label = REFACTORING_LABELS.iter().find(|row| row.1 == kind)?.0;
        let (_, count) = labels(&self.template.text).into_iter().find(|found| found.0 == label)?;
        let wording = self.wordings.get_mut(label)?;
        *wording = (*wording + 1 + random.below(count - 1)) % count;
        Some(CodeChange { kind, removed: *wording == 0, renamed: None })
    }

    fn theme(&self) -> u64 {
        mix64(self.seed ^ 1)
    }

    /// Returns the slots of local variables in the present wording.
    fn locals(&self) -> Vec<&'static str> {
        let mut used = Vec::new();
        function_markup::expand(&self.template.text, &self.wordings, "", &mut |piece| {
            if let TemplatePiece::Slot(slot) = piece {
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
        function_markup::expand(text, &self.wordings, name, &mut |piece| match piece {
            TemplatePiece::Text(text) => out.push_str(text),
            TemplatePiece::Empty => out.push(EMPTY_WORDING),
            TemplatePiece::Slot(slot) => {
                let word = self.word(slot);
                debug_assert!(word.is_some(), "no slot is called {slot:?}");
                out.push_str(&word.unwrap_or_default());
            }
        });
        out
    }
}

fn has_code(line: &str) -> bool {
    line.chars().any(|c| c != EMPTY_WORDING && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_expands_in_every_wording() {
        for (language, templates) in &*TEMPLATES {
            for template in templates {
                let mut random = WorldRandom::new(7, 7);
                let mut function = OrdinaryFunction::new(template, IdentifierCase::Snake, &mut random);
                assert!(!function.locals().is_empty(), "{}", template.name);
                for kind in function.refactorings().into_iter().cycle().take(40) {
                    if !function.refactorings().contains(&kind) {
                        continue;
                    }
                    let before = function.text("f");
                    function.change(kind, &mut random);
                    let after = function.text("f");
                    assert_ne!(before, after, "{language:?} {} {kind:?}", template.name);
                    assert!(!after.contains(['«', '»', '¦', EMPTY_WORDING]), "{after}");
                    assert!(after.lines().all(|line| !line.trim_end().is_empty() || line.is_empty()));
                }
            }
        }
    }

    #[test]
    fn labels_are_known() {
        for templates in TEMPLATES.values() {
            for template in templates {
                for (label, count) in labels(&template.text) {
                    assert!(
                        REFACTORING_LABELS.iter().any(|row| row.0 == label),
                        "{label} in {}",
                        template.name
                    );
                    assert!(count > 1);
                }
            }
        }
    }
}
