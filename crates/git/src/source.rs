//! Repositories as users name them: checked, named and opened.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use thiserror::Error;

use crate::missing_parts::shallow_boundary;
use crate::open_repository::{OpenRepository, open_repository};
use crate::peel::head_commit;
use crate::shell_word::shell_word;

/// Longest history whose first commit is looked for: some seconds of work. Few have more than 100,000 first parents.
const MAX_FIRST_PARENTS: usize = 1_000_000;

/// Digits of the first commit in the name of a repository.
const FIRST_COMMIT_DIGITS: usize = 12;

/// A repository to mine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepositorySource {
    /// On this machine: bare or not, a worktree, or a folder with a `.git` file.
    Local {
        /// Its folder.
        path: PathBuf,
        /// Its name in samples: the URL that it was cloned from; without one, that of its folder with its first commit.
        name: String,
    },
    /// On a host.
    Remote {
        /// `https://host/owner/name`, without credentials.
        url: String,
    },
}

/// Reasons why something is not a repository that can be mined.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RepositorySourceError {
    /// An address that is not of the one allowed form.
    #[error("{0:?} is not a repository: give https://host/owner/name, or the path of a local one")]
    Address(String),
    /// An address for ssh.
    #[error("{spec:?} is an address for ssh, which is not used here: give {https}")]
    Ssh {
        /// The address.
        spec: String,
        /// The same repository over https.
        https: String,
    },
    /// An address with a name or password in it.
    #[error(
        "the URL of a repository must not hold credentials: they would end up in files and lists of processes"
    )]
    Credentials,
    /// There is no repository, or it cannot be read.
    #[error("cannot open {path:?} as a git repository: {reason}")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The reason, in words.
        reason: String,
    },
}

impl RepositorySource {
    /// Parses a URL of the one allowed form, or a local path. Everything that git would take for a command, an
    /// option or another transport is refused.
    ///
    /// # Errors
    /// [`RepositorySourceError`].
    pub fn parse(spec: &str) -> Result<Self, RepositorySourceError> {
        let is_ssh = spec.starts_with("ssh://") || (spec.contains('@') && !spec.contains("://"));
        let refused = || match Self::parse_remote(spec) {
            Some(Self::Remote { url: https }) if is_ssh => {
                RepositorySourceError::Ssh { spec: spec.to_owned(), https }
            }
            _ => RepositorySourceError::Address(spec.to_owned()),
        };
        if let Some(rest) = spec.strip_prefix("https://") {
            return Ok(Self::Remote {
                url: format!(
                    "https://{}",
                    remote(rest).ok_or_else(|| {
                        if rest.split('/').next().is_some_and(|host| host.contains('@')) {
                            RepositorySourceError::Credentials
                        } else {
                            refused()
                        }
                    })?
                ),
            });
        }
        let path = Path::new(spec);
        let is_local = path.exists();
        // Only what can be nothing else is looked for as a path: git would run `ext::sh -c ..`, connect to
        // `host:path`, and obey `--upload-pack=..`.
        let is_odd = spec.is_empty() || spec.starts_with('-') || spec.contains("::") || spec.contains("://");
        if is_odd || (!is_local && spec.contains(':')) || spec.contains('\0') {
            return Err(refused());
        }
        let path = path.canonicalize().map_err(|error| RepositorySourceError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let path = match enclosing(&path) {
            Some(outer) => submodule_problem(outer, &path).map_or(Ok(outer.to_owned()), Err)?,
            None => path,
        };
        let name = match open_repository(&path) {
            Ok(repository) => origin(&repository).unwrap_or_else(|| own_name(&repository, &path)),
            Err(_) => folder_name(&path),
        };
        Ok(Self::Local { path, name })
    }
}

/// Checks the part of a URL after `https://`: a host and a path of plain names. The suffix `.git` and a last `/` are
/// dropped.
fn remote(rest: &str) -> Option<&str> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    // It would be another repository in the next run, which drops the second one too.
    if rest.ends_with(".git") {
        return None;
    }
    let (host, path) = rest.split_once('/')?;
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.len() <= 100
            && !part.starts_with(['-', '.'])
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-+".contains(&byte))
    };
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let sound_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    // Launchpad and SourceHut have repositories at `~user/name` and `~team/+source/name/+git/name`.
    let is_part = |part: &str| is_plain(part.strip_prefix(['~', '+']).unwrap_or(part));
    let parts: Vec<&str> = path.split('/').collect();
    let is_host = is_plain(name) && !name.contains('+');
    (is_host && sound_port && (1..=8).contains(&parts.len()) && parts.into_iter().all(is_part))
        .then_some(rest)
}

