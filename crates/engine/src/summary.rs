//! The summary of a job: metrics and tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Metrics and tables that a job reports at its end. Everything that a report says about the result of a job comes
/// from here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Single values by name, such as `words` or `latency_ms.p99`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, Value>,
    /// Values in rows and columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<SummaryTable>,
}

/// A table with a title; every row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SummaryTable {
    /// Title of the table.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells, row by row.
    pub rows: Vec<Vec<Value>>,
}

impl JobSummary {
    /// Adds a single value.
    pub fn metric(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metrics.insert(name.into(), value.into());
        self
    }

    /// Adds a table.
    pub fn table(mut self, table: SummaryTable) -> Self {
        self.tables.push(table);
        self
    }
}
