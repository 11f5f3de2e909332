//! A source of advisories as a job of the engine.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};

use serde::Deserialize;
use serde_json::{Value, json};
use streamguard_dataset::Advisory;
use streamguard_durable::WriteError;
use streamguard_engine::{
    INCOMPLETE_COUNTER, JobError, JobSummary, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError,
    ShardLimits, ShardOutput, TypedJob,
};
use streamguard_http::{Credentials, UpstreamAccess};

use crate::context::MISSING_COUNTER;
use crate::lenient;
use crate::listing::{self, CachedListing, ListingWriter};
use crate::shard::AdvisoryShard;
use crate::{AdvisorySource, ListingWindow, SourceContext, ids};

/// How far the changes that are asked for reach back before the known ones, in milliseconds. The
/// clock of this machine may be fast, and a database may publish a change later than it dates it.
const OVERLAP_MS: u64 = 6 * 3_600_000;

/// A source of advisories as a job. Its advisories go to `<name>.advisories.jsonl`.
#[derive(Clone, Debug)]
pub struct AdvisoryJob<S> {
    source: S,
    access: UpstreamAccess,
}

impl<S: AdvisorySource> AdvisoryJob<S> {
    /// Makes a job of a source.
    pub fn new(source: S, credentials: Credentials) -> Self {
        let access = UpstreamAccess::new(source.upstream().clone(), credentials);
        Self { source, access }
    }

    /// Makes a job that uses a given access instead of the one that the source's settings describe.
    pub fn with_access(source: S, access: UpstreamAccess) -> Self {
        Self { source, access }
    }

    /// Returns the source, which is the settings of the job.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Returns the key of its listing in the cache. A replay has none: a snapshot never changes.
    fn listing_key(&self) -> Option<String> {
        let is_live = !self.access.settings().is_replay();
        is_live.then(|| listing::key(self.source.name(), json!(self.source)))
    }

    /// Emits the advisories of an earlier run as they are.
    fn emit_known(&self, listing: &CachedListing, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let unusable = |error: io::Error| {
            ShardError::Failed(format!("cannot use the cached advisories ({error}): try --refresh-cache"))
        };
        let mut context = SourceContext::new(&self.access, output);
        for line in listing.lines(&self.access.settings().cache).map_err(unusable)? {
            let line = line.map_err(unusable)?;
            match lenient::read::<Advisory>(line.as_bytes()).filter(|read| ids::is_osv(&read.record.id)) {
                // As it is, so that the same advisories give the same bytes in every run.
                Some(read) if read.left_out.is_empty() => context.emit_line(line)?,
                Some(read) => context.emit_read(&read)?,
                None => context.drop_record(&line),
            }
        }
        context.report_faults(&format!("the known ones of {}", self.source.title()));
        Ok(())
    }

    /// Emits the advisories that the source lists now.
    fn emit_listed(&self, shard: &S::Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let mut context = SourceContext::new(&self.access, output);
        let listed = self.source.list(shard, &mut context);
        if listed.is_ok() {
            context.report_faults(self.source.title());
        }
        match listed {
            // The recorded run may have asked for everything, and with that for this as well.
            Err(error) if context.lacks_answer() => match self.emit_selected(shard, output)? {
                true => Ok(()),
                false => Err(error),
            },
            listed => listed,
        }
    }

    /// Emits the advisories of a shard out of all that a snapshot holds. Returns false if the snapshot
    /// does not hold all.
    fn emit_selected(&self, shard: &S::Shard, output: &mut ShardOutput<'_>) -> Result<bool, ShardError> {
        let Some((all, clock_ms)) = self.source.unfiltered(shard).zip(self.access.settings().clock_ms) else {
            return Ok(false);
        };
        let selected = Cell::new(0_u64);
        let selects = |advisory: &Advisory| {
            let is_selected = self.source.selects(shard, advisory);
            selected.set(selected.get() + u64::from(is_selected));
            is_selected
        };
        let mut context = SourceContext::new(&self.access, output).with_filter(&selects);
        for shard in all.plan(&ListingWindow::everything(clock_ms)).map_err(ShardError::failed)? {
            match all.list(&shard, &mut context) {
                Err(_) if context.lacks_answer() => return Ok(false),
                listed => listed?,
            }
        }
        context.report_faults(self.source.title());
        if selected.get() == 0 {
            // A misspelt value looks the same: in a replay there is no upstream that refuses it.
            let (name, part) = (self.source.name(), filter_part(&json!(shard)));
            context.warn(format!("the snapshot holds all records of {name}, and none fits the filter{part}"));
        }
        Ok(true)
    }
}

impl<S: AdvisorySource> TypedJob for AdvisoryJob<S> {
    type Shard = AdvisoryShard<S::Shard>;

    fn name(&self) -> &str {
        self.source.name()
    }

    fn output_names(&self) -> Vec<String> {
        vec![file_name(self.source.name())]
    }

