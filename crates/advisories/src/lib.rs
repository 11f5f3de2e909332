//! Sources of advisories, and what makes each of them a job.
//!
//! An advisory has no code: that comes later, from the commits that it refers to. What a source
//! said is kept as a listing in the cache, so that the next run asks only for what changed.

pub mod cve;
pub mod cvss;
pub mod github;
mod listing;
pub mod moment;
pub mod name;
pub mod osv;

pub use cve::Cve;
pub use github::Github;
pub use osv::Osv;

use std::collections::HashMap;
use std::fmt::Debug;
use std::io::Write;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::time::Duration;
use streamguard_dataset::Advisory;
use streamguard_engine::{
    Job, JobError, JobSummary, LogLevel, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError,
    ShardLimits, ShardOutput,
};

use listing::{Listing, Making};

use streamguard_http::{Access, Progress};

/// How far changes that are asked for reach back before what is known already, in milliseconds: this
/// machine's clock may be fast, and a database may publish a change later than it dates it.
const OVERLAP_MS: u64 = 6 * 3_600_000;

/// A source of advisories. Its value is its settings; wrapped in [`Gather`] it is a job.
pub trait AdvisorySource: Serialize + Debug + Send + Sync {
    /// The name: of the job, of the section in `streamguard.toml`, of [`Advisory::collector`].
    fn name(&self) -> &'static str;

    /// The way to the upstream.
    fn access(&self) -> &Access;

    /// The same, to be given credentials.
    fn access_mut(&mut self) -> &mut Access;

    /// How its shards may use the machine. They mostly wait: for budgets, for whole archives.
    fn limits(&self) -> ShardLimits {
        // The client has tried what there is to try.
        ShardLimits {
            deadline: Duration::from_secs(24 * 3600),
            max_attempts: 1,
            extra_io_slots: 2,
            ..ShardLimits::default()
        }
    }

    /// The payloads of its shards, in order. No network is used here. `clock_ms` names the run,
    /// and is its idea of now; with `earlier`, only what changed after that reading is wanted.
    ///
    /// # Errors
    /// Anything that makes the whole source impossible.
    fn plan(&self, clock_ms: u64, earlier: Option<u64>) -> Result<Vec<Value>, JobError>;

    /// Emits the advisories of one shard.
    ///
    /// # Errors
    /// [`ShardError`]; a single record that is no advisory is counted instead.
    fn list(&self, payload: &Value, advisories: &mut Advisories<'_, '_>) -> Result<(), ShardError>;
}

/// A running shard of a source: takes advisories.
pub struct Advisories<'a, 'o> {
    output: &'a mut ShardOutput<'o>,
}

impl Advisories<'_, '_> {
    /// Emits an advisory.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn emit(&mut self, advisory: &Advisory) -> Result<(), ShardError> {
        self.output.emit(advisory)
    }

    /// Counts something that is worth a figure.
    pub fn count(&mut self, name: &str, n: u64) {
        self.output.count(name, n);
    }
}

impl Progress for Advisories<'_, '_> {
    fn is_stopped(&self) -> bool {
        self.output.check_stopped().is_err()
    }

    fn info(&mut self, text: String) {
        self.output.log(LogLevel::Info, text);
    }

    fn warn(&mut self, text: String) {
        self.output.log(LogLevel::Warning, text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.output.set_activity(text);
    }
}

/// A source of advisories as a job: they go to `<name>.advisories.jsonl`.
#[derive(Clone, Debug)]
pub struct Gather<S>(pub S);

impl<S> Deref for Gather<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> DerefMut for Gather<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0
    }
}

