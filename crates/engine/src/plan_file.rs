//! Plans on disk, readable by any machine.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::{AtomicFile, read_regular, sync_folder};

use crate::plan::{Plan, PlanContext, Shard};

/// Version of the plan file.
const PLAN_FORMAT: u32 = 1;

/// Number of hexadecimal digits of the hash of a plan.
const HASH_DIGITS: usize = 32;

/// Largest plan that is read, in bytes. It is held in memory as a whole.
const MAX_PLAN_BYTES: u64 = 4 << 30;

/// A plan on disk, with everything that a machine needs to run any of its shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    format: u32,
    /// Name of the job.
    pub job: String,
    /// Settings of the job.
    pub settings: Value,
    /// Single reading of the wall clock of the run, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    target: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    quotas: BTreeMap<String, u64>,
    expected: Option<u64>,
    /// Versions of the earlier results from which the plan was made.
    #[serde(rename = "after", default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    shards: Vec<Shard>,
    hash: String,
}

impl PlanFile {
    /// Creates the file of a plan, with the job, the settings and the context from which the plan was made.
    pub fn new(job: &str, settings: Value, context: &PlanContext, plan: Plan) -> Self {
        let mut file = Self {
            format: PLAN_FORMAT,
            job: job.to_owned(),
            settings,
            clock_ms: context.clock_ms,
            target: plan.target,
            quotas: plan.quotas,
            inputs: context.results.versions().to_vec(),
            expected: plan.expected,
            shards: plan.shards,
            hash: String::new(),
        };
        file.hash = file.digest();
        file
    }

    /// Computes BLAKE3 of everything that determines the output: version of this program, job, settings, target,
    /// quotas and shards. The clock is not part of it, except where a payload contains it.
    fn digest(&self) -> String {
        // The version is part of it, because another version may emit other records for the same shard. `expected`
        // is only for views, and the clock differs in every run, so neither is part of it.
        // JSON objects of serde_json are sorted by key, so the same settings have the same bytes.
        let decisive =
            (env!("CARGO_PKG_VERSION"), &self.job, &self.settings, &self.target, &self.quotas, &self.shards);
        let mut hasher = blake3::Hasher::new();
        serde_json::to_writer(&mut hasher, &decisive)
            .expect("a plan is plain JSON, and a hasher takes any bytes");
        hasher.finalize().to_hex()[..HASH_DIGITS].to_owned()
    }

    /// Returns the hash that results of this plan carry.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the plan itself.
    pub fn into_plan(self) -> Plan {
        Plan { shards: self.shards, target: self.target, quotas: self.quotas, expected: self.expected }
    }

    /// Writes the file; after a crash it is complete or absent.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        // Not through a buffer: a plan may be hundreds of megabytes.
        let mut file = AtomicFile::create(path)?;
        serde_json::to_writer(&mut file, self)?;
        file.commit()?;
        path.parent().map_or(Ok(()), sync_folder)
    }

    /// Reads a file that [`PlanFile::write`] wrote.
    ///
    /// # Errors
    /// The operating system's error; `InvalidData` if the file is not a plan of this format, or was changed.
    pub fn read(path: &Path) -> io::Result<Self> {
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
        let plan: Self = serde_json::from_slice(&read_regular(path, MAX_PLAN_BYTES)?)
            .map_err(|error| invalid(format!("not a plan: {error}")))?;
        if plan.format != PLAN_FORMAT {
            return Err(invalid(format!("plan format {}, this program reads {PLAN_FORMAT}", plan.format)));
        }
        // The digest covers the version of the program too, because another version may make other records from the
        // same plan.
        if plan.digest() != plan.hash {
            return Err(invalid(
                "the plan was changed, or comes from another version of this program".to_owned(),
            ));
        }
        Ok(plan)
    }
}
