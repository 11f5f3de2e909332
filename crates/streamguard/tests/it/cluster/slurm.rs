//! A real Slurm.

use super::testbed::{Engine, with};
use super::{everywhere, toy};
use crate::{run, stderr, streamguard};

#[test]
fn jobs_leave_the_same_bytes_as_here() {
    with(Engine::Slurm, everywhere::jobs_leave_the_same_bytes_as_here);
}

#[test]
fn a_node_that_dies_costs_nothing_but_time() {
    with(Engine::Slurm, everywhere::a_node_that_dies_costs_nothing_but_time);
}

#[test]
fn the_submitting_program_may_die_and_come_back() {
    with(Engine::Slurm, everywhere::the_submitting_program_may_die_and_come_back);
}

#[test]
fn many_small_shards_are_quick_and_long_ones_fill_the_nodes() {
    with(Engine::Slurm, everywhere::many_small_shards_are_quick_and_long_ones_fill_the_nodes);
}

#[test]
fn a_permanent_failure_is_reported_once_and_others_are_tried_three_times() {
    with(Engine::Slurm, everywhere::a_permanent_failure_is_reported_once_and_others_are_tried_three_times);
}

#[test]
fn cancelling_leaves_nothing_behind() {
    with(Engine::Slurm, everywhere::cancelling_leaves_nothing_behind);
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
