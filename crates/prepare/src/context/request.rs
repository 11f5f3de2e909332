//! What is known of the function of a row whose context is looked up.

use std::ops::RangeInclusive;

use serde_json::Value;
use streamguard_dataset::Language;
use streamguard_table::{CodeReader, Row, TableSchema};

/// Columns of StreamGuard's own rows that say what the columns of other datasets do not.
const OWN_COLUMNS: [&str; 5] =
    ["level", "parent_commit", "path_before", "start_line_before", "end_line_before"];

/// Function whose context is wanted.
#[derive(Clone, Debug)]
pub(crate) struct ContextRequest {
    pub(crate) repository: String,
    pub(crate) commit: RequestedCommit,
    pub(crate) path: String,
    pub(crate) function: String,
    /// Lines before the fix, if they are known.
    pub(crate) lines: Option<RangeInclusive<u32>>,
    pub(crate) language: Language,
    pub(crate) code: String,
}

/// Commit at which definitions are looked up.
#[derive(Clone, Debug)]
pub(crate) enum RequestedCommit {
    /// This one.
    Exact(String),
    /// The first parent of this one.
    ParentOf(String),
}

/// Reads requests from rows.
pub(crate) struct RequestReader {
    places: [Option<usize>; OWN_COLUMNS.len()],
}

impl RequestReader {
    /// Tells whether a column is needed beside those that have a role.
    pub(crate) fn needs(column: &str) -> bool {
        OWN_COLUMNS.contains(&column)
    }

    /// Finds the columns in a schema. In the rows of others, these names may mean anything.
    pub(crate) fn new(schema: &TableSchema) -> Self {
        let is_own = ["vulnerable_code", "fixed_code"].iter().all(|name| schema.position(name).is_some());
        Self { places: OWN_COLUMNS.map(|name| schema.position(name).filter(|_| is_own)) }
    }

    /// Reads the request of a row; `None` if it has no function before a fix whose place is known.
    pub(crate) fn read(&self, row: &Row, reader: &CodeReader) -> Option<ContextRequest> {
        let value = |at: usize| self.places[at].map(|place| &row[place]);
        let text = |at: usize| value(at).and_then(Value::as_str).filter(|text| !text.is_empty());
        if text(0).is_some_and(|level| level != "function") {
            return None;
        }
        let [before, after] = reader.texts(row).sides;
        // Benign code is the same before and after.
        let is_benign = reader.is_benign(row);
        let code = before.or(after.filter(|_| is_benign)).filter(|code| !code.is_empty())?;
        let number = |at: usize| value(at).and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
        let lines = number(3).zip(number(4)).map(|(first, last)| first..=last);
        let commit = match text(1) {
            Some(parent) => RequestedCommit::Exact(parent.to_owned()),
            None => RequestedCommit::ParentOf(reader.commits(row).into_iter().next()?),
        };
        let [function, _] = reader.names(row);
        let path = text(2).or(reader.path(row)).filter(|path| !path.is_empty())?.to_owned();
        Some(ContextRequest {
            repository: reader.repository(row)?.to_owned(),
            commit,
            function: function.filter(|name| !name.is_empty())?.to_owned(),
            lines,
            language: reader.language(row).or_else(|| Language::from_path(&path))?,
            path,
            code: code.to_owned(),
        })
    }
}
