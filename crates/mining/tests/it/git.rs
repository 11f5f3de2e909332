//! Remote repositories: served from a folder, by the simulator, or by servers that misbehave.

// Which hosts and addresses may be asked.
mod addresses;
// Mirrors that were left by others, that are shared, and that grow too large.
mod cache;
// Servers of one answer.
mod hosting;
// What hosts answer: nothing, no, elsewhere.
mod hosts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use gix::ObjectId;
use serde::Serialize;
use serde_json::{Value, json};
use streamguard_collect::{Collect, Collector, Samples};
use streamguard_dataset::Sample;
use streamguard_engine::{JobError, PlanContext, RunOptions, ShardError};
use streamguard_git::{Fetched, Fetching, Mirror, blobs, commits, history, open};
use streamguard_mining::{CommitMiner, SelectedCommit, SelectionReason};
use tempfile::TempDir;

use crate::repositories::{FIXED, MESSAGE, VULNERABLE, commit, git, write};
use streamguard_simulator::skip;

/// The repository that most tests fetch.
const URL: &str = "https://github.com/owner/name";

/// A folder that is served as if it were github.com, and a cache.
struct World {
    dir: TempDir,
    mirrors: Vec<Mirror>,
}

impl World {
    /// None, said on stderr, where there is no git.
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            skip("git is missing, nothing can be fetched");
            return None;
        }
        let dir = TempDir::new().unwrap();
        let to = dir.path().join("served");
        let mirrors = vec![mirror(&to.display().to_string())];
        Some(Self { dir, mirrors })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn cache(&self) -> PathBuf {
        self.at("cache")
    }

    /// Serves an empty repository.
    fn serve(&self, name: &str) -> PathBuf {
        let path = self.at("served").join(name);
        fs::create_dir_all(&path).unwrap();
        git(&path, ["init", "-q", "-b", "main"]);
        git(&path, ["config", "uploadpack.allowFilter", "true"]);
        path
    }

    /// Serves a repository with a fix among other commits. Returns all of them, oldest first.
    fn serve_fix(&self, name: &str) -> (PathBuf, Vec<String>) {
        let path = self.serve(name);
        let mut ids = Vec::new();
        for (file, content, message) in [
            ("README", "words", "Begin"),
            ("app/db.py", VULNERABLE, "Add find"),
            ("docs/a.md", "more words", "Write"),
            ("app/db.py", FIXED, MESSAGE),
            ("docs/b.md", "last words", "Write more"),
        ] {
            write(&path, file, content);
            ids.push(commit(&path, message));
        }
        (path, ids)
    }

    fn fetching<'a>(&'a self, cache: &'a Path) -> Fetching<'a> {
        Fetching {
            offline: false,
            cache,
            mirrors: &self.mirrors,
            hosts: &[],
            max_bytes: 1 << 30,
            stop: &|| false,
            progress: None,
            locate: None,
        }
    }

    /// Fetches commits of [`URL`].
    fn commits(&self, ids: &[String]) -> Fetched {
        commits(URL, ids, &self.fetching(&self.cache())).unwrap()
    }
}

/// github.com is elsewhere.
fn mirror(to: &str) -> Mirror {
    format!("https://github.com={to}").parse().unwrap()
}

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

/// An id that no object has.
fn unknown(n: usize) -> String {
    format!("{n:040x}")
}

/// Mines named commits of a repository at hand.
#[derive(Debug, Serialize)]
struct Named {
    path: PathBuf,
    commit: String,
}

impl Collector for Named {
    fn name(&self) -> &'static str {
        "named"
    }

    fn target(&self) -> u64 {
        10
    }

    fn plan(&self, _planning: &PlanContext) -> Result<Vec<Value>, JobError> {
        Ok(vec![json!(null)])
    }

    fn collect(&self, _payload: &Value, samples: &mut Samples<'_, '_>) -> Result<(), ShardError> {
        let repository = open(&self.path).map_err(ShardError::failed)?;
        let chosen = SelectedCommit { commit: id(&self.commit), reason: SelectionReason::Named };
        CommitMiner::new(&repository, "name", 0.0).mine(chosen, samples)
    }
}

