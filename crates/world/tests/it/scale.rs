use world::{Settings, World};

#[test]
fn more_fixes_make_more_history() {
    let settings = Settings { seed: 61, repositories: 9, fixes: 300, ..Settings::default() };
    let mut planted = 0;
    let mut commits = 0;
    for repository in World::new(settings).repositories() {
        let truth = repository.expect("it can be made").truth;
        planted += truth.planted.len();
        commits += truth.repositories[0].commits;
    }
    assert_eq!(planted, 300);
    assert!(commits > 1000, "{commits}");
}

#[test]
fn the_demo_fits_into_the_binary() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("world.tar.zst");
    World::new(Settings::default()).snapshot(&path).expect("the snapshot can be written");
    let size = std::fs::metadata(&path).expect("it is there").len();
    assert!(size < 600_000, "{size} bytes");
}
