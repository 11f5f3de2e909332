//! Writes tables as text.

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use super::cell::field;
use crate::tables::TidyTable;

/// Writes the names of the columns, then the rows.
pub(super) fn written(table: &TidyTable<'_>) -> Vec<u8> {
    let mut writer = writer();
    put(&mut writer, table.columns);
    for row in &table.rows {
        put(&mut writer, row.iter().map(|cell| field(cell).into_owned()));
    }
    finished(writer)
}

/// Writes a table of one row from top to bottom: a name and a value on each line.
pub(super) fn turned(table: &TidyTable<'_>) -> Vec<u8> {
    let mut writer = writer();
    put(&mut writer, ["metric", "value"]);
    for (column, cell) in table.columns.iter().zip(table.rows.iter().flatten()) {
        put(&mut writer, [*column, &field(cell)]);
    }
    finished(writer)
}

/// Returns a writer whose lines end with CR LF, as RFC 4180 asks.
fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new())
}

fn put<T: AsRef<[u8]>>(writer: &mut Writer<Vec<u8>>, fields: impl IntoIterator<Item = T>) {
    writer
        .write_record(fields)
        .unwrap_or_else(|error| unreachable!("memory takes every row of this length: {error}"));
}

fn finished(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().unwrap_or_else(|error| unreachable!("memory takes everything: {error}"))
}
