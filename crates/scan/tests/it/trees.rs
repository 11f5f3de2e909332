//! Trees on disk: which of their files are scanned.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use streamguard_scan::{ScanInputs, ScanItem};

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn list(root: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let inputs = ScanInputs::list(&[root.to_owned()], None).expect("a tree");
    let path = |item| match item {
        ScanItem::File(path) => path,
        other => panic!("{other:?}"),
    };
    (inputs.items.into_iter().map(path).collect(), inputs.faults)
}

#[test]
fn rules_leave_out_what_they_do_for_others() {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        &[
            (".gitignore", "around.c\n/tree/anchored.c\n"),
            ("tree/.gitignore", "\u{feff}*.h\n!kept.h\nbuild/\n/only.c\n# a comment\n\\#name.c\n[\n"),
            ("tree/.ignore", "!build/\nlate.c\n!.shown/\n"),
            ("tree/.git/info/exclude", "excluded.c\nkept.h\n"),
            ("tree/inner/.gitignore", "!around.c\n!deep.h\n*.py\n"),
            ("tree/module/.git", "gitdir: ../.git/modules/module\n"),
            ("tree/.git/modules/module/commondir", ".\n"),
        ],
    );
    let root = folder.path().join("tree");
    let names =
        ["a.c", "a.h", "around.c", "anchored.c", "kept.h", "only.c", "#name.c", "late.c", "excluded.c"];
    for folder in ["", "inner/", "inner/more/", "build/", ".hidden/", ".shown/", "module/"] {
        let more = ["deep.h", "b.py", ".dot.c", "text"];
        names.iter().chain(&more).for_each(|name| write(&root, &[(format!("{folder}{name}").as_str(), "")]));
    }
    symlink("a.c", root.join("link.c")).expect("a link");
    let (files, faults) = list(&root);
    let walk = WalkBuilder::new(&root).require_git(false).build().map(|entry| entry.expect("an entry"));
    let is_source = |path: &PathBuf| path.extension().is_some();
    let walked = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let mut expected: Vec<_> = walked.map(ignore::DirEntry::into_path).filter(is_source).collect();
    expected.sort();
    assert_eq!(files, expected);
    assert!(faults.is_empty(), "{faults:?}");
    assert!(files.len() > 20 && files.contains(&root.join(".shown/a.c")), "{files:?}");
}

#[test]
fn what_is_no_file_of_rules_is_named_and_not_read() {
    for device in [".gitignore", ".ignore", ".git/info/exclude", "git/commondir"] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        write(root, &[("a.c", ""), ("inner/b.c", "")]);
        if device == "git/commondir" {
            write(root, &[(".git", "gitdir: git\n")]);
        }
        let device = root.join(device);
        fs::create_dir_all(device.parent().expect("a folder")).expect("a folder");
        symlink("/dev/null", &device).expect("a link");
        let (files, faults) = list(root);
        assert_eq!(files, [root.join("a.c"), root.join("inner/b.c")]);
        let named = format!("{}: its rules do not count: it is not a regular file", device.display());
        assert_eq!(faults, [named]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &[("a.c", ""), (".gitignore", "a.c\n".repeat(300_000).as_str())]);
    let (files, faults) = list(folder.path());
    assert_eq!((files.len(), faults.len()), (1, 1), "{faults:?}");
}
