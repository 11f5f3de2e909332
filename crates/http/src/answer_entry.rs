//! Files of answers in the cache, all in one folder and named after the question.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use streamguard_cache::{FileLock, LockMode, Progress, add_checksum, verify_checksum};
use streamguard_durable::{open_regular, write_atomic};

use crate::body_sink::BodySink;
use crate::error::UpstreamError;
use crate::request::{Freshness, UpstreamAnswer, UpstreamRequest};
use crate::service_credential::CredentialSearch;
use crate::stored_answer::{
    ANSWER_FORMAT, AnswerMeta, CacheLookup, ReceivedBody, STATUS_NOT_FOUND, STATUS_OK, StoredAnswer,
};

/// Longest description of a body that is read, in bytes: several times what is written.
const MAX_META_BYTES: u64 = 64 << 10;

/// The files of the answer to one question: a body that never changes, a description, and a lock.
#[derive(Debug)]
pub(crate) struct AnswerEntry {
    folder: PathBuf,
    name: String,
    url: String,
}

impl AnswerEntry {
    /// Returns the entry of a question below the folder of all answers. Different credentials may see different
    /// answers; `scope` tells them apart.
    pub(crate) fn new(answers: &Path, request: &UpstreamRequest, shown_url: &str, scope: &str) -> Self {
        let question = question(request);
        let folder = answers.join(&question[..2]);
        Self { folder, name: format!("{question}-{scope}"), url: shown_url.to_owned() }
    }

