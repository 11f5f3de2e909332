//! The source files that a commit changed.

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::object::tree::diff::ChangeDetached;
use gix::objs::tree::EntryMode;
use streamguard_code::{PathClass, classify_path};
use streamguard_dataset::Rejection;
use streamguard_git::{MAX_FILES, TreeChangesError, tree_changes};

use crate::judged_commit::DroppedChange;

/// Longest path that is kept.
const MAX_PATH_BYTES: usize = 4096;

/// A file that changed, with the blobs of both sides.
pub(super) struct ChangedFile {
    pub(super) path_before: String,
    pub(super) path_after: String,
    pub(super) blob_before: ObjectId,
    pub(super) blob_after: ObjectId,
}

/// Lists the source files that a commit changed, by path. Other changed files are noted in `dropped`.
///
/// # Errors
/// A reason to reject the whole commit.
pub(super) fn changed_files(
    repository: &gix::Repository,
    commit: ObjectId,
    parent: Option<ObjectId>,
    dropped: &mut Vec<DroppedChange>,
) -> Result<Vec<ChangedFile>, Rejection> {
    let mut changes = tree_changes(repository, commit, parent).map_err(|error| match error {
        TreeChangesError::TooMany => Rejection::HugeCommit,
        TreeChangesError::Unreadable(_) => Rejection::UnreadableObject,
    })?;
    let mut drop = |path: BString, reason| {
        dropped.push(DroppedChange { path: path.to_str_lossy().into_owned(), function: None, reason });
    };
    let has = |what: fn(&ChangeDetached) -> bool| changes.iter().any(what);
    if has(|change| matches!(change, ChangeDetached::Addition { .. }))
        && has(|change| matches!(change, ChangeDetached::Deletion { .. }))
    {
        // A file can only have been renamed if one was added and one deleted. Detection reads blobs; if it
        // fails, the other files can still be compared.
        match changes_with_renames(repository, commit, parent) {
            Ok(with_renames) => changes = with_renames,
            Err(_) if has(is_added_source) || changes.iter().any(|change| is_damaged(repository, change)) => {
                drop(BString::default(), Rejection::UnreadableObject);
            }
            Err(_) => {}
        }
    }
    let mut files = Vec::new();
    for change in changes {
        let path = change.location().to_owned();
        match changed_file(change) {
            Ok(file) => files.push(file),
            Err(Some(reason)) => drop(path, reason),
            Err(None) => {}
        }
    }
    files.sort_by(|a, b| a.path_after.cmp(&b.path_after));
    Ok(files)
}

/// Tells whether a change added a source file, which may have been another one before.
fn is_added_source(change: &ChangeDetached) -> bool {
    matches!(change, ChangeDetached::Addition { location, .. }
        if classify_path(&location.to_str_lossy()) == PathClass::Source)
}

/// Tells whether a change added or deleted a file that is there and cannot be read.
fn is_damaged(repository: &gix::Repository, change: &ChangeDetached) -> bool {
    let (ChangeDetached::Addition { id, entry_mode, .. } | ChangeDetached::Deletion { id, entry_mode, .. }) =
        change
    else {
        return false;
    };
    entry_mode.is_blob() && repository.has_object(id) && repository.find_object(*id).is_err()
}

fn changes_with_renames(
    repository: &gix::Repository,
    commit: ObjectId,
    parent: Option<ObjectId>,
) -> Result<Vec<ChangeDetached>, gix::Error> {
    let tree_of = |id| repository.find_commit(id).and_then(|commit| commit.tree());
    let after = tree_of(commit)?;
    let before = parent.map(tree_of).transpose()?;
    let rewrites = gix::diff::Rewrites { limit: MAX_FILES, ..gix::diff::Rewrites::default() };
    let options = gix::diff::Options::default().with_rewrites(Some(rewrites));
    repository.diff_tree_to_tree(before.as_ref(), &after, options)
}

/// Returns both sides of a changed source file, or the reason to reject it. `Err(None)` for folders, whose
/// files are changes of their own.
fn changed_file(change: ChangeDetached) -> Result<ChangedFile, Option<Rejection>> {
    let (path_before, path_after, modes, blobs) = match change {
        ChangeDetached::Modification { location, previous_entry_mode, previous_id, entry_mode, id } => {
            (location.clone(), location, [previous_entry_mode, entry_mode], Some((previous_id, id)))
        }
        ChangeDetached::Rewrite {
            source_location,
            source_entry_mode,
            source_id,
            entry_mode,
            location,
            id,
            ..
        } => (source_location, location, [source_entry_mode, entry_mode], Some((source_id, id))),
        ChangeDetached::Addition { location, entry_mode, .. }
        | ChangeDetached::Deletion { location, entry_mode, .. } => {
            (location.clone(), location, [entry_mode; 2], None)
        }
    };
    if modes.iter().all(EntryMode::is_tree) {
        return Err(None);
    }
    // Symbolic links and submodules are not files.
    if !modes.iter().all(EntryMode::is_blob) || path_after.len() > MAX_PATH_BYTES {
        return Err(Some(Rejection::NotAFile));
    }
    let (path_before, path_after) = (path_before.to_str_lossy(), path_after.to_str_lossy());
    match classify_path(&path_after) {
        PathClass::Source => {}
        PathClass::Test => return Err(Some(Rejection::TestFile)),
        PathClass::Docs | PathClass::Changelog => return Err(Some(Rejection::DocsFile)),
        PathClass::Vendored => return Err(Some(Rejection::VendoredFile)),
        PathClass::Generated => return Err(Some(Rejection::MinifiedFile)),
        PathClass::DependencyManifest | PathClass::Ci | PathClass::VersionFile => {
            return Err(Some(Rejection::ConfigFile));
        }
        PathClass::Other => return Err(Some(Rejection::UnknownLanguage)),
    }
    // An added or deleted file has only one side.
    let (blob_before, blob_after) = blobs.ok_or(Some(Rejection::OneSided))?;
    if blob_before == blob_after {
        return Err(Some(Rejection::Unchanged));
    }
    Ok(ChangedFile {
        path_before: path_before.into_owned(),
        path_after: path_after.into_owned(),
        blob_before,
        blob_after,
    })
}
