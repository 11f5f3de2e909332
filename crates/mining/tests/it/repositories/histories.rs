//! Shallow, empty and headless repositories, unusual commits and merges, and paths that are not
//! repositories.

use std::fs;

use streamguard_dataset::QualityFlag;
use streamguard_engine::CompletionStatus;
use streamguard_git::RepositorySource;
use streamguard_mining::{BranchChoice, RepoCollector};

use super::{FIXED, MESSAGE, TestRepositories, VULNERABLE, literal_commit};
use streamguard_simulator::{commit_all, run_git, run_git_with_input, write_file};

const MERGE_MESSAGE: &str = "Merge pull request #1 from someone/branch\n\nFix SQL injection in find";

#[test]
fn a_shallow_clone_is_mined_as_far_as_it_goes() {
    let Some(repositories) = TestRepositories::new() else { return };
    let whole = repositories.fixed("whole");
    run_git(&whole, ["branch", "ends-with-fix"]);
    run_git(&whole, ["checkout", "-q", "-b", "side"]);
    write_file(&whole, "app/side.py", VULNERABLE);
    commit_all(&whole, "Add side");
    write_file(&whole, "app/side.py", FIXED);
    let inner = commit_all(&whole, "Use parameters");
    run_git(&whole, ["checkout", "-q", "main"]);
    write_file(&whole, "b.txt", "b");
    commit_all(&whole, "Write");
    run_git(&whole, ["merge", "-q", "--no-ff", "-m", MERGE_MESSAGE, "side"]);
    let url = format!("file://{}", whole.display());
    let clone = |depth: &str, branch: &str| {
        let name = format!("{branch}-{depth}");
        run_git(&repositories.at(""), ["clone", "-q", "--depth", depth, "--branch", branch, &url, &name]);
        repositories.mine([repositories.at(&name)])
    };
    // The oldest commit of the clone has no parent to compare it with.
    let one = clone("1", "ends-with-fix");
    assert_eq!((one.samples.len(), one.rejected("unreadable_object")), (0, 1), "{:?}", one.lost);
    // All of it is there, whatever depth was asked for.
    let three = clone("3", "ends-with-fix");
    assert_eq!((three.samples.len(), three.rejected("unreadable_object")), (1, 0), "{:?}", three.lost);
    let merged = clone("3", "main");
    assert!(
        merged.samples.iter().any(|sample| sample.commit.as_ref() == Some(&inner)),
        "{:?} {:?}",
        merged.counters,
        merged.lost
    );
    assert!([one, merged].iter().all(|mined| mined.status == CompletionStatus::Partial));
    assert_eq!(three.status, CompletionStatus::Complete);
}

#[test]
fn every_kind_of_head_is_mined_or_reported() {
    let Some(repositories) = TestRepositories::new() else { return };
    let empty = repositories.mine([repositories.repository("empty")]);
    assert_eq!((empty.status, empty.samples.len()), (CompletionStatus::Complete, 0));
    let blob = run_git_with_input(&repositories.intact, ["hash-object", "--stdin"], FIXED.as_bytes());
    let none = "1".repeat(40);
    for (name, head, samples, is_reported) in [
        ("unborn", "ref: refs/heads/nowhere\n".to_owned(), 1, true),
        ("itself", "ref: HEAD\n".to_owned(), 0, true),
        ("blob", format!("{blob}\n"), 0, true),
        ("missing", format!("{none}\n"), 0, true),
        ("garbage", "\u{1b}]0;x\u{7}".to_owned(), 0, true),
        ("nothing", String::new(), 0, true),
        ("detached", String::new(), 1, false),
    ] {
        let path = repositories.fixed(name);
        if name == "detached" {
            run_git(&path, ["checkout", "-q", "--detach"]);
        } else {
            fs::write(path.join(".git/HEAD"), head).unwrap();
        }
        let mined = repositories.mine([&path]);
        assert_eq!(mined.samples.len(), samples, "{name}: {:?}", mined.lost);
        let reported = mined.lost.iter().any(|reason| reason.contains(name));
        assert_eq!(reported, is_reported, "{name}: {:?} {:?}", mined.lost, mined.counters);
    }
}

#[test]
fn circular_alternates_end() {
    let Some(repositories) = TestRepositories::new() else { return };
    let (path, other) = (repositories.fixed("one"), repositories.fixed("other"));
    let alternates = |from: &std::path::Path, to: &std::path::Path| {
        fs::write(
            from.join(".git/objects/info/alternates"),
            format!("{}\n", to.join(".git/objects").display()),
        )
        .unwrap();
    };
    for to in [&path, &other] {
        alternates(&path, to);
        alternates(&other, &path);
        let mined = repositories.mine([&path]);
        let reported = mined.lost.iter().any(|reason| reason.contains("one"));
        assert!(reported || mined.samples.len() == 1, "{:?} {:?}", mined.counters, mined.lost);
    }
}

