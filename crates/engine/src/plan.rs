//! Plans: the ordered shards of a job, made once, readable by any machine.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{JobError, ShardError};
use crate::results::EarlierResults;

/// Version of the plan file.
const FORMAT: u32 = 1;

/// One piece of a job: a number and a small payload that says which piece. Plans on disk and the
/// protocol carry the payload as JSON; [`crate::TypedJob`] gives it a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shard<P = Value> {
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
        let payload = P::deserialize(&self.payload).map_err(ShardError::failed)?;
        Ok(Shard { number: self.number, payload })
    }
}

/// What the engine tells a job that plans.
#[derive(Clone, Debug)]
pub struct PlanContext {
    /// The run's one reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// Raised when the run is to stop; long planning should look at it.
    pub cancel: crate::CancelToken,
    /// What the jobs made that this one comes after.
    pub results: EarlierResults,
}

/// The ordered shards of one job.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<P = Value> {
    shards: Vec<Shard<P>>,
    target: Option<u64>,
    quotas: BTreeMap<String, u64>,
    expected: Option<u64>,
}

impl<P: Serialize> Plan<P> {
    /// Converts the payloads to JSON.
    ///
    /// # Errors
    /// [`JobError::Failed`] if JSON cannot hold a payload, such as a map whose keys are not strings.
    pub fn into_json(self) -> Result<Plan, JobError> {
        let Self { shards, target, quotas, expected } = self;
        let shards = shards.into_iter().map(|shard| {
            let payload = serde_json::to_value(shard.payload)?;
            Ok(Shard { number: shard.number, payload })
        });
        let shards = shards.collect::<serde_json::Result<_>>().map_err(JobError::failed)?;
        Ok(Plan { shards, target, quotas, expected })
    }
}

impl<P> Plan<P> {
    /// Makes a plan with one shard per payload, numbered in order.
    pub fn new(payloads: impl IntoIterator<Item = P>) -> Self {
        let shards = (0..).zip(payloads).map(|(number, payload)| Shard { number, payload }).collect();
        Self { shards, target: None, quotas: BTreeMap::new(), expected: None }
    }

    /// Ends the job as soon as its first shards, in order, hold `records` records; what they
    /// hold above that is cut off. Which records these are does not depend on timing.
    pub fn with_target(mut self, records: u64) -> Self {
        self.target = Some(records);
        self.expected = Some(records);
        self
    }

    /// Ends the job as soon as its first shards, in order, have counted that much by each of
    /// these counters. Nothing is cut off.
    pub fn with_quotas(mut self, quotas: impl IntoIterator<Item = (String, u64)>) -> Self {
        self.quotas = quotas.into_iter().collect();
        self
    }

    /// Tells a view how many records to expect, without any limit.
    pub fn with_expected(mut self, records: u64) -> Self {
        self.expected = Some(records);
        self
    }

    /// The shards in order.
    pub fn shards(&self) -> &[Shard<P>] {
        &self.shards
    }

    /// How many records are enough, if there is such a number.
    pub fn target(&self) -> Option<u64> {
        self.target
    }

    /// How much is enough by each of some counters, if the plan has such quotas.
    pub fn quotas(&self) -> &BTreeMap<String, u64> {
        &self.quotas
    }

    /// How many records a view may expect.
    pub fn expected(&self) -> Option<u64> {
        self.expected
    }
}

/// A plan as it lies on disk: everything that a machine needs to run any of its shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    format: u32,
    /// Name of the job.
    pub job: String,
    /// The job's own settings.
    pub settings: Value,
    /// The run's one reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    target: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    quotas: BTreeMap<String, u64>,
    expected: Option<u64>,
    /// What the results follow from that the plan was made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    shards: Vec<Shard>,
    hash: String,
}

impl PlanFile {
    /// Binds a plan to the job and the settings that made it.
    pub fn new(job: &str, settings: Value, planning: &PlanContext, plan: Plan) -> Self {
        let mut file = Self {
            format: FORMAT,
            job: job.to_owned(),
            settings,
            clock_ms: planning.clock_ms,
            target: plan.target,
            quotas: plan.quotas,
            after: planning.results.identity().to_vec(),
            expected: plan.expected,
            shards: plan.shards,
            hash: String::new(),
        };
        file.hash = file.digest();
        file
    }

    /// BLAKE3 of what decides the output: job, settings, target, quotas, shards and the version of
    /// this program. The clock counts only as far as a payload holds it.
    fn digest(&self) -> String {
        let decisive =
            (env!("CARGO_PKG_VERSION"), &self.job, &self.settings, &self.target, &self.quotas, &self.shards);
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(&mut hasher, &decisive)
            .expect("a plan is plain JSON, and a hasher takes any bytes");
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// The hash that results of this plan carry.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The plan itself.
    pub fn into_plan(self) -> Plan {
        Plan { shards: self.shards, target: self.target, quotas: self.quotas, expected: self.expected }
    }

    /// Writes the file so that it is whole or absent.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        streamguard_durable::write_atomic(path, &serde_json::to_vec(self)?)
    }

    /// Reads a file that [`PlanFile::write`] wrote.
    ///
    /// # Errors
    /// What the file system says; `InvalidData` if it is no plan of this format, or was changed.
    pub fn read(path: &Path) -> io::Result<Self> {
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
        let plan: Self = serde_json::from_slice(&std::fs::read(path)?)
            .map_err(|error| invalid(format!("not a plan: {error}")))?;
        if plan.format != FORMAT {
            return Err(invalid(format!("plan format {}, this program reads {FORMAT}", plan.format)));
        }
        if plan.digest() != plan.hash {
            return Err(invalid(
                "the plan was changed, or comes from another version of this program".to_owned(),
            ));
        }
        Ok(plan)
    }
}
