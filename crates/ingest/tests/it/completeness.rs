//! Whether a run says so when it could not count everything.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde_json::json;
use streamguard_engine::testing::run_shard;
use streamguard_engine::{
    CancelToken, CompletionStatus, EarlierResults, FinishedRun, INCOMPLETE_COUNTER, Job, OnExistingRun,
    PlanContext, RunDir, RunOptions, RunPaths, ShardPayload,
};
use streamguard_ingest::{IngestJob, LineFormat};

use crate::{job, rows};

/// Returns this number of requests.
pub(crate) fn lines(count: usize) -> String {
    "192.0.2.7 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 10 \"-\" \"curl\"\n".repeat(count)
}

/// Runs a job on one thread, in a folder if there is one.
fn run_in(job: IngestJob, folder: Option<(&Path, OnExistingRun)>) -> FinishedRun {
    let dir = folder.map(|(folder, on_existing_run)| {
        RunDir::open(RunPaths::new(folder, "test"), json!({}), on_existing_run).unwrap()
    });
    let options = RunOptions { workers: 1, ..RunOptions::default() };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(job)];
    streamguard_engine::run(jobs, &options, dir.as_ref(), &mut ()).unwrap()
}

/// Runs a job in memory.
pub(crate) fn finish(job: IngestJob) -> FinishedRun {
    run_in(job, None)
}

pub(crate) fn requests(finished: &FinishedRun) -> u64 {
    finished.state.jobs[0].summary.metrics["requests"].as_u64().unwrap()
}

/// Returns everything that a run said: the reasons of failed shards, of the job, and the log.
pub(crate) fn said(finished: &FinishedRun) -> String {
    let job = &finished.state.jobs[0];
    let failed = job.failed_shards.iter().map(|(_, _, reason)| reason.clone());
    let log = finished.state.log.iter().map(|(_, _, text)| text.clone());
    failed.chain(job.reason.clone()).chain(log).collect::<Vec<_>>().join("\n")
}

/// Returns the payloads of a plan.
fn plan(job: &IngestJob) -> Vec<ShardPayload> {
    let context = PlanContext { clock_ms: 0, cancel: CancelToken::new(), results: EarlierResults::default() };
    Job::plan(job, &context).unwrap().shards().iter().map(|shard| shard.payload.clone()).collect()
}

#[test]
fn a_file_that_was_missing_is_read_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("here.log"), lines(100)).unwrap();
    let paths = [at("here.log"), at("late.log"), at("late.gz"), at("late")];
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let run = |on_existing_run| run_in(job(&paths), Some((&at("out"), on_existing_run)));
    let first = run(OnExistingRun::Refuse);
    assert_eq!((first.status, requests(&first)), (CompletionStatus::Partial, 100));
    assert_eq!(first.state.jobs[0].failed_shards.len(), 3);
    assert!(said(&first).contains("late.log: No such file"), "{}", said(&first));
    let still = run(OnExistingRun::Resume);
    assert_eq!((still.status, requests(&still)), (CompletionStatus::Partial, 100));
    // A plain file, a compressed one and a folder.
    fs::write(at("late.log"), lines(10)).unwrap();
    fs::write(at("late.gz"), crate::gzip(lines(7).as_bytes())).unwrap();
    fs::create_dir(at("late")).unwrap();
    fs::write(at("late/a.log"), lines(2)).unwrap();
    fs::write(at("late/b.log"), lines(3)).unwrap();
    let last = run(OnExistingRun::Resume);
    assert_eq!((last.status, requests(&last)), (CompletionStatus::Complete, 122));
    assert_eq!(last.state.jobs[0].summary.metrics["files"], 5);
}

#[test]
fn a_late_file_has_to_be_a_log_too() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("late.log"), folder.path().join("out"));
    run_in(job(&[&path]), Some((&out, OnExistingRun::Refuse)));
    fs::write(&path, "name,size\na,1\nb,2\n").unwrap();
    let last = run_in(job(&[&path]), Some((&out, OnExistingRun::Resume)));
    assert_eq!(last.status, CompletionStatus::Failed);
    assert!(said(&last).contains("it looks like CSV"), "{}", said(&last));
}

