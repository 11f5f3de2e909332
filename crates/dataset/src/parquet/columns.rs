//! Columns of the file: the type of each field of a sample, and how it is read and set.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
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
        name!(severity),
        double!(cvss_score),
        text!(cvss_vector),
        text!(cvss_version),
        texts!(advisory_ids),
        text!(description),
        text!(published_date),
        text!(repository),
        text!(commit),
        text!(parent_commit),
        text!(commit_date),
        text!(commit_message),
        text!(path_before),
        text!(path_after),
        text!(function),
        line!(start_line_before),
        line!(end_line_before),
        line!(start_line_after),
        line!(end_line_after),
        text!(licence),
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
            // The specification of the format asks for three levels. Elements are never null, but the
            // schema allows it, because other tools call this type a "list of strings".
            ColumnShape::List { .. } => {
                let element = string("element", Repetition::OPTIONAL)?;
                let list = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![Arc::new(element)])
                    .build()?;
                Type::group_type_builder(self.name)
                    .with_repetition(Repetition::REQUIRED)
                    .with_logical_type(Some(LogicalType::List))
                    .with_fields(vec![Arc::new(list)])
                    .build()
            }
            ColumnShape::Double { .. } => Type::primitive_type_builder(self.name, PhysicalType::DOUBLE)
                .with_repetition(Repetition::OPTIONAL)
                .build(),
            ColumnShape::Line { .. } => Type::primitive_type_builder(self.name, PhysicalType::INT32)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::integer(32, false)))
                .build(),
        }
    }
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
