//! Damaged, unusual and hostile repositories: each is mined or fails alone, and no program of it is
//! run. An intact repository is mined beside each of them and always gives its sample.

// Files that no parser can read.
mod bombs;
// Flipped bits.
mod damage;
// Long, added and deleted functions.
mod functions;
// Missing history and files, and forms that cannot be read.
mod gaps;
// Unusual histories, heads and commits.
mod histories;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use streamguard_collect::CollectorJob;
use streamguard_dataset::{QualityFlag, Sample};
use streamguard_engine::{CompletionStatus, INCOMPLETE_COUNTER, RunOptions};
use streamguard_mining::RepoCollector;
use streamguard_simulator::{commit_all, git_command, has_git, run_git, run_git_with_input, write_file};
use tempfile::TempDir;

pub(crate) const VULNERABLE: &str = "def find(db, name):\n    query = \"SELECT * FROM users WHERE name = '%s'\" % name\n    return db.execute(query).fetchall()\n";
pub(crate) const FIXED: &str = "def find(db, name):\n    query = \"SELECT * FROM users WHERE name = ?\"\n    return db.execute(query, (name,)).fetchall()\n";
pub(crate) const MESSAGE: &str = "Fix SQL injection in find";

/// A folder for repositories, with one intact repository in it.
struct TestRepositories {
    dir: TempDir,
    intact: PathBuf,
}

/// Result of mining, without the sample of the intact repository.
struct MiningResult {
    status: CompletionStatus,
    samples: Vec<Sample>,
    counters: BTreeMap<String, u64>,
    /// Reasons of failed shards, and what the shards that lack a part say.
    lost: Vec<String>,
    log: Vec<String>,
}

impl MiningResult {
    fn rejected(&self, reason: &str) -> u64 {
        self.counters.get(&format!("rejected.{reason}")).copied().unwrap_or_default()
    }

    /// Returns commit and both sides of each sample.
    fn pairs(&self) -> Vec<(Option<&str>, Option<&str>, Option<&str>)> {
        self.samples
            .iter()
            .map(|s| (s.commit.as_deref(), s.vulnerable_code.as_deref(), s.fixed_code.as_deref()))
            .collect()
    }
}

impl TestRepositories {
    /// Returns `None` if there is no git; the test is then reported as skipped.
    fn new() -> Option<Self> {
        if !has_git() {
            return None;
        }
        let dir = TempDir::new().unwrap();
        let repositories = Self { intact: dir.path().join("intact"), dir };
        repositories.fixed("intact");
        Some(repositories)
    }

    /// Returns a path in the folder.
    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes an empty repository.
    fn repository(&self, name: &str) -> PathBuf {
        let path = self.at(name);
        fs::create_dir(&path).unwrap();
        run_git(&path, ["init", "-q", "-b", "main"]);
        path
    }

    /// Makes a repository whose second commit fixes the function in `app/db.py`.
    fn fixed(&self, name: &str) -> PathBuf {
        let path = self.repository(name);
        write_file(&path, "app/db.py", VULNERABLE);
        commit_all(&path, "Add find");
        write_file(&path, "app/db.py", FIXED);
        commit_all(&path, MESSAGE);
        path
    }

    /// Mines repositories together with the intact one.
    fn mine<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> MiningResult {
        let since = Some("all".parse().unwrap());
        self.mine_with(paths, RepoCollector { since, ..RepoCollector::default() })
    }

    fn mine_with<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        settings: RepoCollector,
    ) -> MiningResult {
        let mut repo: Vec<_> = paths.into_iter().map(|path| path.as_ref().display().to_string()).collect();
        repo.push(self.intact.display().to_string());
        let options = RunOptions { workers: 2, ..RunOptions::default() };
        let jobs: Vec<Arc<dyn streamguard_engine::Job>> =
            vec![Arc::new(CollectorJob::new(RepoCollector { repo, ..settings }))];
        let finished = streamguard_engine::run(jobs, &options, None, &mut ()).unwrap();
        let state = &finished.state.jobs[0];
        let lines = finished.files[0].get("repo.jsonl").cloned().unwrap_or_default();
        let lines = String::from_utf8(lines).unwrap();
        let (intact, samples): (Vec<Sample>, Vec<Sample>) =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).partition(|sample: &Sample| {
                sample.repository.as_deref().is_some_and(|name| name.starts_with("intact@"))
            });
        assert_eq!(intact.len(), 1, "the intact repository gives its sample: {state:?}");
        let log: Vec<String> = finished.state.log.iter().map(|(_, _, text)| text.clone()).collect();
        let failed = state.failed_shards.iter().map(|(_, _, reason)| reason.clone());
        let gaps: Vec<String> = log.iter().filter(|line| is_gap(line)).cloned().collect();
        let incomplete = state.counters.get(INCOMPLETE_COUNTER).copied().unwrap_or_default();
        assert_eq!(gaps.len() as u64, incomplete, "each missing part is in the log: {log:?}");
        let lost = failed.chain(gaps).collect();
        MiningResult { status: finished.status, samples, counters: state.counters.clone(), lost, log }
    }
}

