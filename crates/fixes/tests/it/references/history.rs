//! Pull requests, advisories and versions in the history of a repository.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use streamguard_fixes::reference::{CommitHistory, HistoryError};
use streamguard_git::open_repository;
use tempfile::TempDir;

/// Repository of commits without files. Each commit is written as `name: message`, and has the one
/// before as its parent; `name <a b: message` has the parents a and b, `name <: message` has none. A
/// name with a `/` is a reference below `refs/`, other names are labels.
struct Built {
    dir: TempDir,
    names: Vec<String>,
    ids: Vec<String>,
}

impl Built {
    /// Builds the repository. Returns `None`, with a note on stderr, if there is no git.
    fn new(commits: &[&str]) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        if Command::new("git").arg("--version").output().is_err() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: git is missing, no repositories can be built");
            return None;
        }
        let names: Vec<&str> =
            commits.iter().map(|commit| commit.split([' ', ':']).next().unwrap()).collect();
        let mark = |name: &str| names.iter().position(|known| *known == name).unwrap() + 1;
        let mut stream = String::new();
        for (at, commit) in commits.iter().enumerate() {
            let (head, message) = commit.split_once(": ").unwrap();
            let parents = match head.split_once('<') {
                Some((_, parents)) => parents.split_whitespace().map(mark).collect(),
                None if at > 0 => vec![at],
                None => Vec::new(),
            };
            // Each commit has a branch of its own, so that no commit gets an unwanted parent.
            stream += &format!(
                "commit refs/build/{at}\nmark :{}\ncommitter A <a@example.org> {} +0000\ndata {}\n{message}\n",
                at + 1,
                1_700_000_000 + at,
                message.len(),
            );
            for (nth, parent) in parents.iter().enumerate() {
                stream += &format!("{} :{parent}\n", if nth == 0 { "from" } else { "merge" });
            }
            if names[at].contains('/') {
                stream += &format!("reset refs/{}\nfrom :{}\n\n", names[at], at + 1);
            }
            stream += &format!("reset refs/build/{at}\nfrom 0000000000000000000000000000000000000000\n\n");
        }
        git(dir.path(), &["init", "-q", "--bare", "-b", "main"], "");
        git(dir.path(), &["fast-import", "--quiet", "--force", "--export-marks=marks"], &stream);
        let marks = std::fs::read_to_string(dir.path().join("marks")).unwrap();
        let mut ids = vec![String::new(); names.len()];
        for line in marks.lines() {
            let (mark, id) = line[1..].split_once(' ').unwrap();
            ids[mark.parse::<usize>().unwrap() - 1] = id.to_owned();
        }
        let names = names.into_iter().map(str::to_owned).collect();
        Some(Self { dir, names, ids })
    }

    fn history(&self) -> CommitHistory {
        CommitHistory::read(open_repository(self.dir.path()).unwrap(), &|| false).unwrap()
    }

    fn name(&self, id: impl ToString) -> &str {
        let id = id.to_string();
        &self.names[self.ids.iter().position(|known| *known == id).unwrap()]
    }

    /// Returns the commit of a pull request, and the rule that found it.
    fn pull(&self, number: u64) -> Option<(&str, &'static str)> {
        self.history().pull(number).map(|found| (self.name(found.commit), found.evidence))
    }
}

