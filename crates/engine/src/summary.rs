//! The summary of a job: metrics, tables, and what stands at the top of its report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Metrics, tables and charts that a job reports at its end. Everything that a report says about the result of a job comes
/// from here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Single values by name, such as `words` or `latency_ms.p99`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, Value>,
    /// Values in rows and columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<SummaryTable>,
    /// Figures at the top of a report, in the order of their weight. The metrics have the same, exactly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headline: Vec<SummaryFigure>,
    /// Charts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<SummaryChart>,
}

/// A figure for people, with rounded numbers and their units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryFigure {
    /// Name of the figure.
    pub name: String,
    /// Value in few characters, such as `1.2 GiB`.
    pub value: String,
    /// What else is to be said of it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A chart of columns side by side, such as counts over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryChart {
    /// Title of the chart.
    pub title: String,
    /// Unit of the values, in the plural.
    pub unit: String,
    /// Name of each column.
    pub labels: Vec<String>,
    /// The series, each of which has a value for each column. They stand on each other.
    pub series: Vec<SummarySeries>,
}

/// A series of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummarySeries {
    /// Name of the series.
    pub name: String,
    /// Value for each column.
    pub values: Vec<u64>,
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

    /// Adds a figure to the top of the report.
    pub fn figure(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
        note: impl Into<String>,
    ) -> Self {
        self.headline.push(SummaryFigure { name: name.into(), value: value.into(), note: note.into() });
        self
    }

    /// Adds a chart.
    pub fn chart(mut self, chart: SummaryChart) -> Self {
        self.charts.push(chart);
        self
    }

    /// Adds a table.
    pub fn table(mut self, table: SummaryTable) -> Self {
        self.tables.push(table);
        self
    }
}
