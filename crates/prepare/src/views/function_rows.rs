//! The view of single functions.

use serde_json::{Value, json};
use streamguard_evaluate::{CodeExample, CodeSide};
use streamguard_table::{Row, TableDataset, TableSchema};

use super::function_choice::{FunctionChoice, TextChoice};
use super::side_columns::SideColumns;
use super::view_writer::PlacedRow;

/// Makes single functions of rows.
pub(super) struct FunctionRows {
    columns: SideColumns,
    tokens: Option<usize>,
    choice: FunctionChoice,
}

impl FunctionRows {
    pub(super) fn new(dataset: &TableDataset, schema: &TableSchema, choice: FunctionChoice) -> Self {
        let columns = SideColumns::new(dataset, schema);
        let tokens = columns.schema().position("n_tokens");
        Self { columns, tokens, choice }
    }

    /// Returns the columns of the functions.
    pub(super) fn schema(&self) -> &TableSchema {
        self.columns.schema()
    }

    /// Calls `take` with each function of a row, or with the reason why there is none.
    pub(super) fn functions(&self, row: &PlacedRow<'_>, mut take: impl FnMut(Result<Row, &'static str>)) {
        let mut is_example = false;
        for CodeExample { side, label, code } in row.reader.examples(row.values) {
            is_example = true;
            let at = usize::from(side == Some(CodeSide::After));
            let reason = match self.choice.of((2 * row.number + at) as u32) {
                TextChoice::Taken => None,
                TextChoice::Unlabelled => Some("functions without a label"),
                TextChoice::Empty => Some("functions without code"),
                TextChoice::Copy => Some("copies of another function with the same label"),
                TextChoice::Contradicted => Some("benign functions that another row calls vulnerable"),
            };
            if let Some(reason) = reason {
                take(Err(reason));
                continue;
            }
            // A number of a row is its id in the whole dataset only, and not in a file of a view.
            let row_id = row.reader.id(row.values, row.number);
            let (id, pair) = match side {
                None => (row_id, Value::Null),
                Some(CodeSide::Before) => (format!("{row_id}:before"), json!(row_id)),
                Some(CodeSide::After) => (format!("{row_id}:after"), json!(row_id)),
            };
            let own = [json!(id), pair, json!(label.map(u8::from)), json!(code)];
            let mut function = self.columns.row(own, row.values, side.unwrap_or(CodeSide::Before));
            if let Some(place) = self.tokens {
                // The column of the row has the longer side.
                function[place] = json!(row.tokens[at]);
            }
            take(Ok(function));
        }
        if !is_example {
            take(Err("rows that are not functions with a label"));
        }
    }
}
