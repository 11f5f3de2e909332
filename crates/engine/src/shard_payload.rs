//! Data of a shard as JSON.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// What a job needs to run a shard, as the text of a JSON value: a plan of a hundred thousand shards takes a quarter of the
/// memory that parsed values would.
///
/// ```
/// use streamguard_engine::ShardPayload;
///
/// let payload = ShardPayload::new(&[1, 2])?;
/// assert_eq!(payload.read::<Vec<u32>>()?, [1, 2]);
/// assert_eq!(payload.to_string(), "[1,2]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShardPayload(Box<RawValue>);

impl ShardPayload {
    /// Writes a value as JSON. Keys of objects are sorted, so equal values have the same text.
    ///
    /// # Errors
    /// If JSON cannot hold the value, such as a map whose keys are not strings.
    pub fn new(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(&serde_json::to_value(value)?).map(Self)
    }

    /// Reads the value.
    ///
    /// # Errors
    /// If it is not of this type.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.0.get())
    }
}

impl From<Value> for ShardPayload {
    fn from(value: Value) -> Self {
        Self(serde_json::value::to_raw_value(&value).expect("a value is JSON"))
    }
}

impl PartialEq for ShardPayload {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl fmt::Display for ShardPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get())
    }
}
