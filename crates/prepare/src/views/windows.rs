//! The view of windows: long functions in overlapping parts that a model takes whole.

use serde_json::json;
use streamguard_table::{Column, ColumnKind, Row, TableSchema};

use crate::tokenizer::TokenReader;

/// Columns of a window, behind those of its function.
const WINDOW_COLUMNS: [(&str, ColumnKind); 3] =
    [("function_id", ColumnKind::Text), ("window", ColumnKind::Int), ("windows", ColumnKind::Int)];

/// Cuts functions into windows.
pub(super) struct WindowCutter {
    tokens: TokenReader,
    size: usize,
    step: usize,
    schema: TableSchema,
    id: usize,
    code: usize,
    n_tokens: Option<usize>,
}

impl WindowCutter {
    /// Creates a cutter of functions with these columns. Windows begin `step` tokens after each other.
    pub(super) fn new(functions: &TableSchema, tokens: TokenReader, size: usize, step: usize) -> Self {
        // What is said of the tokens of the whole function is not true of its parts.
        let mut schema = functions.only(|name| !name.starts_with("token_ids"));
        let place = |name: &str| schema.position(name);
        let (id, code, n_tokens) = (place("id"), place("code"), place("n_tokens"));
        schema.columns.extend(WINDOW_COLUMNS.map(|(name, kind)| Column { name: name.to_owned(), kind }));
        // Functions always have both columns.
        Self { tokens, size, step, schema, id: id.unwrap_or(0), code: code.unwrap_or(0), n_tokens }
    }

    /// Returns the columns of windows.
    pub(super) fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// Returns the windows of a function, whose columns are given.
    pub(super) fn windows(&mut self, function: &Row, columns: &TableSchema) -> Vec<Row> {
        let kept = columns.columns.iter().zip(function);
        let kept: Row = kept
            .filter(|(column, _)| self.schema.position(&column.name).is_some())
            .map(|(_, value)| value.clone())
            .collect();
        let code = kept[self.code].as_str().unwrap_or_default().to_owned();
        let places = self.places(&code);
        let function_id = kept[self.id].as_str().unwrap_or_default().to_owned();
        let window = |(number, (start, end, tokens)): (usize, &(usize, usize, usize))| {
            let mut row = kept.clone();
            row[self.id] = json!(format!("{function_id}#{number}"));
            row[self.code] = json!(code[*start..*end]);
            if let Some(place) = self.n_tokens {
                row[place] = json!(tokens);
            }
            row.extend([json!(function_id), json!(number), json!(places.len())]);
            row
        };
        places.iter().enumerate().map(window).collect()
    }

    /// Returns the first and last byte of each window, and its tokens.
    fn places(&mut self, code: &str) -> Vec<(usize, usize, usize)> {
        let mut ends = vec![0];
        for token in self.tokens.read(code) {
            ends.push(ends[ends.len() - 1] + token.bytes as usize);
        }
        let count = ends.len() - 1;
        let mut places = Vec::new();
        let mut first = 0;
        loop {
            let last = (first + self.size).min(count);
            // A token may end within a character, which both windows then have.
            let (mut start, mut end) = (ends[first], ends[last]);
            while !code.is_char_boundary(start) {
                start -= 1;
            }
            while !code.is_char_boundary(end) {
                end += 1;
            }
            places.push((start, end, last - first));
            if last == count {
                return places;
            }
            first += self.step;
        }
    }
}
