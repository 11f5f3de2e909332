//! Tests of streamguard-git, one module per topic. Repositories are served from a folder, by the
//! simulator, or by servers that misbehave.

// Hosts and addresses that may be asked.
mod addresses;
// Mirrors that are damaged, shared, or grow too large.
mod cache;
// Servers with a single answer.
mod hosting;

mod hostile;
// Answers of hosts: none, refusals, redirects.
mod hosts;
// Names of local repositories.
mod names;
// Trees that stand for more files than can be listed.
mod trees;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use streamguard_git::{
    FetchContext, FetchedRepository, MirrorRule, RepositoryHead, fetch_blobs, fetch_commits, fetch_history,
    open_repository, repository_head,
};
use streamguard_simulator::{commit_all, has_git, run_git, write_file};
use tempfile::TempDir;

/// The repository that most tests fetch.
const URL: &str = "https://github.com/owner/name";

const VULNERABLE: &str = "def find(name):\n    return query('... %s' % name)\n";
const FIXED: &str = "def find(name):\n    return query('... ?', name)\n";

/// A folder that is served as if it were github.com, and a cache.
struct World {
    dir: TempDir,
    mirrors: Vec<MirrorRule>,
}

impl World {
    /// None, said on stderr, where there is no git.
    fn new() -> Option<Self> {
        if !has_git() {
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
        run_git(&path, ["init", "-q", "-b", "main"]);
        run_git(&path, ["config", "uploadpack.allowFilter", "true"]);
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
            ("app/db.py", FIXED, "Fix SQL injection in find"),
            ("docs/b.md", "last words", "Write more"),
        ] {
            write_file(&path, file, content);
            ids.push(commit_all(&path, message));
        }
        (path, ids)
    }

    fn fetching<'a>(&'a self, cache: &'a Path) -> FetchContext<'a> {
        FetchContext {
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
    fn commits(&self, ids: &[String]) -> FetchedRepository {
        fetch_commits(URL, ids, &self.fetching(&self.cache())).unwrap()
    }
}

/// github.com is elsewhere.
fn mirror(to: &str) -> MirrorRule {
    format!("https://github.com={to}").parse().unwrap()
}

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

/// An id that no object has.
fn unknown(n: usize) -> String {
    format!("{n:040x}")
}

/// Reads `app/db.py` before and after a commit; `None` if a file is not in the mirror.
fn versions(mirror: &Path, commit: &str) -> Option<[String; 2]> {
    let repository = open_repository(mirror).unwrap();
    let commit = repository.find_commit(id(commit)).unwrap();
    let parent = repository.find_commit(commit.parent_ids().next()?).unwrap();
    let read = |commit: &gix::Commit<'_>| {
        let entry = commit.tree().unwrap().lookup_entry_by_path("app/db.py").unwrap()?;
        let file = repository.find_object(entry.object_id()).ok()?;
        String::from_utf8(file.data.clone()).ok()
    };
    Some([read(&parent)?, read(&commit)?])
}

#[test]
fn a_commit_comes_with_its_parent_and_its_files() {
    let Some(world) = World::new() else { return };
    let (_, ids) = world.serve_fix("owner/name");
    let fetched = world.commits(&ids[3..4]);
    assert_eq!(fetched.url, URL);
    assert_eq!((fetched.moved_from.as_deref(), &fetched.missing), (None, &vec![]));
    let repository = open_repository(&fetched.path).unwrap();
    let held: Vec<bool> = ids.iter().map(|hex| repository.find_commit(id(hex)).is_ok()).collect();
    assert_eq!(held, [false, false, true, true, false]);

    // What is not there is an error, and no panic.
    let file = repository.find_commit(id(&ids[3])).unwrap().tree().unwrap();
    let file = file.lookup_entry_by_path("app/db.py").unwrap().unwrap().object_id();
    assert!(repository.find_object(file).is_err());
    assert!(repository.rev_walk([id(&ids[3])]).all().unwrap().filter_map(Result::ok).count() <= 2);
    assert!(repository.head_commit().is_err());
    assert_eq!(versions(&fetched.path, &ids[3]), None);

    fetch_blobs(&fetched, [id(&ids[3])], &world.fetching(&world.cache())).unwrap();
    assert!(open_repository(&fetched.path).unwrap().find_object(file).is_ok());
    assert_eq!(versions(&fetched.path, &ids[3]), Some([VULNERABLE, FIXED].map(str::to_owned)));
}

#[test]
fn what_is_at_hand_is_not_asked_for() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let first = world.commits(&ids[1..4]);
    let fetching = world.cache();
    let fetching = world.fetching(&fetching);
    fetch_blobs(&first, [id(&ids[3])], &fetching).unwrap();
    fs::rename(&path, world.at("away")).unwrap();
    assert_eq!(world.commits(&ids[1..4]), first);
    fetch_blobs(&first, [id(&ids[3])], &fetching).unwrap();
    assert!(fetch_commits(URL, &ids, &fetching).unwrap_err().to_string().contains("gone"));
    fs::rename(world.at("away"), &path).unwrap();
    // A parent that has become wanted itself, and the first commit, which has none.
    let all = world.commits(&ids);
    assert_eq!((&all.path, &all.missing), (&first.path, &vec![]));
    assert!(versions(&all.path, &ids[3]).is_some());
}

