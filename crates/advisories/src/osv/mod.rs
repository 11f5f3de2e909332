//! The source `osv`: the bulk files of OSV, one archive for each ecosystem
//! (google.github.io/osv.dev/data).

mod archive;
mod changes;
pub mod record;

use clap::Args;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use streamguard_dataset::Advisory;
use streamguard_engine::{JobError, ShardError};

use crate::{AdvisorySource, LenientRecord, ListingWindow, SourceContext};
use archive::{ArchiveEntry, OsvArchive};
use streamguard_http::base_url::{check_base_url, join_url};
use streamguard_http::{
    Accept, Freshness, InvalidAnswer, Service, UpstreamAnswer, UpstreamError, UpstreamRequest,
    UpstreamSettings,
};

/// Ecosystems that are listed if the user names none: those whose advisories name source
/// repositories. Advisories of distributions name their own packages instead.
pub const DEFAULT_ECOSYSTEMS: [&str; 14] = [
    "GIT",
    "OSS-Fuzz",
    "PyPI",
    "npm",
    "Go",
    "crates.io",
    "Maven",
    "RubyGems",
    "Packagist",
    "NuGet",
    "Hex",
    "Pub",
    "SwiftURL",
    "GitHub Actions",
];

/// Ecosystem of records about commits instead of packages.
const GIT_ECOSYSTEM: &str = "GIT";

/// Setting that stands for all ecosystems in one archive.
const ALL_ECOSYSTEMS: &str = "all";

/// Most bytes of an archive or a list of changes.
const MAX_ARCHIVE_BYTES: u64 = 4 << 30;

/// Most bytes of a record.
const MAX_RECORD_BYTES: u64 = 64 << 20;

/// Largest number of changed records that are fetched one by one; the archive is faster above it.
const MAX_CHANGES: usize = 2000;

/// Reason to drop a file that is not a record with the id of its name.
const NOT_THE_RECORD: &str = "it is not the record of that id";

/// Settings of the source `osv`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct OsvSource {
    /// How many samples from the fixes of OSV records to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().osv_samples)]
    pub osv_samples: u64,
    /// Ecosystems to list, in OSV's names such as PyPI, or `all` [default: 14 that name repositories]
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub osv_ecosystems: Vec<String>,
    /// Where OSV's bulk files are
    #[arg(long, value_name = "URL", default_value_t = Self::default().osv_url, value_parser = check_base_url)]
    pub osv_url: String,
    /// Only records that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// Settings of the upstream
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for OsvSource {
    fn default() -> Self {
        Self {
            osv_samples: 20_000,
            osv_ecosystems: Vec::new(),
            osv_url: "https://storage.googleapis.com/osv-vulnerabilities".to_owned(),
            since: None,
            upstream: UpstreamSettings::default(),
        }
    }
}

/// Payload of one shard: one ecosystem.
#[derive(Debug, Serialize, Deserialize)]
pub struct OsvShard {
    clock_ms: u64,
    /// Name of the ecosystem; `None` for all of them.
    ecosystem: Option<String>,
    /// Time of the oldest change that is wanted; `None` for all records.
    start: Option<String>,
    /// Whether an earlier run listed the rest, so that few changes are to be expected.
    is_update: bool,
}

impl AdvisorySource for OsvSource {
    type Shard = OsvShard;