/// Tells whether a line of the log says that a part of a repository is missing.
fn is_gap(line: &str) -> bool {
    line.contains(" missing") || line.contains("only this one was read")
}

/// Writes an object without any check of its content.
fn object(repository: &Path, kind: &str, content: &[u8]) -> String {
    run_git_with_input(repository, ["hash-object", "-w", "--literally", "--stdin", "-t", kind], content)
}

/// Writes a tree of entries in the given order, which git itself may refuse to write.
fn tree(repository: &Path, entries: &[(&str, &[u8], &str)]) -> String {
    let mut content = Vec::new();
    for (mode, name, id) in entries {
        content.extend([mode.as_bytes(), b" ", name, b"\0"].concat());
        content.extend((0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()));
    }
    object(repository, "tree", &content)
}

/// Writes a commit from its text and makes it the head.
fn literal_commit(repository: &Path, content: &[u8]) -> String {
    let id = object(repository, "commit", content);
    let branch = repository.join(".git/refs/heads/main");
    fs::create_dir_all(branch.parent().unwrap()).unwrap();
    fs::write(branch, format!("{id}\n")).unwrap();
    id
}

/// Returns the path of a loose object.
fn loose(repository: &Path, id: &str) -> PathBuf {
    repository.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn damage(path: &Path, content: Option<&[u8]>) {
    fs::remove_file(path).unwrap();
    if let Some(content) = content {
        fs::write(path, content).unwrap();
    }
}

#[test]
fn every_form_of_a_repository_gives_the_same_samples() {
    let Some(repositories) = TestRepositories::new() else { return };
    let plain = repositories.fixed("plain");
    run_git(&plain, ["worktree", "add", "-q", "--detach", "../linked"]);
    run_git(&repositories.at(""), ["clone", "-q", "--bare", "plain", "bare.git"]);
    run_git(&repositories.at(""), ["clone", "-q", "--separate-git-dir=aside", "plain", "with-file"]);
    run_git(&plain, ["branch", "other"]);
    let expected = repositories.mine([&plain]);
    assert_eq!(expected.samples.len(), 1);
    assert_eq!(expected.samples[0].vulnerable_code.as_deref(), Some(VULNERABLE.trim_end()));
    for form in ["bare.git", "linked", "with-file", "aside", "plain/.git", "plain/app", "linked/app"] {
        let mined = repositories.mine([repositories.at(form)]);
        assert_eq!(mined.pairs(), expected.pairs(), "{form}");
        assert_eq!(mined.status, CompletionStatus::Complete, "{form}");
    }
}

#[cfg(unix)]
#[test]
fn unusual_files_do_not_hide_the_others() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("strange");
    let change = |code: &str, line: &str, message: &str| {
        write_file(&path, "app/db.py", code);
        write_file(&path, "app/big.py", format!("{line}\n").repeat((3 << 20) / (line.len() + 1)));
        write_file(&path, "app/binary.py", [b"\0\x01\x02\xff", line.as_bytes()].concat());
        write_file(&path, OsStr::from_bytes(b"app/n\xff.py"), code.replace("find", "find_odd_path"));
        let latin = [b"# caf\xe9\n", code.replace("find", "find_latin").as_bytes()].concat();
        write_file(&path, "app/latin.py", latin);
        for (name, function) in [("-x.py", "find_dash"), ("a\"b\n.py", "find_quote"), ("...py", "find_dots")]
        {
            write_file(&path, name, code.replace("find", function));
        }
        write_file(&path, "app/..\u{2024}/x.py", code.replace("find", "find_up"));
        write_file(&path, "app/line.py", format!("x = '{}'\n", line.repeat((1 << 20) / line.len() - 8)));
        write_file(&path, "static/a.min.js", format!("function f(){{return \"{line}\"}}"));
        write_file(&path, "run.py", code.replace("find", "find_run"));
        fs::set_permissions(path.join("run.py"), fs::Permissions::from_mode(0o755)).unwrap();
        let link = path.join("link.py");
        let _ = fs::remove_file(&link);
        symlink(format!("/etc/{line}"), link).unwrap();
        run_git(&path, ["add", "-A"]);
        let id = if code == FIXED { "1" } else { "2" }.repeat(40);
        run_git(&path, ["update-index", "--add", "--cacheinfo", &format!("160000,{id},sub.py")]);
        // The folder does not contain the submodule, so adding everything again would remove it.
        run_git(&path, ["commit", "-q", "-m", message]);
    };
    change(VULNERABLE, "before", "Add find");
    change(FIXED, "after", MESSAGE);
    let mined = repositories.mine_with(
        [&path],
        RepoCollector {
            min_confidence: 0.0,
            since: Some("all".parse().unwrap()),
            ..RepoCollector::default()
        },
    );
    let named: BTreeMap<_, _> =
        mined.samples.iter().map(|sample| (sample.function.clone().unwrap_or_default(), sample)).collect();
    for name in
        ["find", "find_odd_path", "find_latin", "find_dash", "find_quote", "find_dots", "find_up", "find_run"]
    {
        assert!(named.contains_key(name), "{name} of {:?} {:?}", named.keys(), mined.counters);
    }
    assert!(named["find_latin"].quality_flags.contains(&QualityFlag::InvalidUtf8));
    assert_eq!(named["find_odd_path"].path_after.as_deref(), Some("app/n\u{fffd}.py"));
    assert_eq!(mined.rejected("not_a_file"), 2, "{:?}", mined.counters);
    assert!(mined.rejected("oversized_file") >= 1, "{:?}", mined.counters);
    assert!(mined.rejected("binary_file") >= 1, "{:?}", mined.counters);
    assert!(mined.rejected("minified_file") >= 1, "{:?}", mined.counters);
    assert_eq!(mined.status, CompletionStatus::Complete);
}

