//! Tests of the demo world.

// The same settings give the same bytes.
mod determinism;
// Git and gix can read what was written.
mod git;
// The truth agrees with the repositories.
mod truth;
// Every kind of event happens.
mod events;
// The repo collector finds the planted fixes.
mod mining;
// Advisories and their references.
mod advisories;
// Answers of upstreams.
mod upstreams;
// Collectors replay the embedded snapshot.
mod replay;
// Filters of a replay, compared with the answers of upstreams.
mod filters;
// Worlds of other sizes.
mod scale;

use std::path::{Path, PathBuf};

use streamguard_world::{World, WorldSettings, WorldTruth};
use tempfile::TempDir;

/// A world on disk, removed when dropped.
struct WorldOnDisk {
    folder: TempDir,
    truth: WorldTruth,
}

impl WorldOnDisk {
    fn new(settings: WorldSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let truth = World::new(settings).write(folder.path()).expect("the world can be written");
        Self { folder, truth }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the paths of the bare repositories.
    fn repositories(&self) -> Vec<PathBuf> {
        self.truth.repositories.iter().map(|repository| self.repository(&repository.url)).collect()
    }

    /// Returns the path of the bare repository with this address.
    fn repository(&self, url: &str) -> PathBuf {
        let name = url.strip_prefix("https://git.example/").expect("an address of the world");
        self.path().join(format!("{name}.git"))
    }
}
