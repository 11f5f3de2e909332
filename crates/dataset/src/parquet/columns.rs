//! Columns of the file: the type of each field of a sample, and how it is read and set.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use ::parquet::errors::Result;
use ::parquet::schema::types::{Type, TypePtr};
use serde::Deserialize;
use serde::de::value::{Error as UnknownName, StrDeserializer};

use crate::sample::Sample;

/// Column of a field of [`Sample`]; both have the same name.
pub(super) struct SampleColumn {
    pub(super) name: &'static str,
    pub(super) shape: ColumnShape,
}

/// Callback for the elements of a list.
pub(super) type TextVisitor<'a> = &'a mut dyn FnMut(&str);

/// Type of a column, with functions that read and set the field of a sample. Setting returns false if
/// the field cannot have the value.
pub(super) enum ColumnShape {
    /// A string that is never null.
    Required { get: fn(&Sample) -> &str, set: fn(&mut Sample, &str) -> bool },
    /// A string or null.
    Optional { get: fn(&Sample) -> Option<&str>, set: fn(&mut Sample, &str) -> bool },
    /// A list of strings; never null, but it may be empty.
    List { each: fn(&Sample, TextVisitor<'_>), push: fn(&mut Sample, &str) -> bool },
    /// A number or null.
    Double { get: fn(&Sample) -> Option<f64>, set: fn(&mut Sample, f64) },
    /// A list of line numbers, or null.
    Lines { get: fn(&Sample) -> Option<&[u32]>, set: fn(&mut Sample, Vec<u32>) },
    /// A time or null: text in RFC 3339 in a sample, milliseconds since 1970-01-01 UTC in the file. Text of another form
    /// is null in the file.
    Time { get: fn(&Sample) -> Option<&str>, set: fn(&mut Sample, String), fraction_digits: u8 },
    /// A line number or null.
    Line { get: fn(&Sample) -> Option<u32>, set: fn(&mut Sample, u32) },
}

macro_rules! required_text {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Required {
                get: |sample| &sample.$field,
                set: |sample, text| {
                    sample.$field = text.to_owned();
                    true
                },
            },
        }
    };
}

macro_rules! required_name {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Required {
                get: |sample| sample.$field.name(),
                set: |sample, name| from_name(name).map(|value| sample.$field = value).is_some(),
            },
        }
    };
}

macro_rules! text {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Optional {
                get: |sample| sample.$field.as_deref(),
                set: |sample, text| {
                    sample.$field = Some(text.to_owned());
                    true
                },
            },
        }
    };
}

macro_rules! name {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Optional {
                get: |sample| sample.$field.map(|value| value.name()),
                set: |sample, name| from_name(name).map(|value| sample.$field = Some(value)).is_some(),
            },
        }
    };
}

macro_rules! texts {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::List {
                each: |sample, visit| sample.$field.iter().for_each(|text| visit(text)),
                push: |sample, text| {
                    sample.$field.push(text.to_owned());
                    true
                },
            },
        }
    };
}

macro_rules! names {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::List {
                each: |sample, visit| sample.$field.iter().for_each(|value| visit(value.name())),
                push: |sample, name| from_name(name).map(|value| sample.$field.push(value)).is_some(),
            },
        }
    };
}

macro_rules! double {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Double {
                // JSON has no infinity and no NaN, so they are null in both files.
                get: |sample| sample.$field.filter(|value| value.is_finite()),
                set: |sample, value| sample.$field = Some(value),
            },
        }
    };
}

macro_rules! line {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Line {
                get: |sample| sample.$field,
                set: |sample, value| sample.$field = Some(value),
            },
        }
    };
}

macro_rules! lines {
    ($field:ident) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Lines {
                get: |sample| sample.$field.as_deref(),
                set: |sample, lines| sample.$field = Some(lines),
            },
        }
    };
}

