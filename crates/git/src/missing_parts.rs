//! Parts that a repository lacks: history before a shallow boundary, objects of a partial clone, borrowed objects.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gix::ObjectId;
use gix::bstr::ByteSlice;

use crate::object_folders::alternates;

/// Returns the commits whose parents a shallow clone lacks.
///
/// # Errors
/// A damaged list of them.
pub fn shallow_boundary(repository: &gix::Repository) -> Result<BTreeSet<ObjectId>, gix::Error> {
    let commits = repository.shallow_commits()?;
    Ok(commits.iter().flat_map(|commits| commits.iter().copied()).collect())
}

/// Returns the name of the remote that a partial clone would fetch missing objects from.
pub fn promisor_remote(repository: &gix::Repository) -> Option<String> {
    let config = repository.config_snapshot();
    let remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let mut names =
        remotes.filter_map(|section| Some(section.header().subsection_name()?.to_str_lossy().into_owned()));
    let named = names.find(|name| {
        config.boolean(&format!("remote.{name}.promisor")) == Some(true)
            || config.string(&format!("remote.{name}.partialclonefilter")).is_some()
    });
    named.or_else(|| config.string("extensions.partialClone").map(|name| name.to_string()))
}

/// Returns the folders that a repository borrows objects from and that do not exist.
pub fn missing_alternates(repository: &gix::Repository) -> Vec<PathBuf> {
    let objects = repository.common_dir().join("objects");
    alternates(&objects, &objects).into_iter().filter(|folder| !folder.is_dir()).collect()
}
