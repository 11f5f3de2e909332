//! Repositories that lack a part of their history or of their files, or whose form cannot be read: nothing of them
//! counts as complete, and the message says what is missing and what gets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use streamguard_collect::CollectorJob;
use streamguard_engine::{
    CompletionStatus, INCOMPLETE_COUNTER, Job, OnExistingRun, RunDir, RunOptions, RunPaths,
};
use streamguard_http::UpstreamSettings;
use streamguard_mining::{BranchChoice, RepoCollector};

use super::{FIXED, MESSAGE, MiningResult, TestRepositories, VULNERABLE, damage, loose};
use streamguard_simulator::{commit_all, git_command, run_git, write_file};

/// Clones a repository through the protocol, since local clones ignore filters and depths.
fn clone(repositories: &TestRepositories, from: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    run_git(from, ["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", from.display());
    let arguments = [&["clone", "-q"], arguments, &[url.as_str(), name]].concat();
    run_git(&repositories.at(""), arguments);
    repositories.at(name)
}

/// Makes a repository with two fixes, the older one in `app/a.py`.
fn two_fixes(repositories: &TestRepositories, name: &str) -> PathBuf {
    let path = repositories.repository(name);
    for file in ["app/a.py", "app/b.py"] {
        write_file(&path, file, VULNERABLE);
    }
    commit_all(&path, "Add find");
    for file in ["app/a.py", "app/b.py"] {
        write_file(&path, file, FIXED);
        commit_all(&path, MESSAGE);
    }
    path
}

/// Checks that exactly one thing is lost, with all of these texts in its message, and that the run is partial.
fn assert_gap(mined: &MiningResult, samples: usize, texts: &[&str]) {
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Partial, samples), "{:?}", mined.lost);
    assert_eq!(mined.lost.len(), 1, "{:?}", mined.lost);
    for text in texts {
        assert!(mined.lost[0].contains(text), "{text}: {:?}", mined.lost);
    }
}

#[test]
fn a_shallow_clone_is_named_until_it_is_whole() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = two_fixes(&repositories, "whole");
    let path = clone(&repositories, &whole, "cut", &["--depth", "2"]);
    let advice = format!("git -C {} fetch --unshallow", path.display());
    assert_gap(&repositories.mine([&path]), 1, &["shallow clone", "before 1 commit is missing", &advice]);
    run_git(&path, ["fetch", "-q", "--unshallow"]);
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 2), "{:?}", mined.lost);
}

#[test]
fn a_partial_clone_is_named_until_its_files_are_there() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = two_fixes(&repositories, "whole");
    for (name, remote, arguments) in [
        ("blobs", "origin", &["--no-checkout", "--filter=blob:none"][..]),
        ("trees", "origin", &["--no-checkout", "--filter=tree:0"]),
        ("bare", "origin", &["--bare", "--filter=blob:none"]),
        ("checked-out", "upstream", &["--filter=blob:none", "--origin", "upstream"]),
    ] {
        let path = clone(&repositories, &whole, name, arguments);
        let advice = format!("git -C {} fetch --refetch --no-filter {remote}", path.display());
        let text = "partial clone: the files of 2 commits to mine are missing";
        assert_gap(&repositories.mine([&path]), 0, &[text, &advice]);
        // The advice works.
        run_git(&path, ["fetch", "-q", "--refetch", "--no-filter", remote]);
        let mined = repositories.mine([&path]);
        assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 2), "{:?}", mined.lost);
    }
    // A filter that leaves out nothing that is mined is not a gap.
    let path = clone(&repositories, &whole, "large", &["--filter=blob:limit=1m"]);
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 2), "{:?}", mined.lost);
}

