//! Columns of a table.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most columns of a table: what has more is not a table, but keyed by data.
pub(crate) const MAX_COLUMNS: usize = 1000;

/// Values of a row, in the order of the columns of its schema.
pub type Row = Vec<Value>;

/// Type of the values of a column; each may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Only null so far.
    Null,
    /// True or false.
    Bool,
    /// Whole numbers of 64 bits with a sign.
    Int,
    /// Other numbers.
    Float,
    /// Text.
    Text,
    /// Points in time, as RFC 3339 text.
    Timestamp,
    /// Lists without an element so far; written as lists of text.
    EmptyList,
    /// Lists of text.
    TextList,
    /// Lists of whole numbers, such as the lines that a fix touches.
    IntList,
    /// Anything else, as JSON.
    Json,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name of the column.
    pub name: String,
    /// Type of its values.
    pub kind: ColumnKind,
}

/// Columns of a table, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableSchema {
    /// The columns.
    pub columns: Vec<Column>,
}

impl ColumnKind {
    /// Returns the type that holds values of both types.
    pub fn widened(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Null, kind) | (kind, Self::Null) => kind,
            (Self::EmptyList, list @ (Self::TextList | Self::IntList))
            | (list @ (Self::TextList | Self::IntList), Self::EmptyList) => list,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            (Self::Timestamp, Self::Text) | (Self::Text, Self::Timestamp) => Self::Text,
            _ => Self::Json,
        }
    }

    /// Whether the values are lists.
    pub fn is_list(self) -> bool {
        matches!(self, Self::EmptyList | Self::TextList | Self::IntList)
    }

    /// Returns the type of a value.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(number) if number.is_i64() => Self::Int,
            Value::Number(_) => Self::Float,
            Value::String(_) => Self::Text,
            Value::Array(elements) if elements.is_empty() => Self::EmptyList,
            Value::Array(elements)
                if elements.iter().all(|element| element.is_i64() || element.is_null()) =>
            {
                Self::IntList
            }
            Value::Array(elements)
                if elements.iter().all(|element| element.is_string() || element.is_null()) =>
            {
                Self::TextList
            }
            Value::Array(_) | Value::Object(_) => Self::Json,
        }
    }
}

impl TableSchema {
    /// Returns the place of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Returns the name of the column that has the first of some names that any column has. Columns are written in any
    /// case, with spaces or hyphens: `CVE ID` is `cve_id`.
    pub fn first_named(&self, names: &[&str]) -> Option<&str> {
        let plain = |c: char| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() };
        let is_named = |column: &&Column, name: &str| column.name.chars().map(plain).eq(name.chars());
        let column =
            names.iter().find_map(|name| self.columns.iter().find(|column| is_named(column, name)))?;
        Some(&column.name)
    }

    /// Returns the names of all columns for people: `a, b`, or a word for none.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// Adds a column, or widens the one of the same name. Returns its place.
    pub fn add(&mut self, name: &str, kind: ColumnKind) -> usize {
        match self.position(name) {
            Some(place) => {
                self.columns[place].kind = self.columns[place].kind.widened(kind);
                place
            }
            None => {
                self.columns.push(Column { name: name.to_owned(), kind });
                self.columns.len() - 1
            }
        }
    }

    /// Returns the schema with some of the columns only, in the order of this one.
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self { columns: self.columns.iter().filter(|column| keep(&column.name)).cloned().collect() }
    }
}
