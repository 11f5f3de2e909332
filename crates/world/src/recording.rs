//! Recording of upstream answers: the collectors run against the upstreams of a world, and the answers to
//! their requests go into the snapshot. They ask for everything; a replay filters these answers itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use streamguard_advisories::{
    AdvisoryJob, AdvisorySource, CveSource, GithubSource, ListingWindow, OsvSource,
};
use streamguard_cache::CacheBucket;
use streamguard_collect::CollectorJob;
use streamguard_engine::testing::run_shard;
use streamguard_engine::{CancelToken, EarlierResults, PlanContext};
use streamguard_exploitdb::ExploitDbCollector;
use streamguard_git::{self as git, FetchContext, GitError};
use streamguard_http::{UpstreamAccess, UpstreamRequest};

use crate::error::WorldError;
use crate::upstreams::{CLOCK_MS, Upstreams};

/// A file of a snapshot: path and content.
pub(crate) type SnapshotFile = (String, Vec<u8>);

/// Runs the collectors with their default settings, and asks for the archive of all ecosystems of OSV.
/// Returns the answers, as files below `answers/` by path, and below `git/` the reasons why missing
/// repositories cannot be fetched.
pub(crate) fn record(upstreams: Upstreams) -> Result<Vec<SnapshotFile>, WorldError> {
    let folder =
        tempfile::tempdir().map_err(|error| WorldError::io(Path::new("a temporary folder"), error))?;
    gone(&upstreams, folder.path())?;
    let upstreams = Arc::new(upstreams);
    let respond = move |request: &UpstreamRequest| {
        let answer = upstreams.answer(&request.url, request.body.as_deref())?;
        (answer.status == 200).then_some(answer.bytes)
    };
    let access = UpstreamAccess::recording(folder.path(), Box::new(respond));
    list(CveSource::default(), &access)?;
    list(GithubSource::default(), &access)?;
    list(OsvSource::default(), &access)?;
    // That archive is a file of its own, not the sum of the others.
    list(OsvSource { osv_ecosystems: vec!["all".to_owned()], ..OsvSource::default() }, &access)?;
    exploits(&access)?;
    let mut files = Vec::new();
    for part in [CacheBucket::Answers, CacheBucket::Git] {
        collect(&part.folder(folder.path()), part.name(), &mut files)?;
    }
    // Folders are read in the order of the file system, which differs from machine to machine.
    files.sort();
    Ok(files)
}

fn failed(collector: &str, error: impl std::fmt::Display) -> WorldError {
    WorldError::Recording { collector: collector.to_owned(), reason: error.to_string() }
}

/// Runs a source of advisories.
fn list(source: impl AdvisorySource + 'static, access: &UpstreamAccess) -> Result<(), WorldError> {
    let name = source.name();
    let shards = source.plan(&ListingWindow::everything(CLOCK_MS)).map_err(|error| failed(name, error))?;
    let job = AdvisoryJob::with_access(source, access.clone());
    for shard in shards {
        run_shard(&job, json!(shard)).map_err(|error| failed(name, error))?;
    }
    Ok(())
}

/// Runs the collector of exploits. A quick test of it makes the same requests, and stops sooner.
fn exploits(access: &UpstreamAccess) -> Result<(), WorldError> {
    use streamguard_engine::Job;
    let job = CollectorJob::with_context(ExploitDbCollector::default(), access.clone());
    let planning =
        PlanContext { clock_ms: CLOCK_MS, cancel: CancelToken::new(), results: EarlierResults::default() };
    let plan = job.plan(&planning).map_err(|error| failed(job.name(), error))?;
    for shard in plan.shards() {
        run_shard(&job, shard.payload.clone()).map_err(|error| failed(job.name(), error))?;
    }
    Ok(())
}

/// Records as gone the repositories that advisories name and that do not exist.
fn gone(upstreams: &Upstreams, folder: &Path) -> Result<(), WorldError> {
    let fetching = FetchContext {
        cache: folder,
        mirrors: &[],
        hosts: &[],
        max_bytes: 0,
        offline: false,
        stop: &|| false,
        progress: None,
        locate: None,
    };
    for advisory in upstreams.truth().into_iter().filter(|advisory| advisory.commit.is_none()) {
        let Some(url) = advisory.repository else { continue };
        let error = GitError::Gone { url: url.clone(), message: "repository not found".to_owned() };
        git::record_failure(&url, &error, &fetching).map_err(|error| failed("git", error))?;
    }
    Ok(())
}

/// Collects all files below a folder, under paths that begin with `name`.
fn collect(folder: &Path, name: &str, files: &mut Vec<SnapshotFile>) -> Result<(), WorldError> {
    let failed = |error| WorldError::io(folder, error);
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    for path in paths {
        let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else {
            files.push((name, fs::read(&path).map_err(failed)?));
        }
    }
    Ok(())
}