macro_rules! time {
    ($field:ident, $fraction_digits:literal) => {
        SampleColumn {
            name: stringify!($field),
            shape: ColumnShape::Time {
                get: |sample| sample.$field.as_deref(),
                set: |sample, text| sample.$field = Some(text),
                fraction_digits: $fraction_digits,
            },
        }
    };
}

impl SampleColumn {
    /// All columns, in the order of the fields of [`Sample`].
    pub(super) const ALL: &[Self] = &[
        required_text!(id),
        required_text!(collector),
        required_name!(kind),
        required_name!(level),
        name!(language),
        text!(vulnerable_code),
        text!(fixed_code),
        text!(vulnerability_type),
        texts!(cwes),
        texts!(cwe_parents),
        name!(severity),
        double!(cvss_score),
        text!(cvss_vector),
        text!(cvss_version),
        texts!(advisory_ids),
        text!(description),
        // Sources date advisories to the millisecond, and git dates commits to the second.
        time!(published_date, 3),
        text!(repository),
        text!(commit),
        text!(parent_commit),
        time!(commit_date, 0),
        text!(commit_message),
        text!(backport_of),
        texts!(introduced_by),
        text!(path_before),
        text!(path_after),
        text!(function),
        line!(start_line_before),
        line!(end_line_before),
        line!(start_line_after),
        line!(end_line_after),
        lines!(vulnerable_lines),
        lines!(fixed_lines),
        line!(diff_lines),
        text!(code_hash_before),
        text!(code_hash_after),
        text!(licence),
        text!(licence_path),
        double!(licence_score),
        text!(source),
        texts!(label_evidence),
        double!(label_confidence),
        names!(quality_flags),
    ];

    /// Returns the column's part of the schema.
    fn schema(&self) -> Result<Type> {
        match self.shape {
            ColumnShape::Required { .. } => string(self.name, Repetition::REQUIRED),
            ColumnShape::Optional { .. } => string(self.name, Repetition::OPTIONAL),
            ColumnShape::List { .. } => {
                list(self.name, string("element", Repetition::OPTIONAL)?, Repetition::REQUIRED)
            }
            ColumnShape::Lines { .. } => list(self.name, line("element")?, Repetition::OPTIONAL),
            ColumnShape::Time { .. } => Type::primitive_type_builder(self.name, PhysicalType::INT64)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MILLIS)))
                .build(),
            ColumnShape::Double { .. } => Type::primitive_type_builder(self.name, PhysicalType::DOUBLE)
                .with_repetition(Repetition::OPTIONAL)
                .build(),
            ColumnShape::Line { .. } => line(self.name),
        }
    }
}

/// Returns the type of a list. The specification of the format asks for three levels. Elements are never null, but the
/// schema allows it, because other tools call this type a "list of strings".
fn list(name: &str, element: Type, repetition: Repetition) -> Result<Type> {
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(repetition)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(list)])
        .build()
}

fn line(name: &str) -> Result<Type> {
    Type::primitive_type_builder(name, PhysicalType::INT32)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::integer(32, false)))
        .build()
}

fn string(name: &str, repetition: Repetition) -> Result<Type> {
    Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
        .with_repetition(repetition)
        .with_logical_type(Some(LogicalType::String))
        .build()
}

/// Returns the schema of the file.
pub(super) fn schema() -> Result<TypePtr> {
    let fields = SampleColumn::ALL.iter().map(|column| column.schema().map(Arc::new));
    let fields = fields.collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("samples").with_fields(fields).build()?))
}

/// Returns the value of an enumeration by its name in files.
fn from_name<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<UnknownName>::new(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{SampleKind, SampleLevel};

    #[test]
    fn the_columns_are_the_fields_in_their_order() {
        let mut line =
            serde_json::to_string(&Sample::new("repo", SampleKind::Pair, SampleLevel::File)).unwrap();
        let fields = serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(&line).unwrap().len();
        assert_eq!(fields, SampleColumn::ALL.len());
        for column in SampleColumn::ALL {
            let place = line.find(&format!("\"{}\":", column.name));
            line.drain(..=place.expect(column.name));
        }
    }
}
