//! Remote git repositories: fetched by the git program, into bare mirrors in the cache.
//!
//! git is told to take nothing from the user's or the system's configuration, to run no hook,
//! to ask nobody, and to speak HTTPS only. A mirror holds commits and trees; the few files that
//! are needed are fetched in one go.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gix::ObjectId;
use thiserror::Error;

use crate::repo::{Chosen, tree_changes};

/// How often a running git is looked at.
const TICK: Duration = Duration::from_millis(50);

/// How much of what git says is kept for a message, in bytes.
const SAID: u64 = 8 << 10;

/// Variables that git needs to find programs, certificates and proxies.
const ENVIRONMENT: [&str; 10] = [
    "PATH",
    "GIT_SSL_CAINFO",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Why a repository could not be fetched.
#[derive(Debug, Error)]
pub enum GitError {
    /// The program is missing.
    #[error(
        "cannot run git, which is needed for remote repositories ({0}): install it, or give local repositories"
    )]
    Missing(io::Error),
    /// git ended badly.
    #[error("cannot fetch {url}: {said}")]
    Failed {
        /// The repository.
        url: String,
        /// git's last words.
        said: String,
    },
    /// The cache cannot be written.
    #[error("cannot write the cache at {path}: {source}")]
    Cache {
        /// Where.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// It was told to stop.
    #[error("stopped")]
    Stopped,
}

impl GitError {
    /// Whether another try may go better: not if the repository does not exist.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Failed { said, .. } => {
                let said = said.to_ascii_lowercase();
                ![
                    "not found",
                    "could not read username",
                    "access denied",
                    "returned error: 30",
                    "returned error: 30",
                    "returned error: 403",
                    "certificate",
                    "fsck error",
                ]
                .iter()
                .any(|lasting| said.contains(lasting))
            }
            Self::Missing(_) | Self::Cache { .. } | Self::Stopped => false,
        }
    }
}

