//! Answers on disk: a body file that never changes, and a small file that says what it is. Both
//! lie in one folder, named by what was asked; a lock beside them keeps two from asking the same.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use engine::files::{sync_folder, write_whole};
use serde::{Deserialize, Serialize};

use super::lock::{Hold, Lock};
use super::request::{Answer, Freshness, Request, UpstreamError, Watch};

/// Version of the layout.
const FORMAT: u32 = 1;

/// The scope of answers that nobody had to sign in for.
pub(super) const OPEN: &str = "open";

/// What a stored body is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    format: u32,
    /// What was asked, for people who look.
    url: String,
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

impl Stored {
    /// Whether it does without asking.
    pub(super) fn is_fresh(&self, freshness: Freshness) -> bool {
        match freshness {
            Freshness::Run(mark) => self.meta.mark == Some(mark),
            Freshness::Forever => true,
        }
    }
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
        names.sort();
        let Some(name) = names.into_iter().next() else { return Ok(None) };
        Self { folder, name, url: String::new() }.load()
    }

    fn path(&self, end: &str) -> PathBuf {
        self.folder.join(format!("{}.{end}", self.name))
    }

    fn cannot(&self, source: io::Error) -> UpstreamError {
        UpstreamError::Cache { path: self.folder.clone(), source }
    }

    /// Keeps others from changing the entry, or even from reading it.
    pub(super) fn lock(&self, hold: Hold, watch: &mut dyn Watch) -> Result<Lock, UpstreamError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.cannot(error))?;
        let why = || format!("{}: waiting for another worker that asks the same", self.url);
        Lock::take(&self.path("lock"), hold, &why, watch)
    }

    /// What is stored, if it is there and sound.
    pub(super) fn load(&self) -> Result<Option<Stored>, UpstreamError> {
        let meta = match fs::read(self.path("json")) {
            Ok(bytes) => serde_json::from_slice::<Meta>(&bytes).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(self.cannot(error)),
        };
        let Some(meta) = meta.filter(|meta| meta.format == FORMAT && is_digest(&meta.blake3)) else {
            return Ok(None);
        };
        let path = self.body(&meta.blake3);
        match digest(&path) {
            Ok((blake3, length)) if (&blake3, length) == (&meta.blake3, meta.length) => {
                Ok(Some(Stored { meta, answer: Answer { path } }))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.cannot(error)),
        }
    }

    fn body(&self, blake3: &str) -> PathBuf {
        self.path(&format!("{}.body", &blake3[..16]))
    }

    /// Keeps a body that nobody else writes, as the answer for good.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<Stored, UpstreamError> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| write_whole(&self.scratch(), bytes))
            .map_err(|error| self.cannot(error))?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        let stored =
            self.name(Body { length: bytes.len() as u64, blake3, etag: None, last_modified: None })?;
        self.keep(&stored, Freshness::Forever, None)?;
        Ok(stored)
    }

    /// Where a body may be written, by whoever holds the lock alone. What a killed process left
    /// there is overwritten.
    pub(super) fn scratch(&self) -> PathBuf {
        self.path("part")
    }

    /// Gives a written and synced body its name. It is no answer before [`Entry::keep`].
    pub(super) fn name(&self, body: Body) -> Result<Stored, UpstreamError> {
        let path = self.body(&body.blake3);
        fs::rename(self.scratch(), &path).map_err(|error| self.cannot(error))?;
        let meta = Meta {
            format: FORMAT,
            url: self.url.clone(),
            etag: body.etag,
            last_modified: body.last_modified,
            mark: None,
            length: body.length,
            blake3: body.blake3,
        };
        Ok(Stored { meta, answer: Answer { path } })
    }

    /// Makes it the answer, in place of the old one.
    pub(super) fn keep(
        &self,
        stored: &Stored,
        freshness: Freshness,
        old: Option<&Stored>,
    ) -> Result<(), UpstreamError> {
        let mark = match freshness {
            Freshness::Run(mark) => Some(mark),
            Freshness::Forever => None,
        };
        let meta = Meta { mark, ..stored.meta.clone() };
        let text = serde_json::to_vec(&meta).map_err(|error| self.cannot(error.into()))?;
        write_whole(&self.path("json"), &text)
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|error| self.cannot(error))?;
        if let Some(old) = old.filter(|old| old.answer.path != stored.answer.path) {
            let _ = fs::remove_file(&old.answer.path);
        }
        Ok(())
    }

    /// Removes a body that its reader did not take.
    pub(super) fn drop(&self, refused: &Stored, old: Option<&Stored>) {
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

/// The scope of answers to a credential. It is too short to tell anything about it.
pub(super) fn scope(credential: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("streamguard upstream scope 1");
    hasher.update(credential.as_bytes());
    hasher.finalize().to_hex()[..8].to_owned()
}

fn question(request: &Request) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("streamguard upstream question 1");
    let method = if request.body.is_some() { "POST" } else { "GET" };
    let body = request.body.as_deref().unwrap_or("");
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
