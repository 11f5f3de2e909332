//! Demo worlds of any size on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use streamguard_world::{World, WorldSettings};

/// Shortest pause between two lines of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Returns the default number of fixes for so many repositories: as many per repository as in a small world.
pub(crate) fn default_fixes(repositories: usize) -> usize {
    let small = WorldSettings::default();
    repositories * small.fixes / small.repositories
}

/// Writes a world, and prints a summary.
pub(crate) fn write(settings: WorldSettings, folder: &Path) -> Result<()> {
    let (all, begin, mut last_progress) = (settings.repositories, Instant::now(), Instant::now());
    let truth = World::new(settings).write_with_progress(folder, |written| {
        if last_progress.elapsed() >= PROGRESS_INTERVAL {
            last_progress = Instant::now();
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

/// Returns the paths of the repositories of a world on disk.
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
