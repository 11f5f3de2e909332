//! SQL as the program `sqlite3` writes and reads it: a dump of tables.

use std::io::{self, Write};

/// Value of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SqlValue<'a> {
    /// Unknown.
    Null,
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// Text.
    Text(&'a str),
}

impl<'a> SqlValue<'a> {
    /// Returns text, or null for text that is not known.
    pub(crate) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// Returns a number, or null for a number that is not known.
    pub(crate) fn integer(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

/// A table: its name, and its columns with their types.
pub(crate) struct SqlTable {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

impl SqlTable {
    /// Writes the statement that makes the table.
    pub(crate) fn write_create(&self, output: &mut impl Write) -> io::Result<()> {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, kind)| format!("\"{name}\" {kind}")).collect();
        writeln!(output, "CREATE TABLE \"{}\" ({});", self.name, columns.join(", "))
    }

    /// Writes the statement that adds a row. Columns that are not named are null.
    pub(crate) fn write_insert(
        &self,
        output: &mut impl Write,
        cells: &[(&str, SqlValue<'_>)],
    ) -> io::Result<()> {
        debug_assert!(cells.iter().all(|(name, _)| self.columns.iter().any(|(column, _)| column == name)));
        write!(output, "INSERT INTO \"{}\" VALUES(", self.name)?;
        for (number, (column, _)) in self.columns.iter().enumerate() {
            if number > 0 {
                output.write_all(b",")?;
            }
            let cell = cells.iter().find(|(name, _)| name == column);
            write_value(output, cell.map_or(SqlValue::Null, |(_, value)| *value))?;
        }
        output.write_all(b");\n")
    }
}

fn write_value(output: &mut impl Write, value: SqlValue<'_>) -> io::Result<()> {
    match value {
        SqlValue::Null => output.write_all(b"NULL"),
        SqlValue::Integer(number) => write!(output, "{number}"),
        SqlValue::Real(number) => write!(output, "{number:?}"),
        // A byte 0 would end the statement for the reader; written as bytes, it is text like any other.
        SqlValue::Text(text) if text.contains('\0') => {
            output.write_all(b"CAST(X'")?;
            text.bytes().try_for_each(|byte| write!(output, "{byte:02X}"))?;
            output.write_all(b"' AS TEXT)")
        }
        SqlValue::Text(text) => {
            output.write_all(b"'")?;
            output.write_all(text.replace('\'', "''").as_bytes())?;
            output.write_all(b"'")
        }
    }
}
