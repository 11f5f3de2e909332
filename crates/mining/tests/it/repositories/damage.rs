//! Repositories with flipped bits: the samples are those of the intact repository, or the run is not complete.

use std::fs;
use std::path::{Path, PathBuf};

use streamguard_engine::CompletionStatus;
use streamguard_simulator::{commit_all, run_git, write_file};

use super::{FIXED, MESSAGE, TestRepositories, VULNERABLE, loose, tree};

/// Number of bits that are flipped in each file.
const FLIPS: u64 = 60;

/// Makes a repository with deltas, a rename, a merge and a large file.
fn varied(repositories: &TestRepositories) -> PathBuf {
    let path = repositories.repository("varied");
    let padding = |word: &str| (0..80).map(|line| format!("# {word} {line}\n")).collect::<String>();
    for (name, word) in [("a", "first"), ("b", "second"), ("c", "third")] {
        write_file(&path, format!("app/{name}.py"), format!("{}{VULNERABLE}", padding(word)));
        write_file(&path, format!("notes/{name}.txt"), padding(word));
    }
    commit_all(&path, "Add find");
    write_file(&path, "app/a.py", format!("{}{FIXED}", padding("first")));
    commit_all(&path, MESSAGE);
    run_git(&path, ["checkout", "-q", "-b", "side"]);
    fs::remove_file(path.join("app/b.py")).unwrap();
    write_file(&path, "app/moved.py", format!("{}{FIXED}", padding("second")));
    commit_all(&path, "Say it better");
    run_git(&path, ["checkout", "-q", "main"]);
    write_file(&path, "notes/a.txt", "words\n");
    commit_all(&path, "Write");
    run_git(
        &path,
        ["merge", "-q", "--no-ff", "-m", "Merge the fix of an SQL injection (CVE-2024-12345)", "side"],
    );
    write_file(&path, "app/c.py", format!("{}{FIXED}", padding("third")));
    commit_all(&path, MESSAGE);
    path
}

/// Lists the packs of a repository, with their indexes.
fn packs(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.join(".git/objects/pack")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let is_read = |path: &PathBuf| path.extension().is_some_and(|end| end == "pack" || end == "idx");
    let mut files: Vec<PathBuf> = files.filter(is_read).collect();
    files.sort();
    files
}

#[test]
fn flipped_bits_change_no_sample_of_a_complete_run() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = varied(&repositories);
    run_git(&path, ["repack", "-qadf"]);
    let intact = repositories.mine([&path]);
    assert_eq!((intact.status, intact.samples.len()), (CompletionStatus::Complete, 3), "{:?}", intact.log);
    let (mut same, mut told, mut seed) = (0, 0, 1_u64);
    for file in packs(&path) {
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        for _ in 0..FLIPS {
            // Knuth's linear congruential generator; its high bits are the good ones.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bit = (seed >> 20) as usize % (bytes.len() * 8);
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&file, damaged).unwrap();
            let mined = repositories.mine([&path]);
            if mined.status == CompletionStatus::Complete {
                let shown = format!("{} bit {bit}", file.display());
                assert_eq!(mined.samples, intact.samples, "{shown}: {:?}", mined.log);
                assert_eq!(mined.counters, intact.counters, "{shown}: {:?}", mined.log);
                same += 1;
            } else {
                assert!(mined.lost.iter().any(|text| text.contains("varied")), "{:?}", mined.lost);
                told += 1;
            }
        }
        fs::write(&file, bytes).unwrap();
    }
    assert!(same > 0 && told > 0, "{same} without effect, {told} noticed");
}

#[test]
fn an_object_in_the_place_of_another_one_is_damage() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("swapped");
    write_file(&path, "app/other.py", "def other():\n    return 1\n");
    commit_all(&path, "Add another");
    let id = |name: &str| run_git(&path, ["rev-parse", name]);
    // Whole, readable, and wrong: only its id tells.
    let (fixed, other) = (loose(&path, &id("HEAD:app/db.py")), loose(&path, &id("HEAD:app/other.py")));
    fs::remove_file(&fixed).unwrap();
    fs::copy(other, fixed).unwrap();
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Partial, 0));
    assert_eq!(mined.rejected("unreadable_object"), 1);
    let advice = format!(
        "swapped\" is damaged: the files of 1 commit to mine are missing; see what is damaged by: git -C {} fsck",
        path.display()
    );
    assert!(mined.lost[0].ends_with(&advice), "{:?}", mined.lost);
}

#[test]
fn a_tree_that_holds_itself_is_damage() {
    let Some(repositories) = TestRepositories::new() else { return };
    let path = repositories.fixed("circular");
    let id = run_git(&path, ["rev-parse", "HEAD^{tree}"]);
    let circular = tree(&path, &[("40000", b"a", &id), ("40000", b"b", &id)]);
    fs::rename(loose(&path, &circular), loose(&path, &id)).unwrap();
    let mined = repositories.mine([&path]);
    assert_eq!((mined.status, mined.samples.len()), (CompletionStatus::Partial, 0), "{:?}", mined.lost);
    assert_eq!(mined.rejected("unreadable_object"), 1, "{:?}", mined.counters);
}
