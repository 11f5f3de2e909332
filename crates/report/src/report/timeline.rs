//! How much there was at what time.

use schemars::JsonSchema;
use serde::Serialize;

use crate::RecordUnit;

/// How much there was at what time, at instants that are evenly spaced.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Timeline {
    /// The instants, in seconds since the start; resumed runs count as one.
    pub seconds: Vec<f64>,
    /// A series for each collector that makes something itself; sources of advisories do not.
    pub series: Vec<Series>,
}

/// What one collector had.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Series {
    /// The collector.
    pub collector: String,
    /// What is counted, in the plural.
    #[schemars(with = "String")]
    pub unit: RecordUnit,
    /// How much there was, at each instant.
    pub values: Vec<u64>,
}
