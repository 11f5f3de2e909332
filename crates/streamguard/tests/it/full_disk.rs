//! Disks of many sizes that fill up under a run: the run says so with 6, and goes on once there is space.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{dataset, stderr, streamguard};

/// Number of sizes of each disk; `cargo xtask attack` sets a higher one.
fn sizes() -> u64 {
    std::env::var("STREAMGUARD_DISKS").ok().and_then(|sizes| sizes.parse().ok()).unwrap_or(2)
}

#[test]
fn a_full_disk_of_the_output_is_6_and_the_run_can_be_resumed() {
    fill_up("data", collect);
}

#[test]
fn a_full_disk_of_the_cache_is_6_and_the_run_can_be_resumed() {
    fill_up("cache", collect);
}

fn collect(folder: &Path) -> Command {
    let mut command = streamguard(folder);
    command.args(["collect", "--offline", "--quick-test", "--no-dashboard", "--synthetic-samples", "2000"]);
    command
}

/// Runs with a folder on disks of several sizes, gives each the space that it lacks, and compares the datasets.
pub(crate) fn fill_up(disk: &str, collect: impl Fn(&Path) -> Command) {
    let has_namespaces = Command::new("unshare").args(["-rm", "true"]).status();
    if !has_namespaces.is_ok_and(|status| status.success()) {
        // What eprintln writes is captured in a test that passes.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"SKIPPED: a disk of one's own needs user namespaces and the program unshare\n",
        );
        return;
    }
    let undisturbed = tempfile::tempdir().unwrap();
    let output = collect(undisturbed.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = dataset(undisturbed.path());
    let needed = kilobytes(&undisturbed.path().join(disk));
    let mut full = 0;
    for size in (1..=sizes()).map(|number| (needed * number / (sizes() + 1)).max(4)) {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = run_on_disk(folder.path(), disk, size, &collect(folder.path()));
        assert!(matches!(first, 0 | 6), "{disk} of {size} KiB: ended with {first}");
        assert_eq!(second, 0, "{disk} of {size} KiB: with space, ended with {second}");
        let _ = fs::remove_dir_all(folder.path().join("data/raw"));
        let result = folder.path().join("result");
        fs::create_dir_all(folder.path().join("data")).unwrap();
        fs::rename(result, folder.path().join("data/raw")).unwrap();
        assert!(dataset(folder.path()) == expected, "{disk} of {size} KiB: another dataset");
        full += u64::from(first == 6);
    }
    assert!(full > 0, "no disk was too small");
}

/// Returns the exit codes of a run in a folder of which `disk` is a disk of a size in KiB, and of the same run,
/// resumed if it had begun, once the disk has space. The output folder is copied to `result`.
fn run_on_disk(folder: &Path, disk: &str, size: u64, collect: &Command) -> [i32; 2] {
    fs::create_dir(folder.join(disk)).unwrap();
    let script = format!(
        "mount -t tmpfs -o size={size}k none {disk} || exit 99
         \"$@\" >log 2>&1; first=$?
         mount -o remount,size=400m {disk} || exit 99
         test -e data/raw/.streamguard/run.json && more=--resume
         \"$@\" $more >>log 2>&1; second=$?
         cp -a data/raw result
         echo $first $second"
    );
    let output = Command::new("unshare")
        .args(["-rm", "bash", "-c", &script, "bash"])
        .arg(collect.get_program())
        .args(collect.get_args())
        .current_dir(folder)
        .envs(collect.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let codes: Vec<i32> = said.split_whitespace().filter_map(|code| code.parse().ok()).collect();
    let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
    codes.try_into().unwrap_or_else(|_| panic!("{said}{}{}", stderr(&output), log()))
}

/// Returns what the files of a folder take on a disk.
fn kilobytes(folder: &Path) -> u64 {
    let output = Command::new("du").arg("-sk").arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_whitespace().next().and_then(|size| size.parse().ok()).expect("du says a size first")
}
