//! The demo world: git repositories with planted truth, written from a seed.
//!
//! A [`World`] is a set of fictional projects with histories as people write them: features,
//! refactorings, releases, merges; and among them security fixes, whose vulnerable and fixed
//! functions come from the synthetic generator, and commits that only sound like fixes. What
//! was planted is known byte by byte ([`Truth`]): so the collector that mines repositories
//! can be shown without network, and measured.
//!
//! Everything follows from [`Settings`]: no clock, no git program, no order of hashes. Ids of
//! objects and the truth are the same on every machine; so are the bytes of a snapshot
//! ([`World::snapshot`]), which stores objects without compressing them one by one.

mod documents;
mod event;
mod fix;
mod history;
mod identifiers;
mod layout;
mod messages;
mod moment;
mod names;
mod neutral;
mod oracle;
mod pack;
mod project;
mod random;
mod recording;
mod repository;
mod snapshot;
mod source;
mod timeline;
mod tree;
mod upstreams;
mod words;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use streamguard_synthetic::PairGenerator;
use thiserror::Error;

pub use oracle::{Decoy, Findable, Naming, Planted, PlantedAdvisory, RepositoryTruth, Truth};
pub use repository::Repository;
pub use upstreams::{Answer, CLOCK_MS, Upstreams};

use streamguard_snapshot::{self as recorded, Manifest, Writer};

/// How far before the newest commit of a repository fixes count as findable, in seconds: three
/// years of 365.25 days, as far as the collector looks back unless told otherwise.
pub const WINDOW: i64 = 3 * 31_557_600;

/// What a world is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Everything follows from it.
    pub seed: u64,
    /// How many repositories. With three or more, one of them is empty; with six or more,
    /// another one has no fixes.
    pub repositories: usize,
    /// How many functions are fixed, in all repositories together. No name comes twice in a
    /// repository, so each has room for a few thousand.
    pub fixes: usize,
    /// How many ordinary events happen for every two fixes.
    pub ordinary: usize,
    /// Level of zlib, from 0 (stored) to 9, for objects of repositories that [`World::write`]
    /// writes. Above 0, the bytes of packs depend on the machine's zlib; ids do not.
    pub compression: u32,
}

impl Default for Settings {
    /// The demo: a dozen repositories, small enough to be part of the binary.
    fn default() -> Self {
        Self { seed: 1, repositories: 12, fixes: 160, ordinary: 6, compression: 1 }
    }
}

/// Why a world could not be written.
#[derive(Debug, Error)]
pub enum WorldError {
    /// A file or folder.
    #[error("cannot write {path:?}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A git object could not be encoded.
    #[error("cannot encode a git object: {0}")]
    Git(String),
    /// A collector does not get along with what the upstreams answer.
    #[error("cannot record what the collector {collector} asks for: {reason}")]
    Recording {
        /// Which.
        collector: String,
        /// Why.
        reason: String,
    },
    /// The generator has no language that projects are known for.
    #[error("the generator knows no language that a project can be written in")]
    NoLanguage,
}

impl WorldError {
    fn git(error: impl std::fmt::Display) -> Self {
        Self::Git(error.to_string())
    }

    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// A set of repositories that follows from its settings.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    generator: Arc<PairGenerator>,
}

impl World {
    /// The world of these settings; nothing is written yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, generator: Arc::new(PairGenerator::new()) }
    }

    /// The repositories one after the other, by path; each is made when it is asked for.
    ///
    /// # Errors
    /// [`WorldError::NoLanguage`].
    pub fn repositories(&self) -> impl Iterator<Item = Result<Repository, WorldError>> {
        self.repositories_at(self.settings.compression)
    }

    fn repositories_at(&self, compression: u32) -> impl Iterator<Item = Result<Repository, WorldError>> {
        let settings = Settings { compression, ..self.settings.clone() };
        self.order().into_iter().map(move |number| Repository::new(&settings, &self.generator, number))
    }

    /// The numbers of the repositories, by path.
    fn order(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.settings.repositories).collect();
        numbers
            .sort_by_cached_key(|number| format!("{}.git/", Repository::full_name(&self.settings, *number)));
        numbers
    }

    /// Writes bare repositories to `<folder>/<owner>/<name>.git`, and the truth to
    /// `<folder>/truth.jsonl`.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn write(&self, folder: &Path) -> Result<Truth, WorldError> {
        self.write_telling(folder, |_| ())
    }

    /// As [`World::write`]; `tell` hears after each repository how many are written. One is in memory
    /// at a time, and the truth of all.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn write_telling(&self, folder: &Path, mut tell: impl FnMut(usize)) -> Result<Truth, WorldError> {
        fs::create_dir_all(folder).map_err(|error| WorldError::io(folder, error))?;
        let (mut truth, mut projects) = (Truth::default(), Vec::new());
        for repository in self.repositories() {
            let repository = repository?;
            repository.write(&folder.join(format!("{}.git", repository.full_name)))?;
            truth.extend(repository.truth);
            projects.push(repository.project);
            tell(projects.len());
        }
        truth.advisories = Upstreams::of(self.settings.seed, &projects).truth();
        let path = folder.join("truth.jsonl");
        let failed = |error| WorldError::io(&path, error);
        let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
        truth.write_lines(&mut out).and_then(|()| out.flush()).map_err(failed)?;
        Ok(truth)
    }

    /// Writes all repositories, and what upstreams answer, into one compressed archive (see
    /// [`streamguard_snapshot`]).
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn snapshot(&self, out: &Path) -> Result<Truth, WorldError> {
        let failed = |error| WorldError::io(out, error);
        let file = BufWriter::new(File::create(out).map_err(failed)?);
        let mut writer = Writer::new(file, snapshot::LEVEL).map_err(failed)?;
        let mut manifest = Manifest::new(CLOCK_MS);
        let (mut truth, mut projects) = (Truth::default(), Vec::new());
        for repository in self.repositories_at(0) {
            let repository = repository?;
            snapshot::add(&mut writer, &repository).map_err(failed)?;
            let path = repository.path();
            manifest.repositories.push(recorded::Repository { url: repository.url, path });
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