#[test]
fn unusual_commits_are_read() {
    let Some(repositories) = TestRepositories::new() else { return };
    let usual = "C <c@example.org> 1700000000 +0000";
    let long = format!("{MESSAGE}\n\n{}", "word ".repeat(1 << 18));
    for (name, committer, message) in [
        ("future", "C <c@example.org> 99999999999 +0000", MESSAGE),
        ("beyond", "C <c@example.org> 99999999999999999999999 +0000", MESSAGE),
        ("negative", "C <c@example.org> -5 +0000", MESSAGE),
        ("zone", "C <c@example.org> 1700000000 +9999", MESSAGE),
        ("words", "C <c@example.org> 1700000000 garbage", MESSAGE),
        ("no-date", "C <c@example.org>", MESSAGE),
        ("no-mail", "C 1700000000 +0000", MESSAGE),
        ("nobody", " <> 1700000000 +0000", MESSAGE),
        ("escapes", usual, "Fix SQL injection \u{1b}[2J\u{1b}]0;owned\u{7}\u{202e} in find"),
        ("zeros", usual, "Fix SQL injection in find\0\0\n\nx\0y"),
        ("long", usual, &long),
    ] {
        let path = repositories.repository(name);
        write_file(&path, "app/db.py", VULNERABLE);
        let parent = commit_all(&path, "Add find");
        write_file(&path, "app/db.py", FIXED);
        run_git(&path, ["add", "-A"]);
        let tree = run_git(&path, ["write-tree"]);
        let author = "A <a@example.org> 1700000000 +0000";
        let text =
            format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\n{message}\n");
        literal_commit(&path, text.as_bytes());
        for settings in [
            RepoCollector::default(),
            RepoCollector { since: Some("all".parse().unwrap()), ..RepoCollector::default() },
        ] {
            let mined = repositories.mine_with([&path], settings);
            assert_eq!(mined.samples.len(), 1, "{name}: {:?} {:?}", mined.counters, mined.lost);
            let kept = mined.samples[0].commit_message.as_ref().unwrap();
            assert!(kept.len() <= 16 << 10, "{name}: {} bytes", kept.len());
        }
    }
}

#[test]
fn a_commit_without_a_committer_is_reported() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("nameless");
    let tree = run_git(&path, ["rev-parse", "HEAD^{tree}"]);
    literal_commit(&path, format!("tree {tree}\n\n{MESSAGE}\n").as_bytes());
    let mined = repositories.mine([&path]);
    let reported = mined.lost.iter().any(|reason| reason.contains("nameless"));
    assert!(reported || mined.rejected("unreadable_object") > 0, "{:?} {:?}", mined.counters, mined.lost);
}

#[test]
fn an_octopus_merge_brings_in_all_its_branches() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("octopus");
    let arms = ["a", "b", "c"];
    for arm in arms {
        write_file(&path, format!("app/{arm}.py"), VULNERABLE);
    }
    commit_all(&path, "Add find");
    let mut inner: Vec<_> = arms
        .iter()
        .map(|arm| {
            run_git(&path, ["checkout", "-q", "-b", arm, "main"]);
            write_file(&path, format!("app/{arm}.py"), FIXED);
            commit_all(&path, &format!("Use parameters in {arm}"))
        })
        .collect();
    run_git(&path, ["checkout", "-q", "main"]);
    run_git(&path, ["merge", "-q", "--no-ff", "-m", MERGE_MESSAGE, "a", "b", "c"]);
    let mined = repositories.mine([&path]);
    let mut found: Vec<_> =
        mined.samples.iter().map(|sample| sample.commit.clone().unwrap_or_default()).collect();
    found.sort();
    inner.sort();
    assert_eq!(found, inner, "{:?}", mined.counters);
    assert!(mined.samples.iter().all(|sample| sample.quality_flags.contains(&QualityFlag::ThroughMerge)));
}

