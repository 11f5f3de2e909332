//! A bare repository in the cache, written by one at a time.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use streamguard_cache::CacheBucket;

use super::address::Place;
use super::command::{self, Ended, TICK};
use super::moved::new_place;
use super::verdict::Verdict;
use super::{Fetched, Fetching, GitError};

/// Longest name in the cache that is made of an address, in bytes; file systems allow 255.
const NAME: usize = 150;

/// How often a repository may have moved.
const MOVES: usize = 3;

/// The reference that is the head of a mirror; its own, so that no branch of the server is it.
pub(super) const HEAD: &str = "refs/streamguard/head";

/// What a mirror holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All history.
    History,
    /// Some commits, and their parents.
    Commits,
    /// No objects, but why there are none.
    Problem,
}

/// A mirror, while nobody else writes it. Dropped before it is kept for the first time, it
/// leaves nothing.
pub(super) struct Bare {
    /// Where it will be.
    path: PathBuf,
    /// Where it is until it is kept for the first time.
    scratch: PathBuf,
    /// The repository as it was asked for.
    asked: String,
    /// The repository as it is called now.
    url: String,
    /// Unlocked when it is closed, however the process ends.
    _lock: File,
}

/// What became of a question to the server.
pub(super) enum Reply {
    /// It did as asked.
    Done,
    /// It did not.
    Refused { verdict: Verdict, said: String },
}

/// Where the mirror of a repository is, if there is one. `url` is of the form that
/// [`crate::source::Source::parse`] gives, hence of plain names.
pub(super) fn path(cache: &Path, url: &str, kind: Kind) -> PathBuf {
    let mut name = url.trim_start_matches("https://").replace(['/', ':'], "+");
    if name.len() > NAME {
        let digest = blake3::hash(name.as_bytes()).to_hex();
        name.truncate(NAME - 33);
        name = format!("{name}+{}", &digest[..32]);
    }
    let suffix = match kind {
        Kind::History => "git",
        Kind::Commits => "shallow",
        Kind::Problem => "problem",
    };
    CacheBucket::Git.folder(cache).join(format!("{name}.{suffix}"))
}

