//! Answers on disk: a body file that never changes, and a small file that says what it is. Both
//! lie in one folder, named by what was asked; a lock beside them keeps two from asking the same.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_durable::write_atomic;

use super::request::{Answer, Freshness, Request, UpstreamError};
use super::sink::Sink;
use streamguard_cache::Progress;
use streamguard_cache::{FileLock, LockMode};

/// Version of the layout.
const FORMAT: u32 = 1;

/// Statuses of answers that are kept (RFC 9110).
const FOUND: u16 = 200;
const MISSING: u16 = 404;

fn found() -> u16 {
    FOUND
}

/// What a stored body is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    format: u32,
    /// What was asked, for people who look.
    url: String,
    /// 200, or 404 for what is not there: then the body is empty.
    #[serde(default = "found")]
    status: u16,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// Which run got it, or asked whether it is still current.
    mark: Option<u64>,
    length: u64,
    blake3: String,
}

/// A body and what it is; verified when it was loaded.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) meta: Meta,
    pub(super) answer: Answer,
}

impl Meta {
    /// Whether it does without asking.
    pub(super) fn is_fresh(&self, freshness: Freshness) -> bool {
        match freshness {
            Freshness::Run(mark) => self.mark == Some(mark),
            // What is not there today may be there tomorrow.
            Freshness::Forever => !self.is_missing(),
        }
    }

    /// Whether the answer was that it is not there.
    fn is_missing(&self) -> bool {
        self.status == MISSING
    }
}

impl Stored {
    /// The answer; none if it was that it is not there.
    pub(super) fn found(&self) -> Option<&Answer> {
        (!self.meta.is_missing()).then_some(&self.answer)
    }
}

/// What is stored.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// Something that is not what was stored once.
    Damaged,
    Sound(Stored),
}

/// The place of the answers to one question.
#[derive(Debug)]
pub(super) struct Entry {
    folder: PathBuf,
    name: String,
    url: String,
}

impl Entry {
    /// The place below the folder of all answers. `scope` tells apart what different credentials see.
    pub(super) fn new(answers: &Path, request: &Request, shown_url: &str, scope: &str) -> Self {
        let question = question(request);
        let folder = answers.join(&question[..2]);
        Self { folder, name: format!("{question}-{scope}"), url: shown_url.to_owned() }
    }

