//! Tests that every engine must pass.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::testbed::{Engine, Testbed, signal_holder, wait_for};
use super::{begun, records, toy};
use crate::{dataset, run, stderr, stdout};

/// What every engine must pass. All are one test of an engine: many that wait for one cluster would keep others from running.
pub(super) const ALL: [fn(&mut Testbed); 6] = [
    jobs_leave_the_same_bytes_as_here,
    a_node_that_dies_costs_nothing_but_time,
    the_submitting_program_may_die_and_come_back,
    many_small_shards_are_quick_and_long_ones_fill_the_nodes,
    a_permanent_failure_is_reported_once_and_others_are_tried_three_times,
    cancelling_leaves_nothing_behind,
];

fn toys(folder: &Path, what: &str, count: usize) {
    toy(folder, &vec![what; count]);
}

pub(super) const TOY: [&str; 4] = ["run", "toy", "--output-dir", "out"];

fn jobs_leave_the_same_bytes_as_here(cluster: &mut Testbed) {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let collect = ["collect", "--offline", "--repo-samples", "100", "--synthetic-samples", "20000"];
    assert_eq!(run(here.path(), &collect).status.code(), Some(0));
    cluster.run(there.path(), 0, &collect);
    assert!(dataset(here.path()) == dataset(there.path()));

    let prime = ["prime", "--range", "1..20000000", "1e12..+2e7", "--output-dir", "primes"];
    let expected = stdout(&run(here.path(), &prime));
    assert_eq!(stdout(&cluster.run(there.path(), 0, &prime)), expected);

    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/logs/sample.log");
    let log = fs::read(log).unwrap();
    let path = there.path().join("large.log");
    fs::write(&path, log.repeat((200 << 20) / log.len())).unwrap();
    let path = path.display().to_string();
    let ingest = ["ingest", "--path", &path, "--output-dir", "figures"];
    let expected = stdout(&run(here.path(), &ingest));
    assert_eq!(stdout(&cluster.run(there.path(), 0, &ingest)), expected);

    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (vendored, known) = (crates.join("../examples/vendored/members.py"), crates.join("scan/demo.sgdb"));
    let tree = there.path().join("tree");
    fs::create_dir(&tree).unwrap();
    // More than one shard has.
    for number in 0..600 {
        fs::copy(&vendored, tree.join(format!("{number}.py"))).unwrap();
    }
    let (tree, known) = (tree.display().to_string(), known.display().to_string());
    let scan = ["scan", &tree, "--known", &known, "--output-dir", "scanned", "--json"];
    let expected = stdout(&run(here.path(), &scan));
    assert_eq!(expected.lines().count(), 600);
    assert_eq!(stdout(&cluster.run(there.path(), 8, &scan)), expected);
    wait_for("nothing is left", || cluster.queue().is_empty());
}

fn a_node_that_dies_costs_nothing_but_time(cluster: &mut Testbed) {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let prime = ["prime", "--range", "1e16..+2e10", "--output-dir", "out"];
    let child = cluster.command(there.path(), &prime).spawn().unwrap();
    // A node has one processor.
    wait_for("a shard on each node", || array_tasks(there.path()).len() == 2);
    std::thread::sleep(Duration::from_millis(1500));
    cluster.order("kill n2");
    // Between two tasks of the other node there is none for a moment.
    wait_for("a shard on the other node alone", || array_tasks(there.path()).len() == 1);
    let output = child.wait_with_output().unwrap();
    cluster.order("start n2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), stdout(&run(here.path(), &prime)));
}

fn the_submitting_program_may_die_and_come_back(cluster: &mut Testbed) {
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "1", 16);
    let mut command = cluster.command(folder.path(), &TOY);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("a shard that runs", || begun(folder.path(), 0) > 0);
    signal_holder("KILL", folder.path());
    child.wait().unwrap();
    let output = cluster.run(folder.path(), 0, &[&TOY[..], &["--resume"]].concat());
    let attached = format!("attached to {}", cluster.engine.name());
    assert!(stderr(&output).contains(&attached), "{}", stderr(&output));
    assert!((0..16).all(|shard| begun(folder.path(), shard) == 1), "each ran once");
    assert_eq!(String::from_utf8(records(folder.path(), "out/toy.jsonl")).unwrap().lines().count(), 32);
}

fn many_small_shards_are_quick_and_long_ones_fill_the_nodes(cluster: &mut Testbed) {
    let mut took = Vec::new();
    for (what, count) in [("0", 200), ("1", 20)] {
        let folder = tempfile::tempdir().unwrap();
        toys(folder.path(), what, count);
        let since = Instant::now();
        cluster.run(folder.path(), 0, &TOY);
        took.push(since.elapsed());
    }
    let (name, [none, second]) = (cluster.engine.name(), [took[0], took[1]]);
    let measured =
        format!("{name}: 200 shards of no work {none:.1?}; 20 of a second on 2 nodes {second:.1?}");
    let _ = writeln!(std::io::stderr(), "{measured}");
    // Bounds for a machine with other things to do.
    assert!(took[0] < Duration::from_secs(60) && took[1] < Duration::from_secs(60), "{took:?}");
}

fn a_permanent_failure_is_reported_once_and_others_are_tried_three_times(cluster: &mut Testbed) {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0", "\"fail\"", "\"once\"", "0", "\"retry\"", "0"]);
    let output = cluster.run(folder.path(), 3, &[&TOY[..], &["--chunk", "2"]].concat());
    let said = stderr(&output);
    let lines = |what: &str| said.lines().filter(|line| line.contains(what)).count();
    assert_eq!(lines("shard 1, attempt 1, failed: planted"), 1, "{said}");
    assert_eq!(lines("shard 4, attempt"), 3, "{said}");
    assert_eq!([0, 1, 2, 3, 4, 5].map(|shard| begun(folder.path(), shard)), [1, 1, 2, 1, 3, 1]);
    assert_eq!(String::from_utf8(records(folder.path(), "out/toy.jsonl")).unwrap().lines().count(), 8);
}

fn cancelling_leaves_nothing_behind(cluster: &mut Testbed) {
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "30", 12);
    let flags = ["--chunk", "1", "--max-in-flight", "2"];
    let child = cluster.command(folder.path(), &[&TOY[..], &flags].concat()).spawn().unwrap();
    wait_for("a shard that runs", || begun(folder.path(), 0) > 0);
    let queued = match cluster.engine {
        Engine::Slurm => 12,
        Engine::Ray => 1,
    };
    assert_eq!(cluster.queue().lines().count(), queued, "{}", cluster.queue());
    signal_holder("INT", folder.path());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_eq!(cluster.queue(), "");
    assert_eq!(processes(folder.path()), 0);
}

/// Returns the number of processes whose folder this is, among them array tasks and their workers.
fn processes(folder: &Path) -> usize {
    let folders =
        fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
    folders.filter(|its| its.starts_with(folder)).count()
}

/// Returns the command lines of the array tasks that run shards of a folder.
fn array_tasks(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let command = fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&command).replace('\0', " "))
    });
    processes.filter(|command| command.contains("shard run") && command.contains(&folder)).collect()
}
