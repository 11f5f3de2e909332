use std::path::Path;

use streamguard_git::RepositorySource;
use streamguard_simulator::{commit_all, run_git, write_file};

use super::World;

/// Returns the name of a local repository in samples.
fn name(path: &Path) -> String {
    match RepositorySource::parse(path.to_str().unwrap()) {
        Ok(RepositorySource::Local { name, .. }) => name,
        other => panic!("{other:?} is no local repository"),
    }
}

#[test]
fn folders_of_one_name_are_told_apart_by_their_first_commits() {
    let Some(world) = World::new() else { return };
    let (one, ids) = world.serve_fix("one/repo");
    let other = world.serve("other/repo");
    write_file(&other, "README", "other words");
    commit_all(&other, "Begin otherwise");
    assert_eq!(name(&one), format!("repo@{}", &ids[0][..12]));
    assert_eq!(name(&one.join("app")), name(&one), "a folder in it");
    assert!(name(&other).starts_with("repo@") && name(&other) != name(&one), "{}", name(&other));

    // A clone of it has the same history; a shallow one does not have its begin.
    let address = format!("file://{}", one.display());
    run_git(&world.at("served"), ["clone", "-q", "--bare", &address, "bare/repo.git"]);
    assert_eq!(name(&world.at("served/bare/repo.git")), name(&one));
    run_git(&world.at("served"), ["clone", "-q", "--depth", "1", &address, "shallow/repo"]);
    assert_eq!(name(&world.at("served/shallow/repo")), "repo");
    assert_eq!(name(&world.serve("empty/repo")), "repo");
    run_git(&one, ["remote", "add", "origin", "git@github.com:owner/name.git"]);
    assert_eq!(name(&one), "https://github.com/owner/name");
}
