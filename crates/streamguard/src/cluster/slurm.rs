//! Slurm: a submission is a job array. Only the programs and text formats are used that all versions of Slurm
//! have had (sbatch(1), squeue(1), scancel(1), sinfo(1), scontrol(1)).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use streamguard::env::SECRETS;
use streamguard::exit::UsageError;
use streamguard_engine::cluster::{Cluster, ClusterError, Submission, SubmissionStatus};
use streamguard_git as git;

use super::{ClusterArgs, ShardCommand, tail};

/// Seconds after which one of Slurm's programs is given up: they wait for minutes when the controller is away.
const PROGRAM_TIMEOUT_SECONDS: &str = "60";

/// Variables that array tasks get, besides those that git needs. Secrets are not among them: Slurm would keep
/// them in its files.
const TASK_ENVIRONMENT: [&str; 6] = ["HOME", "USER", "LANG", "LC_ALL", "TZ", "RUST_BACKTRACE"];

/// Cluster that Slurm runs.
#[derive(Debug)]
pub(crate) struct SlurmCluster {
    command: ShardCommand,
    /// Arguments of sbatch that all submissions share.
    arguments: Vec<String>,
    max_in_flight: Option<usize>,
    chunk: Option<usize>,
    /// Processors that array tasks may run on.
    processors: usize,
    /// Largest number of tasks of an array.
    max_array_size: usize,
    folder: PathBuf,
}

impl SlurmCluster {
    /// Connects to Slurm, and asks it for the number of its processors.
    ///
    /// # Errors
    /// A machine without Slurm, or a Slurm that does not answer.
    pub(crate) fn connect(flags: &ClusterArgs, command: ShardCommand) -> Result<Self> {
        let chunk = flags.chunk()?.map(usize::from);
        let config = run_program("scontrol", &["show", "config"], "").map_err(|error| match error {
            SlurmError::NotFound => anyhow::Error::from(UsageError(
                "--mode slurm needs scontrol, sinfo, sbatch, squeue and scancel in PATH: run it on a \
                 machine from which jobs are submitted"
                    .to_owned(),
            )),
            SlurmError::Failed(text) => anyhow::Error::msg(format!("Slurm does not answer: {text}")),
        })?;
        let mut about = vec!["--noheader", "--format=%P|%C"];
        let partition = flags.partition.as_ref().map(|name| format!("--partition={name}"));
        about.extend(partition.as_deref());
        let sinfo =
            run_program("sinfo", &about, "").map_err(|error| anyhow::Error::msg(error.describe("sinfo")))?;
        let processors = processors(&sinfo, flags.partition.as_deref()).ok_or_else(|| {
            let name = flags.partition.as_deref().unwrap_or("by default");
            let all: Vec<&str> =
                sinfo.lines().filter_map(|line| line.trim().split(['*', '|']).next()).collect();
            UsageError(format!(
                "Slurm has no partition {name}; choose one by --partition: {}",
                all.join(", ")
            ))
        })?;
        let mut arguments = Vec::new();
        let named = [
            ("partition", &flags.partition),
            ("time", &flags.time),
            ("mem", &flags.mem),
            ("account", &flags.account),
        ];
        arguments.extend(
            named.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("--{name}={value}"))),
        );
        arguments
            .extend(flags.sbatch_args.iter().flat_map(|words| words.split_whitespace()).map(str::to_owned));
        Ok(Self {
            command,
            arguments,
            max_in_flight: flags.max_in_flight.map(usize::from),
            chunk,
            processors,
            max_array_size: parse_max_array_size(&config),
            folder: std::env::current_dir().context("the current folder does not exist any more")?,
        })
    }

    /// Returns the number of array tasks that may run at once.
    pub(crate) fn slots(&self) -> usize {
        self.max_in_flight.unwrap_or(usize::MAX).min(self.processors).max(1)
    }

    /// Returns the beginning of the path of an array task's log, and the task's index in its array.
    fn log_of(&self, submission: &Submission, task: usize) -> (PathBuf, usize) {
        let first = task / self.max_array_size * self.max_array_size;
        (submission.log_folder.join(format!("{}.{first}", submission.name)), task - first)
    }

    /// Submits one array: the tasks from `first` on. `after` is the array before it.
    fn submit_array(
        &self,
        submission: &Submission,
        first: usize,
        after: Option<&String>,
    ) -> Result<String, ClusterError> {
        let count = (submission.tasks as usize - first).min(self.max_array_size);
        let limit = self.max_in_flight.unwrap_or(usize::MAX).min(submission.max_running);
        let mut array = format!("--array=0-{}", count - 1);
        if limit < count {
            array.push_str(&format!("%{limit}"));
        }
        // sbatch replaces patterns such as %j in the path: a percent sign of the folder is doubled.
        let log = self.log_of(submission, first).0.display().to_string().replace('%', "%%");
        let mut arguments = vec![
            "--parsable".to_owned(),
            "--requeue".to_owned(),
            "--ntasks=1".to_owned(),
            "--cpus-per-task=1".to_owned(),
            format!("--job-name={}", submission.name),
            format!("--chdir={}", self.folder.display()),
            format!("--output={log}.%a.log"),
            // A task that is queued again writes to the same file, which keeps the output of the
            // try before.
            "--open-mode=append".to_owned(),
            format!("--export={}", environment()),
            array,
        ];
        // The limit holds for one array only, so several arrays run one after the other.
        if let (Some(before), true) = (after, limit < submission.tasks as usize) {
            arguments.push(format!("--dependency=afterany:{before}"));
        }
        arguments.extend(self.arguments.iter().cloned());
        let task = match first {
            0 => "\"$SLURM_ARRAY_TASK_ID\"".to_owned(),
            _ => format!("$(({first} + SLURM_ARRAY_TASK_ID))"),
        };
        // `exec` leaves no shell that would have to pass on Slurm's signals.
        let script = format!("#!/bin/sh\nexec {}\n", self.command.line(submission, &task));
        let said = run_program("sbatch", &arguments, &script)
            .map_err(|error| ClusterError(error.describe("sbatch")))?;
        // `id`, or `id;cluster`.
        let id = said.lines().last().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        match !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(id.to_owned()),
            false => {
                Err(ClusterError(format!("sbatch did not print the number of the job, but: {}", said.trim())))
            }
        }
    }
}

