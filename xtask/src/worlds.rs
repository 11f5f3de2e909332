//! Worlds of any size on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use streamguard_world::{Settings, World};

/// How often it is said how far it is.
const TELL: Duration = Duration::from_secs(1);

/// How many fixes so many repositories have, unless it is said: as many each as in the demo world.
pub(crate) fn fixes(repositories: usize) -> usize {
    let demo = Settings::default();
    repositories * demo.fixes / demo.repositories
}

/// Writes a world, and says what is in it.
pub(crate) fn write(settings: Settings, folder: &Path) -> Result<()> {
    let (all, begin, mut told) = (settings.repositories, Instant::now(), Instant::now());
    let truth = World::new(settings).write_telling(folder, |written| {
        if told.elapsed() >= TELL {
            told = Instant::now();
            println!("{written} of {all} repositories");
        }
    })?;
    let commits: usize = truth.repositories.iter().map(|repository| repository.commits).sum();
    println!(
        "{all} repositories, {commits} commits, {} planted functions in {}: {:.1} s",
        truth.planted.len(),
        folder.display(),
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The repositories of a world on disk, by path.
pub(crate) fn repositories(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for owner in fs::read_dir(folder)? {
        let owner = owner?.path();
        if owner.is_dir() {
            for repository in fs::read_dir(owner)? {
                paths.push(repository?.path());
            }
        }
    }
    paths.sort();
    Ok(paths)
}
