//! The source `osv`: the bulk files of OSV, one archive for each ecosystem
//! (google.github.io/osv.dev/data).

mod archive;
mod changes;
pub mod record;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_dataset::Advisory;
use streamguard_engine::{JobError, ShardError};

use crate::{Advisories, AdvisorySource, moment};
use archive::{Archive, Entry};
use streamguard_http::address::{address, base};
use streamguard_http::{Accept, Access, Freshness, Progress, Request, Service, Unfit, UpstreamError};

/// Name of the source.
const NAME: &str = "osv";

/// The ecosystems whose advisories name source repositories, when none is asked for. Left out
/// are the distributions, whose advisories name packages of theirs.
pub const ECOSYSTEMS: [&str; 14] = [
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

/// What asks for all ecosystems in one archive.
const ALL: &str = "all";

/// Most bytes of an archive, and of a record.
const ARCHIVE_BYTES: u64 = 4 << 30;
const RECORD_BYTES: u64 = 64 << 20;

/// Above so many changes the archive is faster than the records one by one.
const MANY_CHANGES: usize = 2000;

/// How many odd entries of an archive are named.
const NAMED: u64 = 3;

/// Settings of the source `osv`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Osv {
    /// How many samples from the fixes of OSV records to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().osv_samples)]
    pub osv_samples: u64,
    /// Ecosystems to list, in OSV's names such as PyPI, or `all` [default: 14 that name repositories]
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub osv_ecosystems: Vec<String>,
    /// Where OSV's bulk files are
    #[arg(long, value_name = "URL", default_value_t = Self::default().osv_url, value_parser = base)]
    pub osv_url: String,
    /// Only records that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// The way to OSV
    #[arg(skip)]
    pub access: Access,
}

impl Default for Osv {
    fn default() -> Self {
        Self {
            osv_samples: 20_000,
            osv_ecosystems: Vec::new(),
            osv_url: "https://storage.googleapis.com/osv-vulnerabilities".to_owned(),
            since: None,
            access: Access::default(),
        }
    }
}

/// What a shard lists: one ecosystem.
#[derive(Debug, Serialize, Deserialize)]
struct Piece {
    clock_ms: u64,
    /// None for all of them.
    ecosystem: Option<String>,
    /// Only what changed since then.
    start: Option<String>,
    /// Whether an earlier run listed the rest, so that few changes are to be expected.
    is_update: bool,
}

impl AdvisorySource for Osv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn access_mut(&mut self) -> &mut Access {
        &mut self.access
    }

    fn plan(&self, clock_ms: u64, earlier: Option<u64>) -> Result<Vec<Value>, JobError> {
        address(&self.osv_url, &[], &[]).map_err(JobError::Failed)?;
        let start = moment::start(self.since.as_deref(), earlier)?;
        let is_update = earlier.is_some();
        let piece = |ecosystem| json!(Piece { clock_ms, ecosystem, start: start.clone(), is_update });
        if self.osv_ecosystems.iter().any(|name| name == ALL) {
            return Ok(vec![piece(None)]);
        }
        let mut names: Vec<&str> = Vec::new();
        for name in &self.osv_ecosystems {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        if names.is_empty() {
            names = ECOSYSTEMS.to_vec();
        }
        Ok(names.into_iter().map(|name| piece(Some(name.to_owned()))).collect())
    }

    fn list(&self, payload: &Value, advisories: &mut Advisories<'_, '_>) -> Result<(), ShardError> {
        let piece = Piece::deserialize(payload).map_err(ShardError::failed)?;
        let listed = self.list_piece(&piece, advisories);
        listed.map_err(|fault| match (fault, &piece.ecosystem) {
            (Fault::Upstream(UpstreamError::NotFound { url }), Some(name)) => ShardError::failed(format!(
                "{url}: not found; if OSV has no ecosystem {name:?}, see {}/ecosystems.txt for its names",
                self.osv_url.trim_end_matches('/')
            )),
            (Fault::Upstream(error), _) => error.into(),
            (Fault::Shard(error), _) => error,
        })
    }
}

