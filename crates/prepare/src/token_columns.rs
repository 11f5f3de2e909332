//! Columns with the tokens of a model.

use serde_json::{Value, json};
use streamguard_table::{CodeColumns, CodeReader, Column, ColumnKind, Row, TableDataset, TableSchema};

use crate::tokenizer::TokenReader;

/// Adds the numbers of tokens to rows: one column, or one for each side.
pub(crate) struct TokenColumns {
    names: Vec<String>,
    reader: CodeReader,
    tokens: TokenReader,
}

impl TokenColumns {
    /// Finds the code of rows of this schema.
    pub(crate) fn new(dataset: &TableDataset, columns: &TableSchema, tokens: TokenReader) -> Self {
        let names = Self::names(dataset).map(str::to_owned).collect();
        Self { names, reader: CodeReader::new(&dataset.roles, columns, None), tokens }
    }

    fn names(dataset: &TableDataset) -> impl Iterator<Item = &'static str> {
        let names: &[&str] = match dataset.roles.code {
            CodeColumns::Pair(..) => &["token_ids_before", "token_ids_after"],
            _ => &["token_ids"],
        };
        names.iter().copied()
    }

    /// Returns the columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        self.names.iter().map(|name| Column { name: name.clone(), kind: ColumnKind::IntList })
    }

    /// Adds the values to a row, of which the columns of the dataset stand first.
    pub(crate) fn extend(&mut self, row: &mut Row) {
        for side in 0..self.names.len() {
            let code = self.reader.texts(row).sides[side];
            let ids = code.map(|code| self.tokens.read(code).iter().map(|token| json!(token.id)).collect());
            row.push(ids.map_or(Value::Null, Value::Array));
        }
    }
}