    fn settings(&self) -> Value {
        json!(self.source)
    }

    fn secrets(&self) -> Secrets {
        self.access.credentials().secrets()
    }

    fn unit(&self) -> &str {
        "advisories"
    }

    fn limits(&self) -> ShardLimits {
        self.source.limits()
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan<Self::Shard>, JobError> {
        let settings = self.access.settings();
        let known = self.listing_key().and_then(|key| CachedListing::find(&settings.cache, &key));
        let window = ListingWindow {
            // A snapshot is replayed at the time at which it was recorded.
            clock_ms: settings.clock_ms.unwrap_or(context.clock_ms),
            known_until_ms: known.as_ref().map(|listing| listing.as_of_ms.saturating_sub(OVERLAP_MS)),
        };
        let listed = self.source.plan(&window)?.into_iter().map(AdvisoryShard::Source);
        let known = known.map(|listing| AdvisoryShard::Known { listing });
        // The known ones first, because of two equal versions the first counts.
        Ok(Plan::new(known.into_iter().chain(listed)))
    }

    fn run(&self, shard: &Shard<Self::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        match &shard.payload {
            AdvisoryShard::Known { listing } => self.emit_known(listing, output),
            AdvisoryShard::Source(shard) => self.emit_listed(shard, output),
        }
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let newest = newest_versions(merge)?;
        let mut file = merge.create_file(&file_name(self.source.name()))?;
        let cache = &self.access.settings().cache;
        let in_cache = |error| JobError::from(WriteError::at(cache)(error));
        // A listing with gaps would hide them for good: later runs ask only for changes.
        let key = self.listing_key().filter(|_| is_whole(merge));
        let mut listing = key.map(|key| ListingWriter::create(cache, &key)).transpose().map_err(in_cache)?;
        let (mut position, mut advisories) = (0_u64, 0_u64);
        merge.for_each_record(|line| {
            let version = AdvisoryVersion::read(line)?;
            let is_newest = newest.get(version.id.as_ref()).is_some_and(|(_, newest)| *newest == position);
            position += 1;
            if !is_newest {
                return Ok(());
            }
            advisories += 1;
            if let Some(listing) = &mut listing {
                listing.add(line).map_err(in_cache)?;
            }
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))
        })?;
        merge.commit_file(file)?;
        if let Some(listing) = listing {
            // After the result: a crash in between only makes the next run ask for more.
            listing.commit(merge.clock_ms()).map_err(in_cache)?;
        }
        Ok(JobSummary::default().metric("advisories", advisories))
    }
}

/// Tells whether nothing is missing of what the source lists.
fn is_whole(merge: &MergeContext<'_>) -> bool {
    let counters = merge.counters();
    let has_gap = |name: &str| counters.get(name).is_some_and(|count| *count > 0);
    merge.missing_shards() == 0 && !has_gap(INCOMPLETE_COUNTER) && !has_gap(MISSING_COUNTER)
}

/// Describes the part of a filter that tells a shard from the others; empty if there is none. All shards
/// have the same start.
fn filter_part(shard: &Value) -> String {
    let fields = shard.as_object().into_iter().flatten().filter(|(name, _)| *name != "start");
    let texts: Vec<String> =
        fields.filter_map(|(name, value)| Some(format!("{name} {:?}", value.as_str()?))).collect();
    if texts.is_empty() { String::new() } else { format!(" ({})", texts.join(", ")) }
}

/// Finds the newest version of each advisory: by id, its date of change and its position among the
/// records.
fn newest_versions(merge: &MergeContext<'_>) -> Result<HashMap<String, (Option<String>, u64)>, JobError> {
    // Only for looking up, so that its order, which differs in every run, shows nowhere.
    let mut newest: HashMap<String, (Option<String>, u64)> = HashMap::new();
    let mut position = 0;
    merge.for_each_record(|line| {
        let AdvisoryVersion { id, modified } = AdvisoryVersion::read(line)?;
        let modified = modified.map(Cow::into_owned);
        // Of two equally new versions the first counts, so the cached one stays if nothing changed.
        let is_newer = newest.get(id.as_ref()).is_none_or(|(known, _)| *known < modified);
        if is_newer {
            newest.insert(id.into_owned(), (modified, position));
        }
        position += 1;
        Ok(())
    })?;
    Ok(newest)
}

/// The fields that tell the versions of an advisory apart.
#[derive(Deserialize)]
struct AdvisoryVersion<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    modified: Option<Cow<'a, str>>,
}

impl<'a> AdvisoryVersion<'a> {
    fn read(line: &'a [u8]) -> Result<Self, JobError> {
        serde_json::from_slice(line).map_err(JobError::failed)
    }
}

/// Returns the name of the file that holds a source's advisories.
pub fn file_name(source: &str) -> String {
    format!("{source}.advisories.jsonl")
}
