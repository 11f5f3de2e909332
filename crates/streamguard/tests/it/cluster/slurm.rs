//! A real Slurm.

use super::testbed::{Engine, with};
use super::{everywhere, toy};
use crate::{run, stderr, streamguard};

#[test]
fn jobs_run_on_the_nodes_as_here() {
    with(Engine::Slurm, &everywhere::ALL);
}

#[test]
fn an_error_without_slurm_names_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0"]);
    let output = streamguard(folder.path())
        .args(everywhere::TOY)
        .args(["--mode", "slurm"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--mode slurm needs"), "{}", stderr(&output));
    let output = run(folder.path(), &["prime", "--range", "1..2", "--mode", "slurm"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--output-dir"), "{}", stderr(&output));
}