#[test]
fn a_snapshot_without_the_files_is_to_be_recorded_anew() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = two_fixes(&repositories, "whole");
    let path = clone(&repositories, &whole, "recorded", &["--bare", "--filter=blob:none"]);
    let upstream = UpstreamSettings {
        snapshot: Some(path.canonicalize().unwrap()),
        ..UpstreamSettings::new(repositories.at("cache"), 1.0)
    };
    let since = Some("all".parse().unwrap());
    let mined =
        repositories.mine_with([&path], RepoCollector { since, upstream, ..RepoCollector::default() });
    let text =
        "lacks objects in the snapshot: the files of 2 commits to mine are missing; record the snapshot anew";
    assert_gap(&mined, 0, &[text]);
}

#[test]
fn a_head_without_a_branch_names_the_others() {
    let Some(repositories) = TestRepositories::new() else { return };
    let only = repositories.fixed("only");
    run_git(&only, ["branch", "-m", "main", "trunk"]);
    run_git(&only, ["symbolic-ref", "HEAD", "refs/heads/production"]);
    let advice = format!("git -C {} symbolic-ref HEAD refs/heads/trunk", only.display());
    let mined = repositories.mine([&only]);
    assert_gap(
        &mined,
        1,
        &["\"production\", which does not exist", "it has trunk, and only this one", &advice],
    );

    run_git(&only, ["branch", "alpha", "trunk"]);
    let several = repositories.mine([&only]);
    assert_gap(
        &several,
        0,
        &["\"production\"", "alpha, trunk", "none was read", "symbolic-ref HEAD refs/heads/alpha"],
    );
    run_git(&only, ["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    assert_eq!(repositories.mine([&only]).status, CompletionStatus::Complete);

    // A clone of such a repository has the branches of the other one only, and a bare one may have tags only.
    run_git(&only, ["symbolic-ref", "HEAD", "refs/heads/production"]);
    run_git(&only, ["branch", "-D", "alpha"]);
    let cloned = clone(&repositories, &only, "cloned", &[]);
    run_git(&cloned, ["symbolic-ref", "HEAD", "refs/heads/production"]);
    let text = format!("git -C {} branch production origin/trunk", cloned.display());
    assert_gap(&repositories.mine([&cloned]), 1, &["it has origin/trunk", &text]);
    run_git(&cloned, ["branch", "production", "origin/trunk"]);
    assert_eq!(repositories.mine([&cloned]).status, CompletionStatus::Complete);
    run_git(&only, ["tag", "v1", "trunk"]);
    run_git(&only, ["update-ref", "-d", "refs/heads/trunk"]);
    assert_gap(&repositories.mine([&only]), 1, &["it has v1", "branch production v1"]);
}

/// Mines a repository as one of a host, and returns its status, the number of its samples, and all messages.
fn mine_remote(repositories: &TestRepositories, name: &str) -> (CompletionStatus, usize, Vec<String>) {
    let mirror = format!("https://github.com={}", repositories.at("").display());
    let collector = RepoCollector {
        repo: vec![format!("https://github.com/{name}")],
        since: Some("all".parse().unwrap()),
        git_mirrors: vec![mirror.parse().unwrap()],
        upstream: UpstreamSettings::new(repositories.at("cache"), 1.0),
        ..RepoCollector::default()
    };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(CollectorJob::new(collector))];
    let run = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    let samples =
        run.files[0].get("repo.jsonl").map_or(0, |lines| lines.split(|byte| *byte == b'\n').count() - 1);
    let failures = run.state.jobs[0].failed_shards.iter().map(|(_, _, reason)| reason.clone());
    let log = run.state.log.iter().map(|(_, _, text)| text.clone());
    (run.status, samples, failures.chain(log).collect())
}

#[test]
fn what_a_host_lacks_is_named() {
    let Some(repositories) = TestRepositories::new() else { return };
    repositories.repository("nothing");
    let (status, samples, log) = mine_remote(&repositories, "nothing");
    assert_eq!((status, samples), (CompletionStatus::Complete, 0));
    assert!(log.iter().any(|line| line.contains("nothing is an empty repository")), "{log:?}");

    let lost = repositories.fixed("lost");
    run_git(&lost, ["branch", "-m", "main", "develop"]);
    run_git(&lost, ["symbolic-ref", "HEAD", "refs/heads/main"]);
    let (status, samples, log) = mine_remote(&repositories, "lost");
    let text =
        "lost: its HEAD names a branch that does not exist; it has develop, and only this one was read";
    assert_eq!((status, samples), (CompletionStatus::Partial, 1));
    assert!(log.iter().any(|line| line.contains(text)), "{log:?}");
    run_git(&lost, ["branch", "alpha", "develop"]);
    let (status, samples, log) = mine_remote(&repositories, "lost");
    assert_eq!((status, samples), (CompletionStatus::Failed, 0));
    assert!(log.iter().any(|line| line.contains("alpha, develop, and none was read")), "{log:?}");

    let whole = two_fixes(&repositories, "whole");
    clone(&repositories, &whole, "cut", &["--depth", "2"]);
    let (status, samples, log) = mine_remote(&repositories, "cut");
    assert_eq!((status, samples), (CompletionStatus::Partial, 1));
    assert!(log.iter().any(|line| line.contains("cut is a shallow clone")), "{log:?}");

    damage(&loose(&whole, &run_git(&whole, ["rev-parse", "HEAD:app/b.py"])), None);
    let (status, samples, log) = mine_remote(&repositories, "whole");
    assert_eq!((status, samples), (CompletionStatus::Partial, 0));
    let text = "whole lacks objects at its host: the files of 2 commits to mine are missing";
    assert!(log.iter().any(|line| line.contains(text)), "{log:?}");
}

#[test]
fn files_that_are_there_at_last_are_mined_when_the_run_is_resumed() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = repositories.repository("whole");
    // More commits than one shard takes.
    for at in 0..30 {
        write_file(&whole, format!("app/f{at}.py"), VULNERABLE);
    }
    commit_all(&whole, "Add find");
    for at in 0..30 {
        write_file(&whole, format!("app/f{at}.py"), FIXED);
        commit_all(&whole, MESSAGE);
    }
    let path = clone(&repositories, &whole, "filtered", &["--bare", "--filter=blob:none"]);
    let run = |on_existing_run| {
        let collector = RepoCollector {
            repo: vec![path.display().to_string()],
            since: Some("all".parse().unwrap()),
            ..RepoCollector::default()
        };
        let paths = RunPaths::new(repositories.at("results"), "test");
        let dir = RunDir::open(paths, serde_json::Value::Null, on_existing_run).unwrap();
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(CollectorJob::new(collector))];
        let run = streamguard_engine::run(jobs, &RunOptions::default(), Some(&dir), &mut ()).unwrap();
        let job = &run.state.jobs[0];
        (run.status, job.counters.get(INCOMPLETE_COUNTER).copied(), job.records)
    };
    assert_eq!(run(OnExistingRun::Refuse), (CompletionStatus::Partial, Some(2), 0));
    run_git(&path, ["fetch", "-q", "--refetch", "--no-filter", "origin"]);
    assert_eq!(run(OnExistingRun::Resume), (CompletionStatus::Complete, None, 30));
}

