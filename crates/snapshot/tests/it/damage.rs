use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;

use streamguard_snapshot::{SnapshotManifest, SnapshotWriter, write_snapshot};

use super::{REPOSITORY, URL, World, files, sound};

/// Returns the bytes of a snapshot that this program wrote.
fn written() -> Vec<u8> {
    let mut writer = SnapshotWriter::new(Vec::new(), 3).unwrap();
    writer.repository(REPOSITORY, URL);
    for entry in sound() {
        writer.file(&entry.path, entry.bytes.len() as u64, &entry.bytes[..]).unwrap();
    }
    writer.finish(&SnapshotManifest::new(1000)).unwrap()
}

#[test]
fn a_flipped_bit_in_the_file_is_noticed_or_without_effect() {
    let bytes = written();
    let content = |world: &World, bytes: &[u8]| {
        let opened = world.open(bytes).ok()?;
        let files = files(&opened.folder).into_iter();
        let relative =
            files.map(|(path, bytes)| (path.strip_prefix(&opened.folder).unwrap().to_owned(), bytes));
        Some((opened.clock_ms, relative.collect::<BTreeMap<_, _>>()))
    };
    let intact = content(&World::new(), &bytes).unwrap();
    let mut noticed = 0;
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let world = World::new();
        match content(&world, &damaged) {
            Some(found) => assert_eq!(found, intact, "bit {bit} of {}", bytes.len() * 8),
            None => {
                noticed += 1;
                assert!(files(&world.cache()).is_empty(), "bit {bit}: something was left");
            }
        }
    }
    assert!(noticed > bytes.len() * 7, "{noticed} of {}", bytes.len() * 8);
    // Cut off anywhere, it is not a snapshot.
    for length in (0..bytes.len()).step_by(7) {
        assert!(content(&World::new(), &bytes[..length]).is_none(), "{length} bytes");
    }
}

#[test]
fn a_damaged_unpacked_snapshot_is_unpacked_anew() {
    let world = World::new();
    let bytes = written();
    let opened = world.open(&bytes).unwrap();
    let intact = files(&world.cache());
    assert!(intact.len() > 6);
    for (path, content) in &intact {
        for bit in (0..content.len() * 8).step_by(content.len().max(4) * 2 + 1) {
            let mut damaged = content.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(path, damaged).unwrap();
            assert_eq!(world.open(&bytes).unwrap(), opened, "{} bit {bit}", path.display());
            assert_eq!(files(&world.cache()), intact, "{} bit {bit}", path.display());
        }
        fs::remove_file(path).unwrap();
        assert_eq!(world.open(&bytes).unwrap(), opened, "{}", path.display());
        assert_eq!(files(&world.cache()), intact, "{}", path.display());
    }
}

#[test]
fn paths_that_would_be_refused_are_not_written() {
    let mut writer = SnapshotWriter::new(Vec::new(), 3).unwrap();
    for path in ["manifest.json", "x", "../x", "git/a.git/config", "git/a.git/commondir"] {
        assert!(writer.file(path, 0, &b""[..]).is_err(), "{path}");
    }
}

#[test]
fn files_that_would_be_refused_are_not_written() {
    let mut writer = SnapshotWriter::new(Vec::new(), 3).unwrap();
    let head = vec![b'x'; (64 << 10) + 1];
    let error = writer.file(&format!("{REPOSITORY}/HEAD"), head.len() as u64, &head[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTooLarge, "{error}");
    let zeros = 65 << 20;
    writer.file("answers/ab/zeros.body", zeros, io::repeat(0).take(zeros)).unwrap();
    let error = writer.finish(&SnapshotManifest::new(1000)).unwrap_err();
    assert!(error.to_string().contains("decompression bomb"), "{error}");
}

#[test]
fn a_reference_that_no_snapshot_can_contain_is_not_left_out() {
    let world = World::new();
    let (cache, file) = (world.cache(), world.dir.path().join("written.snapshot"));
    let answers = cache.join("answers/ab");
    fs::create_dir_all(&answers).unwrap();
    fs::write(answers.join("abcdef-open.json"), "{}").unwrap();
    write_snapshot(&cache, 1000, &file).unwrap();
    // Beside them lies what no snapshot contains whatever its name is.
    fs::write(answers.join(OsStr::from_bytes(b"\xff.lock")), "").unwrap();
    write_snapshot(&cache, 1000, &file).unwrap();
    fs::write(answers.join(OsStr::from_bytes(b"\xff-open.json")), "{}").unwrap();
    let error = write_snapshot(&cache, 1000, &file).unwrap_err().to_string();
    assert!(error.contains("not UTF-8"), "{error}");
    fs::remove_dir_all(&answers).unwrap();
    let mirror = cache.join(REPOSITORY);
    streamguard_git::initialise_repository(&mirror, Some(URL)).unwrap();
    let folder = (0..5).fold(mirror.join("refs/heads"), |folder, _| folder.join("x".repeat(220)));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("main"), "0123456789012345678901234567890123456789\n").unwrap();
    streamguard_cache::FolderSeal::renew(&mirror, |_| false).unwrap();
    let error = write_snapshot(&cache, 1000, &file).unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
}