fn git(folder: &Path, arguments: &[&str], input: &str) {
    let mut command = Command::new("git");
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs([("HOME", "/nonexistent"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")]);
    command.current_dir(folder).args(arguments).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{arguments:?}");
}

#[test]
fn pull_requests_are_found_by_the_words_of_hosts() {
    let Some(built) = Built::new(&[
        "root: Begin",
        "squash: Fix the parser (#12)",
        "later: Port of it (#12)",
        "revert: Revert \"Fix the parser (#12)\" (#13)",
        "bare: Revert \"Add a thing (#14)\"",
        "branch <root: Work",
        "merge <bare branch: Merge pull request #15 from someone/branch\n\nFix a thing (#99)",
        "gitea: Merge pull request 'Title' (#16) from someone/branch into main",
        "bors: Merge #18",
        "closes: Do it\n\nCloses #19, see #20",
        "number: Fix #21, 1#22, change log for PR #23",
        "heads/main: End",
    ]) else {
        return;
    };
    assert_eq!(built.pull(12), Some(("squash", "pull:squash-subject")));
    assert_eq!(built.pull(13), Some(("revert", "pull:squash-subject")));
    assert_eq!(built.pull(14), None, "a revert is not what it takes back");
    assert_eq!(built.pull(15), Some(("merge", "pull:merge-subject")));
    assert_eq!(built.pull(16), Some(("gitea", "pull:merge-subject")));
    assert_eq!(built.pull(18), Some(("bors", "pull:merge-subject")));
    assert_eq!(built.pull(19), Some(("closes", "pull:closes")));
    assert_eq!(built.pull(20), None);
    assert_eq!(built.pull(21), None, "that may be an issue of another tracker");
    for number in [0, 1, 2, 22, 23, 99, u64::MAX] {
        assert_eq!(built.pull(number), None, "{number}");
    }
}

#[test]
fn a_commit_on_the_main_line_wins() {
    let Some(built) = Built::new(&[
        "other <: Begin another project",
        "foreign: Merge pull request #1 from another/project",
        "root <: Begin",
        "own: Merge pull request #1 from someone/branch",
        "joined <own foreign: Take in another project",
        "heads/main: End",
        "pull/2/head <root: Merge pull request #3 from the/fork",
    ]) else {
        return;
    };
    assert_eq!(built.pull(1), Some(("own", "pull:merge-subject")));
    assert_eq!(built.pull(3), None, "a proposal has the numbers of its fork");
    let proposed = built.ids.last().unwrap();
    assert!(built.history().abbreviated(&proposed[..12]).is_some(), "but its commits may be named");
}

#[test]
fn gitlab_numbers_merge_requests_apart_from_issues() {
    let Some(built) = Built::new(&[
        "root: Begin",
        "issue: Mend it (#7)",
        "merge: Merge branch 'fix' into 'main'\n\nFix it\n\nCloses #8\n\nSee merge request group/sub/project!7",
        "old: Merge branch 'b' into 'main'\n\nSee merge request !9",
        "third: Merge branch 'c' into 'main'\n\nSee merge request group/sub/project!11",
        "heads/main: End (#10)",
    ]) else {
        return;
    };
    assert_eq!(built.pull(7), Some(("merge", "pull:merge-body")));
    assert_eq!(built.pull(9), Some(("old", "pull:merge-body")));
    assert_eq!((built.pull(8), built.pull(10)), (None, None));
    git(built.dir.path(), &["config", "remote.origin.url", "https://github.com/owner/name"], "");
    assert_eq!(
        built.pull(10),
        Some(("heads/main", "pull:squash-subject")),
        "unless the host has one row of them"
    );
}

#[test]
fn bitbucket_numbers_pull_requests_apart_from_issues() {
    let Some(built) = Built::new(&[
        "root: Begin",
        "issue: Close #7",
        "merge: Merged in someone/fix (pull request #7)\n\nFix it",
        "heads/main: Closes #8",
    ]) else {
        return;
    };
    assert_eq!(built.pull(7), Some(("merge", "pull:merge-subject")));
    assert_eq!(built.pull(8), None);
}

#[test]
fn a_trailer_counts_only_for_its_own_repository() {
    let Some(built) = Built::new(&[
        "root: Begin",
        "private: Fix\n\nPR-URL: https://github.com/owner-private/name/pull/5",
        "heads/main: Fix\n\nPR-URL: https://github.com/Owner/name/pull/5\nReviewed-By: A",
    ]) else {
        return;
    };
    assert_eq!(built.pull(5), None);
    git(built.dir.path(), &["config", "remote.origin.url", "https://github.com/owner/name.git"], "");
    assert_eq!(built.pull(5), Some(("heads/main", "pull:trailer")));
}

#[test]
fn advisories_are_found_by_their_ids() {
    let Some(built) = Built::new(&[
        "root: Begin",
        "body: Mend it\n\nThis is cve-2021-1234.",
        "subject: Fix CVE-2021-1234",
        "longer: Fix CVE-2021-12345 and XCVE-2021-1234",
        "heads/main: Fix GHSA-CFGH-JMPQ-2345, PYSEC-2021-7",
    ]) else {
        return;
    };
    let history = built.history();
    let found = |id: &str| -> Vec<_> {
        history.mentions(id).iter().map(|found| (built.name(found.commit), found.evidence)).collect()
    };
    assert_eq!(found("Cve-2021-1234"), [("body", "mention:body"), ("subject", "mention:subject")]);
    assert_eq!(found("CVE-2021-12345"), [("longer", "mention:subject")]);
    assert_eq!(found("ghsa-cfgh-jmpq-2345"), [("heads/main", "mention:subject")]);
    assert_eq!(found("PYSEC-2021-7"), [("heads/main", "mention:subject")]);
    assert_eq!((found("CVE-2021-123"), found("")), (vec![], vec![]));
}

#[test]
fn a_short_id_is_found_if_it_is_unique() {
    let commits: Vec<String> =
        (0..400).map(|n| format!("c{n}: Change {n}")).chain(["heads/main: End".into()]).collect();
    let Some(built) = Built::new(&commits.iter().map(String::as_str).collect::<Vec<_>>()) else { return };
    let history = built.history();
    assert_eq!(history.size(), (401, 0));
    for id in &built.ids {
        let found = history.abbreviated(&id[..12]).map(|found| found.commit.to_string());
        assert_eq!(found.as_ref(), Some(id));
        assert_eq!(history.abbreviated(id).map(|found| found.commit.to_string()), found);
    }
    // Two of 401 commits share their first four digits with a chance of 1 in 65,536 for each pair.
    let same = |id: &str| built.ids.iter().filter(|other| other.starts_with(id)).count();
    for id in &built.ids {
        assert_eq!(history.abbreviated(&id[..4]).is_some(), same(&id[..4]) == 1, "{id}");
    }
    for odd in ["", "xyz", "-1234567", "8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba0", "0000000000"] {
        assert_eq!(history.abbreviated(odd), None, "{odd}");
    }
}

#[test]
fn versions_are_found_by_the_names_of_their_tags() {
    let Some(built) = Built::new(&[
        "tags/v1.0: One",
        "one: Fix",
        "tags/1.0.1: Next",
        "two: Fix",
        "tags/release-1.0.2: Next",
        "three: Fix",
        "tags/name_1_0_3: Next",
        "tags/a-1.1: Next",
        "tags/b-1.1: Next",
        "heads/main: End",
    ]) else {
        return;
    };
    let history = built.history();
    let range = |from: &str, to: &str| -> Vec<_> {
        history.range(from, to).iter().map(|found| built.name(found.commit)).collect()
    };
    assert_eq!(range("1.0", "v1.0.1"), ["tags/1.0.1", "one"]);
    assert_eq!(range("1.0.1", "1.0.2"), ["tags/release-1.0.2", "two"]);
    assert_eq!(range("1.0.2", "1.0.3"), ["tags/name_1_0_3", "three"]);
    for (from, to) in [("0.1", "1.0.2"), ("1.0", "1.1"), ("1.0", "0.3"), ("", "1.0.1"), ("1.0", "main")] {
        assert!(range(from, to).is_empty(), "{from} {to}");
    }
}

#[test]
fn long_ranges_are_empty() {
    let middle = (0..501).map(|n| format!("c{n}: Change"));
    let commits: Vec<String> =
        ["tags/1.0: One".to_owned()].into_iter().chain(middle).chain(["tags/1.1: Two".into()]).collect();
    let Some(built) = Built::new(&commits.iter().map(String::as_str).collect::<Vec<_>>()) else { return };
    assert!(built.history().range("1.0", "1.1").is_empty());
}

#[test]
fn unusual_repositories_have_a_history() {
    let Some(built) = Built::new(&["heads/main: Begin"]) else { return };
    let stopped = CommitHistory::read(open_repository(built.dir.path()).unwrap(), &|| true);
    assert_eq!(stopped.err(), Some(HistoryError::Stopped));
    let empty = TempDir::new().unwrap();
    git(empty.path(), &["init", "-q", "--bare"], "");
    let history = CommitHistory::read(open_repository(empty.path()).unwrap(), &|| false).unwrap();
    assert_eq!((history.size(), history.pull(1)), ((0, 0), None));
}

#[test]
fn footers_name_changes_in_review() {
    let change = "I8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba";
    let fix = format!(
        "fix: a: check\n\nChange-Id: {change}\nReviewed-on: https://go-review.googlesource.com/c/go/+/12345"
    );
    let port = format!(
        "heads/main: a: check again\n\nChange-Id: {change}\nReviewed-on: https://go-review.googlesource.com/c/go/+/12346"
    );
    let Some(built) = Built::new(&[&fix, &port]) else { return };
    let history = CommitHistory::read(open_repository(built.dir.path()).unwrap(), &|| false).unwrap();
    let found = |change: &str| history.review(change).map(|found| (found.commit.to_string(), found.evidence));
    assert_eq!(found("12345"), Some((built.ids[0].clone(), "review:number")));
    assert_eq!(found("12346"), Some((built.ids[1].clone(), "review:number")));
    assert_eq!(found(change), Some((built.ids[0].clone(), "review:change-id")));
    assert_eq!(found("1"), None);
}