    /// Loads a recorded answer to a question, with whatever credential it was asked.
    pub(crate) fn recorded(
        answers: &Path,
        request: &UpstreamRequest,
    ) -> Result<Option<StoredAnswer>, UpstreamError> {
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
            CacheLookup::Hit(stored) => Ok(Some(stored)),
            CacheLookup::Miss | CacheLookup::Damaged => Ok(None),
        }
    }

    fn path(&self, end: &str) -> PathBuf {
        self.folder.join(format!("{}.{end}", self.name))
    }

    fn cannot(&self, source: io::Error) -> UpstreamError {
        UpstreamError::Cache { path: self.folder.clone(), source }
    }

    /// Waits for the lock of the entry.
    pub(crate) fn lock(
        &self,
        mode: LockMode,
        progress: &mut dyn Progress,
    ) -> Result<FileLock, UpstreamError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.cannot(error))?;
        let reason = || format!("{}: waiting for another worker that asks the same", self.url);
        Ok(FileLock::take(&self.path("lock"), mode, &reason, progress)?)
    }

    /// Loads and verifies the stored answer.
    pub(crate) fn load(&self) -> Result<CacheLookup, UpstreamError> {
        let meta = match read_meta(&self.path("json")) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(CacheLookup::Miss),
            Err(error) => return Err(self.cannot(error)),
        };
        // The digest becomes part of a path and is cut below; a damaged one must neither panic nor
        // lead elsewhere.
        match meta.filter(|meta| meta.format == ANSWER_FORMAT && is_digest(&meta.blake3)) {
            Some(meta) => self.verify(meta),
            None => Ok(CacheLookup::Damaged),
        }
    }

    /// Loads and verifies the stored answer, if it is used without asking. An older body, which may be large, is not
    /// even read.
    pub(crate) fn load_fresh(&self, freshness: Freshness) -> Result<Option<StoredAnswer>, UpstreamError> {
        let meta = read_meta(&self.path("json")).ok().flatten();
        if !meta.is_some_and(|meta| meta.is_fresh(freshness)) {
            return Ok(None);
        }
        match self.load()? {
            CacheLookup::Hit(stored) => Ok(Some(stored)),
            CacheLookup::Miss | CacheLookup::Damaged => Ok(None),
        }
    }

    fn verify(&self, meta: AnswerMeta) -> Result<CacheLookup, UpstreamError> {
        let path = self.body(&meta.blake3);
        match digest(&path) {
            Ok((blake3, length)) if (&blake3, length) == (&meta.blake3, meta.length) => {
                Ok(CacheLookup::Hit(StoredAnswer { meta, answer: UpstreamAnswer { path } }))
            }
            Ok(_) => Ok(CacheLookup::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(CacheLookup::Damaged),
            Err(error) => Err(self.cannot(error)),
        }
    }

    fn body(&self, blake3: &str) -> PathBuf {
        self.path(&format!("{}.body", &blake3[..16]))
    }

    /// Stores a body as an answer that stays fresh. The caller is the only writer.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<StoredAnswer, UpstreamError> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| write_atomic(&self.scratch(), bytes))
            .map_err(|error| self.cannot(error))?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        let stored =
            self.adopt(ReceivedBody { length: bytes.len() as u64, blake3, etag: None, last_modified: None })?;
        self.commit(&stored, Freshness::Forever)?;
        Ok(stored)
    }

    /// Returns the path to which the holder of the exclusive lock writes a body. The remains of a killed process are
    /// overwritten.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.path("part")
    }

    /// Removes the file of a body that is not complete.
    pub(crate) fn discard(&self) {
        let _ = fs::remove_file(self.scratch());
    }

    /// Gives a written and synced body its name. The answer is not used before [`AnswerEntry::commit`].
    pub(crate) fn adopt(&self, body: ReceivedBody) -> Result<StoredAnswer, UpstreamError> {
        self.adopt_as(STATUS_OK, body)
    }

    fn adopt_as(&self, status: u16, body: ReceivedBody) -> Result<StoredAnswer, UpstreamError> {
        let path = self.body(&body.blake3);
        // The body first, and the text that names it in `commit`: a crash in between leaves a body
        // that nobody reads, never an answer without one.
        fs::rename(self.scratch(), &path).map_err(|error| self.cannot(error))?;
        let meta = AnswerMeta {
            format: ANSWER_FORMAT,
            url: self.url.clone(),
            status,
            etag: body.etag,
            last_modified: body.last_modified,
            mark: None,
            length: body.length,
            blake3: body.blake3,
        };
        Ok(StoredAnswer { meta, answer: UpstreamAnswer { path } })
    }

    /// Makes this the answer, in place of all others.
    pub(crate) fn commit(&self, stored: &StoredAnswer, freshness: Freshness) -> Result<(), UpstreamError> {
        let mark = freshness.mark(stored.meta.is_missing());
        let meta = AnswerMeta { mark, ..stored.meta.clone() };
        let text = add_checksum(serde_json::to_vec(&meta).map_err(|error| self.cannot(error.into()))?);
        write_atomic(&self.path("json"), &text).map_err(|error| self.cannot(error))?;
        self.remove_others(&stored.answer.path).map_err(|error| self.cannot(error))
    }

    /// Stores that there is no such thing, in place of all answers, so that the run need not ask again.
    pub(crate) fn commit_not_found(&self, freshness: Freshness) -> Result<(), UpstreamError> {
        let written = BodySink::create(&self.scratch(), false, 0, CredentialSearch::default())
            .and_then(BodySink::finish);
        let (length, blake3) = written.map_err(|error| self.cannot(error))?;
        let body = ReceivedBody { length, blake3, etag: None, last_modified: None };
        self.commit(&self.adopt_as(STATUS_NOT_FOUND, body)?, freshness)
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

    /// Removes a body that its reader did not accept.
    pub(crate) fn reject(&self, refused: &StoredAnswer, old: Option<&StoredAnswer>) {
        // The same bytes have the same name, and are then what the cache goes on holding.
        if old.is_none_or(|old| old.answer.path != refused.answer.path) {
            let _ = fs::remove_file(&refused.answer.path);
        }
    }
}

/// Returns the name of a question: a digest of everything that determines the answer.
fn question(request: &UpstreamRequest) -> String {
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

/// Reads the description of a body; `None` if it is damaged. In the snapshot of a stranger it may have any size.
fn read_meta(path: &Path) -> io::Result<Option<AnswerMeta>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(MAX_META_BYTES).read_to_end(&mut bytes)?;
    Ok(verify_checksum(&bytes).and_then(|text| serde_json::from_slice(text).ok()))
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digest(path: &Path) -> io::Result<(String, u64)> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open_regular(path)?)?;
    Ok((hasher.finalize().to_hex().to_string(), hasher.count()))
}