    /// A recorded answer to the question, whoever asked it.
    pub(super) fn recorded(answers: &Path, request: &Request) -> Result<Option<Stored>, UpstreamError> {
        let question = question(request);
        let folder = answers.join(&question[..2]);
        let listed = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.and_then(Iterator::collect::<io::Result<Vec<_>>>),
        };
        let listed = listed.map_err(|source| UpstreamError::Cache { path: folder.clone(), source })?;
        let mut names: Vec<String> = listed
            .iter()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
            .filter(|name| name.starts_with(&question))
            .collect();
        // Runs with different credentials may all have recorded an answer. The first by name is the
        // same on every machine.
        names.sort();
        let Some(name) = names.into_iter().next() else { return Ok(None) };
        match (Self { folder, name, url: String::new() }).load()? {
            Found::Sound(stored) => Ok(Some(stored)),
            Found::Nothing | Found::Damaged => Ok(None),
        }
    }

    fn path(&self, end: &str) -> PathBuf {
        self.folder.join(format!("{}.{end}", self.name))
    }

    fn cannot(&self, source: io::Error) -> UpstreamError {
        UpstreamError::Cache { path: self.folder.clone(), source }
    }

    /// Keeps others from changing the entry, or even from reading it.
    pub(super) fn lock(
        &self,
        hold: LockMode,
        progress: &mut dyn Progress,
    ) -> Result<FileLock, UpstreamError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.cannot(error))?;
        let why = || format!("{}: waiting for another worker that asks the same", self.url);
        Ok(FileLock::take(&self.path("lock"), hold, &why, progress)?)
    }

    /// What is stored, and whether it is sound.
    pub(super) fn load(&self) -> Result<Found, UpstreamError> {
        let meta = match fs::read(self.path("json")) {
            Ok(bytes) => serde_json::from_slice::<Meta>(&bytes).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(self.cannot(error)),
        };
        // The digest becomes part of a path and is cut below; a damaged one must neither panic nor
        // lead elsewhere.
        match meta.filter(|meta| meta.format == FORMAT && is_digest(&meta.blake3)) {
            Some(meta) => self.verify(meta),
            None => Ok(Found::Damaged),
        }
    }

    /// What is stored, if it is sound and does without asking. An old body, which may be large,
    /// is not even read.
    pub(super) fn load_fresh(&self, freshness: Freshness) -> Result<Option<Stored>, UpstreamError> {
        let meta =
            fs::read(self.path("json")).ok().and_then(|bytes| serde_json::from_slice::<Meta>(&bytes).ok());
        if !meta.is_some_and(|meta| meta.is_fresh(freshness)) {
            return Ok(None);
        }
        match self.load()? {
            Found::Sound(stored) => Ok(Some(stored)),
            Found::Nothing | Found::Damaged => Ok(None),
        }
    }

    fn verify(&self, meta: Meta) -> Result<Found, UpstreamError> {
        let path = self.body(&meta.blake3);
        match digest(&path) {
            Ok((blake3, length)) if (&blake3, length) == (&meta.blake3, meta.length) => {
                Ok(Found::Sound(Stored { meta, answer: Answer { path } }))
            }
            Ok(_) => Ok(Found::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Damaged),
            Err(error) => Err(self.cannot(error)),
        }
    }

    fn body(&self, blake3: &str) -> PathBuf {
        self.path(&format!("{}.body", &blake3[..16]))
    }

    /// Keeps a body that nobody else writes, as the answer for good.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<Stored, UpstreamError> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| write_atomic(&self.scratch(), bytes))
            .map_err(|error| self.cannot(error))?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        let stored =
            self.name(Body { length: bytes.len() as u64, blake3, etag: None, last_modified: None })?;
        self.keep(&stored, Freshness::Forever)?;
        Ok(stored)
    }

    /// Where a body may be written, by whoever holds the lock alone. What a killed process left
    /// there is overwritten.
    pub(super) fn scratch(&self) -> PathBuf {
        self.path("part")
    }

    /// Removes what was written of a body that did not come to its end.
    pub(super) fn discard(&self) {
        let _ = fs::remove_file(self.scratch());
    }

    /// Gives a written and synced body its name. It is no answer before [`Entry::keep`].
    pub(super) fn name(&self, body: Body) -> Result<Stored, UpstreamError> {
        self.name_with(FOUND, body)
    }

    fn name_with(&self, status: u16, body: Body) -> Result<Stored, UpstreamError> {
        let path = self.body(&body.blake3);
        // The body first, and the text that names it in `keep`: a crash in between leaves a body
        // that nobody reads, never an answer without one.
        fs::rename(self.scratch(), &path).map_err(|error| self.cannot(error))?;
        let meta = Meta {
            format: FORMAT,
            url: self.url.clone(),
            status,
            etag: body.etag,
            last_modified: body.last_modified,
            mark: None,
            length: body.length,
            blake3: body.blake3,
        };
        Ok(Stored { meta, answer: Answer { path } })
    }

    /// Makes it the answer, in place of all others.
    pub(super) fn keep(&self, stored: &Stored, freshness: Freshness) -> Result<(), UpstreamError> {
        let mark = match freshness {
            Freshness::Run(mark) => Some(mark),
            Freshness::Forever => None,
        };
        let meta = Meta { mark, ..stored.meta.clone() };
        let text = serde_json::to_vec(&meta).map_err(|error| self.cannot(error.into()))?;
        write_atomic(&self.path("json"), &text).map_err(|error| self.cannot(error))?;
        self.remove_others(&stored.answer.path).map_err(|error| self.cannot(error))
    }

    /// Keeps, in place of all answers, that it is not there: the run need not ask again.
    pub(super) fn keep_missing(&self, freshness: Freshness) -> Result<(), UpstreamError> {
        let written = Sink::create(&self.scratch(), false, 0).and_then(Sink::finish);
        let (length, blake3) = written.map_err(|error| self.cannot(error))?;
        let body = Body { length, blake3, etag: None, last_modified: None };
        self.keep(&self.name_with(MISSING, body)?, freshness)
    }

    fn remove_others(&self, kept: &Path) -> io::Result<()> {
        let prefix = format!("{}.", self.name);
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            if name.starts_with(&prefix) && name.ends_with(".body") && path != kept {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Removes a body that its reader did not take.
    pub(super) fn drop(&self, refused: &Stored, old: Option<&Stored>) {
        // The same bytes have the same name, and are then what the cache goes on holding.
        if old.is_none_or(|old| old.answer.path != refused.answer.path) {
            let _ = fs::remove_file(&refused.answer.path);
        }
    }
}

/// A body that was written to [`Entry::scratch`].
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) length: u64,
    pub(super) blake3: String,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

fn question(request: &Request) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("streamguard upstream question 1");
    let method = if request.body.is_some() { "POST" } else { "GET" };
    let body = request.body.as_deref().unwrap_or("");
    // Each part with its length before it, or two different questions could run together to the
    // same bytes.
    for part in [request.service.slug(), method, &request.url, body] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digest(path: &Path) -> io::Result<(String, u64)> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok((hasher.finalize().to_hex().to_string(), hasher.count()))
}
