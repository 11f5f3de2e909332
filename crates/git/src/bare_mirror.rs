//! A bare mirror in the cache, while it is written.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::context::{FetchContext, FetchedRepository};
use crate::error::GitError;
use crate::failure::GitFailure;
use crate::fetch_target::FetchTarget;
use crate::git_command::{self, GitExit, POLL_INTERVAL};
use crate::mirror_seal;
use crate::recorded::recorded_url;
use crate::redirect::resolve_redirect;

/// Most redirects of one repository that are followed.
const MAX_MOVES: usize = 3;

/// Reference that is the head of a mirror. It has a name of its own, so that no branch of the server is taken for it.
pub(crate) const MIRROR_HEAD: &str = "refs/streamguard/head";

/// Folder of the branches of a server whose head leads nowhere.
pub(crate) const MIRROR_BRANCHES: &str = "refs/streamguard/branches/";

/// A mirror under an exclusive lock. If it is dropped before its first [`BareMirror::commit`], it leaves nothing.
pub(crate) struct BareMirror {
    /// Path of the finished mirror.
    path: PathBuf,
    /// Path of the mirror before its first commit.
    scratch: PathBuf,
    /// URL by which the repository was asked for.
    asked: String,
    /// URL that the repository has now.
    url: String,
    /// Whether the seal does not cover the files that git changes in place, because git may have done so.
    is_unsealed: bool,
    /// An `flock`, freed when the file is closed, however the process ends.
    _lock: File,
}

/// Answer of a server.
pub(crate) enum FetchReply {
    /// The objects were fetched.
    Done,
    /// git failed, with these messages.
    Refused { failure: GitFailure, message: String },
}

impl BareMirror {
    /// Waits until no other process writes the mirror, and removes the files that killed ones left. A damaged mirror is
    /// discarded, to be fetched anew.
    pub(crate) fn lock(path: PathBuf, asked: &str, context: &FetchContext<'_>) -> Result<Self, GitError> {
        let mut mirror = Self::lock_checked(path, asked, context)?;
        if mirror.path.exists() && !mirror_seal::is_intact(&mirror.path) {
            let failed = |source| GitError::Cache { path: mirror.path.clone(), source };
            fs::remove_dir_all(&mirror.path).map_err(failed)?;
        }
        mirror.url = recorded_url(&mirror.path, asked);
        Ok(mirror)
    }

