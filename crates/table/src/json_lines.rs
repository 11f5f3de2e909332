//! Rows of a file of JSON lines.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use streamguard_dataset::jsonl::MAX_LINE_BYTES;
use streamguard_durable::open_regular;

use crate::column::{Row, TableSchema};
use crate::error::TableError;
use crate::table_file::TablePiece;

/// Bytes of a piece, to which the rest of its last line is added: 4 MiB.
const PIECE_BYTES: u64 = 4 << 20;

/// Size of the buffer of a reader.
const BUFFER_BYTES: usize = 256 << 10;

/// Bytes before the first line, as programs on Windows write them.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Lines of a file, bounded in length.
pub(crate) struct LineReader<'a> {
    path: &'a Path,
    input: BufReader<File>,
    /// Place of the next line, in bytes.
    pub(crate) offset: u64,
    number: u64,
}

impl<'a> LineReader<'a> {
    pub(crate) fn open(path: &'a Path, offset: u64) -> Result<Self, TableError> {
        let mut file = open_regular(path).map_err(TableError::read(path))?;
        file.seek(SeekFrom::Start(offset)).map_err(TableError::read(path))?;
        Ok(Self { path, input: BufReader::with_capacity(BUFFER_BYTES, file), offset, number: 0 })
    }

    /// Reads the next line with its line feed. Returns false at the end.
    pub(crate) fn next(&mut self, line: &mut Vec<u8>) -> Result<bool, TableError> {
        line.clear();
        // One byte more than allowed tells a line that is too long from one that just fits.
        let limit = MAX_LINE_BYTES as u64 + 2;
        let read =
            (&mut self.input).take(limit).read_until(b'\n', line).map_err(TableError::read(self.path))?;
        self.number += 1;
        if self.offset == 0 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        self.offset += read as u64;
        if read as u64 == limit && !line.ends_with(b"\n") {
            return Err(self.fault(format!("the line is longer than {MAX_LINE_BYTES} bytes")));
        }
        Ok(read > 0)
    }

    /// Returns the error for the line that was read last.
    pub(crate) fn fault(&self, reason: String) -> TableError {
        TableError::Line { path: self.path.to_owned(), line: self.number, reason }
    }
}

pub(crate) fn pieces(path: &Path) -> Result<Vec<TablePiece>, TableError> {
    let mut file = open_regular(path).map_err(TableError::read(path))?;
    let size = file.metadata().map_err(TableError::read(path))?.len();
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < size {
        let mut end = start + PIECE_BYTES;
        if end >= size {
            end = size;
        } else {
            file.seek(SeekFrom::Start(end)).map_err(TableError::read(path))?;
            end += bytes_to_line_end(&mut file).map_err(TableError::read(path))?;
        }
        pieces.push(TablePiece { start, end });
        start = end;
    }
    Ok(pieces)
}

/// Returns the number of bytes to the end of the line, with the line feed.
fn bytes_to_line_end(file: &mut File) -> std::io::Result<u64> {
    let mut buffer = vec![0; 64 << 10];
    let mut passed = 0;
    loop {
        let read = file.read(&mut buffer)?;
        match memchr::memchr(b'\n', &buffer[..read]) {
            Some(place) => return Ok(passed + place as u64 + 1),
            None if read == 0 => return Ok(passed),
            None => passed += read as u64,
        }
    }
}

pub(crate) fn read(
    path: &Path,
    piece: TablePiece,
    columns: &TableSchema,
    take: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut lines = LineReader::open(path, piece.start)?;
    let mut line = Vec::new();
    while lines.offset < piece.end && lines.next(&mut line)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let mut source = serde_json::Deserializer::from_slice(&line);
        let row = RowSeed(columns).deserialize(&mut source).and_then(|row| source.end().map(|()| row));
        take(row.map_err(|error| {
            // Lines are counted from the start of the piece, which says little where it is not the first.
            let place =
                if piece.start == 0 { String::new() } else { format!(" (from byte {} on)", piece.start) };
            lines.fault(format!("not a row{place}: {error}"))
        })?)?;
    }
    Ok(())
}

/// Reads the values of some columns of an object.
struct RowSeed<'a>(&'a TableSchema);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Row;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = vec![Value::Null; self.0.columns.len()];
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            match self.0.position(&name) {
                Some(place) => row[place] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(row)
    }
}