#[test]
fn an_unreadable_folder_makes_the_run_partial_until_it_is_readable() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (logs, closed) = (folder.path().join("logs"), folder.path().join("logs/closed"));
    fs::create_dir_all(&closed).unwrap();
    fs::write(logs.join("a.log"), lines(3)).unwrap();
    fs::write(closed.join("b.log"), lines(4)).unwrap();
    let set_mode = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    set_mode(0o000);
    if fs::read_dir(&closed).is_ok() {
        crate::skip("root reads every folder");
        return;
    }
    let run = |on_existing_run| run_in(job(&[&logs]), Some((&folder.path().join("out"), on_existing_run)));
    let first = run(OnExistingRun::Refuse);
    assert_eq!((first.status, requests(&first)), (CompletionStatus::Partial, 3));
    assert!(said(&first).contains("closed"), "{}", said(&first));
    set_mode(0o700);
    let last = run(OnExistingRun::Resume);
    assert_eq!((last.status, requests(&last)), (CompletionStatus::Complete, 7));
}

#[test]
fn a_file_that_is_renamed_while_it_is_read_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.log"), lines(50)).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, at("first"), rustix::fs::Mode::RWXU).unwrap();
    // The only worker waits for the pipe, and reads the file after it.
    let (pipe, file, moved) = (at("first"), at("a.log"), at("a.log.1"));
    let writer = thread::spawn(move || {
        let mut pipe = File::options().write(true).open(pipe).unwrap();
        fs::rename(&file, moved).unwrap();
        fs::write(&file, lines(1)).unwrap();
        pipe.write_all(lines(2).as_bytes()).unwrap();
    });
    let finished = finish(job(&[&at("first"), &at("a.log")]));
    writer.join().unwrap();
    assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Complete, 52));
    let note = "a.log was renamed or replaced while it was read: all of the file that was there at the start";
    assert_eq!(said(&finished).matches(note).count(), 1, "{}", said(&finished));
}

#[test]
fn another_process_refuses_a_file_that_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, lines(50)).unwrap();
    let payloads = plan(&job(&[&path]));
    fs::rename(&path, folder.path().join("a.log.1")).unwrap();
    fs::write(&path, lines(60)).unwrap();
    let error = run_shard(&job(&[&path]), payloads[0].clone()).unwrap_err().to_string();
    assert!(error.contains("a.log") && error.contains("was renamed or replaced"), "{error}");
}

#[test]
fn a_file_that_grows_counts_as_it_was_when_the_run_began() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    for compressed in [false, true] {
        let text = match compressed {
            true => crate::gzip(lines(100).as_bytes()),
            false => lines(100).into_bytes(),
        };
        fs::write(&path, &text).unwrap();
        let planned = job(&[&path]);
        let payloads = plan(&planned);
        // By the same process, which has the file open, and by another one.
        for job in [&planned, &job(&[&path])] {
            fs::write(&path, &text).unwrap();
            File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
            let (records, counters) = run_shard(job, payloads[0].clone()).unwrap();
            assert_eq!((counters["requests"], records.is_empty()), (100, false));
        }
    }
}

