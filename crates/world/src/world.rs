//! A set of repositories, written to disk or into a snapshot.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use streamguard_snapshot::{SnapshotManifest, SnapshotRepository, SnapshotWriter};
use streamguard_synthetic::PairGenerator;

use crate::error::WorldError;
use crate::repository::WorldRepository;
use crate::settings::WorldSettings;
use crate::truth::WorldTruth;
use crate::upstreams::{CLOCK_MS, Upstreams};
use crate::{recording, snapshot};

/// A set of repositories that follows from its settings.
#[derive(Debug)]
pub struct World {
    settings: WorldSettings,
    generator: Arc<PairGenerator>,
}

impl World {
    /// Returns the world of these settings; nothing is written yet.
    pub fn new(settings: WorldSettings) -> Self {
        // Fixes in real histories change one thing, and not a second one in the other direction.
        Self { settings, generator: Arc::new(PairGenerator::without_decoys()) }
    }

    /// Returns the repositories one after the other, by path; each is made on demand.
    ///
    /// # Errors
    /// [`WorldError::NoLanguage`].
    pub fn repositories(&self) -> impl Iterator<Item = Result<WorldRepository, WorldError>> {
        self.repositories_at(self.settings.compression)
    }

    fn repositories_at(&self, compression: u32) -> impl Iterator<Item = Result<WorldRepository, WorldError>> {
        let settings = WorldSettings { compression, ..self.settings.clone() };
        self.numbers_by_path()
            .into_iter()
            .map(move |number| WorldRepository::new(&settings, &self.generator, number))
    }

    fn numbers_by_path(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.settings.repositories).collect();
        numbers.sort_by_cached_key(|number| {
            // With the suffix, as the paths themselves sort: `a-b.git` comes before `a.git`.
            format!("{}.git/", WorldRepository::full_name(&self.settings, *number))
        });
        numbers
    }

    /// Returns the upstreams of this world. All repositories are made for them once.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn upstreams(&self) -> Result<Upstreams, WorldError> {
        let projects = self.repositories().map(|repository| Ok(repository?.project));
        let projects = projects.collect::<Result<Vec<_>, WorldError>>()?;
        Ok(Upstreams::of(self.settings.seed, &projects))
    }

    /// Writes bare repositories to `<folder>/<owner>/<name>.git`, and the truth to
    /// `<folder>/truth.jsonl`.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn write(&self, folder: &Path) -> Result<WorldTruth, WorldError> {
        self.write_with_progress(folder, |_| ())
    }

    /// Writes as [`World::write`] does, and calls `progress` after each repository with the number of
    /// those that are written. One repository is in memory at a time, and the truth of all.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn write_with_progress(
        &self,
        folder: &Path,
        mut progress: impl FnMut(usize),
    ) -> Result<WorldTruth, WorldError> {
        fs::create_dir_all(folder).map_err(|error| WorldError::io(folder, error))?;
        let (mut truth, mut projects) = (WorldTruth::default(), Vec::new());
        for repository in self.repositories() {
            let repository = repository?;
            repository.write(&folder.join(format!("{}.git", repository.full_name)))?;
            truth.extend(repository.truth);
            projects.push(repository.project);
            progress(projects.len());
        }
        truth.advisories = Upstreams::of(self.settings.seed, &projects).truth();
        let path = folder.join("truth.jsonl");
        let failed = |error| WorldError::io(&path, error);
        let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
        truth.write_lines(&mut out).and_then(|()| out.flush()).map_err(failed)?;
        Ok(truth)
    }

    /// Writes all repositories and the recorded answers of upstreams into one compressed archive (see
    /// [`streamguard_snapshot`]).
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn snapshot(&self, out: &Path) -> Result<WorldTruth, WorldError> {
        let failed = |error| WorldError::io(out, error);
        let file = BufWriter::new(File::create(out).map_err(failed)?);
        let mut writer = SnapshotWriter::new(file, snapshot::COMPRESSION_LEVEL).map_err(failed)?;
        let mut manifest = SnapshotManifest::new(CLOCK_MS);
        let (mut truth, mut projects) = (WorldTruth::default(), Vec::new());
        // Stored objects have the same bytes on every machine, and the archive compresses them better.
        for repository in self.repositories_at(0) {
            let repository = repository?;
            snapshot::add(&mut writer, &repository).map_err(failed)?;
            let path = repository.path();
            manifest.repositories.push(SnapshotRepository { url: repository.url, path });
            truth.extend(repository.truth);
            projects.push(repository.project);
        }
        let upstreams = Upstreams::of(self.settings.seed, &projects);
        truth.advisories = upstreams.truth();
        for (path, bytes) in recording::record(upstreams)? {
            writer.file(&path, bytes.len() as u64, &bytes[..]).map_err(failed)?;
        }
        writer.finish(&manifest).and_then(|mut file| file.flush()).map_err(failed)?;
        Ok(truth)
    }
}