fn mine(path: &Path, commit: &str) -> Vec<Sample> {
    let named = Named { path: path.to_owned(), commit: commit.to_owned() };
    let jobs: Vec<Arc<dyn streamguard_engine::Job>> = vec![Arc::new(Collect(named))];
    let finished =
        streamguard_engine::run(jobs, &RunOptions { workers: 1, ..RunOptions::default() }, None, &mut ())
            .unwrap();
    let lines = finished.files[0].get("named.jsonl").cloned().unwrap_or_default();
    let lines = String::from_utf8(lines).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_commit_comes_with_its_parent_and_its_files_and_is_mined() {
    let Some(world) = World::new() else { return };
    let (_, ids) = world.serve_fix("owner/name");
    let fetched = world.commits(&ids[3..4]);
    assert_eq!(fetched.url, URL);
    assert_eq!((fetched.moved_from.as_deref(), &fetched.missing), (None, &vec![]));
    let repository = open(&fetched.path).unwrap();
    let held: Vec<bool> = ids.iter().map(|hex| repository.find_commit(id(hex)).is_ok()).collect();
    assert_eq!(held, [false, false, true, true, false]);

    // What is not there is an error, and no panic.
    let file = repository.find_commit(id(&ids[3])).unwrap().tree().unwrap();
    let file = file.lookup_entry_by_path("app/db.py").unwrap().unwrap().object_id();
    assert!(repository.find_object(file).is_err());
    assert!(repository.rev_walk([id(&ids[3])]).all().unwrap().filter_map(Result::ok).count() <= 2);
    assert!(repository.head_commit().is_err());
    assert_eq!(mine(&fetched.path, &ids[3]).len(), 0);

    blobs(&fetched, [id(&ids[3])], &world.fetching(&world.cache())).unwrap();
    assert!(open(&fetched.path).unwrap().find_object(file).is_ok());
    let samples = mine(&fetched.path, &ids[3]);
    assert_eq!(samples.len(), 1);
    assert_eq!(samples[0].vulnerable_code.as_deref(), Some(VULNERABLE.trim_end()));
    assert_eq!(samples[0].fixed_code.as_deref(), Some(FIXED.trim_end()));
    assert_eq!(samples[0].parent_commit.as_deref(), Some(&*ids[2]));
}

#[test]
fn what_is_at_hand_is_not_asked_for() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let first = world.commits(&ids[1..4]);
    let fetching = world.cache();
    let fetching = world.fetching(&fetching);
    blobs(&first, [id(&ids[3])], &fetching).unwrap();
    fs::rename(&path, world.at("away")).unwrap();
    assert_eq!(world.commits(&ids[1..4]), first);
    blobs(&first, [id(&ids[3])], &fetching).unwrap();
    assert!(commits(URL, &ids, &fetching).unwrap_err().to_string().contains("gone"));
    fs::rename(world.at("away"), &path).unwrap();
    // A parent that has become wanted itself, and the first commit, which has none.
    let all = world.commits(&ids);
    assert_eq!((&all.path, &all.missing), (&first.path, &vec![]));
    assert_eq!(mine(&all.path, &ids[3]).len(), 1);
}

#[test]
fn commits_that_nobody_has_are_missing() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let tree = git(&path, ["rev-parse", "HEAD^{tree}"]);
    let odd = ["", "abc", "HEAD", "--all", "+refs/heads/*:refs/heads/*"].map(str::to_owned);
    let mut wanted = vec![ids[3].clone(), unknown(7), ids[1].to_uppercase(), unknown(3), tree.clone()];
    wanted.extend(odd.clone());
    let fetched = world.commits(&wanted);
    let expected: BTreeSet<String> = odd.into_iter().chain([unknown(3), unknown(7), tree]).collect();
    assert_eq!(fetched.missing, expected.into_iter().collect::<Vec<_>>());
    assert!(fetched.path.to_str().unwrap().ends_with("github.com+owner+name.shallow"));
    assert_eq!(open(&fetched.path).unwrap().find_commit(id(&ids[1])).unwrap().id, id(&ids[1]));
}

