//! Archives: their members, and those that mean harm.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use streamguard_scan::{ArchiveError, ArchiveFormat, read_archive};
use zip::write::SimpleFileOptions;

use super::BEFORE;

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Written raw, since the library refuses to write names that lead out.
        match name.len() {
            ..100 => header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes()),
            _ => {
                let mut long = tar::Header::new_gnu();
                long.set_entry_type(tar::EntryType::GNULongName);
                long.set_size(name.len() as u64 + 1);
                long.set_cksum();
                builder.append(&long, [name.as_bytes(), b"\0"].concat().as_slice()).expect("a name");
            }
        }
        header.set_cksum();
        builder.append(&header, *content).expect("a member");
    }
    builder.into_inner().expect("an archive")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

/// Returns the names and sizes of the members that were visited, and the faults.
fn read(
    folder: &Path,
    name: &str,
    bytes: &[u8],
) -> (Vec<(String, usize)>, Result<Vec<String>, ArchiveError>) {
    let path: PathBuf = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    let format = ArchiveFormat::of(&path).expect("an archive");
    let mut visited = Vec::new();
    let faults = read_archive(&path, format, &mut |name, content| {
        visited.push((name.to_owned(), content.len()));
    });
    (visited, faults)
}

#[test]
fn source_files_of_all_formats_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = format!("{}/x.c", "long".repeat(40));
    let members: Vec<(&str, &[u8])> =
        vec![("a/b.c", BEFORE.as_bytes()), ("a/image.png", b"png"), (&long, BEFORE.as_bytes())];
    let tarred = tar(&members);
    let archives = [
        ("x.tar", tarred.clone()),
        ("x.tgz", gzip(&tarred)),
        ("x.crate", gzip(&tarred)),
        ("x.tar.zst", zstd::encode_all(tarred.as_slice(), 1).expect("memory")),
        ("x.whl", zip(&members)),
    ];
    for (name, bytes) in archives {
        let (visited, faults) = read(folder.path(), name, &bytes);
        let expected = [("a/b.c".to_owned(), BEFORE.len()), (long.clone(), BEFORE.len())];
        assert_eq!(visited, expected, "{name}");
        assert_eq!(faults.expect("an archive"), Vec::<String>::new(), "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 5, "nothing is unpacked");
}

#[test]
fn paths_that_lead_out_are_left_out_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let members: [(&str, &[u8]); 3] =
        [("../evil.c", b"int a;"), ("/etc/evil.c", b"int a;"), ("sound.c", b"int a;")];
    for (name, bytes) in [("x.tar", tar(&members)), ("x.zip", zip(&members))] {
        let (visited, faults) = read(folder.path(), name, &bytes);
        assert_eq!(visited, [("sound.c".to_owned(), 6)], "{name}");
        assert_eq!(faults.expect("an archive").len(), 2, "{name}");
    }
}

#[test]
fn bombs_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    // Many files of 15 MiB each, which are small alone.
    let zeros = vec![b' '; 15 << 20];
    let names: Vec<String> = (0..8).map(|number| format!("{number}.c")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    let tarred = tar(&members);
    let bombs = [
        ("x.tar.gz", gzip(&tarred)),
        ("x.tar.zst", zstd::encode_all(tarred.as_slice(), 1).expect("memory")),
        ("x.jar", zip(&members)),
    ];
    for (name, bytes) in bombs {
        let (_, faults) = read(folder.path(), name, &bytes);
        assert!(matches!(faults, Err(ArchiveError::Bomb(64))), "{name}: {faults:?}");
    }
}

#[test]
fn damaged_archives_are_faults_and_no_panics() {
    let folder = tempfile::tempdir().expect("a folder");
    let members: [(&str, &[u8]); 1] = [("a.c", BEFORE.as_bytes())];
    for (name, bytes) in [("x.tar", tar(&members)), ("x.tgz", gzip(&tar(&members))), ("x.zip", zip(&members))]
    {
        for at in 0..bytes.len().min(700) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let _ = read(folder.path(), name, &damaged);
            let _ = read(folder.path(), name, &bytes[..at]);
        }
        assert!(matches!(read(folder.path(), "no.zip", b"PK").1, Err(ArchiveError::Damaged(_))));
    }
}