    fn name(&self) -> &'static str {
        record::SOURCE_NAME
    }

    fn title(&self) -> &'static str {
        "OSV"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.upstream
    }

    fn plan(&self, window: &ListingWindow) -> Result<Vec<OsvShard>, JobError> {
        join_url(&self.osv_url, &[], &[]).map_err(JobError::Failed)?;
        let (clock_ms, is_update) = (window.clock_ms, window.known_until_ms.is_some());
        let start = window.start(self.since.as_deref())?;
        let shard = |ecosystem| OsvShard { clock_ms, ecosystem, start: start.clone(), is_update };
        if self.osv_ecosystems.iter().any(|name| name == ALL_ECOSYSTEMS) {
            return Ok(vec![shard(None)]);
        }
        let mut names: Vec<&str> = Vec::new();
        for name in &self.osv_ecosystems {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        if names.is_empty() {
            names = DEFAULT_ECOSYSTEMS.to_vec();
        }
        Ok(names.into_iter().map(|name| shard(Some(name.to_owned()))).collect())
    }

    fn list(&self, shard: &OsvShard, context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        self.list_ecosystem(shard, context).map_err(|error| match (error, &shard.ecosystem) {
            (OsvError::Upstream(UpstreamError::NotFound { url }), Some(name)) => ShardError::failed(format!(
                "{url}: not found; if OSV has no ecosystem {name:?}, see {}/ecosystems.txt for the names",
                self.osv_url.trim_end_matches('/')
            )),
            (OsvError::Upstream(error), _) => error.into(),
            (OsvError::Shard(error), _) => error,
        })
    }

    fn unfiltered(&self, shard: &OsvShard) -> Option<Self> {
        // No field of a record states whether OSV lists it under `GIT`.
        let is_stated = shard.ecosystem.as_ref().is_some_and(|name| name != GIT_ECOSYSTEM);
        is_stated.then(|| Self {
            osv_ecosystems: vec![ALL_ECOSYSTEMS.to_owned()],
            since: None,
            ..self.clone()
        })
    }

    fn selects(&self, shard: &OsvShard, advisory: &Advisory) -> bool {
        // `Debian` also stands for `Debian:12` and all other releases.
        let is_within = |wanted: &str, name: &str| {
            name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let is_of = |wanted: &str| {
            let mut names = advisory.affected.iter().filter_map(|one| one.ecosystem.as_deref());
            names.any(|name| is_within(wanted, name))
        };
        shard.ecosystem.as_deref().is_none_or(is_of)
            && (shard.start.is_none() || shard.start <= advisory.modified)
    }
}

/// Failure of a shard. A missing archive gets a hint in the end, so errors of the upstream are kept
/// apart until then.
enum OsvError {
    Upstream(UpstreamError),
    Shard(ShardError),
}

impl From<UpstreamError> for OsvError {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl From<ShardError> for OsvError {
    fn from(error: ShardError) -> Self {
        Self::Shard(error)
    }
}

impl OsvSource {
    fn list_ecosystem(&self, shard: &OsvShard, context: &mut SourceContext<'_, '_>) -> Result<(), OsvError> {
        if let (true, Some(start)) = (shard.is_update, &shard.start)
            && self.list_changes(shard, start, context)?
        {
            return Ok(());
        }
        self.list_archive(shard, context)
    }

    /// Emits the records that changed, one by one. Returns false if there are too many of them.
    fn list_changes(
        &self,
        shard: &OsvShard,
        start: &str,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<bool, OsvError> {
        let ecosystem = shard.ecosystem.as_deref();
        let request = self.request(ecosystem, "modified_id.csv", Accept::Text, shard, MAX_ARCHIVE_BYTES)?;
        let read = &mut |answer: &UpstreamAnswer| changes::read(answer, ecosystem, start, MAX_CHANGES);
        let Some(changed) = context.ask(&request, read)? else { return Ok(false) };
        context.count("records.malformed", changed.malformed);
        for record in &changed.records {
            self.list_record(record, shard, context)?;
        }
        Ok(true)
    }

    /// Emits all records of an archive.
    fn list_archive(&self, shard: &OsvShard, context: &mut SourceContext<'_, '_>) -> Result<(), OsvError> {
        let ecosystem = shard.ecosystem.as_deref();
        let request = self.request(ecosystem, "all.zip", Accept::Archive, shard, MAX_ARCHIVE_BYTES)?;
        let mut archive = context.ask(&request, &mut |answer| OsvArchive::open(answer))?;
        for index in 0..archive.len() {
            context.check()?;
            match archive.read(index).map_err(ShardError::Failed)? {
                ArchiveEntry::Record(id, bytes) => {
                    match record::read_lenient(bytes).filter(|read| read.record.id == id) {
                        Some(read) => emit(&read, shard, context)?,
                        None => context.drop_record(&format!("{id}.json: {NOT_THE_RECORD}")),
                    }
                }
                ArchiveEntry::Malware => context.count("records.malware", 1),
                ArchiveEntry::Malformed(reason) => context.drop_record(&reason),
            }
        }
        Ok(())
    }

    /// Emits one record that changed.
    fn list_record(
        &self,
        changed: &changes::ChangedRecord,
        shard: &OsvShard,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<(), OsvError> {
        let (ecosystem, file) = (Some(changed.ecosystem.as_str()), format!("{}.json", changed.id));
        let request = self.request(ecosystem, &file, Accept::Json, shard, MAX_RECORD_BYTES)?;
        let read = &mut |answer: &UpstreamAnswer| {
            let bytes = answer.bytes().map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
            // The list of changes names this record. Text that is not JSON is damaged, and is asked for again.
            serde_json::from_slice::<IgnoredAny>(&bytes)
                .map_err(|error| InvalidAnswer::Damaged(format!("the answer is not a record: {error}")))?;
            Ok(record::read_lenient(&bytes).filter(|read| read.record.id == changed.id))
        };
        match context.ask(&request, read) {
            Ok(Some(read)) => emit(&read, shard, context)?,
            Ok(None) => context.drop_record(&format!("{file}: {NOT_THE_RECORD}")),
            Err(error @ UpstreamError::NotFound { .. }) => {
                context.warn(format!("OSV lists a record that is not there: {error}"));
                context.count_missing(1);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Makes the request for a file of an ecosystem, or of all of them.
    fn request(
        &self,
        ecosystem: Option<&str>,
        file: &str,
        accept: Accept,
        shard: &OsvShard,
        max_bytes: u64,
    ) -> Result<UpstreamRequest, ShardError> {
        let segments: Vec<&str> = ecosystem.into_iter().chain([file]).collect();
        Ok(UpstreamRequest {
            service: Service::Osv,
            url: join_url(&self.osv_url, &segments, &[]).map_err(ShardError::Failed)?,
            body: None,
            accept,
            freshness: Freshness::Run(shard.clock_ms),
            max_bytes,
        })
    }
}

/// Emits a record, unless its last change is too old.
fn emit(
    read: &LenientRecord<Advisory>,
    shard: &OsvShard,
    context: &mut SourceContext<'_, '_>,
) -> Result<(), ShardError> {
    if shard.start.is_none() || shard.start <= read.record.modified {
        context.emit_read(read)?;
    }
    Ok(())
}