#[test]
fn a_criss_cross_merge_brings_in_only_new_commits() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("cross");
    for name in ["a", "b", "c"] {
        write_file(&path, format!("app/{name}.py"), VULNERABLE);
    }
    commit_all(&path, "Add find");
    run_git(&path, ["branch", "side"]);
    write_file(&path, "app/a.py", FIXED);
    let own = commit_all(&path, "Use parameters in a");
    run_git(&path, ["checkout", "-q", "side"]);
    write_file(&path, "app/b.py", FIXED);
    let side = commit_all(&path, "Use parameters in b");
    run_git(&path, ["merge", "-q", "--no-ff", "-m", "Merge main", &own]);
    write_file(&path, "app/c.py", FIXED);
    let new = commit_all(&path, "Use parameters in c");
    run_git(&path, ["checkout", "-q", "main"]);
    run_git(&path, ["merge", "-q", "--no-ff", "-m", "Merge side", &side]);
    run_git(&path, ["merge", "-q", "--no-ff", "-m", MERGE_MESSAGE, "side"]);
    let mined = repositories.mine([&path]);
    let found: Vec<_> = mined.samples.iter().map(|sample| sample.commit.as_deref()).collect();
    assert_eq!(found, [Some(new.as_str())], "{:?} {:?}", mined.counters, mined.lost);
    assert!(mined.samples[0].quality_flags.contains(&QualityFlag::ThroughMerge));
}

#[test]
fn paths_that_are_not_repositories_are_named() {
    let Some(repositories) = TestRepositories::new() else { return };
    fs::create_dir(repositories.at("folder")).unwrap();
    fs::write(repositories.at("file"), "no repository").unwrap();
    fs::create_dir(repositories.at("pointer")).unwrap();
    fs::write(repositories.at("pointer/.git"), "gitdir: ../nowhere\n").unwrap();
    // A damaged repository inside an intact one is not taken for the intact one.
    let outer = repositories.fixed("outer");
    fs::create_dir_all(outer.join("damaged/.git")).unwrap();
    for name in ["folder", "file", "pointer", "outer/damaged"] {
        let mined = repositories.mine([repositories.at(name)]);
        assert_eq!((mined.samples.len(), mined.lost.len()), (0, 1), "{name}: {:?}", mined.lost);
        assert!(mined.lost[0].contains(name), "{name}: {:?}", mined.lost);
        assert_eq!(mined.status, CompletionStatus::Partial);
    }
    let missing = repositories.at("missing").display().to_string();
    let error = RepositorySource::parse(&missing).unwrap_err().to_string();
    assert!(error.contains(&missing), "{error}");
}

#[test]
fn fixes_on_release_branches_are_mined_and_the_same_change_counts_once() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("maintained");
    let other = |code: &str| code.replace("find", "seek").replace("users", "groups");
    write_file(&path, "app/db.py", VULNERABLE);
    write_file(&path, "app/seek.py", other(VULNERABLE));
    write_file(&path, "app/old.py", VULNERABLE.replace("find", "old"));
    commit_all(&path, "Add find");
    run_git(&path, ["branch", "1.2.x"]);
    run_git(&path, ["branch", "topic-7"]);
    write_file(&path, "app/db.py", format!("# Queries.\n\n{FIXED}"));
    let of_head = commit_all(&path, MESSAGE);
    // The same change, where another line stands above it.
    run_git(&path, ["checkout", "-q", "1.2.x"]);
    write_file(&path, "app/db.py", format!("import os\n{VULNERABLE}"));
    commit_all(&path, "Import os");
    write_file(&path, "app/db.py", format!("# Queries.\n\nimport os\n{FIXED}"));
    commit_all(&path, "[1.2] Fix SQL injection in find");
    write_file(&path, "app/old.py", FIXED.replace("find", "old"));
    let of_release = commit_all(&path, "Fix SQL injection in old");
    run_git(&path, ["checkout", "-q", "topic-7"]);
    write_file(&path, "app/seek.py", other(FIXED));
    let of_topic = commit_all(&path, "Fix SQL injection in seek");
    run_git(&path, ["checkout", "-q", "main"]);
    let mine = |branches| {
        let since = Some("all".parse().unwrap());
        let mined =
            repositories.mine_with([&path], RepoCollector { since, branches, ..RepoCollector::default() });
        let mut commits: Vec<_> = mined.samples.iter().filter_map(|sample| sample.commit.clone()).collect();
        commits.sort();
        (commits, mined.rejected("same_patch"))
    };
    let sorted = |mut commits: Vec<String>| {
        commits.sort();
        commits
    };
    assert_eq!(mine(BranchChoice::Head), (vec![of_head.clone()], 0));
    let released = sorted(vec![of_head, of_release]);
    assert_eq!(mine(BranchChoice::Release), (released.clone(), 1));
    assert_eq!(mine(BranchChoice::All), (sorted([released, vec![of_topic]].concat()), 1));
}