    /// Locks a mirror that has been checked a moment ago.
    pub(crate) fn lock_checked(
        path: PathBuf,
        asked: &str,
        context: &FetchContext<'_>,
    ) -> Result<Self, GitError> {
        let failed = |source| GitError::Cache { path: path.clone(), source };
        let folder = path.parent().unwrap_or(context.cache);
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
                Err(TryLockError::WouldBlock) if (context.stop)() => return Err(GitError::Stopped),
                Err(TryLockError::WouldBlock) => std::thread::sleep(POLL_INTERVAL),
            }
        }
        let scratch = beside(&format!(".{}.part", std::process::id()));
        let (url, asked) = (recorded_url(&path, asked), asked.to_owned());
        let mirror = Self { url, asked, scratch, path, is_unsealed: false, _lock: lock };
        mirror.remove_remains().map_err(|source| GitError::Cache { path: mirror.path.clone(), source })?;
        Ok(mirror)
    }

    /// Removes the files of writers that were killed. None of them can be in use: the holder of the lock is the only
    /// writer.
    fn remove_remains(&self) -> io::Result<()> {
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
        // git's own unfinished files. With a lock left behind, git would refuse every update; no reference may have
        // such a name.
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

    /// Returns whether the mirror was committed before, by this process or another one.
    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Returns the folder of the mirror: the scratch one before the first commit.
    pub(crate) fn folder(&self) -> &Path {
        if self.path.exists() { &self.path } else { &self.scratch }
    }

    /// Returns the URL that the repository has now.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs `git fetch` with these arguments and this input, following a repository that has moved.
    pub(crate) fn fetch(
        &mut self,
        arguments: &[&str],
        input: &[u8],
        context: &FetchContext<'_>,
    ) -> Result<FetchReply, GitError> {
        let mut moves = 0;
        loop {
            let target = FetchTarget::resolve(&self.url, context)?;
            self.unseal()
                .and_then(|()| self.initialise())
                .map_err(|source| GitError::Cache { path: self.folder().to_owned(), source })?;
            let ended = git_command::run(self.folder(), &target, arguments, input, context);
            if let Err(GitError::TooLarge { .. }) = ended {
                // If it stayed, later runs would find a mirror here, and this one did not: the same settings would
                // give two results. A folder that cannot be removed now is removed by the next writer.
                let _ = fs::remove_dir_all(self.folder());
            }
            let (failure, message) = match ended? {
                GitExit::Success => return Ok(FetchReply::Done),
                GitExit::DiskFull(message) => (GitFailure::Full, message),
                GitExit::Failure(message) => (GitFailure::classify(&message), message),
            };
            if failure != GitFailure::Moved {
                return Ok(FetchReply::Refused { failure, message });
            }
            moves += 1;
            match resolve_redirect(&target, context) {
                Some(url) if moves <= MAX_MOVES => self.url = url,
                _ => return Err(GitError::Moved { url: target.url }),
            }
        }
    }

    /// Turns a refusal into the error for the caller.
    pub(crate) fn error(&self, failure: GitFailure, message: String) -> GitError {
        failure.error(&self.url, message, self.folder())
    }

    /// Makes the folder a bare partial clone with a head.
    fn initialise(&self) -> io::Result<()> {
        let folder = self.folder();
        initialise_repository(folder, Some(&self.url))?;
        write_if_changed(&folder.join("HEAD"), &format!("ref: {MIRROR_HEAD}\n"))
    }

    /// Lets git change the mirror.
    fn unseal(&mut self) -> io::Result<()> {
        if !self.is_unsealed && self.path.exists() {
            mirror_seal::open(&self.path)?;
            self.is_unsealed = true;
        }
        Ok(())
    }

    /// Seals the mirror, gives it its final name, and frees the lock.
    pub(crate) fn commit(mut self, missing: Vec<String>) -> Result<FetchedRepository, GitError> {
        let failed = |source| GitError::Cache { path: self.path.clone(), source };
        if !self.path.exists() {
            // Nothing was fetched if no object was wanted; then there is no folder yet.
            self.initialise()
                .and_then(|()| mirror_seal::renew(&self.scratch))
                .and_then(|()| fs::rename(&self.scratch, &self.path))
                .map_err(failed)?;
        } else if self.is_unsealed {
            mirror_seal::renew(&self.path).map_err(failed)?;
        }
        self.is_unsealed = false;
        Ok(FetchedRepository {
            path: self.path.clone(),
            moved_from: (self.asked != self.url).then(|| self.asked.clone()),
            url: self.url.clone(),
            missing,
        })
    }
}

impl Drop for BareMirror {
    fn drop(&mut self) {
        // git failed, and left the mirror as it was or with a part of what is new. Without a seal for all of it, the
        // objects are checked all the same.
        if self.is_unsealed && self.path.exists() {
            let _ = mirror_seal::renew(&self.path);
        }
        // There is none after the first commit. A folder that cannot be removed now is removed by the next writer.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// Makes a folder a bare partial clone of the repository with this URL, which lacks objects that the server has
/// (gitrepository-layout, partial-clone). Objects, references and the head are what the caller puts there.
///
/// # Errors
/// The operating system's error.
pub fn initialise_repository(folder: &Path, url: Option<&str>) -> io::Result<()> {
    for name in ["objects/pack", "refs"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let url = url.map(|url| format!("\turl = {url}\n")).unwrap_or_default();
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n{url}\tpromisor = true\n\tpartialclonefilter = blob:none\n"
    );
    write_if_changed(&folder.join("config"), &config)
}

/// Writes a file, unless it has this content.
fn write_if_changed(path: &Path, content: &str) -> io::Result<()> {
    match fs::read(path) {
        Ok(found) if found == content.as_bytes() => Ok(()),
        _ => fs::write(path, content),
    }
}

/// Removes the files of a folder that have certain names. The folder may be missing.
fn remove_files(folder: &Path, is_meant: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(&is_meant) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
