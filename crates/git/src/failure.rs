//! The meaning of a failure of git, which has one exit code for everything: only its messages tell failures apart.
//!
//! The messages are those of git itself (`http.c`, `remote-curl.c`, `fetch-pack.c`,
//! `upload-pack.c`) in the locale `C`, and of JGit, which serves some hosts.

use std::path::Path;

use gix::ObjectId;

use crate::error::GitError;

/// Kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GitFailure {
    /// The host redirects.
    Moved,
    /// There is no such repository, or it is not public.
    Gone,
    /// The server lacks this object.
    UnknownObject(ObjectId),
    /// The server does not serve objects by their ids.
    NotById,
    /// The repository has no commit that its head could be.
    NoHead,
    /// The disk is full.
    Full,
    /// Another attempt would fail alike.
    Permanent,
    /// Another attempt may succeed.
    Transient,
}

/// Message of a host that asks for credentials, as GitHub does for repositories that do not exist.
const ASKS_CREDENTIALS: &str = "could not read username";

/// Parts of messages, in lower case, and their meanings. The first that is found counts: specific ones stand before
/// the general "not found".
const MESSAGE_PARTS: [(&str, GitFailure); 23] = [
    ("returned error: 301", GitFailure::Moved),
    ("returned error: 302", GitFailure::Moved),
    ("returned error: 303", GitFailure::Moved),
    ("returned error: 307", GitFailure::Moved),
    ("returned error: 308", GitFailure::Moved),
    (ASKS_CREDENTIALS, GitFailure::Gone),
    ("authentication failed", GitFailure::Gone),
    ("returned error: 401", GitFailure::Gone),
    ("returned error: 403", GitFailure::Gone),
    ("returned error: 404", GitFailure::Gone),
    ("returned error: 410", GitFailure::Gone),
    ("returned error: 451", GitFailure::Gone),
    ("does not appear to be a git repository", GitFailure::Gone),
    ("couldn't find remote ref head", GitFailure::NoHead),
    ("unadvertised object", GitFailure::NotById),
    ("does not support shallow", GitFailure::NotById),
    ("access denied", GitFailure::Gone),
    // A server with SHA-256 and a mirror with SHA-1.
    ("mismatched algorithms", GitFailure::Permanent),
    ("certificate", GitFailure::Permanent),
    ("fsck error", GitFailure::Permanent),
    ("transport '", GitFailure::Permanent),
    ("unable to find remote helper", GitFailure::Permanent),
    // Servers have many words for a repository that they do not have, and all of them contain this.
    ("not found", GitFailure::Gone),
];

impl GitFailure {
    /// Classifies the last lines of git. Text alone never means a full disk, since most of it may come from the server.
    pub(crate) fn classify(message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        if let Some(id) = unknown_object(&message) {
            return Self::UnknownObject(id);
        }
        MESSAGE_PARTS
            .iter()
            .find(|(part, _)| message.contains(part))
            .map_or(Self::Transient, |(_, failure)| *failure)
    }

    /// Turns the failure into the error for the caller.
    pub(crate) fn error(self, url: &str, message: String, folder: &Path) -> GitError {
        let url = url.to_owned();
        match self {
            Self::Moved => GitError::Moved { url },
            Self::Gone if message.to_ascii_lowercase().contains(ASKS_CREDENTIALS) => {
                GitError::Gone { url, message: "its host asks for a name and a password".to_owned() }
            }
            Self::Gone => GitError::Gone { url, message },
            Self::Full => {
                GitError::Cache { path: folder.to_owned(), source: rustix::io::Errno::NOSPC.into() }
            }
            Self::Transient => GitError::Failed { url, message, may_pass: true },
            Self::UnknownObject(_) | Self::NotById | Self::NoHead | Self::Permanent => {
                GitError::Failed { url, message, may_pass: false }
            }
        }
    }
}

/// Finds the object in git's "upload-pack: not our ref ID", or in JGit's "want ID not valid".
fn unknown_object(message: &str) -> Option<ObjectId> {
    let rest = message.split_once("not our ref ").or_else(|| message.split_once("remote error: want "))?.1;
    ObjectId::from_hex(rest.get(..40)?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_git_are_classified() {
        let id = "1234567890123456789012345678901234567890";
        for (message, failure) in [
            (
                &*format!("fatal: remote error: upload-pack: not our ref {id}"),
                GitFailure::UnknownObject(ObjectId::from_hex(id.as_bytes()).unwrap()),
            ),
            (
                &*format!("fatal: remote error: want {id} not valid"),
                GitFailure::UnknownObject(ObjectId::from_hex(id.as_bytes()).unwrap()),
            ),
            ("fatal: remote error: upload-pack: not our ref 12", GitFailure::Transient),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 301",
                GitFailure::Moved,
            ),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 503",
                GitFailure::Transient,
            ),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 429",
                GitFailure::Transient,
            ),
            (
                "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
                GitFailure::Gone,
            ),
            ("fatal: repository 'https://github.com/a/b/' not found", GitFailure::Gone),
            ("error: Server does not allow request for unadvertised object 12", GitFailure::NotById),
            ("fatal: dumb http transport does not support shallow capabilities", GitFailure::NotById),
            ("fatal: couldn't find remote ref HEAD", GitFailure::NoHead),
            ("server certificate verification failed. CAfile: none CRLfile: none", GitFailure::Permanent),
            ("error: RPC failed; curl 56 Recv failure: Connection reset by peer", GitFailure::Transient),
            ("fatal: early EOF", GitFailure::Transient),
            ("", GitFailure::Transient),
        ] {
            assert_eq!(GitFailure::classify(message), failure, "{message}");
        }
    }
}
