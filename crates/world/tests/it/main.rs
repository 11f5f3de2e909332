//! Tests of the demo world.

// The same settings give the same bytes.
mod determinism;
// Git and gix can read what was written.
mod git;
// What the oracle says stands in the repositories.
mod oracle;
// Every kind of event happens.
mod events;
// What the repo collector finds of what was planted.
mod mining;
// What advisories there are, and what they refer to.
mod advisories;
// What upstreams answer.
mod upstreams;
// What collectors make of a snapshot.
mod replay;
// How large and how fast it is.
mod scale;

use std::path::{Path, PathBuf};

use streamguard_world::{Settings, Truth, World};
use tempfile::TempDir;

/// A world on disk, removed when dropped.
struct Written {
    folder: TempDir,
    truth: Truth,
}

impl Written {
    fn new(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let truth = World::new(settings).write(folder.path()).expect("the world can be written");
        Self { folder, truth }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The bare repositories.
    fn repositories(&self) -> Vec<PathBuf> {
        self.truth.repositories.iter().map(|repository| self.repository(&repository.url)).collect()
    }

    /// The bare repository with this address.
    fn repository(&self, url: &str) -> PathBuf {
        let name = url.strip_prefix("https://git.example/").expect("an address of the world");
        self.path().join(format!("{name}.git"))
    }
}
