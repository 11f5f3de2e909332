use std::fs;
use std::io::Read;

use serde_json::json;
use tar::{Builder, EntryType};

use super::{Entry, REPOSITORY, World, append, manifest, pack, sound};

#[test]
fn entries_that_lead_elsewhere_are_refused() {
    let world = World::new();
    for path in [
        "../escaped",
        "/tmp/escaped",
        "answers/../../escaped",
        "budgets/x",
        "streamguard-seal.json",
        &format!("{REPOSITORY}/commondir"),
        &format!("{REPOSITORY}/gitdir"),
        &format!("{REPOSITORY}/config.worktree"),
        &format!("{REPOSITORY}/worktrees/x/gitdir"),
        &format!("{REPOSITORY}/objects/info/alternates"),
        &format!("{REPOSITORY}/.git"),
        "git/folder/.git",
        "git/folder/HEAD",
    ] {
        let mut entries = sound();
        entries.push(Entry::file(path, "gitdir: /srv/secret.git\n"));
        world.assert_refused(&pack(&entries, &manifest(&entries)), "does not belong there");
    }
    assert!(!world.dir.path().join("escaped").exists());
}

#[test]
fn entries_that_exclude_each_other_are_damage() {
    let world = World::new();
    for (one, other) in [("answers/a/b", "answers/a/b"), ("refs/a", "refs/a/b"), ("refs/a/b", "refs/a")] {
        let path = |name: &str| match name.starts_with("refs") {
            true => format!("{REPOSITORY}/{name}"),
            false => name.to_owned(),
        };
        let mut entries = sound();
        entries.extend([Entry::file(&path(one), "a"), Entry::file(&path(other), "b")]);
        world.assert_refused(&pack(&entries, &manifest(&entries)), "two entries of one name");
    }
}

#[test]
fn links_and_devices_are_refused() {
    let world = World::new();
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char, EntryType::XHeader] {
        let mut entries = sound();
        entries.push(Entry { path: format!("{REPOSITORY}/shallow"), kind, bytes: Vec::new() });
        world.assert_refused(&pack(&entries, &manifest(&entries)), "neither a file nor a folder");
    }
}

#[test]
fn a_configuration_is_never_taken() {
    let world = World::new();
    let mut entries = sound();
    for name in ["config", "hooks/post-checkout", "info/grafts", "objects/info/commit-graph"] {
        entries.push(Entry::file(&format!("{REPOSITORY}/{name}"), "[include]\n\tpath = /srv/secret\n"));
    }
    let opened = world.open(&pack(&entries, &manifest(&entries))).unwrap();
    let repository = opened.folder.join(REPOSITORY);
    let config = fs::read_to_string(repository.join("config")).unwrap();
    assert!(config.contains("bare = true") && !config.contains("include"), "{config}");
    assert!(!repository.join("hooks").exists() && !repository.join("info").exists());
}

#[test]
fn urls_and_paths_of_the_manifest_are_checked() {
    let world = World::new();
    for url in [
        "javascript:alert(1)",
        "https://user:secret@host.test/a/b",
        "https://host.test/a/b\u{1b}[2J",
        "https://host.test/a\nb/c",
        "http://host.test/a/b",
        "file:///etc",
        "ext::sh -c id",
        "/etc",
        "",
    ] {
        let entries = sound();
        let mut listed = manifest(&entries);
        listed["repositories"][0]["url"] = json!(url);
        world.assert_refused(&pack(&entries, &listed), "not the URL of a repository");
        let mut named = manifest(&entries);
        named["urls"][REPOSITORY] = json!(url);
        world.assert_refused(&pack(&entries, &named), "not the URL of a repository");
    }
    for path in
        ["../../secret.git", "/srv/secret.git", "git/x", "git/a.git/refs", "answers/a.git", "", "git/a\n.git"]
    {
        let entries = sound();
        let mut listed = manifest(&entries);
        listed["repositories"][0]["path"] = json!(path);
        world.assert_refused(&pack(&entries, &listed), "not the path of a repository");
    }
}

#[test]
fn files_and_manifest_must_agree() {
    let world = World::new();
    let entries = sound();
    let mut without = manifest(&entries);
    without["files"].as_object_mut().unwrap().remove(&entries[0].path);
    world.assert_refused(&pack(&entries, &without), "not as its manifest says");
    world.assert_refused(&pack(&entries[1..], &manifest(&entries)), "not as its manifest says");
    let mut twice = sound();
    twice.extend(sound());
    world.assert_refused(&pack(&twice, &manifest(&entries)), "");
    let headless: Vec<Entry> = sound().into_iter().filter(|entry| !entry.path.ends_with("HEAD")).collect();
    world.assert_refused(&pack(&headless, &manifest(&headless)), "no HEAD");
    for (format, word) in [(2, "record it anew"), (4, "a later version")] {
        let mut other = manifest(&entries);
        other["format"] = json!(format);
        world.assert_refused(&pack(&entries, &other), word);
    }
    for bytes in [&b""[..], b"words", &zstd::encode_all(&b"words"[..], 1).unwrap()] {
        world.assert_refused(bytes, "is not a snapshot, or is damaged");
    }
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let world = World::new();
    let archive = || Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    // Of each, only the header is there: whoever believed it would wait for the rest, or make room for it.
    for (path, kind, word) in [
        ("manifest.json", EntryType::Regular, "its manifest is too large"),
        ("././@LongLink", EntryType::GNULongName, "a path that is too long"),
    ] {
        let mut archive = archive();
        append(&mut archive, &Entry { path: path.to_owned(), kind, bytes: Vec::new() }, 5 << 30);
        world.assert_refused(&archive.into_inner().unwrap().finish().unwrap(), word);
    }
    let mut head = archive();
    append(&mut head, &Entry::file(&format!("{REPOSITORY}/HEAD"), ""), 5 << 30);
    world.assert_refused(&head.into_inner().unwrap().finish().unwrap(), "is too large");
    let mut zeros = archive();
    let mut bytes = Vec::new();
    std::io::repeat(0).take(100 << 20).read_to_end(&mut bytes).unwrap();
    append(&mut zeros, &Entry::file("answers/ab/c.body", bytes), 100 << 20);
    let packed = zeros.into_inner().unwrap().finish().unwrap();
    assert!(packed.len() < 100_000);
    world.assert_refused(&packed, "decompression bomb");
    // Folders have no content, and many of them are nothing but headers.
    let mut folders = archive();
    let folder = Entry { path: "answers/".to_owned(), kind: EntryType::Directory, bytes: Vec::new() };
    (0..(70 << 20) / 512).for_each(|_| append(&mut folders, &folder, 0));
    world.assert_refused(&folders.into_inner().unwrap().finish().unwrap(), "decompression bomb");
}
