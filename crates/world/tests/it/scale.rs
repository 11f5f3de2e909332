use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use streamguard_world::{World, WorldSettings};

use crate::WorldOnDisk;

#[test]
fn more_fixes_make_more_history() {
    let settings = WorldSettings { seed: 61, repositories: 9, fixes: 300, ..WorldSettings::default() };
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshot/demo.snapshot");
    let size = std::fs::metadata(&path).expect("it is there").len();
    assert!(size < 3_000_000, "{size} bytes");
}

#[test]
fn many_repositories_have_names_of_their_own_and_the_same_bytes_twice() {
    let settings = WorldSettings { seed: 7, repositories: 30, fixes: 60, ..WorldSettings::default() };
    let first = WorldOnDisk::new(settings.clone());
    let paths: BTreeSet<PathBuf> = first.repositories().into_iter().collect();
    assert_eq!(paths.len(), 30);
    assert!(paths.iter().all(|path| path.join("HEAD").is_file()));

    let second = tempfile::tempdir().expect("a temporary folder");
    let mut progress = Vec::new();
    World::new(settings)
        .write_with_progress(second.path(), |written| progress.push(written))
        .expect("the world can be written");
    assert_eq!(progress, (1..=30).collect::<Vec<_>>());
    assert!(files(first.path()) == files(second.path()));
}

/// Returns all files below a folder, by their paths in it.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                files.insert(path.strip_prefix(root).expect("it is below").to_owned(), bytes);
            }
        }
    }
    files
}
