//! The columns: each field of a sample with its type in the file, and how it is got and set.

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use ::parquet::errors::Result;
use ::parquet::schema::types::{Type, TypePtr};
use serde::Deserialize;
use serde::de::value::{Error as NotAName, StrDeserializer};

use crate::sample::Sample;

/// A column: its name, which is the field's, and its shape.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

/// Is shown the elements of a list, one after the other.
pub(super) type Visitor<'a> = &'a mut dyn FnMut(&str);

/// What a column holds, how it is got from a sample, and how it is set. Setting answers `false`
/// if the value is none that the field can have.
pub(super) enum Shape {
    /// A string that is never null.
    Required { get: fn(&Sample) -> &str, set: fn(&mut Sample, &str) -> bool },
    /// A string or null.
    Optional { get: fn(&Sample) -> Option<&str>, set: fn(&mut Sample, &str) -> bool },
    /// A list of strings; never null, but it may be empty.
    List { each: fn(&Sample, Visitor<'_>), push: fn(&mut Sample, &str) -> bool },
    /// A number or null.
    Double { get: fn(&Sample) -> Option<f64>, set: fn(&mut Sample, f64) },
    /// The number of a line, or null.
    Line { get: fn(&Sample) -> Option<u32>, set: fn(&mut Sample, u32) },
}

macro_rules! required_text {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            shape: Shape::Required {
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
        Column {
            name: stringify!($field),
            shape: Shape::Required {
                get: |sample| sample.$field.name(),
                set: |sample, name| from_name(name).map(|value| sample.$field = value).is_some(),
            },
        }
    };
}

macro_rules! text {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            shape: Shape::Optional {
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
        Column {
            name: stringify!($field),
            shape: Shape::Optional {
                get: |sample| sample.$field.map(|value| value.name()),
                set: |sample, name| from_name(name).map(|value| sample.$field = Some(value)).is_some(),
            },
        }
    };
}

macro_rules! texts {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            shape: Shape::List {
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
        Column {
            name: stringify!($field),
            shape: Shape::List {
                each: |sample, visit| sample.$field.iter().for_each(|value| visit(value.name())),
                push: |sample, name| from_name(name).map(|value| sample.$field.push(value)).is_some(),
            },
        }
    };
}

macro_rules! double {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            shape: Shape::Double {
                // JSON has no infinity and no NaN: they are null in both files.
                get: |sample| sample.$field.filter(|value| value.is_finite()),
                set: |sample, value| sample.$field = Some(value),
            },
        }
    };
}

macro_rules! line {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            shape: Shape::Line {
                get: |sample| sample.$field,
                set: |sample, value| sample.$field = Some(value),
            },
        }
    };
}

impl Column {
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

    /// The column as the schema of the file tells it.
    fn schema(&self) -> Result<Type> {
        match self.shape {
            Shape::Required { .. } => string(self.name, Repetition::REQUIRED),
            Shape::Optional { .. } => string(self.name, Repetition::OPTIONAL),
            // The three levels that the format's specification asks for. Elements are never
            // null; they may be by the schema, because that is the type that other tools call
            // "list of strings".
            Shape::List { .. } => {
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
            Shape::Double { .. } => Type::primitive_type_builder(self.name, PhysicalType::DOUBLE)
                .with_repetition(Repetition::OPTIONAL)
                .build(),
            Shape::Line { .. } => Type::primitive_type_builder(self.name, PhysicalType::INT32)
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

/// The schema of the file.
pub(super) fn schema() -> Result<TypePtr> {
    let fields = Column::ALL.iter().map(|column| column.schema().map(Arc::new));
    let fields = fields.collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("samples").with_fields(fields).build()?))
}

/// The value of an enumeration that is called `name` in files.
fn from_name<'de, T: Deserialize<'de>>(name: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<NotAName>::new(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Kind, Level};

    #[test]
    fn the_columns_are_the_fields_in_their_order() {
        let mut line = serde_json::to_string(&Sample::new("repo", Kind::Pair, Level::File)).unwrap();
        let fields = serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(&line).unwrap().len();
        assert_eq!(fields, Column::ALL.len());
        for column in Column::ALL {
            let place = line.find(&format!("\"{}\":", column.name));
            line.drain(..=place.expect(column.name));
        }
    }
}
