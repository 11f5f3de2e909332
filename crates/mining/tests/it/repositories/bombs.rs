use streamguard_engine::CompletionStatus;
use streamguard_mining::RepoCollector;
use streamguard_simulator::{commit_all, run_git, write_file};

use super::{FIXED, MESSAGE, TestRepositories, VULNERABLE, literal_commit, object, tree};

/// Texts that make parsers copy what they have read again and again, or hold all of it open.
const REPEATED: [(&str, &str); 5] =
    [("a.c", "a=>"), ("b.py", "=~"), ("c.cs", "a<"), ("d.rs", ",&"), ("e.dart", "=~")];

#[test]
fn files_that_no_parser_can_read_cost_themselves_only() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.repository("bombs");
    let lines = |repeated: &str, rows| format!("{}\n", repeated.repeat(25)).repeat(rows);
    let write_all = |more: &str| {
        for (name, repeated) in REPEATED {
            write_file(&path, name, format!("{}{more}", lines(repeated, 800)));
        }
        // Half a million lines of two kinds, in another order.
        let order = if more.is_empty() { "a\nb\nb\n" } else { "b\na\nb\n" };
        write_file(&path, "f.sql", order.repeat(80_000));
    };
    write_all("");
    write_file(&path, "app/db.py", VULNERABLE);
    commit_all(&path, "Add find");
    write_all("x\n");
    write_file(&path, "app/db.py", FIXED);
    commit_all(&path, MESSAGE);
    // Of a commit that changes so much, no function is sure to be the fix.
    let settings = RepoCollector {
        since: Some("all".parse().unwrap()),
        min_confidence: 0.0,
        ..RepoCollector::default()
    };
    let mined = repositories.mine_with([&path], settings);
    assert_eq!(mined.status, CompletionStatus::Complete, "a bound in work rejects: {:?}", mined.log);
    let found: Vec<_> = mined.samples.iter().filter_map(|sample| sample.path_after.as_deref()).collect();
    assert!(found.contains(&"app/db.py"), "{found:?}, {:?}", mined.counters);
    assert!(mined.rejected("parse_failed") >= 4, "{:?}", mined.counters);
}

#[test]
fn trees_that_stand_for_more_files_than_can_be_listed_cost_their_commit_only() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("trees");
    let parent = run_git(&path, ["rev-parse", "HEAD"]);
    let names: Vec<String> = (0..10).map(|number| format!("{number}.py")).collect();
    let level = |mode: &str, id: String| {
        let entries: Vec<_> = names.iter().map(|name| (mode, name.as_bytes(), id.as_str())).collect();
        tree(&path, &entries)
    };
    // 10^11 files in 12 objects.
    let lowest = level("100644", object(&path, "blob", b"a\n"));
    let top = (1..11).fold(lowest, |below, _| level("40000", below));
    let who = "A <a@example.org> 1700000000 +0000";
    let commit = format!("tree {top}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n{MESSAGE}\n");
    literal_commit(&path, commit.as_bytes());
    let mined = repositories.mine([&path]);
    assert_eq!(mined.status, CompletionStatus::Complete, "a bound in work rejects: {:?}", mined.log);
    assert_eq!((mined.samples.len(), mined.rejected("huge_commit")), (1, 1), "{:?}", mined.counters);
}
