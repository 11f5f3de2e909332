use std::path::Path;
use std::process::{Command, Output};

use streamguard_world::WorldSettings;

/// Runs git in a repository. Returns nothing if there is no git.
fn git(repository: &Path, arguments: &[&str]) -> Option<Output> {
    let output = Command::new("git")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .arg("-C")
        .arg(repository)
        .args(arguments)
        .output();
    output.ok()
}

#[test]
fn git_accepts_every_repository() {
    let written = crate::WorldOnDisk::new(WorldSettings { seed: 11, ..WorldSettings::default() });
    for (path, known) in written.repositories().iter().zip(&written.truth.repositories) {
        let Some(checked) = git(path, &["fsck", "--strict", "--full"]) else {
            report_skipped();
            return;
        };
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(checked.status.success(), "{path:?}: {said}");
        let empty = known.commits == 0;
        assert!(empty || said.is_empty(), "{path:?}: {said}");
        if empty {
            continue;
        }
        let log = git(path, &["rev-list", "--count", "HEAD"]).expect("git is there");
        assert_eq!(String::from_utf8_lossy(&log.stdout).trim(), known.commits.to_string());
        for entry in std::fs::read_dir(path.join("objects/pack")).expect("there is a pack") {
            let entry = entry.expect("a file").path();
            if entry.extension().is_some_and(|extension| extension == "idx") {
                let index = entry.to_string_lossy().into_owned();
                let verified = git(path, &["verify-pack", &index]).expect("git is there");
                assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
            }
        }
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test has to be seen")]
fn report_skipped() {
    eprintln!("SKIPPED: git is not installed, so the repositories are not checked");
}

#[test]
fn gix_walks_every_history() {
    let written = crate::WorldOnDisk::new(WorldSettings { seed: 12, ..WorldSettings::default() });
    for (path, known) in written.repositories().iter().zip(&written.truth.repositories) {
        let repository = gix::open_opts(path, gix::open::Options::isolated()).expect("it opens");
        let Ok(head) = repository.head_id() else {
            assert_eq!(known.commits, 0);
            continue;
        };
        let mut newest = None;
        let mut count = 0;
        for info in repository.rev_walk([head.detach()]).all().expect("it walks") {
            let info = info.expect("a commit");
            let commit = info.object().expect("it is there");
            let seconds = commit.time().expect("a time").seconds;
            let latest = *newest.get_or_insert(seconds);
            assert!(seconds <= latest);
            for parent in commit.parent_ids() {
                let parent = parent.object().expect("it is there").into_commit();
                assert!(parent.time().expect("a time").seconds < seconds, "time runs forward");
            }
            count += 1;
        }
        assert_eq!(count, known.commits);
    }
}