impl<S: AdvisorySource> Job for Gather<S> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn settings(&self) -> Value {
        json!(self.0)
    }

    fn secrets(&self) -> Secrets {
        self.0.access().credentials.secrets()
    }

    fn unit(&self) -> &str {
        "advisories"
    }

    fn limits(&self) -> ShardLimits {
        self.0.limits()
    }

    fn plan(&self, planning: &PlanContext) -> Result<Plan, JobError> {
        let earlier = self.keeps_listing().and_then(|key| Listing::find(&self.0.access().cache, &key));
        // A snapshot is replayed at the time at which it was recorded.
        let clock_ms = self.0.access().clock_ms.unwrap_or(planning.clock_ms);
        let as_of = earlier.as_ref().map(|listing| listing.as_of_ms.saturating_sub(OVERLAP_MS));
        let changes = self.0.plan(clock_ms, as_of)?;
        let base = earlier.map(|listing| json!(Base { listing }));
        Ok(Plan::new(base.into_iter().chain(changes)))
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        if let Ok(Base { listing }) = Base::deserialize(&shard.payload) {
            let emit = |line: &str| {
                let record: &RawValue = serde_json::from_str(line).map_err(ShardError::failed)?;
                output.emit(&record)
            };
            return listing.each(&self.0.access().cache, emit).map_err(|error| {
                ShardError::Failed(format!("cannot use what is known already ({error}): try --no-cache"))
            })?;
        }
        self.0.list(&shard.payload, &mut Advisories { output })
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let newest = newest(merge)?;
        let mut file = merge.create_file(&file_name(self.0.name()))?;
        let cache = &self.0.access().cache;
        let in_cache =
            |error| JobError::Failed(format!("cannot write the cache at {}: {error}", cache.display()));
        // What is incomplete is no ground to ask for changes only.
        let key = self.keeps_listing().filter(|_| merge.missing_shards() == 0);
        let mut listing = key.map(|key| Making::begin(cache, &key)).transpose().map_err(in_cache)?;
        let (mut at, mut advisories) = (0_u64, 0_u64);
        merge.for_each_record(|line| {
            let head = Head::read(line)?;
            let is_newest = newest.get(head.id.as_ref()).is_some_and(|(_, newest)| *newest == at);
            at += 1;
            if !is_newest {
                return Ok(());
            }
            advisories += 1;
            listing.as_mut().map_or(Ok(()), |listing| listing.add(line)).map_err(in_cache)?;
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))
        })?;
        merge.commit_file(file)?;
        listing.map_or(Ok(()), |listing| listing.keep(merge.clock_ms())).map_err(in_cache)?;
        Ok(JobSummary::default().metric("advisories", advisories))
    }
}

impl<S: AdvisorySource> Gather<S> {
    /// The key of its listing, if it keeps one: what a snapshot says is known for good.
    fn keeps_listing(&self) -> Option<String> {
        let is_live = self.0.access().snapshot.is_none();
        is_live.then(|| listing::key(self.0.name(), json!(self.0)))
    }
}

/// Payload of the shard that emits what is known already.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    listing: Listing,
}

/// For each advisory, by id, its newest version and the position of that among the records.
fn newest(merge: &MergeContext<'_>) -> Result<HashMap<String, (Option<String>, u64)>, JobError> {
    let mut newest: HashMap<String, (Option<String>, u64)> = HashMap::new();
    let mut at = 0;
    merge.for_each_record(|line| {
        let Head { id, modified } = Head::read(line)?;
        let modified = modified.map(|modified| modified.into_owned());
        // Of two equally new ones the first counts, wherever the second comes from.
        let is_newer = newest.get(id.as_ref()).is_none_or(|(known, _)| *known < modified);
        if is_newer {
            newest.insert(id.into_owned(), (modified, at));
        }
        at += 1;
        Ok(())
    })?;
    Ok(newest)
}

/// As much of an advisory as tells its versions apart.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    modified: Option<std::borrow::Cow<'a, str>>,
}

impl<'a> Head<'a> {
    fn read(line: &'a [u8]) -> Result<Self, JobError> {
        serde_json::from_slice(line).map_err(JobError::failed)
    }
}

/// Name of the file that holds a source's advisories.
pub fn file_name(source: &str) -> String {
    format!("{source}.advisories.jsonl")
}
