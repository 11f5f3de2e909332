//! A real Ray.

use std::process::Command;

use super::testbed::{Engine, Testbed, skipped, with};
use super::{everywhere, toy};
use crate::{run, stderr, stdout, streamguard};

#[test]
fn jobs_leave_the_same_bytes_as_here() {
    with(Engine::Ray, everywhere::jobs_leave_the_same_bytes_as_here);
}

#[test]
fn a_node_that_dies_costs_nothing_but_time() {
    with(Engine::Ray, everywhere::a_node_that_dies_costs_nothing_but_time);
}

#[test]
fn whoever_submitted_may_die_and_come_back() {
    with(Engine::Ray, everywhere::whoever_submitted_may_die_and_come_back);
}

#[test]
fn many_small_shards_are_quick_and_long_ones_fill_the_nodes() {
    with(Engine::Ray, everywhere::many_small_shards_are_quick_and_long_ones_fill_the_nodes);
}

#[test]
fn a_shard_that_fails_for_good_is_said_once_and_others_are_tried_three_times() {
    with(Engine::Ray, everywhere::a_shard_that_fails_for_good_is_said_once_and_others_are_tried_three_times);
}

#[test]
fn cancelling_leaves_nothing_behind() {
    with(Engine::Ray, everywhere::cancelling_leaves_nothing_behind);
}

/// What a cluster, and what stands before it, wants of everybody.
#[test]
fn a_cluster_may_want_a_token() {
    const TOKEN: &str = "hunter2-5fdbd1c0";
    let cluster = match Testbed::start(Engine::Ray, Some(TOKEN)) {
        Ok(cluster) => cluster,
        Err(why) => return skipped(Engine::Ray, &why),
    };
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0", "0"]);
    let output = cluster.run(folder.path(), 1, &everywhere::TOY);
    assert!(stderr(&output).contains("set RAY_AUTH_TOKEN"), "{}", stderr(&output));
    // A program that the nodes have already is not sent.
    let arguments = [&everywhere::TOY[..], &["--remote-binary", env!("CARGO_BIN_EXE_streamguard")]].concat();
    let output = cluster.command(folder.path(), &arguments).env("RAY_AUTH_TOKEN", TOKEN).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("sending") && !stderr(&output).contains(TOKEN), "{}", stderr(&output));
    let left = Command::new("grep").args(["-r", TOKEN]).arg(folder.path()).output().unwrap();
    assert_eq!(stdout(&left), "");
}

#[test]
fn without_ray_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0"]);
    let said = |code: i32, address: &str| {
        let output = streamguard(folder.path())
            .args(everywhere::TOY)
            .args(["--mode", "ray", "--ray-address", address])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        stderr(&output)
    };
    // Nobody listens on the port of discard.
    let unreachable = said(1, "http://127.0.0.1:9");
    assert!(unreachable.contains("http://127.0.0.1:9/ cannot be reached"), "{unreachable}");
    let client = said(2, "ray://127.0.0.1:10001");
    assert!(client.contains("dashboard, such as http://head:8265"), "{client}");
    let output = run(folder.path(), &["prime", "--range", "1..2", "--mode", "ray"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--output-dir"), "{}", stderr(&output));
}