/// A mirror of a remote repository in the cache: cloned the first time, updated afterwards.
/// `url` must have passed [`crate::repo::Source::parse`].
///
/// # Errors
/// [`GitError`]; an interrupted clone leaves nothing under the mirror's name.
pub fn mirror(cache: &Path, url: &str, stop: &dyn Fn() -> bool) -> Result<PathBuf, GitError> {
    let name = url.trim_start_matches("https://").replace(['/', ':'], "+");
    let mirrors = cache.join("git");
    let path = mirrors.join(format!("{name}.git"));
    let in_cache = |source| GitError::Cache { path: mirrors.clone(), source };
    fs::create_dir_all(&mirrors).map_err(in_cache)?;
    if path.join("HEAD").exists() {
        // `+HEAD:refs/heads/..`: the branch that the server calls its own, forced pushes included.
        let refspec = "+HEAD:refs/streamguard/head";
        run(
            url,
            &path,
            ["fetch", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--", "origin", refspec],
            &[],
            stop,
        )?;
        run(url, &path, ["update-ref", "--no-deref", "HEAD", "refs/streamguard/head"], &[], stop)?;
        return Ok(path);
    }
    let scratch = mirrors.join(format!("{name}.{}.part", std::process::id()));
    // What a killed process of the same number left is of no use.
    let _ = fs::remove_dir_all(&scratch);
    let arguments = [
        "clone",
        "--quiet",
        "--bare",
        "--no-tags",
        "--single-branch",
        "--template=",
        "--filter=blob:none",
        "--",
        url,
    ]
    .map(OsStr::new)
    .into_iter()
    .chain([scratch.as_os_str()]);
    let cloned =
        run(url, &mirrors, arguments, &[], stop).and_then(|()| fs::rename(&scratch, &path).map_err(in_cache));
    if cloned.is_err() {
        let _ = fs::remove_dir_all(&scratch);
    }
    cloned.map(|()| path)
}

/// Fetches what a mirror lacks of the files that some commits changed, all in one request.
///
/// # Errors
/// [`GitError`].
pub fn fetch_blobs(mirror: &Path, commits: &[Chosen], stop: &dyn Fn() -> bool) -> Result<(), GitError> {
    let said = |error: &dyn std::fmt::Display| GitError::Failed {
        url: mirror.display().to_string(),
        said: error.to_string(),
    };
    let repository = crate::repo::open(mirror).map_err(|error| said(&error))?;
    let mut wanted = std::collections::BTreeSet::new();
    for chosen in commits {
        let Ok(ids) = changed_blobs(&repository, chosen.commit) else { continue };
        wanted.extend(ids.into_iter().filter(|id| !repository.has_object(id)));
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let list: String = wanted.iter().map(|id| format!("{id}\n")).collect();
    let arguments = [
        "-c",
        "fetch.negotiationAlgorithm=noop",
        "fetch",
        "--no-tags",
        "--no-write-fetch-head",
        "--recurse-submodules=no",
        "--filter=blob:none",
        "--stdin",
        "origin",
    ];
    run(&mirror.display().to_string(), mirror, arguments, list.as_bytes(), stop)
}

/// Both sides of the files that a commit changed.
fn changed_blobs(repository: &gix::Repository, commit: ObjectId) -> Result<Vec<ObjectId>, gix::Error> {
    use gix::object::tree::diff::ChangeDetached;
    let parent = repository.find_commit(commit)?.parent_ids().next().map(gix::Id::detach);
    let mut ids = Vec::new();
    for change in tree_changes(repository, commit, parent)? {
        match change {
            ChangeDetached::Modification { previous_id, id, entry_mode, .. } if entry_mode.is_blob() => {
                ids.extend([previous_id, id])
            }
            ChangeDetached::Addition { id, entry_mode, .. }
            | ChangeDetached::Deletion { id, entry_mode, .. }
                if entry_mode.is_blob() =>
            {
                ids.push(id)
            }
            _ => {}
        }
    }
    Ok(ids)
}

/// Runs git, sealed off from everything that could lead it astray.
fn run<A: AsRef<OsStr>>(
    url: &str,
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
    stop: &dyn Fn() -> bool,
) -> Result<(), GitError> {
    let mut command = Command::new("git");
    command.env_clear();
    command.envs(ENVIRONMENT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "false"),
        ("GIT_SSH_COMMAND", "false"),
        ("GIT_ALLOW_PROTOCOL", "https"),
        ("GIT_LFS_SKIP_SMUDGE", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
    ] {
        command.env(name, value);
    }
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "credential.helper=",
        "http.followRedirects=false",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=30",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "protocol.version=2",
        // With a filter git knows no tolerance, and would refuse sound repositories of old (flask,
        // requests) for zero-padded modes. Odd trees do no harm here: they are only read.
        "fetch.fsckObjects=false",
    ] {
        command.args(["-c", setting]);
    }
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    engine::guard(&mut command);
    let mut child = command.spawn().map_err(GitError::Missing)?;
    let (mut stdin, stderr) = (child.stdin.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // If git is gone already, its exit code says why.
            let _ = stdin.as_mut().map(|stdin| stdin.write_all(input));
        });
        let words = scope.spawn(move || last_words(stderr));
        let ended = loop {
            if stop() {
                // Gone already is as good.
                let _ = child.kill();
                let _ = child.wait();
                break Err(GitError::Stopped);
            }
            match child.try_wait() {
                Ok(Some(status)) => break Ok(status),
                Ok(None) => std::thread::sleep(TICK),
                Err(error) => break Err(GitError::Missing(error)),
            }
        };
        let said = words.join().unwrap_or_default();
        match ended? {
            status if status.success() => Ok(()),
            status => {
                let said = if said.is_empty() { status.to_string() } else { said };
                Err(GitError::Failed { url: url.to_owned(), said })
            }
        }
    })
}

/// The last lines that a program said, fit to be shown.
fn last_words(stderr: Option<impl Read>) -> String {
    let mut said = Vec::new();
    let Some(mut stderr) = stderr else { return String::new() };
    let _ = (&mut stderr).take(SAID).read_to_end(&mut said);
    // The rest is read, so that the program is not held up, and dropped.
    let _ = io::copy(&mut stderr, &mut io::sink());
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join("; ").escape_debug().to_string()
}