#[test]
fn lines_that_a_truncated_file_has_lost_are_missing_from_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let cut = |size: usize| File::options().write(true).open(&path).unwrap().set_len(size as u64).unwrap();
    let size = lines(100).len();
    fs::write(&path, lines(100)).unwrap();
    let job = IngestJob { chunk_bytes: lines(40).len() as u64, ..job(&[&path]) };
    let payloads = plan(&job);
    cut(lines(50).len());
    let results: Vec<_> = payloads.iter().map(|payload| run_shard(&job, payload.clone())).collect();
    for (result, expected) in results[..2].iter().zip([(40, None), (10, Some(&1))]) {
        let (_, counters) = result.as_ref().unwrap();
        assert_eq!((counters["requests"], counters.get(INCOMPLETE_COUNTER)), expected);
    }
    let error = results[2].as_ref().unwrap_err().to_string();
    let now = lines(50).len();
    let expected =
        format!("a.log became shorter than when the run began: {now} of {size} bytes could be read");
    assert!(error.contains(&expected), "{error}");
    // Another process cannot know what was there, whether the file is empty or filled with other lines.
    let rewritten = lines(200).replace("13:55", "14:55");
    for (text, expected) in [(String::new(), "0 of"), (rewritten, "was emptied and written anew")] {
        cut(0);
        File::options().write(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
        for payload in &payloads {
            for job in [&job, &crate::job(&[&path])] {
                let error = run_shard(job, payload.clone()).unwrap_err().to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
    }
}

#[test]
fn the_first_lines_of_a_truncated_file_are_counted_and_all_of_them_once_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (pipe, path) = (at("first"), at("a.log"));
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe.as_path(), rustix::fs::Mode::RWXU).unwrap();
    for (out, chunk_bytes) in [("one", 1 << 30), ("several", lines(7000).len() as u64)] {
        let run = |on_existing_run| {
            let job = IngestJob { chunk_bytes, ..job(&[&pipe, &path]) };
            run_in(job, Some((&at(out), on_existing_run)))
        };
        fs::write(&path, lines(30_000)).unwrap();
        // The only worker waits for the pipe, and reads the file after it.
        let first = thread::scope(|threads| {
            threads.spawn(|| {
                let mut pipe = File::options().write(true).open(&pipe).unwrap();
                let file = File::options().write(true).open(&path).unwrap();
                file.set_len(lines(10_000).len() as u64 + 7).unwrap();
                pipe.write_all(lines(2).as_bytes()).unwrap();
            });
            run(OnExistingRun::Refuse)
        });
        assert_eq!((first.status, requests(&first)), (CompletionStatus::Partial, 10_002));
        assert!(said(&first).contains("became shorter than when the run began"), "{}", said(&first));
        fs::write(&path, lines(30_000)).unwrap();
        let last = run(OnExistingRun::Resume);
        assert_eq!((last.status, requests(&last)), (CompletionStatus::Complete, 30_002), "{}", said(&last));
    }
}

#[test]
fn a_compressed_file_that_was_cut_is_counted_again_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    // Lines that differ, so that the compressed data are long.
    let text: String = (0..20_000u64).map(crate::inputs::line).collect();
    for (name, packed) in
        [("a.gz", crate::gzip(text.as_bytes())), ("a.zst", crate::inputs::frame(text.as_bytes()))]
    {
        for is_replaced in [false, true] {
            let (path, out) = (folder.path().join(name), folder.path().join(format!("{name} {is_replaced}")));
            let run = |on_existing_run| run_in(job(&[&path]), Some((&out, on_existing_run)));
            fs::write(&path, &packed[..packed.len() / 2]).unwrap();
            let first = run(OnExistingRun::Refuse);
            assert_eq!(first.status, CompletionStatus::Partial);
            assert!(said(&first).contains("is cut: its compressed data end too early"), "{}", said(&first));
            let still = run(OnExistingRun::Resume);
            assert_eq!((still.status, requests(&still)), (CompletionStatus::Partial, requests(&first)));
            if is_replaced {
                fs::write(folder.path().join("whole"), &packed).unwrap();
                fs::rename(folder.path().join("whole"), &path).unwrap();
            } else {
                let mut file = File::options().append(true).open(&path).unwrap();
                file.write_all(&packed[packed.len() / 2..]).unwrap();
            }
            let last = run(OnExistingRun::Resume);
            assert_eq!(
                (last.status, requests(&last)),
                (CompletionStatus::Complete, 20_000),
                "{}",
                said(&last)
            );
        }
    }
}

#[test]
fn a_compressed_file_that_was_damaged_is_counted_again_once_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gz");
    let whole = crate::gzip((0..20_000).map(crate::inputs::line).collect::<String>().as_bytes());
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 100].fill(0xff);
    let run = |on_existing_run| run_in(job(&[&path]), Some((&folder.path().join("out"), on_existing_run)));
    fs::write(&path, damaged).unwrap();
    let first = run(OnExistingRun::Refuse);
    assert_eq!(first.status, CompletionStatus::Partial, "{}", said(&first));
    assert!(said(&first).contains("a.gz: its compressed data are damaged"), "{}", said(&first));
    assert!((3_000..20_000).contains(&requests(&first)), "{}", requests(&first));
    fs::write(&path, whole).unwrap();
    let last = run(OnExistingRun::Resume);
    assert_eq!((last.status, requests(&last)), (CompletionStatus::Complete, 20_000), "{}", said(&last));
}