impl Cluster for SlurmCluster {
    fn name(&self) -> &'static str {
        "slurm"
    }

    fn task_count(&self, shards: usize, is_retry: bool) -> usize {
        match self.chunk {
            _ if is_retry => shards.min(self.max_array_size),
            Some(chunk) => shards.div_ceil(chunk),
            // One task for each processor. More tasks of equal size would not end sooner, as the last one
            // decides, and Slurm takes up to three seconds between two tasks.
            None => self.slots().min(shards).min(self.max_array_size),
        }
    }

    fn submit(&self, submission: &Submission, _: &dyn Fn(String)) -> Result<Vec<String>, ClusterError> {
        let mut ids = Vec::new();
        for first in (0..submission.tasks as usize).step_by(self.max_array_size) {
            match self.submit_array(submission, first, ids.last()) {
                Ok(id) => ids.push(id),
                // Half a submission is useless: it is submitted again as a whole.
                Err(error) => {
                    let _ = self.cancel(&ids);
                    return Err(error);
                }
            }
        }
        Ok(ids)
    }

    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError> {
        let name = format!("--name={name}");
        let said = run_program("squeue", &["--noheader", "--states=all", &name, "--format=%F"], "")
            .map_err(|error| ClusterError(error.describe("squeue")))?;
        // In the order of their numbers, which is that of their submission: positions in this list
        // tell which part of the tasks an array has.
        let ids: BTreeSet<u64> = said.lines().filter_map(|line| line.trim().parse().ok()).collect();
        Ok(ids.iter().map(u64::to_string).collect())
    }

    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError> {
        if ids.is_empty() {
            return Ok(SubmissionStatus::default());
        }
        let jobs = format!("--jobs={}", ids.join(","));
        // Without `--array` squeue shows all waiting tasks of an array as one line.
        let arguments = ["--noheader", "--array", "--states=all", &jobs, "--format=%F|%K|%T|%N|%r"];
        match run_program("squeue", &arguments, "") {
            Ok(said) => Ok(status(&said, ids, self.max_array_size)),
            // Slurm forgets jobs some time after their end (MinJobAge).
            Err(SlurmError::Failed(text)) if text.contains("Invalid job id") => {
                Ok(SubmissionStatus::default())
            }
            Err(error) => Err(ClusterError(error.describe("squeue"))),
        }
    }

    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError> {
        let arguments: Vec<&str> = std::iter::once("--quiet").chain(ids.iter().map(String::as_str)).collect();
        match ids.is_empty() {
            true => Ok(()),
            false => run_program("scancel", &arguments, "")
                .map(drop)
                .map_err(|error| ClusterError(error.describe("scancel"))),
        }
    }

    fn task_log(&self, submission: &Submission, task: u32) -> Option<String> {
        let (path, index) = self.log_of(submission, task as usize);
        tail(&PathBuf::from(format!("{}.{index}.log", path.display())))
    }
}

