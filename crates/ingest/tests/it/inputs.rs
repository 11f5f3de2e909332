//! Compressed inputs, and inputs that are given more than once.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use streamguard_engine::{CompletionStatus, FinishedRun};

use crate::completeness::{finish, lines, requests, said};
use crate::job;

/// Returns a request that differs from others.
pub(crate) fn line(number: u64) -> String {
    let path = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("[GET] /{path:x}, status=200, time=1ms user-agent=x\n")
}

/// Returns a frame of Zstandard.
pub(crate) fn frame(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Returns a frame that readers skip.
fn skippable(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&[0x50 + number, 0x2a, 0x4d, 0x18][..], &length, content].concat()
}

/// Counts bytes as a file, and as a pipe.
fn count(bytes: &[u8]) -> [FinishedRun; 2] {
    let folder = tempfile::tempdir().unwrap();
    let (file, pipe) = (folder.path().join("input"), folder.path().join("pipe"));
    fs::write(&file, bytes).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe.as_path(), rustix::fs::Mode::RWXU).unwrap();
    let (bytes, path) = (bytes.to_vec(), pipe.clone());
    // The reader may close the pipe early.
    let writer =
        thread::spawn(move || File::options().write(true).open(path).unwrap().write_all(&bytes).is_ok());
    let finished = [finish(job(&[&file])), finish(job(&[&pipe]))];
    writer.join().unwrap();
    finished
}

#[test]
fn compressed_inputs_are_recognised_by_their_bytes() {
    let text = lines(30_000);
    let (one, other) = text.as_bytes().split_at(text.len() / 3);
    for (name, bytes) in [
        ("plain", text.clone().into_bytes()),
        ("gzip", [crate::gzip(one), crate::gzip(other)].concat()),
        ("zstd", [frame(one), frame(other)].concat()),
        ("pzstd", [skippable(0, &[1, 2, 3, 4]), frame(one), skippable(0, &[1; 4]), frame(other)].concat()),
        ("skippable", [skippable(15, &[]), skippable(7, &[0; 500]), frame(text.as_bytes())].concat()),
    ] {
        for finished in count(&bytes) {
            assert_eq!(
                (finished.status, requests(&finished)),
                (CompletionStatus::Complete, 30_000),
                "{name}"
            );
        }
    }
}

#[test]
fn other_encodings_are_refused_by_name() {
    let mut tar = vec![b'a'; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, name) in [
        (b"BZh91AY&SY\x01\x02\x03\n".to_vec(), "is compressed by bzip2: unpack it first, as by `bzip2 -dc`"),
        (b"\xfd7zXZ\0\0\x04\n".to_vec(), "is compressed by xz: unpack it first, as by `xz -dc`"),
        (b"PK\x03\x04\x14\0\n".to_vec(), "is a zip archive"),
        (b"\x04\x22\x4d\x18\x64\x40\n".to_vec(), "is compressed by lz4"),
        (b"7z\xbc\xaf\x27\x1c\0\x04\n".to_vec(), "is a 7-Zip archive"),
        (crate::gzip(&tar), "is a tar archive"),
        (crate::gzip(&crate::gzip(b"x\n")), "is compressed twice"),
        (tar, "is a tar archive"),
    ] {
        for finished in count(&bytes) {
            assert_eq!(finished.status, CompletionStatus::Failed, "{name}");
            assert!(said(&finished).contains(name), "{name}: {}", said(&finished));
        }
        // In a folder too, because its lines are missing.
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("packed.log"), &bytes).unwrap();
        fs::write(folder.path().join("plain.log"), lines(3)).unwrap();
        let finished = finish(job(&[folder.path()]));
        assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Partial, 3), "{name}");
    }
}

#[test]
fn bytes_behind_a_gzip_file_are_ignored_with_a_warning() {
    for rest in [&[0; 1][..], &[0; 100_000], b"some rubbish at the end\n"] {
        for finished in count(&[&crate::gzip(lines(3).as_bytes())[..], rest].concat()) {
            assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Complete, 3));
            assert!(said(&finished).contains("bytes behind the compressed data were ignored"));
        }
    }
}

#[test]
fn of_compressed_data_that_are_cut_the_whole_lines_are_counted() {
    // Lines that differ, so that the compressed data are long.
    let text: String = (0..20_000).map(line).collect();
    for packed in [crate::gzip(text.as_bytes()), frame(text.as_bytes())] {
        for (cut, least) in [(packed.len() - 3, 15_000), (packed.len() / 2, 3_000)] {
            for finished in count(&packed[..cut]) {
                assert_eq!(finished.status, CompletionStatus::Partial, "{}", said(&finished));
                assert!((least..=20_000).contains(&requests(&finished)), "{}", requests(&finished));
                let malformed = &finished.state.jobs[0].summary.metrics["malformed"];
                assert_eq!(malformed, 0, "half a line is not counted");
                assert!(said(&finished).contains("is cut: its compressed data end too early"));
            }
        }
        for finished in count(&packed[..20]) {
            assert_eq!(finished.status, CompletionStatus::Failed);
            assert!(said(&finished).contains("is cut"), "{}", said(&finished));
        }
    }
    // In a folder, the other files are complete.
    let folder = tempfile::tempdir().unwrap();
    let packed = crate::gzip(lines(10).as_bytes());
    fs::write(folder.path().join("a.gz"), &packed[..packed.len() - 1]).unwrap();
    fs::write(folder.path().join("b.log"), lines(5)).unwrap();
    let finished = finish(job(&[folder.path()]));
    assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Partial, 15));
}

#[test]
fn a_file_that_has_several_names_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("below")).unwrap();
    fs::write(at("log.1"), lines(3)).unwrap();
    fs::write(at("below/b.log"), lines(4)).unwrap();
    symlink("log.1", at("current.log")).unwrap();
    fs::hard_link(at("below/b.log"), at("below/c.log")).unwrap();
    let expect = |paths: &[&Path], notes: &[(&str, &str)]| {
        let finished = finish(job(paths));
        assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Complete, 7));
        assert_eq!(finished.state.jobs[0].summary.metrics["files"], 2);
        for (name, of) in notes {
            let note =
                format!("{} is the same file as {}: counted once", at(name).display(), at(of).display());
            assert!(said(&finished).contains(&note), "{note}: {}", said(&finished));
        }
    };
    let [link, hard] = [("current.log", "log.1"), ("below/c.log", "below/b.log")];
    expect(&[folder.path()], &[link, hard]);
    expect(&[folder.path(), &at("below")], &[link, hard]);
    expect(&[&at("below"), folder.path()], &[link, hard]);
    // A file that is named is judged as such, although the folder was read first.
    fs::write(at("below/d.log"), [&lines(1), "no request\nno request\n"].concat()).unwrap();
    let status = |paths: &[&Path]| finish(job(paths)).status;
    assert_eq!(status(&[folder.path()]), CompletionStatus::Complete);
    assert_eq!(status(&[folder.path(), &at("below/d.log")]), CompletionStatus::Partial);
    fs::remove_file(at("below/d.log")).unwrap();
    expect(&[&at("current.log"), &at("log.1"), &at("log.1"), &at("below")], &[link, hard]);
}