#[test]
fn commits_that_nobody_has_are_missing() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let tree = run_git(&path, ["rev-parse", "HEAD^{tree}"]);
    let sha256 = "7".repeat(64);
    let odd = ["", "abc", "HEAD", "--all", "+refs/heads/*:refs/heads/*", &sha256].map(str::to_owned);
    let mut wanted = vec![ids[3].clone(), unknown(7), ids[1].to_uppercase(), unknown(3), tree.clone()];
    wanted.extend(odd.clone());
    let fetched = world.commits(&wanted);
    let expected: BTreeSet<String> = odd.into_iter().chain([unknown(3), unknown(7), tree]).collect();
    assert_eq!(fetched.missing, expected.into_iter().collect::<Vec<_>>());
    assert!(fetched.path.to_str().unwrap().ends_with("github.com+owner+name.shallow"));
    assert_eq!(open_repository(&fetched.path).unwrap().find_commit(id(&ids[1])).unwrap().id, id(&ids[1]));
}

#[test]
fn where_too_many_are_refused_all_history_is_fetched() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["checkout", "-q", "--detach"]);
    write_file(&path, "README", "aside");
    let aside = commit_all(&path, "Aside");
    run_git(&path, ["checkout", "-q", "main"]);
    // On no branch, but at hand before.
    world.commits(std::slice::from_ref(&aside));
    let mut wanted: Vec<String> = (1..=12).map(unknown).collect();
    wanted.extend([ids[3].clone(), aside]);
    let fetched = world.commits(&wanted);
    assert_eq!(fetched.missing, wanted[..12]);
    assert!(fetched.path.to_str().unwrap().ends_with("github.com+owner+name.git"));
    // It is used from now on, and grows by what is asked for.
    write_file(&path, "README", "new");
    let again = world.commits(&[commit_all(&path, "New"), ids[0].clone()]);
    assert_eq!((&again.path, &again.missing), (&fetched.path, &vec![]));
}

#[test]
fn a_server_without_filters_gives_more() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["config", "uploadpack.allowFilter", "false"]);
    let fetched = world.commits(&ids[3..4]);
    assert_eq!(fetched.missing, [""; 0]);
    fetch_blobs(&fetched, [id(&ids[3])], &world.fetching(&world.cache())).unwrap();
    assert!(versions(&fetched.path, &ids[3]).is_some());
}

#[test]
fn a_merge_comes_with_both_sides() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["checkout", "-q", "-b", "side", &ids[2]]);
    write_file(&path, "side.py", "a = 1\n");
    let side = commit_all(&path, "Aside");
    run_git(&path, ["checkout", "-q", "main"]);
    run_git(&path, ["merge", "-q", "--no-ff", "-m", "Merge pull request #1 from a/b", "side"]);
    let merge = run_git(&path, ["rev-parse", "HEAD"]);
    let fetched = world.commits(std::slice::from_ref(&merge));
    let repository = open_repository(&fetched.path).unwrap();
    let parents: Vec<_> = repository.find_commit(id(&merge)).unwrap().parent_ids().collect();
    assert_eq!(parents, [id(&ids[4]), id(&side)]);
    assert!(parents.iter().all(|parent| repository.find_commit(parent.detach()).unwrap().tree().is_ok()));
}