/// Failure of one of Slurm's programs.
#[derive(Debug)]
enum SlurmError {
    /// The program does not exist.
    NotFound,
    /// The program failed with this text.
    Failed(String),
}

impl SlurmError {
    fn describe(&self, program: &str) -> String {
        match self {
            Self::NotFound => format!("{program}: there is no such program in PATH"),
            Self::Failed(text) => format!("{program}: {text}"),
        }
    }
}

/// Runs one of Slurm's programs and returns its output.
fn run_program(
    program: &str,
    arguments: &[impl AsRef<std::ffi::OsStr>],
    input: &str,
) -> Result<String, SlurmError> {
    let said = |error: std::io::Error| SlurmError::Failed(error.to_string());
    if !is_in_path(program) {
        return Err(SlurmError::NotFound);
    }
    // `timeout` of coreutils sends SIGTERM, and SIGKILL if that is ignored; no thread here has to
    // watch.
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", PROGRAM_TIMEOUT_SECONDS, program]).args(arguments);
    SECRETS.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A program that outlives this one could still submit or cancel jobs.
    streamguard_engine::kill_with_parent(&mut command);
    let mut child = command.spawn().map_err(said)?;
    if let Some(mut stdin) = child.stdin.take() {
        // The program may have ended without reading: then its output says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(said)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(SlurmError::Failed(match output.status.code() {
        // 124 is what `timeout` returns when the time was up, and 137 (128 + SIGKILL) when it had
        // to kill.
        Some(124 | 137) => format!("no answer within {PROGRAM_TIMEOUT_SECONDS} s"),
        _ => String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; "),
    }))
}

