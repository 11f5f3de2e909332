use std::collections::BTreeSet;
use std::path::Path;

use streamguard_world::{FINDABLE_WINDOW, Findability, PlantedFix, WorldSettings};

/// Returns the bytes of a file at a commit.
fn blob(repository: &gix::Repository, commit: gix::ObjectId, path: &str) -> Vec<u8> {
    let tree = repository.find_commit(commit).expect("a commit").tree().expect("a tree");
    let entry = tree.lookup_entry_by_path(Path::new(path)).expect("readable trees");
    entry.unwrap_or_else(|| panic!("{path} in {commit}")).object().expect("a blob").data.clone()
}

/// Returns whether `text` stands in `bytes`, from the first word of this line on.
fn stands(bytes: &[u8], line: u32, text: &str) -> bool {
    let mut start = 0;
    for _ in 1..line {
        start += bytes[start..].iter().position(|byte| *byte == b'\n').expect("so many lines") + 1;
    }
    start += bytes[start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    bytes[start..].starts_with(text.as_bytes())
}

fn check(repository: &gix::Repository, planted: &PlantedFix) {
    let commit: gix::ObjectId = planted.commit.parse().expect("an id");
    let parents: Vec<_> =
        repository.find_commit(commit).expect("a commit").parent_ids().map(gix::Id::detach).collect();
    assert_eq!(parents.len(), 1, "a fix is not a merge");
    let before = blob(repository, parents[0], &planted.path_before);
    let after = blob(repository, commit, &planted.path_after);
    assert!(stands(&before, planted.start_line_before, &planted.before), "{planted:?}");
    assert!(stands(&after, planted.start_line_after, &planted.after), "{planted:?}");
    assert_ne!(planted.before, planted.after);
    assert!(planted.before.contains(&planted.function));
    assert_eq!(planted.before.trim(), planted.before);
}

#[test]
fn planted_functions_are_at_their_places() {
    for seed in 21..24 {
        let written = crate::WorldOnDisk::new(WorldSettings { seed, ..WorldSettings::default() });
        let mut ids = BTreeSet::new();
        assert_eq!(written.truth.planted.len(), 160);
        for planted in &written.truth.planted {
            let path = written.repository(&planted.repository);
            let repository = gix::open_opts(path, gix::open::Options::isolated()).expect("it opens");
            check(&repository, planted);
            assert!(ids.insert((&planted.commit, &planted.function)), "{planted:?}");
        }
        for decoy in &written.truth.decoys {
            assert!(written.truth.planted.iter().all(|planted| planted.commit != decoy.commit));
        }
    }
}

#[test]
fn the_demo_has_enough_that_can_be_found() {
    for seed in 31..34 {
        let truth = crate::WorldOnDisk::new(WorldSettings { seed, ..WorldSettings::default() }).truth;
        let count = |findable| truth.planted.iter().filter(|planted| planted.findable == findable).count();
        let found = count(Findability::ByMessage) + count(Findability::ThroughMerge);
        assert!(found > 110, "{found}");
        assert!(count(Findability::ThroughMerge) > 5);
        assert!(count(Findability::OutsideWindow) > 5);
        assert!(count(Findability::Silent) > 0);
        assert!(truth.planted.iter().filter(|planted| planted.tangled).count() > 20);
        assert!(truth.planted.iter().any(|planted| planted.path_before != planted.path_after));
        assert!(truth.planted.iter().any(|planted| planted.before.contains("\r\n")));
    }
}

#[test]
fn the_window_ends_at_the_newest_commit() {
    let written = crate::WorldOnDisk::new(WorldSettings { seed: 41, ..WorldSettings::default() });
    for planted in &written.truth.planted {
        let path = written.repository(&planted.repository);
        let repository = gix::open_opts(path, gix::open::Options::isolated()).expect("it opens");
        let newest = repository.head_commit().expect("a head").time().expect("a time").seconds;
        let id: gix::ObjectId = planted.commit.parse().expect("an id");
        let seconds = repository.find_commit(id).expect("a commit").time().expect("a time").seconds;
        let outside = seconds < newest - FINDABLE_WINDOW;
        assert_eq!(outside, planted.findable == Findability::OutsideWindow);
        assert!((seconds - (newest - FINDABLE_WINDOW)).abs() > 20 * 86_400, "no fix is near the edge");
    }
}