#[test]
fn history_is_all_of_it_with_tags_and_is_updated() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["checkout", "-q", "--detach", &ids[2]]);
    write_file(&path, "old.py", "a = 1\n");
    let release = commit_all(&path, "Prepare 1.0.1");
    run_git(&path, ["tag", "v1.0.1"]);
    run_git(&path, ["checkout", "-q", "main"]);
    let cache = world.cache();
    let fetching = world.fetching(&cache);
    let fetched = fetch_history(&format!("{URL}.git/"), &fetching).unwrap();
    let head = || open_repository(&fetched.path).unwrap().head_commit().unwrap().id;
    let walk = || {
        open_repository(&fetched.path).unwrap().rev_walk([head()]).all().unwrap().map(Result::unwrap).count()
    };
    assert_eq!((head(), walk()), (id(&ids[4]), 5));
    let repository = open_repository(&fetched.path).unwrap();
    assert_eq!(repository.rev_parse_single("v1.0.1").unwrap(), id(&release));
    assert_eq!(repository.rev_parse_single(&release[..10]).unwrap(), id(&release));
    // Pushed by force, and a tag that is in the way of another.
    run_git(&path, ["reset", "-q", "--hard", &ids[1]]);
    run_git(&path, ["tag", "-d", "v1.0.1"]);
    run_git(&path, ["tag", "v1.0.1/b", &release]);
    assert_eq!(fetch_history(URL, &fetching).unwrap(), fetched);
    assert_eq!((head(), walk()), (id(&ids[1]), 2));
    fetch_blobs(&fetched, [id(&ids[3])], &fetching).unwrap();
    assert!(versions(&fetched.path, &ids[3]).is_some());
}

#[test]
fn a_head_that_leads_nowhere_comes_with_the_other_branches() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["branch", "-m", "main", "develop"]);
    run_git(&path, ["branch", "old", &ids[1]]);
    run_git(&path, ["symbolic-ref", "HEAD", "refs/heads/main"]);
    let head = |path: &Path| repository_head(&open_repository(path).unwrap()).unwrap();
    let fetched = fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    for (path, branch) in [(&path, "main"), (&fetched.path, "refs/streamguard/head")] {
        let RepositoryHead::Unborn { branch: unborn, others } = head(path) else {
            panic!("{:?}", head(path))
        };
        assert_eq!(unborn, branch);
        let others: Vec<_> = others.iter().map(|other| (other.name(), other.commit)).collect();
        assert_eq!(others, [("develop", id(&ids[4])), ("old", id(&ids[1]))]);
    }
    run_git(&path, ["symbolic-ref", "HEAD", "refs/heads/develop"]);
    assert_eq!(head(&path), RepositoryHead::Commit(id(&ids[4])));
    assert_eq!(fetch_history(URL, &world.fetching(&world.cache())).unwrap(), fetched);
    assert_eq!(head(&fetched.path), RepositoryHead::Commit(id(&ids[4])));
}

#[test]
fn a_server_with_sha256_is_refused_for_good() {
    let Some(world) = World::new() else { return };
    let path = world.at("served").join("owner/name");
    fs::create_dir_all(&path).unwrap();
    run_git(&path, ["init", "-q", "-b", "main", "--object-format=sha256"]);
    write_file(&path, "README", "words");
    commit_all(&path, "Begin");
    let error = fetch_history(URL, &world.fetching(&world.cache())).unwrap_err();
    assert!(!error.may_pass() && error.to_string().contains("sha256"), "{error}");
}

#[test]
fn an_empty_repository_has_no_history() {
    let Some(world) = World::new() else { return };
    world.serve("owner/name");
    let fetched = fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    assert_eq!(repository_head(&open_repository(&fetched.path).unwrap()).unwrap(), RepositoryHead::Empty);
    assert_eq!(world.commits(&[unknown(1)]).missing, [unknown(1)]);
}