/// Returns the URL that a local repository was cloned from, if it has the one allowed form.
fn origin(repository: &gix::Repository) -> Option<String> {
    let url = repository.config_snapshot().string("remote.origin.url")?.to_string();
    match RepositorySource::parse_remote(&url) {
        Some(RepositorySource::Remote { url }) => Some(url),
        _ => None,
    }
}

impl RepositorySource {
    /// Returns the repository that the address of a remote names, whatever the transport: git over ssh, too,
    /// as in `git@host:owner/name.git`. Names and passwords are left out.
    fn parse_remote(address: &str) -> Option<Self> {
        let schemes = ["https://", "http://", "git://", "ssh://", "git+ssh://"];
        let rest = schemes.iter().find_map(|scheme| address.strip_prefix(scheme));
        let (authority, path) = match rest {
            Some(rest) => rest.split_once('/')?,
            // The short form of ssh.
            None => address
                .split_once(':')
                .filter(|(host, path)| !host.contains('/') && !path.starts_with("//"))?,
        };
        let host = authority.rsplit('@').next()?;
        let web = address.starts_with("https://");
        // Ports of other transports lead nowhere by https.
        let host = if web { host } else { host.split(':').next()? };
        let rest = format!("{host}/{}", path.trim_start_matches('/'));
        remote(&rest).map(|rest| Self::Remote { url: format!("https://{rest}") })
    }
}

/// Returns the name of a repository that was cloned from nowhere: folders of many repositories have the same name, so the
/// first commit tells them apart. What has none, or lacks it, has the name of the folder alone.
fn own_name(repository: &OpenRepository, path: &Path) -> String {
    let folder = folder_name(path);
    first_commit(repository)
        .map_or_else(|| folder.clone(), |id| format!("{folder}@{}", id.to_hex_with_len(FIRST_COMMIT_DIGITS)))
}

/// Returns the commit with which the history of the head began, by first parents.
fn first_commit(repository: &OpenRepository) -> Option<ObjectId> {
    let mut id = head_commit(repository).ok()?.id;
    if !shallow_boundary(repository).ok()?.is_empty() {
        return None;
    }
    for _ in 0..MAX_FIRST_PARENTS {
        let parent = repository.find_commit(id).ok()?.parent_ids().next().map(gix::Id::detach);
        // A damaged commit may be its own ancestor.
        if repository.damaged_reads() > 0 {
            return None;
        }
        let Some(parent) = parent else { return Some(id) };
        id = parent;
    }
    None
}

/// Returns the name of a repository's folder, without the `.git` at its end or in it.
pub fn folder_name(path: &Path) -> String {
    let mut names = path.components().rev().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let name = match names.next() {
        Some(last) if last == ".git" => names.next(),
        last => last,
    };
    let name = name.unwrap_or_default();
    name.strip_suffix(".git").unwrap_or(&name).to_owned()
}

/// Returns the folder, or the nearest one around it, that looks like a repository. A damaged repository counts: it is
/// still the one that was meant.
fn enclosing(folder: &Path) -> Option<&Path> {
    let is_repository = |folder: &&Path| {
        folder.join(".git").exists()
            || (folder.join("HEAD").exists()
                && (folder.join("objects").exists() || folder.join("commondir").exists()))
    };
    folder.ancestors().filter(|_| folder.is_dir()).find(is_repository)
}

