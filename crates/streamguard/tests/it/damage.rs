//! Flipped bits in files that this program wrote and reads again: the same bytes come out, or the run does not call
//! itself complete.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use streamguard_simulator::{commit_all, has_git, run_git, write_file};

use crate::{dataset, stderr, streamguard};

/// Number of flipped bits; `cargo xtask attack` sets a higher one.
pub(crate) fn flips() -> usize {
    std::env::var("STREAMGUARD_FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(5)
}

/// A generator of numbers (Marsaglia's xorshift64), so that a failure can be repeated.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Lists the files below a folder by their paths. A program may run in it: what vanishes meanwhile is left out.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(status.success());
}

/// Flips one bit in one of the files of a folder, again and again, and checks what `command` makes of it. `is_meant`
/// chooses the files by their paths in the folder.
fn survive(folder: &Path, is_meant: &dyn Fn(&Path) -> bool, command: &dyn Fn(&Path) -> Output) {
    let work = tempfile::tempdir().unwrap();
    let intact = &work.path().join("intact");
    copy(folder, intact);
    // Settings name the folder, so it keeps its place.
    let restore = || {
        fs::remove_dir_all(folder).unwrap();
        copy(intact, folder);
    };
    let output = command(folder);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = dataset(folder);
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let meant: Vec<PathBuf> =
        files(intact).into_iter().filter(|path| is_meant(path.strip_prefix(intact).unwrap())).collect();
    assert!(!meant.is_empty());
    let (mut same, mut told) = (0, 0);
    for _ in 0..flips() {
        restore();
        let name = meant[random.below(meant.len())].strip_prefix(intact).unwrap().to_owned();
        let file = folder.join(&name);
        let mut bytes = fs::read(&file).unwrap();
        let bit = random.below(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        // git makes its files read-only.
        fs::remove_file(&file).unwrap();
        fs::write(&file, bytes).unwrap();
        let shown = format!("bit {bit} of {}", name.display());
        let output = command(folder);
        let said = stderr(&output);
        assert!(!said.contains("panicked"), "{shown}: {said}");
        match output.status.code() {
            Some(0) => {
                assert!(dataset(folder) == expected, "{shown}: complete, with other data: {said}");
                same += 1;
            }
            Some(_) => {
                assert!(!said.trim().is_empty(), "{shown}: nothing was said");
                told += 1;
            }
            None => panic!("{shown}: {:?}", output.status),
        }
    }
    // Shown by `cargo xtask attack`.
    let counts = format!("{same} gave the same data, {told} were told");
    let _ = writeln!(std::io::stderr(), "{} flipped bits in {} files: {counts}", flips(), meant.len());
}

/// Returns a run that mines a few repositories of a world in a snapshot.
fn replay(folder: &Path) -> Command {
    let mut command = streamguard(folder);
    command.args([
        "collect",
        "--snapshot",
        "some.snapshot",
        "--collectors",
        "repo,cve",
        "--repo-samples",
        "60",
    ]);
    command.args(["--cve-samples", "20", "--no-dashboard", "--report-formats", "json"]);
    command
}

/// Makes a folder with a snapshot, and a cache with what was unpacked of it.
fn folder_with_snapshot() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshot/demo.snapshot");
    fs::copy(demo, folder.path().join("some.snapshot")).unwrap();
    let output = replay(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    folder
}

#[test]
fn a_damaged_snapshot_gives_the_same_data_or_none() {
    let folder = folder_with_snapshot();
    // With an empty cache, all of the file is read.
    fs::remove_dir_all(folder.path().join("cache")).unwrap();
    survive(folder.path(), &|_| true, &|folder| replay(folder).output().unwrap());
}

#[test]
fn a_damaged_unpacked_snapshot_gives_the_same_data() {
    let folder = folder_with_snapshot();
    survive(folder.path(), &|path| path.starts_with("cache"), &|folder| replay(folder).output().unwrap());
}

#[test]
fn a_damaged_mirror_gives_the_same_data() {
    if !has_git() {
        return;
    }
    let served = tempfile::tempdir().unwrap();
    let path = served.path().join("owner/name");
    fs::create_dir_all(&path).unwrap();
    run_git(&path, ["init", "-q", "-b", "main"]);
    run_git(&path, ["config", "uploadpack.allowFilter", "true"]);
    for name in ["a", "b", "c"] {
        let body =
            |query: &str| format!("def find_{name}(db, name):\n    return db.execute({query}).fetchall()\n");
        write_file(&path, format!("app/{name}.py"), body("\"SELECT * FROM t WHERE n = '%s'\" % name"));
        commit_all(&path, "Add find");
        write_file(&path, format!("app/{name}.py"), body("\"SELECT * FROM t WHERE n = ?\", (name,)"));
        commit_all(&path, "Fix SQL injection in find");
    }
    let mirror = format!("https://github.com={}", served.path().display());
    let collect = |folder: &Path| {
        let mut command = streamguard(folder);
        command.args(["collect", "--collectors", "repo", "--repo", "https://github.com/owner/name"]);
        command.args([
            "--since",
            "all",
            "--git-mirrors",
            &mirror,
            "--no-dashboard",
            "--report-formats",
            "json",
        ]);
        command.output().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let output = collect(folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    survive(folder.path(), &|path| path.starts_with("cache/streamguard/git"), &collect);
}

#[test]
fn a_damaged_unfinished_run_is_resumed_to_the_same_data_or_refused() {
    let folder = folder_with_snapshot();
    let collect = |folder: &Path, flags: &[&str]| {
        let mut command = replay(folder);
        command.args(["--synthetic-samples", "3000", "--workers", "1", "--mode", "threading"]).args(flags);
        command
    };
    let state = folder.path().join("data/raw/.streamguard");
    let mut child = collect(folder.path(), &[]).spawn().unwrap();
    let start = Instant::now();
    let shards = || files(&state).iter().filter(|path| path.starts_with(state.join("shards"))).count();
    while !state.join("shards").exists() || shards() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let is_state = |path: &Path| path.starts_with("data") && !path.ends_with("lock");
    survive(folder.path(), &is_state, &|folder| collect(folder, &["--resume"]).output().unwrap());
}
