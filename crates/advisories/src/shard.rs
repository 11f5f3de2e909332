//! Shards of an advisory job: the advisories that are known already, then what the source lists.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::listing::CachedListing;

/// Field that only the shard of known advisories has.
const LISTING_KEY: &str = "listing";

/// Field that only the shard of advisories with a time to come has.
const AHEAD_KEY: &str = "listed_ahead_ms";

/// Payload of one shard of an advisory job.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AdvisoryShard<S> {
    /// Advisories that an earlier run listed.
    Known {
        /// The listing in the cache.
        listing: CachedListing,
    },
    /// Advisories that an earlier run listed at a time that is yet to come. They are not used: nobody knows what that
    /// run missed.
    Ahead {
        /// Time of the listing, in milliseconds since 1970-01-01 UTC.
        listed_ahead_ms: u64,
    },
    /// Advisories that the source lists now.
    Source(S),
}

impl<'de, S: DeserializeOwned> Deserialize<'de> for AdvisoryShard<S> {
    /// Decides by the fields `listing` and `listed_ahead_ms`, which no shard of a source has. Plans hold the shards of
    /// sources without a tag around them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Value::deserialize(deserializer)?;
        if let Some(time) = payload.get(AHEAD_KEY) {
            return u64::deserialize(time)
                .map(|listed_ahead_ms| Self::Ahead { listed_ahead_ms })
                .map_err(D::Error::custom);
        }
        match payload.get(LISTING_KEY) {
            Some(listing) => CachedListing::deserialize(listing).map(|listing| Self::Known { listing }),
            None => serde_json::from_value(payload).map(Self::Source),
        }
        .map_err(D::Error::custom)
    }
}