fn is_in_path(program: &str) -> bool {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Returns the names of the variables that array tasks get, as sbatch takes them: those that are set. The URL
/// of a proxy may hold a password; then the nodes have to know the proxy by themselves.
fn environment() -> String {
    let names = TASK_ENVIRONMENT.into_iter().chain(git::ENVIRONMENT);
    let is_open = |name: &&str| {
        std::env::var(name)
            .is_ok_and(|value| !(name.to_ascii_uppercase().ends_with("PROXY") && value.contains('@')))
    };
    names.filter(is_open).collect::<Vec<_>>().join(",")
}

/// Returns the number of processors of a partition that work or could, from lines such as `debug*|2/6/0/8`:
/// allocated, idle, other, all. The asterisk marks the default partition.
fn processors(sinfo: &str, partition: Option<&str>) -> Option<usize> {
    let counts = sinfo.lines().filter_map(|line| {
        let (name, counts) = line.trim().split_once('|')?;
        let is_ours = match partition {
            Some(partitions) => {
                partitions.split(',').any(|partition| name.trim_end_matches('*') == partition)
            }
            None => name.ends_with('*'),
        };
        let mut counts = counts.split('/').map(|count| count.parse::<usize>().ok());
        is_ours.then_some(counts.next()?? + counts.next()??)
    });
    counts.reduce(|sum, count| sum + count)
}

/// Returns the largest number of tasks of an array: `MaxArraySize = 1001` allows the numbers 0 to 1000.
fn parse_max_array_size(config: &str) -> usize {
    let line = config.lines().find_map(|line| line.trim().strip_prefix("MaxArraySize"));
    let size = line.and_then(|line| line.trim().strip_prefix('=')?.trim().parse().ok());
    size.unwrap_or(1001).max(1)
}

/// Returns the status of the arrays, from lines such as `17|3|PENDING||Resources`.
fn status(squeue: &str, ids: &[String], max_array_size: usize) -> SubmissionStatus {
    let (mut status, mut nodes) = (SubmissionStatus::default(), BTreeSet::new());
    for line in squeue.lines() {
        // The reason comes last, and is free text that may hold the separator.
        let mut fields = line.trim().splitn(5, '|');
        let mut field = || fields.next().unwrap_or_default();
        let (id, index, state, node, reason) = (field(), field(), field(), field(), field());
        match state {
            "COMPLETED" => {}
            "BOOT_FAIL" | "CANCELLED" | "DEADLINE" | "FAILED" | "NODE_FAIL" | "OUT_OF_MEMORY"
            | "PREEMPTED" | "REVOKED" | "TIMEOUT" => {
                let array = ids.iter().position(|known| known == id);
                let task =
                    array.zip(index.parse::<usize>().ok()).map(|(at, index)| at * max_array_size + index);
                if let Some(task) = task.and_then(|task| u32::try_from(task).ok()) {
                    status.failed_tasks.insert(task, format!("ended as {state} ({reason})"));
                }
            }
            "PENDING" | "REQUEUED" | "REQUEUE_HOLD" | "REQUEUE_FED" | "SPECIAL_EXIT" => {
                status.progress.waiting += 1;
                let reasons = &mut status.progress.wait_reasons;
                reasons.extend((!reason.is_empty() && reason != "None").then(|| reason.to_owned()));
            }
            // All other states are of tasks that have begun and not ended.
            _ => {
                status.progress.running += 1;
                nodes.extend((!node.is_empty()).then(|| node.to_owned()));
            }
        }
    }
    status.progress = status.progress.on_nodes(nodes);
    status
}

#[cfg(test)]
mod tests {
    use streamguard_engine::ClusterProgress;

    use super::*;

    #[test]
    fn few_shards_are_few_array_tasks() {
        let slurm = |max_in_flight, chunk| SlurmCluster {
            command: ShardCommand::new(0, None, None).unwrap(),
            arguments: Vec::new(),
            max_in_flight,
            chunk,
            processors: 100,
            max_array_size: 1001,
            folder: PathBuf::new(),
        };
        let task_count = |shards| slurm(None, None).task_count(shards, false);
        assert_eq!([1, 99, 800, 12_800, 1_000_000].map(task_count), [1, 99, 100, 100, 100]);
        assert_eq!(slurm(Some(4), None).task_count(1200, false), 4);
        assert_eq!(slurm(None, Some(7)).task_count(20_000, false), 2858, "several arrays");
        assert_eq!([3, 5000].map(|shards| slurm(None, Some(7)).task_count(shards, true)), [3, 1001]);
    }

    #[test]
    fn slurm_s_words_are_understood() {
        let sinfo = "short*|1/3/0/4\nlong|0/8/2/10\n";
        assert_eq!(processors(sinfo, None), Some(4));
        assert_eq!(processors(sinfo, Some("long")), Some(8));
        assert_eq!(processors(sinfo, Some("short")), Some(4));
        assert_eq!(processors(sinfo, Some("long,short")), Some(12));
        assert_eq!(processors(sinfo, Some("other")), None);
        assert_eq!(parse_max_array_size("MailProg = x\nMaxArraySize            = 11\n"), 11);
        assert_eq!(parse_max_array_size(""), 1001);
        let squeue = "7|0|COMPLETED|n1|None\n7|1|RUNNING|n1|None\n7|2|PENDING||Resources\n8|1|FAILED|n2|NonZeroExitCode\n\
                      7|3|COMPLETING|n2|None\n7|4|PENDING||JobArrayTaskLimit\n";
        let status = status(squeue, &["7".to_owned(), "8".to_owned()], 1001);
        let ClusterProgress { waiting, running, nodes, node_names: _, wait_reasons: reasons } =
            status.progress;
        assert_eq!((waiting, running, nodes), (2, 2, 2));
        assert_eq!(reasons.iter().collect::<Vec<_>>(), ["JobArrayTaskLimit", "Resources"]);
        assert_eq!(status.failed_tasks[&1002], "ended as FAILED (NonZeroExitCode)");
    }
}