/// Returns the error for a folder in a repository that is a submodule without its files: the repository around it is
/// not the one that was meant.
fn submodule_problem(outer: &Path, folder: &Path) -> Option<RepositorySourceError> {
    let inner = folder.strip_prefix(outer).ok().filter(|inner| !inner.as_os_str().is_empty())?;
    let repository = open_repository(outer).ok()?;
    let entry = head_commit(&repository).ok()?.tree().ok()?.lookup_entry_by_path(inner);
    entry.ok()?.filter(|entry| entry.mode().is_commit()).map(|_| {
        let (outer, inner) = (outer.display().to_string(), inner.display().to_string());
        let (outer, inner) = (shell_word(&outer), shell_word(&inner));
        RepositorySourceError::Unreadable {
            path: folder.to_owned(),
            reason: format!("it is a submodule that is not there; get it by: git -C {outer} submodule update --init {inner}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_urls_are_remote() {
        for (spec, url) in [
            ("https://github.com/pallets/flask", "https://github.com/pallets/flask"),
            ("https://github.com/pallets/flask.git", "https://github.com/pallets/flask"),
            ("https://gitlab.com/group/sub/project/", "https://gitlab.com/group/sub/project"),
            ("https://git.example:8443/a/b", "https://git.example:8443/a/b"),
            ("https://git.sr.ht/~user/a", "https://git.sr.ht/~user/a"),
            ("https://git.launchpad.net/~t/+git/a", "https://git.launchpad.net/~t/+git/a"),
            ("https://gitlab.gnome.org/GNOME/gtk+.git", "https://gitlab.gnome.org/GNOME/gtk+"),
        ] {
            assert_eq!(RepositorySource::parse(spec), Ok(RepositorySource::Remote { url: url.to_owned() }));
        }
        assert_eq!(
            RepositorySource::parse("https://user:secret@github.com/a/b"),
            Err(RepositorySourceError::Credentials)
        );
    }

    #[test]
    fn addresses_for_ssh_are_refused_with_the_one_for_https() {
        for (spec, wanted) in [
            ("git@github.com:a/b.git", "https://github.com/a/b"),
            ("ssh://git@git.example:22/group/sub/b/", "https://git.example/group/sub/b"),
        ] {
            let refused = RepositorySource::parse(spec).unwrap_err();
            assert_eq!(
                refused,
                RepositorySourceError::Ssh { spec: spec.to_owned(), https: wanted.to_owned() }
            );
        }
    }

    #[test]
    fn addresses_of_remotes_name_the_repository_whatever_the_transport() {
        for address in [
            "https://github.com/o/r.git",
            "https://user:secret@github.com/o/r",
            "http://github.com/o/r/",
            "git://github.com/o/r.git",
            "ssh://git@github.com:22/o/r.git",
            "git@github.com:o/r.git",
            "github.com:/o/r",
        ] {
            let url = "https://github.com/o/r".to_owned();
            assert_eq!(
                RepositorySource::parse_remote(address),
                Some(RepositorySource::Remote { url }),
                "{address}"
            );
        }
        for address in
            ["/srv/git/r.git", "../r", "file:///srv/r", "host", "ssh://-oProxyCommand=x/a", "C:\\r"]
        {
            assert_eq!(RepositorySource::parse_remote(address), None, "{address}");
        }
    }

    #[test]
    fn commands_options_and_other_transports_are_refused() {
        for spec in [
            "",
            "-",
            "--upload-pack=touch x",
            "-oProxyCommand=x",
            "ext::sh -c id",
            "fd::17",
            "file:///etc",
            "git://h/a/b",
            "ssh://-oProxyCommand=x/a",
            "http://github.com/a/b",
            "https://",
            "https://host",
            "https://github.com/../x",
            "https://github.com/a/..",
            "https://github.com/-a/b",
            "https://github.com/a/b?x=1",
            "https://github.com/a/b#x",
            "https://github.com/a b/c",
            "https://github.com/a/%2e%2e",
            "https://h/a\nb/c",
            "https://-h/a/b",
            "https://h+k/a/b",
            "https://h:x/a/b",
            "https://h/a/b.git.git",
            "javascript:alert(1)",
            "nowhere/at/all",
        ] {
            assert!(RepositorySource::parse(spec).is_err(), "{spec:?}");
        }
    }
}