#[test]
fn nothing_is_missing_if_the_samples_before_are_enough() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = two_fixes(&repositories, "whole");
    // The intact repository comes first, and has one sample.
    let path = clone(&repositories, &whole, "cut", &["--depth", "2"]);
    for (repo_samples, status) in [(1, CompletionStatus::Complete), (2, CompletionStatus::Partial)] {
        let repo = [&repositories.intact, &path].map(|path| path.display().to_string()).to_vec();
        let collector = RepoCollector { repo, repo_samples, ..RepoCollector::default() };
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(CollectorJob::new(collector))];
        let run = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
        assert_eq!((run.status, run.state.jobs[0].records), (status, repo_samples));
    }
}

#[test]
fn an_empty_repository_is_named_and_complete() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("nothing");
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len(), mined.lost.len()), (CompletionStatus::Complete, 0, 0));
    let named = |line: &String| {
        line.contains("nothing") && line.contains("is an empty repository: it has no commits")
    };
    assert!(mined.log.iter().any(named), "{:?}", mined.log);
}

#[test]
fn borrowed_objects_that_are_gone_are_named() {
    let Some(repositories) = TestRepositories::new() else { return };
    let lender = repositories.fixed("lender");
    run_git(&repositories.at(""), ["clone", "-q", "--shared", "lender", "borrower"]);
    let borrower = repositories.at("borrower");
    assert_eq!(repositories.mine([&borrower]).status, CompletionStatus::Complete);
    write_file(&borrower, "b.txt", "own");
    commit_all(&borrower, "Write");
    fs::rename(&lender, repositories.at("away")).unwrap();
    let mined = repositories.mine([&borrower]);
    assert_gap(&mined, 0, &["borrower", "borrows objects from", "lender/.git/objects", "--reference"]);
}

