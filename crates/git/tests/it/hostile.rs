//! Objects that name themselves, or that no memory holds.

use std::fs;
use std::path::Path;

use gix::ObjectId;
use gix::objs::{Kind, Write};
use streamguard_git::{
    BranchKind, RepositoryHead, maintained_branches, open_repository, peel_tags, repository_head,
};

/// Writes an object with an id that is not its own.
fn put(folder: &Path, id: &str, kind: Kind, content: &[u8]) -> ObjectId {
    let id = ObjectId::from_hex(id.as_bytes()).expect("an id");
    let repository = gix::open(folder).expect("a repository");
    repository.objects.write_buf_with_known_id(kind, content, id).expect("an object")
}

#[test]
fn a_tag_that_names_itself_leads_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    gix::init_bare(path).expect("a repository");
    let id = "ab".repeat(20);
    let tag = format!("object {id}\ntype tag\ntag a\ntagger A <a@example.org> 1700000000 +0000\n\na\n");
    put(path, &id, Kind::Tag, tag.as_bytes());
    for branch in ["1.0", "a"] {
        fs::create_dir_all(path.join("refs/heads")).expect("a folder");
        fs::write(path.join("refs/heads").join(branch), format!("{id}\n")).expect("a reference");
    }
    let open = || open_repository(path).expect("a repository");
    let branches = maintained_branches(&open(), "", BranchKind::Release).expect("references");
    assert_eq!((branches.found.len(), branches.unreadable), (0, 1));
    for head in ["ref: refs/heads/a\n".to_owned(), format!("{id}\n")] {
        fs::write(path.join("HEAD"), &head).expect("a head");
        assert!(repository_head(&open()).is_err(), "{head}");
    }
    fs::write(path.join("HEAD"), "ref: refs/heads/none\n").expect("a head");
    assert_eq!(repository_head(&open()).ok(), Some(RepositoryHead::Empty));
}

#[test]
fn an_object_that_takes_too_much_memory_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    gix::init_bare(folder.path()).expect("a repository");
    let is_read = |id: &str, bytes: usize| {
        let id = put(folder.path(), id, Kind::Commit, &vec![0; bytes]);
        let repository = open_repository(folder.path()).expect("a repository");
        peel_tags(&repository, id).is_ok()
    };
    assert!(is_read(&"1".repeat(40), 1 << 20));
    assert!(!is_read(&"2".repeat(40), (128 << 20) + 1));
}
