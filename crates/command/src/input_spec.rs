//! Inputs as `streamguard.toml` writes them down.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::input_list::{InputList, InputSource};

/// The key `inputs`: a list of values or of rows, or a table that names where they come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a list of inputs, or a table with one of the keys glob, lines, csv and sweep"
)]
pub enum InputSpec {
    /// Values or rows.
    List(Vec<ListItem>),
    /// A place where inputs come from.
    Table(SourceTable),
}

/// An input, or a row of several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, a number, or a list of them")]
pub enum ListItem {
    /// One input.
    Value(InputValue),
    /// The inputs of one run of the command.
    Row(Vec<InputValue>),
}

/// A text or a number; commands get both as text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a number")]
pub enum InputValue {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Fraction(f64),
    /// `true` or `false`.
    Flag(bool),
}

/// A place where inputs come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceTable {
    /// Files whose names match one of these patterns.
    Glob(PatternList),
    /// The lines of a file.
    Lines(PathBuf),
    /// The rows of a CSV file.
    Csv(PathBuf),
    /// All combinations of the values of some parameters.
    Sweep(BTreeMap<String, Vec<InputValue>>),
}

/// A pattern or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a pattern or a list of patterns")]
pub enum PatternList {
    /// One pattern.
    One(String),
    /// Several patterns.
    Several(Vec<String>),
}

impl InputValue {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Whole(number) => number.to_string(),
            Self::Fraction(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

impl From<InputSpec> for InputList {
    fn from(spec: InputSpec) -> Self {
        let list = Self::default();
        match spec {
            InputSpec::List(items) => {
                let row = |item| match item {
                    ListItem::Value(value) => vec![value.into_text()],
                    ListItem::Row(values) => values.into_iter().map(InputValue::into_text).collect(),
                };
                let rows = items.into_iter().map(row).collect();
                list.with_source(InputSource::Rows { columns: Vec::new(), rows }, false)
            }
            InputSpec::Table(SourceTable::Glob(PatternList::One(pattern))) => {
                list.with_source(InputSource::Patterns(vec![pattern]), false)
            }
            InputSpec::Table(SourceTable::Glob(PatternList::Several(patterns))) => {
                list.with_source(InputSource::Patterns(patterns), false)
            }
            InputSpec::Table(SourceTable::Lines(file)) => list.with_lines_of(file, false),
            InputSpec::Table(SourceTable::Csv(file)) => list.with_source(InputSource::Csv(file), false),
            InputSpec::Table(SourceTable::Sweep(parameters)) => {
                parameters.into_iter().fold(list, |list, (name, values)| {
                    let rows = values.into_iter().map(|value| vec![value.into_text()]).collect();
                    list.with_source(InputSource::Rows { columns: vec![name], rows }, false)
                })
            }
        }
    }
}
