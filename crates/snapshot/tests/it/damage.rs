use std::collections::BTreeMap;
use std::fs;

use streamguard_snapshot::SnapshotWriter;

use super::{REPOSITORY, URL, World, files, sound};

/// Returns the bytes of a snapshot that this program wrote.
fn written() -> Vec<u8> {
    let mut writer = SnapshotWriter::new(Vec::new(), 3).unwrap();
    writer.repository(REPOSITORY, URL);
    for entry in sound() {
        writer.file(&entry.path, entry.bytes.len() as u64, &entry.bytes[..]).unwrap();
    }
    writer.finish(&streamguard_snapshot::SnapshotManifest::new(1000)).unwrap()
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
