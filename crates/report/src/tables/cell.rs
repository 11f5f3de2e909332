//! Cells of tables: numbers, text, or nothing.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Number, Value};

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum TableCell<'a> {
    /// Not known.
    Null,
    /// A number.
    Number(Number),
    /// Text, which may come from outside.
    Text(Cow<'a, str>),
}

impl TableCell<'_> {
    /// Splits a value into two cells, a number and a text, of which one is null. This gives every
    /// column one type.
    pub(crate) fn pair(value: &Value) -> [TableCell<'_>; 2] {
        match value {
            Value::Null => [TableCell::Null, TableCell::Null],
            Value::Number(number) => [TableCell::Number(number.clone()), TableCell::Null],
            Value::String(text) => [TableCell::Null, TableCell::from(text)],
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                [TableCell::Null, TableCell::Text(Cow::Owned(value.to_string()))]
            }
        }
    }
}

impl<'a> From<&'a str> for TableCell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for TableCell<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<u64> for TableCell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for TableCell<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for TableCell<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number.into())
    }
}

impl From<f64> for TableCell<'_> {
    fn from(number: f64) -> Self {
        // JSON has no NaN and no infinity either, and shows null.
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl<'a, T: Into<TableCell<'a>>> From<Option<T>> for TableCell<'a> {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::Null, Into::into)
    }
}