#[test]
fn damaged_objects_leave_the_result_incomplete() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = two_fixes(&repositories, "damaged");
    // Both files were equal before, so that both fixes need the damaged one.
    let file = loose(&path, &run_git(&path, ["rev-parse", "HEAD~2:app/a.py"]));
    let content = fs::read(&file).unwrap();
    let advice = format!("git -C {} fsck", path.display());
    let text = "is damaged: the files of 2 commits to mine are missing";
    // At first only its end is damaged: its size can be read.
    for content in [&content[..content.len() - 20], b"x"] {
        damage(&file, Some(content));
        assert_gap(&repositories.mine([&path]), 0, &[text, &advice]);
    }
}

#[test]
fn only_files_that_are_mined_are_missed() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = two_fixes(&repositories, "moved");
    write_file(&path, "docs/a.md", "a");
    let added = commit_all(&path, "Fix SQL injection in the docs");
    damage(&loose(&path, &run_git(&path, ["rev-parse", "HEAD:docs/a.md"])), None);
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 2), "{:?}", mined.lost);

    // A file that moved and changed is found by its content.
    run_git(&path, ["reset", "-q", "--hard", &format!("{added}~1")]);
    let rest = "\ndef other(n):\n    return [at * n for at in range(n) if at % 3]\n".repeat(9);
    write_file(&path, "app/old.py", format!("{VULNERABLE}{rest}"));
    commit_all(&path, "Add other");
    let old = loose(&path, &run_git(&path, ["rev-parse", "HEAD:app/old.py"]));
    fs::remove_file(path.join("app/old.py")).unwrap();
    write_file(&path, "app/new.py", format!("{FIXED}{rest}"));
    commit_all(&path, MESSAGE);
    assert_eq!(repositories.mine([&path]).samples.len(), 3);
    damage(&old, None);
    let text = "is damaged: the files of 1 commit to mine are missing";
    assert_gap(&repositories.mine([&path]), 2, &[text]);
}

#[test]
fn objects_in_sha256_are_read() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.at("sha256");
    fs::create_dir(&path).unwrap();
    run_git(&path, ["init", "-q", "-b", "main", "--object-format=sha256"]);
    write_file(&path, "app/db.py", VULNERABLE);
    commit_all(&path, "Add find");
    write_file(&path, "app/db.py", FIXED);
    let fix = commit_all(&path, MESSAGE);
    for packed in [false, true] {
        if packed {
            run_git(&path, ["gc", "-q"]);
        }
        let mined = repositories.mine([&path]);
        assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 1), "{:?}", mined.lost);
        assert_eq!((mined.samples[0].commit.as_ref(), fix.len()), (Some(&fix), 64));
        assert_eq!(mined.samples[0].fixed_code.as_deref(), Some(FIXED.trim_end()));
    }
}