/// What can go wrong in a shard.
enum Fault {
    Upstream(UpstreamError),
    Shard(ShardError),
}

impl From<UpstreamError> for Fault {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl From<ShardError> for Fault {
    fn from(error: ShardError) -> Self {
        Self::Shard(error)
    }
}

impl Osv {
    fn list_piece(&self, piece: &Piece, advisories: &mut Advisories<'_, '_>) -> Result<(), Fault> {
        let folder = piece.ecosystem.as_deref();
        if let (true, Some(start)) = (piece.is_update, &piece.start) {
            let request = self.request(folder, "modified_id.csv", Accept::Text, piece, ARCHIVE_BYTES)?;
            let read = &mut |answer: &_| changes::read(answer, folder, start, MANY_CHANGES);
            if let Some(changed) = self.access.client()?.ask(&request, advisories, read)? {
                advisories.count("records.malformed", changed.malformed);
                for change in &changed.records {
                    self.one(change, piece, advisories)?;
                }
                return Ok(());
            }
        }
        let request = self.request(folder, "all.zip", Accept::Archive, piece, ARCHIVE_BYTES)?;
        let mut archive =
            self.access.client()?.ask(&request, advisories, &mut |answer| Archive::open(answer))?;
        let mut odd = 0;
        for index in 0..archive.len() {
            if advisories.is_stopped() {
                return Err(ShardError::Stopped.into());
            }
            match archive.read(index).map_err(ShardError::Failed)? {
                Entry::Record(id, bytes) => match record::read(bytes).filter(|advisory| advisory.id == id) {
                    Some(advisory) => emit(&advisory, piece, advisories)?,
                    None => advisories.count("records.malformed", 1),
                },
                Entry::Malware => advisories.count("records.malware", 1),
                Entry::Malformed(reason) => {
                    advisories.count("records.malformed", 1);
                    if odd < NAMED {
                        advisories.warn(format!("OSV: an entry that is not read: {reason}"));
                    }
                    odd += 1;
                }
            }
        }
        Ok(())
    }

    /// One record that changed.
    fn one(
        &self,
        change: &changes::Change,
        piece: &Piece,
        advisories: &mut Advisories<'_, '_>,
    ) -> Result<(), Fault> {
        let (folder, file) = (Some(change.ecosystem.as_str()), format!("{}.json", change.id));
        let request = self.request(folder, &file, Accept::Json, piece, RECORD_BYTES)?;
        let read = &mut |answer: &streamguard_http::Answer| {
            let bytes = answer.bytes().map_err(|error| Unfit::Damaged(error.to_string()))?;
            // There is such a record, so anything else is damage.
            let advisory = record::read(&bytes).filter(|advisory| advisory.id == change.id);
            advisory.ok_or_else(|| Unfit::Damaged(format!("no record of {}", change.id)))
        };
        match self.access.client()?.ask(&request, advisories, read) {
            Ok(advisory) => emit(&advisory, piece, advisories)?,
            Err(UpstreamError::NotFound { .. }) => advisories.count("records.missing", 1),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn request(
        &self,
        folder: Option<&str>,
        file: &str,
        accept: Accept,
        piece: &Piece,
        max_bytes: u64,
    ) -> Result<Request, ShardError> {
        let segments: Vec<&str> = folder.into_iter().chain([file]).collect();
        Ok(Request {
            service: Service::Osv,
            url: address(&self.osv_url, &segments, &[]).map_err(ShardError::Failed)?,
            body: None,
            accept,
            freshness: Freshness::Run(piece.clock_ms),
            max_bytes,
        })
    }
}

/// Emits a record that changed late enough.
fn emit(advisory: &Advisory, piece: &Piece, advisories: &mut Advisories<'_, '_>) -> Result<(), ShardError> {
    if piece.start.is_none() || piece.start <= advisory.modified {
        advisories.emit(advisory)?;
    }
    Ok(())
}
