//! Form of the template files: TOML, documented in the crate's documentation.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::template::{ArrangementTemplate, InputSource, MacroTable, NameCase, PreludeLine, WordList};
use super::text;

/// A fault in a template file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("templates/{place}: {reason}")]
pub(crate) struct TemplateError {
    /// Path below `templates`, with the number of the line where there is one.
    place: String,
    /// Description of the fault.
    reason: String,
}

impl TemplateError {
    /// Returns the error for a file or folder as a whole.
    pub(crate) fn of_file(path: &str, reason: impl Into<String>) -> Self {
        Self { place: path.to_owned(), reason: reason.into() }
    }

    /// Returns the error for the line that holds the byte `offset` of `content`.
    pub(crate) fn at(path: &str, content: &str, offset: usize, reason: impl Into<String>) -> Self {
        let line = 1 + content.get(..offset).unwrap_or(content).matches('\n').count();
        Self { place: format!("{path}:{line}"), reason: reason.into() }
    }
}

/// Parses one template file.
pub(crate) fn parse<T: DeserializeOwned>(path: &str, content: &str) -> Result<T, TemplateError> {
    toml::from_str(content).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        TemplateError::at(path, content, offset, error.message())
    })
}

/// The words that all languages share (`words.toml`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WordsFile {
    /// Subjects of functions, in singular and plural.
    pub themes: Vec<(String, String)>,
    /// Names of variables, in the case of the language.
    #[serde(rename = "name")]
    pub names: Vec<WordEntry>,
    /// Literals, the same in all languages.
    #[serde(rename = "literal")]
    pub literals: Vec<WordEntry>,
}

/// Words of one slot, separated by white space.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WordEntry {
    slot: String,
    other: Option<String>,
    #[serde(default)]
    literals: Vec<String>,
    words: String,
}

impl From<WordEntry> for WordList {
    fn from(entry: WordEntry) -> Self {
        let words = entry.words.split_whitespace().map(str::to_owned).collect();
        Self { slot: entry.slot, other: entry.other, literals: entry.literals, words }
    }
}

/// One file of a language; what its files define is put together.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct LanguageFile {
    pub case: Option<NameCase>,
    pub tabs: bool,
    #[serde(rename = "name")]
    pub names: Vec<WordEntry>,
    pub prelude: Vec<PreludeLine>,
    #[serde(deserialize_with = "text::macros")]
    pub macros: MacroTable<'static>,
    pub macro_sets: BTreeMap<String, MacroSetEntry>,
    #[serde(rename = "host")]
    pub hosts: Vec<HostEntry>,
    #[serde(rename = "flow")]
    pub flows: Vec<FlowEntry>,
    #[serde(rename = "arrangement")]
    pub arrangements: Vec<ArrangementTemplate>,
    #[serde(rename = "weakness")]
    pub weaknesses: Vec<WeaknessEntry>,
}

/// Macros that flaws share by the name of their set.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct MacroSetEntry {
    #[serde(deserialize_with = "text::macros")]
    pub macros: MacroTable<'static>,
}

/// `[[host]]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HostEntry {
    pub name: String,
    #[serde(deserialize_with = "text::block")]
    pub frame: String,
    #[serde(default)]
    pub in_class: bool,
    #[serde(rename = "source")]
    pub sources: Vec<InputSource>,
    #[serde(default, deserialize_with = "text::macros")]
    pub macros: MacroTable<'static>,
}

/// `[[flow]]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FlowEntry {
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub reply: String,
    #[serde(deserialize_with = "text::block")]
    pub body: String,
    #[serde(default = "reply", deserialize_with = "text::block")]
    pub end: String,
    #[serde(default, deserialize_with = "text::macros")]
    pub macros: MacroTable<'static>,
}

fn reply() -> String {
    "~reply~".to_owned()
}

/// `[[weakness]]`: flaws of one kind, and what they have in common.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WeaknessEntry {
    pub name: Spanned<String>,
    pub about: Option<String>,
    pub functions: Option<Vec<String>>,
    pub hosts: Option<Vec<String>>,
    pub input: Option<String>,
    pub source: Option<String>,
    pub handle: Option<String>,
    pub raises: Option<String>,
    pub result: Option<String>,
    pub reply: Option<String>,
    #[serde(default, deserialize_with = "text::some_block")]
    pub decoy: Option<String>,
    #[serde(default, deserialize_with = "text::some_block")]
    pub both: Option<String>,
    pub macros: Option<MacroChoice>,
    #[serde(rename = "flaw")]
    pub flaws: Vec<FlawEntry>,
}

/// `[[weakness.flaw]]`: one flaw; a key that is given here replaces that of its weakness.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FlawEntry {
    pub about: Option<String>,
    pub functions: Option<Vec<String>>,
    pub hosts: Option<Vec<String>>,
    pub input: Option<String>,
    pub source: Option<String>,
    pub handle: Option<String>,
    pub raises: Option<String>,
    pub result: Option<String>,
    pub reply: Option<String>,
    #[serde(default, deserialize_with = "text::some_block")]
    pub decoy: Option<String>,
    #[serde(default, deserialize_with = "text::some_block")]
    pub both: Option<String>,
    pub macros: Option<MacroChoice>,
    #[serde(deserialize_with = "text::block")]
    pub code: String,
}

/// Macros of a flaw: the name of a set, or a table.
#[derive(Clone, Debug)]
pub(crate) enum MacroChoice {
    /// Name in `[macro-sets]` of the language.
    Set(String),
    /// The macros themselves.
    Table(MacroTable<'static>),
}

impl<'de> Deserialize<'de> for MacroChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MacroChoiceVisitor)
    }
}

struct MacroChoiceVisitor;

impl<'de> Visitor<'de> for MacroChoiceVisitor {
    type Value = MacroChoice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a macro set, or a table of macros")
    }

    fn visit_str<E>(self, name: &str) -> Result<MacroChoice, E> {
        Ok(MacroChoice::Set(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MacroChoice, A::Error> {
        text::macros(MapAccessDeserializer::new(map)).map(MacroChoice::Table)
    }
}