#[test]
fn nothing_of_a_repository_is_run() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("armed");
    // To detect a renamed file that was also changed, a reader must compare contents as a diff does.
    let rest = "\ndef other(n):\n    return [at * n for at in range(n) if at % 3]\n".repeat(9);
    write_file(&path, "app/old.py", format!("{}{rest}", VULNERABLE.replace("find", "find_moved")));
    commit_all(&path, "Add find_moved");
    fs::remove_file(path.join("app/old.py")).unwrap();
    write_file(&path, "app/new.py", format!("{}{rest}", FIXED.replace("find", "find_moved")));
    commit_all(&path, "Fix SQL injection in find_moved");
    let marker = repositories.at("marker");
    let touch = format!("touch '{}'", marker.display());
    write_file(&path, ".git/info/attributes", "* diff=evil filter=evil merge=evil text\n");
    let included = repositories.at("included");
    fs::write(&included, format!("[core]\n\tfsmonitor = {touch:?}\n\tpager = {touch:?}\n")).unwrap();
    let hooks = path.join(".git/evil-hooks");
    fs::create_dir(&hooks).unwrap();
    for name in ["post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change", "fsmonitor"] {
        for folder in [&hooks, &path.join(".git/hooks")] {
            write_file(folder, name, format!("#!/bin/sh\n{touch}\n"));
            #[cfg(unix)]
            fs::set_permissions(folder.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .unwrap();
        }
    }
    let values =
        ["core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "core.askPass"]
            .into_iter()
            .chain(["core.alternateRefsCommand", "diff.external", "diff.evil.command", "diff.evil.textconv"])
            .chain(["filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "merge.evil.driver"])
            .chain([
                "credential.helper",
                "gpg.program",
                "remote.origin.uploadpack",
                "uploadpack.packObjectsHook",
            ]);
    let mut config = fs::read_to_string(path.join(".git/config")).unwrap();
    for name in values {
        let (section, key) = name.rsplit_once('.').unwrap();
        let section = section.split_once('.').map_or(section.to_owned(), |(a, b)| format!("{a} \"{b}\""));
        config += &format!("[{section}]\n\t{key} = {touch:?}\n");
    }
    config += &format!(
        "[core]\n\thooksPath = {:?}\n[filter \"evil\"]\n\trequired = true\n",
        hooks.display().to_string()
    );
    config += &format!("[includeIf \"gitdir:/\"]\n\tpath = {:?}\n", included.display().to_string());
    config += &format!("[alias]\n\tlog = \"!{touch}\"\n\tcat-file = \"!{touch}\"\n");
    config +=
        "[remote \"origin\"]\n\turl = ext::sh -c true\n\tpromisor = true\n\tpartialclonefilter = blob:none\n";
    fs::write(path.join(".git/config"), config).unwrap();
    // A missing object might be fetched from the promisor.
    let gone = run_git_with_input(&repositories.intact, ["hash-object", "--stdin"], VULNERABLE.as_bytes());
    damage(&loose(&path, &gone), None);
    let mined = repositories.mine([&path]);
    assert!(!marker.exists(), "something was run");
    assert_eq!(mined.samples.len(), 1, "{:?} {:?}", mined.counters, mined.lost);
    assert!(mined.samples[0].quality_flags.contains(&QualityFlag::Renamed));
    assert_eq!(mined.rejected("unreadable_object"), 1);
    // The traps work: git itself runs them.
    let _ = git_command(&path).arg("status").output().unwrap();
    assert!(marker.exists());
}

#[test]
fn impossible_trees_are_only_read() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("trees");
    let trees = [VULNERABLE, FIXED].map(|code| {
        let blob = object(&path, "blob", code.as_bytes());
        let odd = object(&path, "blob", code.replace("find", "find_odd").as_bytes());
        let inner = tree(&path, &[("100644", b"x.py", &odd)]);
        tree(
            &path,
            &[
                ("40000", b"..", &inner),
                ("40000", b".git", &inner),
                ("100644", b"/etc/x.py", &odd),
                ("100644", b"a.py", &odd),
                ("100644", b"a.py", &odd),
                ("100644", b"find.py", &blob),
                ("100777", b"mode.py", &odd),
            ],
        )
    });
    let first = run_git(&path, ["commit-tree", "-m", "Add find", &trees[0]]);
    let who = "A <a@example.org> 1700000000 +0000";
    literal_commit(
        &path,
        format!("tree {}\nparent {first}\nauthor {who}\ncommitter {who}\n\n{MESSAGE}\n", trees[1]).as_bytes(),
    );
    let mined = repositories.mine([&path]);
    // Nothing tells seven equal functions apart. Each was read, and so was that of the intact repository.
    assert_eq!(mined.counters["files.compared"], 8, "{:?} {:?}", mined.counters, mined.lost);
    assert_eq!(mined.counters["pairs"], 8, "{:?}", mined.counters);
    assert!(!repositories.at("x.py").exists());
}

#[test]
fn damage_is_counted_or_reported() {
    let Some(repositories) = TestRepositories::new() else { return };
    let garbage: [Option<&[u8]>; 3] = [None, Some(b""), Some(b"x\x9cno zlib stream at all")];
    for (at, content) in garbage.into_iter().enumerate() {
        for what in ["HEAD~1:app/db.py", "HEAD~1^{tree}", "HEAD^{tree}", "HEAD~1", "HEAD"] {
            let name = format!("damaged-{at}-{}", what.replace([':', '/', '^', '{', '}', '~'], "_"));
            let path = repositories.fixed(&name);
            let id = run_git(&path, ["rev-parse", what]);
            damage(&loose(&path, &id), content);
            let mined = repositories.mine([&path]);
            assert!(mined.samples.is_empty(), "{name}");
            let reported = mined.lost.iter().any(|reason| reason.contains(&name));
            assert!(reported, "{name}: {:?} {:?}", mined.counters, mined.lost);
            assert_eq!(mined.status, CompletionStatus::Partial, "{name}");
            assert_eq!(
                mined.rejected("unreadable_object") > 0,
                what != "HEAD",
                "{name}: {:?}",
                mined.counters
            );
        }
    }
}

#[test]
fn a_damaged_line_of_history_does_not_hide_the_other() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("lines");
    run_git(&path, ["checkout", "-q", "--orphan", "side"]);
    run_git(&path, ["rm", "-rfq", "."]);
    write_file(&path, "b.txt", "b");
    let side = commit_all(&path, "Side");
    run_git(&path, ["checkout", "-q", "main"]);
    run_git(&path, ["merge", "-q", "--allow-unrelated-histories", "--no-edit", "side"]);
    damage(&loose(&path, &side), None);
    let mined = repositories.mine([&path]);
    assert_eq!(mined.samples.len(), 1, "{:?} {:?}", mined.counters, mined.lost);
    assert_eq!(mined.rejected("unreadable_object"), 1);
}

#[test]
fn a_corrupt_pack_fails_alone() {
    let Some(repositories) = TestRepositories::new() else { return };
    for (name, ending) in [("pack", "pack"), ("index", "idx")] {
        for keep in [0, 40, 200] {
            let name = format!("{name}-{keep}");
            let path = repositories.fixed(&name);
            run_git(&path, ["repack", "-adq"]);
            for entry in fs::read_dir(path.join(".git/objects/pack")).unwrap() {
                let file = entry.unwrap().path();
                if file.extension() == Some(OsStr::new(ending)) {
                    let mut content = fs::read(&file).unwrap();
                    content.truncate(keep);
                    damage(&file, Some(&content));
                }
            }
            let mined = repositories.mine([&path]);
            let reported = mined.lost.iter().any(|reason| reason.contains(&name));
            assert!(reported, "{name}: {:?} {:?}", mined.counters, mined.lost);
            assert_eq!(mined.status, CompletionStatus::Partial, "{name}");
        }
    }
}