#[test]
fn another_compressed_file_is_not_counted_in_place_of_one_that_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gz");
    let packed = crate::gzip((0..20_000).map(crate::inputs::line).collect::<String>().as_bytes());
    let other: String = (20_000..40_000).map(crate::inputs::line).collect();
    for (out, text, expected) in
        [("small", &lines(9), "became shorter"), ("large", &other, "was emptied and written anew")]
    {
        let run = |on_existing_run| run_in(job(&[&path]), Some((&folder.path().join(out), on_existing_run)));
        fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        assert_eq!(run(OnExistingRun::Refuse).status, CompletionStatus::Partial);
        fs::write(&path, crate::gzip(text.as_bytes())).unwrap();
        let last = run(OnExistingRun::Resume);
        assert_eq!(last.status, CompletionStatus::Failed);
        assert!(said(&last).contains(expected), "{}", said(&last));
    }
}

#[test]
fn thousands_of_files_do_not_stay_open() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..1500 {
        fs::write(folder.path().join(format!("{number}.log")), lines(1)).unwrap();
    }
    let job = job(&[folder.path()]);
    let payloads = plan(&job);
    let open = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    assert!(open < 700, "{open} files are open");
    assert_eq!(payloads.len(), 1500);
    let finished = finish(job);
    assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Complete, 1500));
}

#[test]
fn a_named_file_that_is_not_a_log_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let good = folder.path().join("good.log");
    fs::write(&good, lines(5)).unwrap();
    for (text, kind, of) in [
        ("#Version: 1.0\n#Fields: date time cs-uri\n2023-06-01 00:00:01 /\n", "W3C", 3),
        ("#Version: 1.0\n#Fields: date\tx-edge-location\n2019-12-04\tLAX1\n", "CloudFront", 3),
        ("2021/06/03 09:30:50 [error] 32#32: *6 open() failed\n", "nginx", 1),
        ("[Fri Sep 09 10:42:29 2011] [core:error] [pid 35] x\n", "Apache", 1),
        ("{\"level\":\"info\",\"msg\":\"a\"}\n{\"level\":\"info\"}\n", "JSON", 2),
        ("a,b\n1,2\n", "CSV", 2),
        ("\x7fELF\0\0\0\n", "binary", 1),
        ("# A title\n\n- a point\n", "Markdown", 2),
        ("Only words.\n", "plain text", 1),
    ] {
        fs::write(&path, text).unwrap();
        let alone = finish(job(&[&path]));
        assert_eq!(alone.status, CompletionStatus::Failed, "{text}");
        let expected = format!("0 of {of} lines are requests; say --format if you know it");
        let said = said(&alone);
        assert!(said.contains("a.txt: its format is not known (it looks like"), "{said}");
        assert!(said.contains(kind) && said.contains(&expected), "{said}");
        let both = finish(job(&[&path, &good]));
        assert_eq!((both.status, requests(&both)), (CompletionStatus::Partial, 5), "{text}");
    }
}

#[test]
fn a_file_of_another_format_than_the_chosen_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, lines(3)).unwrap();
    let chosen = |format| finish(IngestJob { format, ..job(&[&path]) });
    assert_eq!(requests(&chosen(LineFormat::Common)), 3);
    let finished = chosen(LineFormat::Json);
    assert_eq!(finished.status, CompletionStatus::Failed);
    let expected = "has another format than json (it looks like combined): 0 of 3 lines";
    assert!(said(&finished).contains(expected), "{}", said(&finished));
}

