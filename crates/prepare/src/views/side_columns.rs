//! Columns of one side of a fix: `path_before` and `path_after` are the `path` of a single function.

use serde_json::Value;
use streamguard_evaluate::CodeSide;
use streamguard_table::{CodeColumns, Column, ColumnKind, Row, TableDataset, TableSchema};

/// Columns of a function that stand before those of its row.
const FUNCTION_COLUMNS: [(&str, ColumnKind); 4] = [
    ("id", ColumnKind::Text),
    ("pair", ColumnKind::Text),
    ("label", ColumnKind::Int),
    ("code", ColumnKind::Text),
];

/// Columns of single functions, with the columns of a row that each is made of.
#[derive(Debug)]
pub(super) struct SideColumns {
    schema: TableSchema,
    /// Places in a row, for the side before and after, of all columns but those of the function itself.
    places: Vec<[usize; 2]>,
}

impl SideColumns {
    /// Finds the columns. `schema` is that of the rows.
    pub(super) fn new(dataset: &TableDataset, schema: &TableSchema) -> Self {
        let has_sides = matches!(dataset.roles.code, CodeColumns::Pair(..));
        let code = match &dataset.roles.code {
            CodeColumns::Single(code) => vec![code.as_str()],
            CodeColumns::Pair(before, after) => vec![before.as_str(), after.as_str()],
            CodeColumns::None => Vec::new(),
        };
        let is_replaced = |name: &str| {
            code.contains(&name)
                || Some(name) == dataset.roles.label.as_deref()
                || FUNCTION_COLUMNS.iter().any(|(column, _)| *column == name)
        };
        let mut columns =
            Self { schema: TableSchema { columns: FUNCTION_COLUMNS.map(column).into() }, places: Vec::new() };
        for (place, Column { name, kind }) in schema.columns.iter().enumerate() {
            if is_replaced(name) {
                continue;
            }
            let twin = if has_sides { twin_of(name, schema) } else { None };
            match twin {
                None => columns.add(name, *kind, [place; 2]),
                Some(Twin { side: CodeSide::Before, merged, place: after }) => {
                    columns.add(&merged, kind.widened(schema.columns[after].kind), [place, after]);
                }
                // It was added with the side before.
                Some(Twin { side: CodeSide::After, .. }) => {}
            }
        }
        columns
    }

    fn add(&mut self, name: &str, kind: ColumnKind, places: [usize; 2]) {
        self.schema.columns.push(column((name, kind)));
        self.places.push(places);
    }

    /// Returns the columns of the functions.
    pub(super) fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// Returns the row of a function: what is its own, and what its row says about its side.
    pub(super) fn row(&self, own: [Value; 4], row: &Row, side: CodeSide) -> Row {
        let side = usize::from(side == CodeSide::After);
        own.into_iter().chain(self.places.iter().map(|places| row[places[side]].clone())).collect()
    }
}

fn column((name, kind): (&str, ColumnKind)) -> Column {
    Column { name: name.to_owned(), kind }
}

/// The other one of two columns of which each is about one side.
struct Twin {
    /// Side of the column whose twin this is.
    side: CodeSide,
    /// Name of both as one column.
    merged: String,
    /// Place of the twin.
    place: usize,
}

/// Returns the column of the other side, if there is one, and none that has the name of both already.
fn twin_of(name: &str, schema: &TableSchema) -> Option<Twin> {
    let (side, merged, twin) = if let Some(merged) = name.strip_suffix("_before") {
        (CodeSide::Before, merged, format!("{merged}_after"))
    } else if let Some(merged) = name.strip_suffix("_after") {
        (CodeSide::After, merged, format!("{merged}_before"))
    } else if let Some(merged) = name.strip_prefix("vulnerable_") {
        (CodeSide::Before, merged, format!("fixed_{merged}"))
    } else if let Some(merged) = name.strip_prefix("fixed_") {
        (CodeSide::After, merged, format!("vulnerable_{merged}"))
    } else {
        return None;
    };
    let is_taken = |name: &str| {
        schema.position(name).is_some() || FUNCTION_COLUMNS.iter().any(|(column, _)| *column == name)
    };
    let place = schema.position(&twin)?;
    (!merged.is_empty() && !is_taken(merged)).then(|| Twin { side, merged: merged.to_owned(), place })
}
