//! What scikit-learn and Bandit learn from generated pairs. `STREAMGUARD_TEST_PYTHON=/path/to/python3` names a Python
//! that has both; without it the test is skipped with a note.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::Command;

#[path = "../../examples/write_pairs.rs"]
#[expect(dead_code, reason = "the example's main function")]
mod write_pairs;

#[test]
fn words_and_lengths_hardly_tell_the_sides_apart() {
    let python = env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", "import bandit, sklearn"]).output();
    if !import.is_ok_and(|output| output.status.success()) {
        // Past the test harness, which hides the output of tests that pass.
        let line = format!(
            "SKIPPED words_and_lengths_hardly_tell_the_sides_apart: {python} has no scikit-learn and bandit\n"
        );
        io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pairs = folder.path().join("pairs.jsonl");
    write_pairs::write_pairs(2_000, 42, &mut BufWriter::new(File::create(&pairs).unwrap())).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/measure_pairs.py");
    let measured =
        Command::new(python).arg(script).arg(&pairs).args(["--bandit", "300", "--check"]).output().unwrap();
    let figures = String::from_utf8_lossy(&measured.stdout);
    assert!(measured.status.success(), "{figures}{}", String::from_utf8_lossy(&measured.stderr));
}