#[test]
fn a_named_file_is_an_error_if_most_of_its_lines_are_malformed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    for (good, bad, is_error) in
        [(1, 2, true), (2, 2, false), (3, 0, false), (100, 20_000, true), (20_000, 9, false)]
    {
        // Empty lines do not count.
        fs::write(&path, [lines(good), "\n\r\n".repeat(3), "no request\n".repeat(bad)].concat()).unwrap();
        let finished = finish(job(&[&path]));
        let expected = [CompletionStatus::Complete, CompletionStatus::Partial][usize::from(is_error)];
        assert_eq!((finished.status, requests(&finished)), (expected, good as u64), "{good}, {bad}");
        let sum = format!("{good} of {} lines are requests", good + bad);
        assert_eq!(said(&finished).contains(&sum), is_error, "{}", said(&finished));
    }
    // The first chunk of a file decides.
    for (format, parts, is_error) in [
        (LineFormat::Auto, [(10, 90), (900, 0)], true),
        (LineFormat::Auto, [(90, 10), (0, 900)], false),
        (LineFormat::Common, [(90, 10), (0, 900)], false),
    ] {
        let parts = parts.map(|(good, bad)| [lines(good), "no request\n".repeat(bad)].concat());
        fs::write(&path, parts.concat()).unwrap();
        let chunk_bytes = parts[0].len() as u64;
        let finished = finish(IngestJob { format, chunk_bytes, ..job(&[&path]) });
        let expected = [CompletionStatus::Complete, CompletionStatus::Partial][usize::from(is_error)];
        assert_eq!(finished.status, expected, "{}", said(&finished));
        let sum = format!("10 of 100 lines in the bytes 0 to {chunk_bytes} are requests");
        assert_eq!(said(&finished).contains(&sum), is_error, "{}", said(&finished));
    }
    // If no line has the format, no chunk is kept.
    fs::write(&path, lines(300)).unwrap();
    let other = IngestJob { format: LineFormat::Json, chunk_bytes: 5000, ..job(&[&path]) };
    assert_eq!(finish(other).status, CompletionStatus::Failed);
    for packed in [false, true] {
        let text = [lines(1), "no request\n".repeat(2)].concat().into_bytes();
        fs::write(&path, if packed { crate::gzip(&text) } else { text }).unwrap();
        let planned = job(&[&path]);
        let payloads = plan(&planned);
        assert_eq!(payloads.len(), 1);
        // Another process says the same.
        for job in [&planned, &job(&[&path])] {
            let (_, counters) = run_shard(job, payloads[0].clone()).unwrap();
            assert_eq!((counters["requests"], counters[INCOMPLETE_COUNTER]), (1, 1));
        }
    }
}

#[test]
fn files_of_a_folder_that_are_not_logs_are_skipped_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    write("a.log", lines(3).as_bytes());
    write("README.md", b"# Logs\n\nThese are logs.\n");
    write("table.csv", b"a,b\n1,2\n");
    write("image", b"\x89PNG\r\n\x1a\n\0\0\0");
    write("empty.log", b"");
    write("few.log", [lines(1).as_bytes(), b"bad\nbad\n"].concat().as_slice());
    symlink("nothing", folder.path().join("dangling.log")).unwrap();
    let finished = finish(job(&[folder.path()]));
    assert_eq!((finished.status, requests(&finished)), (CompletionStatus::Complete, 4));
    let summary = &finished.state.jobs[0].summary;
    assert_eq!((&summary.metrics["malformed"], &summary.metrics["files"]), (&json!(2), &json!(3)));
    let said = said(&finished);
    assert!(said.contains("4 files are not logs"), "{said}");
    for name in ["README.md (Markdown)", "table.csv (CSV)", "image (binary data)", "dangling.log (a link to"]
    {
        assert!(said.contains(name), "{said}");
    }
    assert!(rows(summary, "Files left out")[0][0].as_str().unwrap().contains("README.md"));
    let names = rows(summary, "Files").iter().map(|row| row[1..4].to_vec()).collect::<Vec<_>>();
    let row = |format: &str, lines: u64, requests: u64| vec![json!(format), json!(lines), json!(requests)];
    assert_eq!(names[0], row("combined", 3, 3));
    assert_eq!(names[2], row("combined", 3, 1));
    // Nothing else is there.
    let none = tempfile::tempdir().unwrap();
    fs::write(none.path().join("README.md"), "# Nothing\n").unwrap();
    let finished = finish(job(&[none.path()]));
    assert_eq!(finished.status, CompletionStatus::Failed);
    assert!(
        crate::completeness::said(&finished).contains("README.md"),
        "{}",
        crate::completeness::said(&finished)
    );
}
