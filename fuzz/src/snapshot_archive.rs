//! Snapshots from strangers.
//!
//! An input describes the entries of an archive, because one flipped bit of a packed archive only breaks its checksums. A
//! line `%` parts them; the first line of each is its kind and path, and the rest its content. The kind `manifest` fills
//! in the digests of the files before it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use streamguard_snapshot::{Snapshot, SnapshotError, repositories};
use tar::{Builder, EntryType, Header};

/// First bytes of an archive that is packed already (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

/// Any archive is unpacked into its folder of the cache, as files and folders only, or is refused and leaves nothing.
pub(crate) fn check(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, cache) = (folder.path().join("archive"), folder.path().join("cache"));
    let packed = if bytes.starts_with(ZSTD_MAGIC) { bytes.to_vec() } else { pack(bytes) };
    fs::write(&file, packed).expect("a file");
    let opened = Snapshot::open(&file, &cache);
    let names = names_in(folder.path());
    assert!(names.iter().all(|name| matches!(name.as_str(), "archive" | "cache")), "{names:?}");
    match &opened {
        Ok(snapshot) => {
            assert!(snapshot.folder.starts_with(&cache));
            check_files(&snapshot.folder);
            assert!(repositories(&snapshot.folder).is_ok());
        }
        // Anything that comes from the archive is told as its fault, and not as one of this machine.
        Err(SnapshotError::Io { path, source }) => panic!("{}: {source}", path.display()),
        Err(_) => assert!(cache.read_dir().is_err() || names_in(&cache.join("snapshots")).is_empty()),
    }
    assert_eq!(Snapshot::open(&file, &cache).ok(), opened.ok());
}

/// Makes an archive of the entries that an input describes.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    let mut digests = BTreeMap::new();
    for entry in Entries(Some(bytes)) {
        let at = entry.iter().position(|byte| *byte == b'\n').unwrap_or(entry.len());
        let (head, content) = (&entry[..at], entry.get(at + 1..).unwrap_or_default());
        let at = head.iter().position(|byte| *byte == b' ').unwrap_or(head.len());
        let (kind, path) = (&head[..at], head.get(at + 1..).unwrap_or_default());
        let filled = (kind == b"manifest").then(|| fill_in(content, &digests)).flatten();
        let content = filled.as_deref().unwrap_or(content);
        let path = if kind == b"manifest" { b"manifest.json" } else { path };
        if kind == b"file" {
            let digest = blake3::hash(content).to_hex().to_string();
            digests.insert(String::from_utf8_lossy(path).into_owned(), digest);
        }
        append(&mut archive, entry_type(kind), path, content);
    }
    let archive = archive.into_inner().expect("memory does not fail");
    zstd::encode_all(&archive[..], 1).expect("memory does not fail")
}

/// Entries of an input: what is left of it.
struct Entries<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0.take()?;
        let at = rest.windows(3).position(|window| window == b"\n%\n");
        self.0 = at.map(|at| &rest[at + 3..]);
        Some(at.map_or(rest, |at| &rest[..at]))
    }
}

fn entry_type(kind: &[u8]) -> EntryType {
    match kind {
        b"folder" => EntryType::Directory,
        b"symlink" => EntryType::Symlink,
        b"link" => EntryType::Link,
        b"fifo" => EntryType::Fifo,
        b"long" => EntryType::GNULongName,
        _ => EntryType::Regular,
    }
}

fn append(archive: &mut Builder<Vec<u8>>, entry_type: EntryType, path: &[u8], content: &[u8]) {
    let mut header = Header::new_gnu();
    // Written as it is: the library refuses paths that lead elsewhere.
    let name = &mut header.as_old_mut().name;
    let length = path.len().min(name.len());
    name[..length].copy_from_slice(&path[..length]);
    header.set_entry_type(entry_type);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    header.set_cksum();
    archive.append(&header, content).expect("memory does not fail");
}

/// Adds the digests of files to a manifest; `None` if it is not an object.
fn fill_in(manifest: &[u8], digests: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(manifest).ok()?;
    manifest.as_object_mut()?.insert("files".to_owned(), json!(digests));
    serde_json::to_vec(&manifest).ok()
}

fn check_files(folder: &Path) {
    for name in names_in(folder) {
        let path = folder.join(&name);
        let kind = path.symlink_metadata().expect("it is there").file_type();
        if kind.is_dir() {
            check_files(&path);
        } else {
            assert!(kind.is_file(), "{}", path.display());
        }
        assert!(!name.starts_with('.') && !name.contains(char::is_control), "{name:?}");
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten();
    names.map(|entry| entry.expect("a name").file_name().to_string_lossy().into_owned()).collect()
}