impl Bare {
    /// Waits until nobody else writes a mirror, and clears away what an interrupted one left.
    pub(super) fn take(path: PathBuf, asked: &str, fetching: &Fetching<'_>) -> Result<Self, GitError> {
        let failed = |source| GitError::Cache { path: path.clone(), source };
        let folder = path.parent().unwrap_or(fetching.cache);
        fs::create_dir_all(folder).map_err(failed)?;
        let beside = |suffix: &str| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            folder.join(name)
        };
        let lock = File::create(beside(".lock")).map_err(failed)?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if (fetching.stop)() => return Err(GitError::Stopped),
                Err(TryLockError::WouldBlock) => std::thread::sleep(TICK),
            }
        }
        let scratch = beside(&format!(".{}.part", std::process::id()));
        let bare = Self { url: recorded(&path, asked), asked: asked.to_owned(), scratch, path, _lock: lock };
        bare.clear().map_err(|source| GitError::Cache { path: bare.path.clone(), source })?;
        Ok(bare)
    }

    /// Removes what was left by writers that were killed; who holds the lock is the only one.
    fn clear(&self) -> io::Result<()> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for entry in fs::read_dir(self.path.parent().unwrap_or(&self.path))? {
            let entry = entry?;
            let other = entry.file_name();
            let rest = other.to_str().and_then(|other| other.strip_prefix(&*name));
            let pid = rest.and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".part"));
            if pid.is_some_and(|pid| pid.bytes().all(|byte| byte.is_ascii_digit())) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        // What git calls its own unfinished files. No reference may be called so.
        let is_lock = |name: &str| name.ends_with(".lock");
        remove_files(&self.path, is_lock)?;
        remove_files(&self.path.join("objects/pack"), |name| name.starts_with("tmp_"))?;
        let mut folders = vec![self.path.join("refs")];
        while let Some(folder) = folders.pop() {
            remove_files(&folder, is_lock)?;
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let is_folder = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
            folders.extend(entries.filter(is_folder).map(|entry| entry.path()));
        }
        Ok(())
    }

    /// Where it is now.
    pub(super) fn folder(&self) -> &Path {
        if self.path.exists() { &self.path } else { &self.scratch }
    }

    /// The repository as it is called now.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Has git ask the server something, wherever the repository has moved to.
    pub(super) fn ask(
        &mut self,
        arguments: &[&str],
        input: &[u8],
        fetching: &Fetching<'_>,
    ) -> Result<Reply, GitError> {
        let mut moves = 0;
        loop {
            let place = Place::of(&self.url, fetching)?;
            self.lay_out().map_err(|source| GitError::Cache { path: self.folder().to_owned(), source })?;
            let ended = command::run(self.folder(), &place, arguments, input, fetching);
            if let Err(GitError::TooLarge { .. }) = ended {
                // Kept, it would be found to be too large at one time, and at hand at another.
                // What cannot be removed now is cleared away the next time.
                let _ = fs::remove_dir_all(self.folder());
            }
            let said = match ended? {
                Ended::Well => return Ok(Reply::Done),
                Ended::Badly(said) => said,
            };
            let verdict = Verdict::of(&said);
            if verdict != Verdict::Moved {
                return Ok(Reply::Refused { verdict, said });
            }
            moves += 1;
            match new_place(&place, fetching) {
                Some(url) if moves <= MOVES => self.url = url,
                _ => return Err(GitError::Moved { url: place.url }),
            }
        }
    }

    /// The error that a refusal is where nothing can be done about it.
    pub(super) fn error(&self, verdict: Verdict, said: String) -> GitError {
        verdict.error(&self.url, said, self.folder())
    }

    /// Writes what makes a folder a bare repository of which some objects are elsewhere
    /// (gitrepository-layout, partial-clone); also over what is there, which may be damaged.
    fn lay_out(&self) -> io::Result<()> {
        let folder = self.folder();
        for name in ["objects/pack", "refs/streamguard"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let config = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n\
             [remote \"origin\"]\n\turl = {}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n",
            self.url
        );
        for (name, content) in [("HEAD", format!("ref: {HEAD}\n")), ("config", config)] {
            let path = folder.join(name);
            if fs::read(&path).ok().is_none_or(|found| found != content.as_bytes()) {
                fs::write(path, content)?;
            }
        }
        Ok(())
    }

    /// Gives it its name, and lets others write it.
    pub(super) fn keep(self, missing: Vec<String>) -> Result<Fetched, GitError> {
        let failed = |source| GitError::Cache { path: self.path.clone(), source };
        if !self.path.exists() {
            // One of which nothing was wanted has not been laid out yet.
            self.lay_out().and_then(|()| fs::rename(&self.scratch, &self.path)).map_err(failed)?;
        }
        Ok(Fetched {
            path: self.path.clone(),
            moved_from: (self.asked != self.url).then(|| self.asked.clone()),
            url: self.url.clone(),
            missing,
        })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // Mostly there is none. What cannot be removed now is cleared away the next time.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// What is in the cache of a repository, where nobody may be asked: of its mirrors the one that
/// has the most of some commits, with their files.
pub(super) fn at_hand(cache: &Path, asked: &str, wanted: &[ObjectId]) -> Result<Fetched, GitError> {
    let lacks = |path: &Path| {
        crate::source::open(path).map_or(usize::MAX, |repository| {
            let commits = wanted.iter().filter(|id| !repository.has_object(id)).count();
            commits + super::wants::missing_blobs(&repository, wanted.iter().copied()).len()
        })
    };
    let mirrors = [Kind::History, Kind::Commits].map(|kind| path(cache, asked, kind)).into_iter();
    if let Some(path) = mirrors.filter(|path| path.exists()).min_by_key(|path| lacks(path)) {
        let url = recorded(&path, asked);
        let moved_from = (url != asked).then(|| asked.to_owned());
        return Ok(Fetched { path, url, moved_from, missing: Vec::new() });
    }
    match fs::read_to_string(path(cache, asked, Kind::Problem)) {
        Ok(said) => Err(GitError::Recorded { said }),
        Err(_) => Err(GitError::NotRecorded { url: asked.to_owned() }),
    }
}

/// Remembers why a repository cannot be had, for who replays the run from this cache.
pub(super) fn remember(cache: &Path, asked: &str, error: &GitError) -> Result<(), GitError> {
    let path = path(cache, asked, Kind::Problem);
    let write = fs::create_dir_all(CacheBucket::Git.folder(cache))
        .and_then(|()| streamguard_durable::write_atomic(&path, error.to_string().as_bytes()));
    write.map_err(|source| GitError::Cache { path, source })
}

/// Removes the files of a folder, if there is one, that have certain names.
fn remove_files(folder: &Path, is_meant: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(&is_meant) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The name under which a mirror was fetched the last time, if the repository had moved.
fn recorded(path: &Path, asked: &str) -> String {
    let url = crate::source::open(path).ok().and_then(|repository| {
        repository.config_snapshot().string("remote.origin.url").map(|url| url.to_string())
    });
    url.unwrap_or_else(|| asked.to_owned())
}
