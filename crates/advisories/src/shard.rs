//! Shards of an advisory job: the advisories that are known already, then what the source lists.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::listing::CachedListing;

/// Field that only the shard of known advisories has.
const LISTING_KEY: &str = "listing";

/// Payload of one shard of an advisory job.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AdvisoryShard<S> {
    /// Advisories that an earlier run listed.
    Known {
        /// The listing in the cache.
        listing: CachedListing,
    },
    /// Advisories that the source lists now.
    Source(S),
}

impl<'de, S: DeserializeOwned> Deserialize<'de> for AdvisoryShard<S> {
    /// Decides by the field `listing`, which no shard of a source has. Plans hold the shards of
    /// sources without a tag around them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Value::deserialize(deserializer)?;
        match payload.get(LISTING_KEY) {
            Some(listing) => CachedListing::deserialize(listing).map(|listing| Self::Known { listing }),
            None => serde_json::from_value(payload).map(Self::Source),
        }
        .map_err(D::Error::custom)
    }
}
