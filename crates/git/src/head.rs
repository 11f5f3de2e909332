//! The head of a repository: a commit, or none.

use gix::ObjectId;

use crate::bare_mirror::MIRROR_BRANCHES;
use crate::peel::{head_commit, peel_reference};

/// Head of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepositoryHead {
    /// The commit that it leads to.
    Commit(ObjectId),
    /// It names a branch without a commit, although there are commits on other branches.
    Unborn {
        /// Name of the branch.
        branch: String,
        /// Other branches; tags if there are no branches. Never empty.
        others: Vec<RepositoryBranch>,
    },
    /// There is no commit at all.
    Empty,
}

/// Branch or tag of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryBranch {
    /// Its whole name, such as `refs/heads/main`.
    pub full_name: String,
    /// Commit that it leads to.
    pub commit: ObjectId,
}

impl RepositoryBranch {
    /// Returns the name without its kind, such as `main` or `origin/main`.
    pub fn name(&self) -> &str {
        short_name(&self.full_name)
    }
}

/// Folders of references, in the order in which they are looked at: branches, those of other repositories, and tags.
const BRANCH_FOLDERS: [&str; 4] = ["refs/heads/", "refs/remotes/", MIRROR_BRANCHES, "refs/tags/"];

/// Returns the name of a reference without the folder of its kind.
fn short_name(full_name: &str) -> &str {
    BRANCH_FOLDERS.iter().find_map(|folder| full_name.strip_prefix(folder)).unwrap_or(full_name)
}

/// Reads the head of a repository.
///
/// # Errors
/// A head that is damaged, or leads to something else than a commit.
pub fn repository_head(repository: &gix::Repository) -> Result<RepositoryHead, gix::Error> {
    let head = repository.head()?;
    if !head.is_unborn() {
        return head_commit(repository).map(|commit| RepositoryHead::Commit(commit.id));
    }
    let branch = head.referent_name().map(|name| name.as_bstr().to_string()).unwrap_or_default();
    for folder in BRANCH_FOLDERS {
        let others = branches(repository, folder)?.found;
        if !others.is_empty() {
            return Ok(RepositoryHead::Unborn { branch: short_name(&branch).to_owned(), others });
        }
    }
    Ok(RepositoryHead::Empty)
}

/// Branches of a folder.
#[derive(Default)]
pub(crate) struct FolderBranches {
    /// Those that lead to commits, by name.
    pub(crate) found: Vec<RepositoryBranch>,
    /// Whole names of those whose commits cannot be read; empty where the name cannot be read either.
    pub(crate) unreadable: Vec<String>,
}

/// Returns the branches of a folder.
pub(crate) fn branches(repository: &gix::Repository, folder: &str) -> Result<FolderBranches, gix::Error> {
    let references = repository.references()?;
    let mut branches = FolderBranches::default();
    for reference in references.prefixed(folder)? {
        let Ok(reference) = reference else {
            branches.unreadable.push(String::new());
            continue;
        };
        // `origin/HEAD` is a second name of another branch.
        let is_symbolic = matches!(reference.target(), gix::refs::TargetRef::Symbolic(_));
        let full_name = reference.name().as_bstr().to_string();
        if is_symbolic {
            continue;
        }
        match peel_reference(repository, reference).and_then(gix::Object::try_into_commit) {
            Ok(commit) => branches.found.push(RepositoryBranch { full_name, commit: commit.id }),
            Err(_) => branches.unreadable.push(full_name),
        }
    }
    branches.found.sort();
    Ok(branches)
}
