use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tree};
use streamguard_git::{TreeChangesError, tree_changes};

/// Number of entries of each tree, and of levels of trees: 10^11 files in 12 objects.
const FAN_OUT: usize = 10;
const LEVELS: usize = 11;

fn tree_of(repository: &gix::Repository, kind: EntryKind, id: ObjectId, entries: usize) -> ObjectId {
    let entries = (0..entries)
        .map(|entry| Entry { mode: kind.into(), filename: format!("{entry:03}").into(), oid: id })
        .collect();
    repository.write_object(&Tree { entries }).expect("a tree").detach()
}

fn commit_of(repository: &gix::Repository, tree: ObjectId) -> ObjectId {
    let author = gix::actor::Signature::default();
    let commit = Commit {
        tree,
        parents: Default::default(),
        author: author.clone(),
        committer: author,
        encoding: None,
        message: "a".into(),
        extra_headers: Vec::new(),
    };
    repository.write_object(&commit).expect("a commit").detach()
}

/// Trees of trees, over a file or, at the end of all folders, nothing.
fn shared_trees(repository: &gix::Repository, is_empty: bool) -> ObjectId {
    let file = repository.write_blob(b"a\n").expect("a file").detach();
    let lowest = tree_of(repository, EntryKind::Blob, file, if is_empty { 0 } else { FAN_OUT });
    (1..LEVELS).fold(lowest, |below, _| tree_of(repository, EntryKind::Tree, below, FAN_OUT))
}

#[test]
fn trees_that_share_their_subtrees_are_not_walked_to_their_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = gix::init_bare(folder.path()).expect("a repository");
    for is_empty in [false, true] {
        let commit = commit_of(&repository, shared_trees(&repository, is_empty));
        assert!(matches!(tree_changes(&repository, commit, None), Err(TreeChangesError::TooMany)));
    }
}

#[test]
fn as_many_files_as_a_fix_may_change_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = gix::init_bare(folder.path()).expect("a repository");
    let file = repository.write_blob(b"a\n").expect("a file").detach();
    let count = |files| {
        let commit = commit_of(&repository, tree_of(&repository, EntryKind::Blob, file, files));
        tree_changes(&repository, commit, None).map(|changes| changes.len()).ok()
    };
    assert_eq!((count(100), count(101)), (Some(100), None));
}
