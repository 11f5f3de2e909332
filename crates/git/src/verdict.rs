//! What it means when git fails: it has one exit code for everything, and words.
//!
//! The words are those of git itself (`http.c`, `remote-curl.c`, `fetch-pack.c`,
//! `upload-pack.c`) in the locale `C`, and of JGit, which serves some hosts.

use std::io;
use std::path::Path;

use gix::ObjectId;

use super::GitError;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The host sends elsewhere.
    Moved,
    /// There is nothing, or nothing for everybody.
    Gone,
    /// The server does not have this object.
    Unknown(ObjectId),
    /// The server does not serve objects by their ids.
    NotById,
    /// The repository has no commit that its head could be.
    NoHead,
    /// The disk is full.
    Full,
    /// Something that stays as it is.
    Lasting,
    /// Something that may be better the next time.
    Passing,
}

/// What git says where a host wants to know who asks, as GitHub does for what does not exist.
const ASKS: &str = "could not read username";

/// What stands for what; the first that is found counts.
const WORDS: [(&str, Verdict); 24] = [
    ("no space left on device", Verdict::Full),
    ("disk quota exceeded", Verdict::Full),
    ("returned error: 301", Verdict::Moved),
    ("returned error: 302", Verdict::Moved),
    ("returned error: 303", Verdict::Moved),
    ("returned error: 307", Verdict::Moved),
    ("returned error: 308", Verdict::Moved),
    (ASKS, Verdict::Gone),
    ("authentication failed", Verdict::Gone),
    ("returned error: 401", Verdict::Gone),
    ("returned error: 403", Verdict::Gone),
    ("returned error: 404", Verdict::Gone),
    ("returned error: 410", Verdict::Gone),
    ("returned error: 451", Verdict::Gone),
    ("does not appear to be a git repository", Verdict::Gone),
    ("couldn't find remote ref head", Verdict::NoHead),
    ("unadvertised object", Verdict::NotById),
    ("does not support shallow", Verdict::NotById),
    ("access denied", Verdict::Gone),
    ("certificate", Verdict::Lasting),
    ("fsck error", Verdict::Lasting),
    ("transport '", Verdict::Lasting),
    ("unable to find remote helper", Verdict::Lasting),
    // What a server says of a repository that it does not have, in many ways.
    ("not found", Verdict::Gone),
];

impl Verdict {
    /// Understands what git said.
    pub(super) fn of(said: &str) -> Self {
        let said = said.to_ascii_lowercase();
        if let Some(id) = unknown(&said) {
            return Self::Unknown(id);
        }
        WORDS.iter().find(|(words, _)| said.contains(words)).map_or(Self::Passing, |(_, verdict)| *verdict)
    }

    /// The error that it is where nothing can be done about it.
    pub(super) fn error(self, url: &str, said: String, folder: &Path) -> GitError {
        let url = url.to_owned();
        match self {
            Self::Moved => GitError::Moved { url },
            Self::Gone if said.to_ascii_lowercase().contains(ASKS) => {
                GitError::Gone { url, said: "its host asks for a name and a password".to_owned() }
            }
            Self::Gone => GitError::Gone { url, said },
            Self::Full => {
                GitError::Cache { path: folder.to_owned(), source: io::ErrorKind::StorageFull.into() }
            }
            Self::Passing => GitError::Failed { url, said, may_pass: true },
            Self::Unknown(_) | Self::NotById | Self::NoHead | Self::Lasting => {
                GitError::Failed { url, said, may_pass: false }
            }
        }
    }
}

/// The object of git's "upload-pack: not our ref ID", or of JGit's "want ID not valid".
fn unknown(said: &str) -> Option<ObjectId> {
    let rest = said.split_once("not our ref ").or_else(|| said.split_once("remote error: want "))?.1;
    ObjectId::from_hex(rest.get(..40)?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_understood() {
        let id = "1234567890123456789012345678901234567890";
        for (said, verdict) in [
            (
                &*format!("fatal: remote error: upload-pack: not our ref {id}"),
                Verdict::Unknown(ObjectId::from_hex(id.as_bytes()).unwrap()),
            ),
            (
                &*format!("fatal: remote error: want {id} not valid"),
                Verdict::Unknown(ObjectId::from_hex(id.as_bytes()).unwrap()),
            ),
            ("fatal: remote error: upload-pack: not our ref 12", Verdict::Passing),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 301",
                Verdict::Moved,
            ),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 503",
                Verdict::Passing,
            ),
            (
                "fatal: unable to access 'https://github.com/a/b/': The requested URL returned error: 429",
                Verdict::Passing,
            ),
            (
                "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
                Verdict::Gone,
            ),
            ("fatal: repository 'https://github.com/a/b/' not found", Verdict::Gone),
            ("error: Server does not allow request for unadvertised object 12", Verdict::NotById),
            ("fatal: dumb http transport does not support shallow capabilities", Verdict::NotById),
            (
                "fatal: write error: No space left on device; fatal: fetch-pack: invalid index-pack output",
                Verdict::Full,
            ),
            ("fatal: couldn't find remote ref HEAD", Verdict::NoHead),
            ("server certificate verification failed. CAfile: none CRLfile: none", Verdict::Lasting),
            ("error: RPC failed; curl 56 Recv failure: Connection reset by peer", Verdict::Passing),
            ("fatal: early EOF", Verdict::Passing),
            ("", Verdict::Passing),
        ] {
            assert_eq!(Verdict::of(said), verdict, "{said}");
        }
    }
}
