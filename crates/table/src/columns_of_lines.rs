//! Columns of a file of JSON lines: all keys, in the order in which they first stand, with types that hold all values.

use std::fmt;
use std::path::Path;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::column::{ColumnKind, MAX_COLUMNS, TableSchema};
use crate::error::TableError;
use crate::json_lines::LineReader;

pub(crate) fn schema(path: &Path) -> Result<TableSchema, TableError> {
    let mut lines = LineReader::open(path, 0)?;
    let mut schema = TableSchema::default();
    let mut line = Vec::new();
    while lines.next(&mut line)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let mut source = serde_json::Deserializer::from_slice(&line);
        let read = SchemaSeed(&mut schema).deserialize(&mut source).and_then(|()| source.end());
        read.map_err(|error| lines.fault(format!("not a row: {error}")))?;
    }
    Ok(schema)
}

/// Adds the keys of an object to a schema.
struct SchemaSeed<'a>(&'a mut TableSchema);

impl<'de> DeserializeSeed<'de> for SchemaSeed<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SchemaSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let kind = ColumnKind::of(&map.next_value::<Value>()?);
            self.0.add(&name, kind);
            // At once: each further key would be compared with all before it.
            if self.0.columns.len() > MAX_COLUMNS {
                return Err(A::Error::custom(format!(
                    "the lines have more than {MAX_COLUMNS} different keys"
                )));
            }
        }
        Ok(())
    }
}
