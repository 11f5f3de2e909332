//! Tests of streamguard-snapshot: snapshots of strangers, damaged ones, and bombs. All are made here.

// Flipped bits, in the file and in what was unpacked.
mod damage;
// Entries and manifests that lead elsewhere, and archives that are larger than they look.
mod strangers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use streamguard_snapshot::{Snapshot, SnapshotError};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

/// Path of the repository in the snapshots of these tests.
const REPOSITORY: &str = "git/host.test+a+b.git";

/// URL of that repository.
const URL: &str = "https://host.test/a/b";

/// A file of an archive.
struct Entry {
    path: String,
    kind: EntryType,
    bytes: Vec<u8>,
}

impl Entry {
    fn file(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), kind: EntryType::Regular, bytes: bytes.into() }
    }
}

/// Returns the files of a sound snapshot.
fn sound() -> Vec<Entry> {
    let id = "0123456789012345678901234567890123456789";
    vec![
        Entry::file("answers/ab/abcdef-open.json", "{}"),
        Entry::file(&format!("{REPOSITORY}/HEAD"), "ref: refs/heads/main\n"),
        Entry::file(&format!("{REPOSITORY}/packed-refs"), format!("{id} refs/heads/main\n")),
        Entry::file(&format!("{REPOSITORY}/objects/pack/pack-{id}.pack"), b"PACK".repeat(100)),
        Entry::file("git/host.test+c+d.problem", "gone"),
    ]
}

/// Returns the manifest for some entries.
fn manifest(entries: &[Entry]) -> Value {
    let digest = |entry: &Entry| (entry.path.clone(), blake3::hash(&entry.bytes).to_hex().to_string());
    json!({
        "format": 3,
        "clock_ms": 1000,
        "repositories": [{"url": URL, "path": REPOSITORY}],
        "urls": {REPOSITORY: URL},
        "files": entries.iter().map(digest).collect::<BTreeMap<_, _>>(),
    })
}

/// Packs entries without any check.
fn pack(entries: &[Entry], manifest: &Value) -> Vec<u8> {
    let mut archive = Builder::new(zstd::Encoder::new(Vec::new(), 3).unwrap());
    let last = Entry::file("manifest.json", serde_json::to_vec(manifest).unwrap());
    for entry in entries.iter().chain([&last]) {
        append(&mut archive, entry, entry.bytes.len() as u64);
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Appends an entry whose header gives this size.
fn append(archive: &mut Builder<zstd::Encoder<'static, Vec<u8>>>, entry: &Entry, size: u64) {
    let mut header = Header::new_gnu();
    header.set_entry_type(entry.kind);
    header.set_size(size);
    header.set_mode(0o644);
    // Written as it is: the library refuses to write paths such as `..`.
    header.as_old_mut().name[..entry.path.len()].copy_from_slice(entry.path.as_bytes());
    if entry.kind.is_symlink() || entry.kind.is_hard_link() {
        header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
    }
    header.set_cksum();
    archive.append(&header, &entry.bytes[..]).unwrap();
}

/// A snapshot file and a cache.
struct World {
    dir: TempDir,
}

impl World {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    /// Opens a snapshot of these bytes.
    fn open(&self, bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let file = self.dir.path().join("some.snapshot");
        fs::write(&file, bytes).unwrap();
        Snapshot::open(&file, &self.cache())
    }

    /// Checks that a snapshot is refused, with this word in the message, and that nothing of it is left.
    fn assert_refused(&self, bytes: &[u8], word: &str) {
        let error = self.open(bytes).unwrap_err().to_string();
        assert!(error.contains(word), "{word:?}: {error}");
        assert!(!error.chars().any(char::is_control), "{error:?}");
        assert_eq!(files(&self.cache()), BTreeMap::new(), "{word}: something was left");
    }
}

/// Reads all files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => _ = found.insert(path.clone(), fs::read(path).unwrap()),
        }
    }
    found
}

#[test]
fn a_sound_snapshot_is_unpacked_into_a_repository_of_our_own() {
    let world = World::new();
    let entries = sound();
    let opened = world.open(&pack(&entries, &manifest(&entries))).unwrap();
    assert_eq!(opened.clock_ms, 1000);
    for entry in &entries {
        assert_eq!(fs::read(opened.folder.join(&entry.path)).unwrap(), entry.bytes, "{}", entry.path);
    }
    assert_eq!(streamguard_git::repository_url(&opened.folder.join(REPOSITORY)).as_deref(), Some(URL));
    assert_eq!(streamguard_snapshot::repositories(&opened.folder).unwrap().len(), 1);
    assert_eq!(world.open(&pack(&entries, &manifest(&entries))).unwrap(), opened);
}
