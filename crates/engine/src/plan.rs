//! Plans: the ordered shards of a job.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cancel_token::CancelToken;
use crate::earlier_results::EarlierResults;
use crate::error::{JobError, ShardError};
use crate::shard_payload::ShardPayload;

/// One piece of a job: a number and a small payload that identifies the piece. Plans on disk and the
/// protocol carry the payload as JSON; [`crate::TypedJob`] gives it a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shard<P = ShardPayload> {
    /// Position in the plan, from 0; outputs are merged in this order.
    pub number: u32,
    /// Data that the job needs to run this piece. Keep it small: it travels over pipes.
    pub payload: P,
}

impl Shard {
    /// Reads the payload as a type of the job.
    ///
    /// # Errors
    /// [`ShardError::Failed`] if the payload is not such a value.
    pub(crate) fn decode<P: DeserializeOwned>(&self) -> Result<Shard<P>, ShardError> {
        let payload = self.payload.read().map_err(ShardError::failed)?;
        Ok(Shard { number: self.number, payload })
    }
}

/// Context of a job that plans.
#[derive(Clone, Debug)]
pub struct PlanContext {
    /// Single reading of the wall clock of the run, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// Token on which the run requests a stop; planning that takes long should check it.
    pub cancel: CancelToken,
    /// Files of the jobs whose results this one needs.
    pub results: EarlierResults,
}

/// The ordered shards of one job, and the number of records that is enough, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<P = ShardPayload> {
    pub(crate) shards: Vec<Shard<P>>,
    pub(crate) target: Option<u64>,
    pub(crate) quotas: BTreeMap<String, u64>,
    pub(crate) expected: Option<u64>,
}

impl<P> Plan<P> {
    /// Makes a plan with one shard per payload, numbered in order.
    pub fn new(payloads: impl IntoIterator<Item = P>) -> Self {
        let shards = (0..).zip(payloads).map(|(number, payload)| Shard { number, payload }).collect();
        Self { shards, target: None, quotas: BTreeMap::new(), expected: None }
    }

    /// Ends the job as soon as its first shards, in order, have emitted `records` records; further records
    /// of them are cut off. The choice of records does not depend on timing.
    pub fn with_target(mut self, records: u64) -> Self {
        self.target = Some(records);
        self.expected = Some(records);
        self
    }

    /// Ends the job as soon as its first shards, in order, have reached each of these amounts in the counter of that
    /// name. No record is cut off.
    pub fn with_quotas(mut self, quotas: impl IntoIterator<Item = (String, u64)>) -> Self {
        self.quotas = quotas.into_iter().collect();
        self
    }

    /// Sets the number of records that views expect. It limits nothing.
    pub fn with_expected(mut self, records: u64) -> Self {
        self.expected = Some(records);
        self
    }

    /// Returns the shards in order.
    pub fn shards(&self) -> &[Shard<P>] {
        &self.shards
    }

    /// Returns the number of records that are enough, if there is one.
    pub fn target(&self) -> Option<u64> {
        self.target
    }

    /// Returns the amounts that are enough, by counter; empty if there are no quotas.
    pub fn quotas(&self) -> &BTreeMap<String, u64> {
        &self.quotas
    }

    /// Returns the number of records that views expect.
    pub fn expected(&self) -> Option<u64> {
        self.expected
    }
}

impl<P: Serialize> Plan<P> {
    /// Converts the payloads to JSON.
    ///
    /// # Errors
    /// [`JobError::Failed`] if JSON cannot hold a payload, such as a map whose keys are not strings.
    pub fn into_json(self) -> Result<Plan, JobError> {
        let Self { shards, target, quotas, expected } = self;
        let shards = shards.into_iter().map(|shard| {
            let payload = ShardPayload::new(&shard.payload)?;
            Ok(Shard { number: shard.number, payload })
        });
        let shards = shards.collect::<serde_json::Result<_>>().map_err(JobError::failed)?;
        Ok(Plan { shards, target, quotas, expected })
    }
}
