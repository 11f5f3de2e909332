//! The context of the rows of a shard, as records of it.

use serde_json::Value;
use streamguard_engine::{JobError, ShardError, ShardOutput};
use streamguard_table::{CodeReader, Row, TableSchema};

use super::commit_files::open_context_clones;
use super::context_finder::ContextFinder;
use super::function_context::RowContext;
use super::request::RequestReader;
use crate::job::{PrepareJob, PrepareRecord};

/// Column with the id of a row.
const ID_COLUMN: &str = "id";

/// Looks up the context of rows.
pub(crate) struct RowLookup {
    finder: ContextFinder,
    requests: RequestReader,
    id: Option<usize>,
}

impl RowLookup {
    /// Opens the clones that the settings name.
    ///
    /// # Errors
    /// A path that is not a repository.
    pub(crate) fn new(job: &PrepareJob, schema: &TableSchema) -> Result<Self, JobError> {
        Ok(Self {
            finder: ContextFinder::new(open_context_clones(&job.context)?),
            requests: RequestReader::new(schema),
            id: schema.position(ID_COLUMN),
        })
    }

    /// Tells whether a column is needed beside those that have a role.
    pub(crate) fn needs(column: &str) -> bool {
        column == ID_COLUMN || RequestReader::needs(column)
    }

    /// Emits the context of a row.
    ///
    /// # Errors
    /// An object of a repository that is missing or damaged; that the shard is to stop.
    pub(crate) fn emit(
        &mut self,
        row: &Row,
        reader: &CodeReader,
        output: &mut ShardOutput<'_>,
    ) -> Result<(), ShardError> {
        let context = match self.requests.read(row, reader) {
            Some(request) => self.finder.find(&request, &|| output.check_stopped())?,
            None => RowContext::NoFunction,
        };
        let id = self.id.map_or(Value::Null, |place| row[place].clone());
        output.emit(&PrepareRecord::Context(id, context))
    }
}