#[test]
fn where_too_many_are_refused_all_history_is_fetched() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    git(&path, ["checkout", "-q", "--detach"]);
    write(&path, "README", "aside");
    let aside = commit(&path, "Aside");
    git(&path, ["checkout", "-q", "main"]);
    // On no branch, but at hand before.
    world.commits(std::slice::from_ref(&aside));
    let mut wanted: Vec<String> = (1..=12).map(unknown).collect();
    wanted.extend([ids[3].clone(), aside]);
    let fetched = world.commits(&wanted);
    assert_eq!(fetched.missing, wanted[..12]);
    assert!(fetched.path.to_str().unwrap().ends_with("github.com+owner+name.git"));
    // It is used from now on, and grows by what is asked for.
    write(&path, "README", "new");
    let again = world.commits(&[commit(&path, "New"), ids[0].clone()]);
    assert_eq!((&again.path, &again.missing), (&fetched.path, &vec![]));
}

#[test]
fn a_server_without_filters_gives_more() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    git(&path, ["config", "uploadpack.allowFilter", "false"]);
    let fetched = world.commits(&ids[3..4]);
    assert_eq!(fetched.missing, [""; 0]);
    blobs(&fetched, [id(&ids[3])], &world.fetching(&world.cache())).unwrap();
    assert_eq!(mine(&fetched.path, &ids[3]).len(), 1);
}

#[test]
fn a_merge_comes_with_both_sides() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    git(&path, ["checkout", "-q", "-b", "side", &ids[2]]);
    write(&path, "side.py", "a = 1\n");
    let side = commit(&path, "Aside");
    git(&path, ["checkout", "-q", "main"]);
    git(&path, ["merge", "-q", "--no-ff", "-m", "Merge pull request #1 from a/b", "side"]);
    let merge = git(&path, ["rev-parse", "HEAD"]);
    let fetched = world.commits(std::slice::from_ref(&merge));
    let repository = open(&fetched.path).unwrap();
    let parents: Vec<_> = repository.find_commit(id(&merge)).unwrap().parent_ids().collect();
    assert_eq!(parents, [id(&ids[4]), id(&side)]);
    assert!(parents.iter().all(|parent| repository.find_commit(parent.detach()).unwrap().tree().is_ok()));
}

#[test]
fn history_is_all_of_it_with_tags_and_is_updated() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    git(&path, ["checkout", "-q", "--detach", &ids[2]]);
    write(&path, "old.py", "a = 1\n");
    let release = commit(&path, "Prepare 1.0.1");
    git(&path, ["tag", "v1.0.1"]);
    git(&path, ["checkout", "-q", "main"]);
    let cache = world.cache();
    let fetching = world.fetching(&cache);
    let fetched = history(&format!("{URL}.git/"), &fetching).unwrap();
    let head = || open(&fetched.path).unwrap().head_commit().unwrap().id;
    let walk = || open(&fetched.path).unwrap().rev_walk([head()]).all().unwrap().map(Result::unwrap).count();
    assert_eq!((head(), walk()), (id(&ids[4]), 5));
    let repository = open(&fetched.path).unwrap();
    assert_eq!(repository.rev_parse_single("v1.0.1").unwrap(), id(&release));
    assert_eq!(repository.rev_parse_single(&release[..10]).unwrap(), id(&release));
    // Pushed by force, and a tag that is in the way of another.
    git(&path, ["reset", "-q", "--hard", &ids[1]]);
    git(&path, ["tag", "-d", "v1.0.1"]);
    git(&path, ["tag", "v1.0.1/b", &release]);
    assert_eq!(history(URL, &fetching).unwrap(), fetched);
    assert_eq!((head(), walk()), (id(&ids[1]), 2));
    blobs(&fetched, [id(&ids[3])], &fetching).unwrap();
    assert_eq!(mine(&fetched.path, &ids[3]).len(), 1);
}

#[test]
fn an_empty_repository_has_no_history() {
    let Some(world) = World::new() else { return };
    world.serve("owner/name");
    let fetched = history(URL, &world.fetching(&world.cache())).unwrap();
    assert!(open(&fetched.path).unwrap().head().unwrap().is_unborn());
    assert_eq!(world.commits(&[unknown(1)]).missing, [unknown(1)]);
}