#[test]
fn an_unknown_format_is_named() {
    let Some(repositories) = TestRepositories::new() else { return };
    for (name, key, value) in
        [("hash", "extensions.objectFormat", "sha512"), ("store", "extensions.refStorage", "clay")]
    {
        let path = repositories.fixed(name);
        run_git(&path, ["config", "core.repositoryFormatVersion", "1"]);
        run_git(&path, ["config", key, value]);
        assert_gap(&repositories.mine([&path]), 0, &[name, value]);
    }
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_read_alike() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("theirs");
    let cloned = clone(&repositories, &path, "cloned", &["--no-checkout", "--filter=blob:none"]);
    for path in [&path, &cloned] {
        let status = std::process::Command::new("chown").args(["-R", "65534"]).arg(path).status();
        if !status.is_ok_and(|status| status.success()) {
            return streamguard_simulator::skip("files cannot be given to another user");
        }
    }
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 1), "{:?}", mined.lost);
    assert_gap(&repositories.mine([&cloned]), 0, &["partial clone", "--refetch --no-filter origin"]);
}

#[test]
fn reftables_are_named_with_the_command_that_converts_them() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.at("tables");
    fs::create_dir(&path).unwrap();
    if !git_command(&path)
        .args(["init", "-q", "-b", "main", "--ref-format=reftable"])
        .status()
        .unwrap()
        .success()
    {
        return streamguard_simulator::skip("git is older than reftables");
    }
    write_file(&path, "app/db.py", VULNERABLE);
    commit_all(&path, "Add find");
    write_file(&path, "app/db.py", FIXED);
    commit_all(&path, MESSAGE);
    run_git(&path, ["worktree", "add", "-q", "--detach", "../tables-linked"]);
    for form in ["tables", "tables/.git", "tables/app", "tables-linked"] {
        let mined = repositories.mine([repositories.at(form)]);
        assert_gap(
            &mined,
            0,
            &["tables", "reftables (extensions.refStorage)", "git clone --ref-format=files"],
        );
    }
    run_git(&repositories.at(""), ["clone", "-q", "--ref-format=files", "tables", "copy"]);
    let mined = repositories.mine([repositories.at("copy")]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 1), "{:?}", mined.lost);
}

#[test]
fn replacements_on_this_machine_change_nothing() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = two_fixes(&repositories, "replaced");
    let expected = repositories.mine([&path]);
    assert_eq!(expected.samples.len(), 2);
    // A history that ends one commit after its beginning.
    run_git(&path, ["replace", "--graft", "HEAD~1"]);
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.pairs()), (CompletionStatus::Complete, expected.pairs()));
}

#[test]
fn a_submodule_that_is_not_checked_out_is_not_its_surroundings() {
    let Some(repositories) = TestRepositories::new() else { return };
    let outer = repositories.fixed("outer");
    let module = repositories.fixed("module");
    let url = module.display().to_string();
    run_git(&outer, ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "lib/module"]);
    commit_all(&outer, "Add a module");
    let mined = repositories.mine([outer.join("lib/module")]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Complete, 1), "{:?}", mined.lost);
    run_git(&outer, ["submodule", "--quiet", "deinit", "-f", "lib/module"]);
    let mined = repositories.mine([outer.join("lib/module")]);
    assert_gap(&mined, 0, &["lib/module", "is a submodule", "submodule update --init lib/module"]);
}

#[test]
fn a_branch_that_cannot_be_read_is_a_gap() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("broken-branch");
    fs::write(path.join(".git/refs/heads/1.2.x"), format!("{}\n", "1".repeat(40))).unwrap();
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Partial, 1), "{:?}", mined.log);
    assert!(mined.lost.iter().any(|line| line.contains("the commits of 1 branch")), "{:?}", mined.lost);
    let since = Some("all".parse().unwrap());
    let head = RepoCollector { branches: BranchChoice::Head, since, ..RepoCollector::default() };
    assert_eq!(repositories.mine_with([&path], head).status, CompletionStatus::Complete);
}
