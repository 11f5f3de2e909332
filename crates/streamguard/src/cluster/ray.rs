//! Ray: a submission is a job. Its driver, which is sent along with this program, runs array tasks as tasks of
//! Ray.

mod api;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use streamguard_engine::ClusterProgress;
use streamguard_engine::cluster::{Cluster, ClusterError, Submission, SubmissionStatus};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use self::api::{RayApi, RayJob};
use super::{ClusterArgs, ShardCommand, tail};

/// Name of the driver on the cluster.
const DRIVER_NAME: &str = "streamguard_on_ray.py";

/// Code of the driver.
const DRIVER_CODE: &str = include_str!("ray/streamguard_on_ray.py");

/// Name of this program in the folder in which a job begins.
const PROGRAM_NAME: &str = "streamguard";

/// Variable in which the driver finds the submission.
const SUBMISSION_VARIABLE: &str = "STREAMGUARD_ROUND";

/// Settings of gRPC that detect a silent node within these milliseconds instead of minutes. They count in the
/// process that waits for a call, which is the driver.
const GRPC_KEEPALIVE: [(&str, &str); 2] =
    [("RAY_grpc_client_keepalive_time_ms", "10000"), ("RAY_grpc_client_keepalive_timeout_ms", "10000")];

/// Largest number of array tasks of a submission: the driver groups them into tasks of Ray.
const MAX_ARRAY_TASKS: usize = 1_000_000;

/// Longest excerpt of the driver's output, in characters.
const MAX_EXCERPT_CHARS: usize = 300;

/// Cluster that Ray runs.
#[derive(Debug)]
pub(crate) struct RayCluster {
    api: RayApi,
    command: ShardCommand,
    max_in_flight: Option<usize>,
    chunk: Option<usize>,
    max_retries: u32,
    folder: PathBuf,
    /// Files that are sent to the cluster. One thread sends them, and others wait.
    package: Mutex<DriverPackage>,
}

impl RayCluster {
    /// Connects to a cluster.
    ///
    /// # Errors
    /// An address at which no Ray answers.
    pub(crate) fn connect(flags: &ClusterArgs, command: ShardCommand) -> Result<Self> {
        let api = RayApi::new(&flags.ray_address, command.token_file())?;
        let about = || format!("--mode ray --ray-address {}", flags.ray_address);
        api.version().with_context(about)?;
        let (command, program) = match &flags.remote_binary {
            Some(path) => (command.with_program(path.clone()), None),
            None => {
                let program = command.program().to_owned();
                (command.with_program(PathBuf::from(PROGRAM_NAME)), Some(program))
            }
        };
        Ok(Self {
            api,
            command,
            max_in_flight: flags.max_in_flight.map(usize::from),
            chunk: flags.chunk()?.map(usize::from),
            max_retries: flags.max_retries,
            folder: std::env::current_dir().context("the current folder does not exist any more")?,
            package: Mutex::new(DriverPackage::new(program)?),
        })
    }

    /// Returns the number of array tasks that run at once, as far as it is known: a cluster may grow.
    pub(crate) fn slots(&self) -> usize {
        let processors = self.api.processors().unwrap_or(1);
        self.max_in_flight.unwrap_or(usize::MAX).min(processors).max(1)
    }

    /// Sends the files that the cluster lacks. Returns the name of their package there.
    fn send(&self, say: &dyn Fn(String)) -> Result<String, ClusterError> {
        // One thread sends the package; others that submit at the same time wait here and find it there.
        let package = self.package.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked before every submission: Ray removes a package some minutes after its last use.
        if self.api.has_package(&package.name)? {
            return Ok(package.name.clone());
        }
        let cannot = |error| ClusterError(format!("cannot pack this program for the cluster: {error}"));
        let what = if package.program.is_some() { "this program" } else { "the driver" };
        say(format!("ray: sending {what} to the cluster"));
        let packed = package.pack().map_err(cannot)?;
        self.api.put_package(&package.name, packed).map_err(|error| {
            ClusterError(format!(
                "{error}; with --remote-binary PATH the nodes run a program that they have already"
            ))
        })?;
        Ok(package.name.clone())
    }

    fn log_of(submission: &Submission) -> String {
        submission.log_folder.join(&submission.name).display().to_string()
    }
}

impl Cluster for RayCluster {
    fn name(&self) -> &'static str {
        "ray"
    }

    fn task_count(&self, shards: usize, is_retry: bool) -> usize {
        // Without --chunk the driver measures the duration of array tasks, and groups them.
        let chunk = if is_retry { 1 } else { self.chunk.unwrap_or(1) };
        shards.div_ceil(chunk).min(MAX_ARRAY_TASKS)
    }

    fn submit(&self, submission: &Submission, log: &dyn Fn(String)) -> Result<Vec<String>, ClusterError> {
        let package = self.send(log)?;
        let limit = self.max_in_flight.unwrap_or(usize::MAX).min(submission.max_running);
        let order = json!({
            "command": self.command.words(submission),
            "folder": self.folder,
            "log": Self::log_of(submission),
            "elements": submission.tasks,
            // With --chunk each array task has its shards already, so the driver must not group
            // tasks again.
            "batch": self.chunk.map(|_| 1),
            "in_flight": (limit < usize::MAX).then_some(limit),
            "max_retries": self.max_retries,
        });
        let mut variables = BTreeMap::from(GRPC_KEEPALIVE.map(|(name, value)| (name, value.to_owned())));
        variables.insert(SUBMISSION_VARIABLE, order.to_string());
        self.api.submit(&submission.name, &format!("python {DRIVER_NAME}"), &package, &variables)?;
        Ok(vec![submission.name.clone()])
    }

    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError> {
        Ok(self.api.job(name)?.map(|_| name.to_owned()).into_iter().collect())
    }

    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError> {
        let Some(id) = ids.first() else { return Ok(SubmissionStatus::default()) };
        let Some(job) = self.api.job(id)? else { return Ok(SubmissionStatus::default()) };
        let printed = self.api.printed(id)?;
        Ok(status(&job, &printed))
    }

    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError> {
        ids.iter().try_for_each(|id| self.api.stop(id))
    }

    fn task_log(&self, submission: &Submission, task: u32) -> Option<String> {
        // The log of a task of Ray bears the number of its first array task.
        let prefix = format!("{}.", submission.name);
        let firsts = fs::read_dir(&submission.log_folder).ok()?.flatten().filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".log")?.parse::<u32>().ok()
        });
        let first = firsts.filter(|first| *first <= task).max()?;
        tail(&PathBuf::from(format!("{}.{first}.log", Self::log_of(submission))))
    }
}

/// Line that the driver prints.
#[derive(Deserialize)]
struct DriverLine {
    streamguard: DriverReport,
}

/// Report of the driver.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum DriverReport {
    Progress { waiting: usize, running: usize, nodes: Vec<String> },
    Failed { first: u32, last: u32, how: String },
}

/// Returns the status of a job, by the output of its driver.
fn status(job: &RayJob, printed: &str) -> SubmissionStatus {
    // Until the driver has reported, the job as a whole waits.
    let is_pending = job.status == "PENDING";
    let message = job.message.iter().filter(|message| is_pending && !message.is_empty()).cloned();
    let mut status = SubmissionStatus {
        progress: ClusterProgress {
            waiting: 1,
            wait_reasons: message.collect(),
            ..ClusterProgress::default()
        },
        ..SubmissionStatus::default()
    };
    let mut last = "";
    for line in printed.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(DriverLine { streamguard: DriverReport::Progress { waiting, running, nodes } }) => {
                let idle = nodes.is_empty().then(|| "no node of the cluster has a processor".to_owned());
                let now = ClusterProgress {
                    waiting,
                    running,
                    wait_reasons: idle.into_iter().collect(),
                    ..ClusterProgress::default()
                };
                status.progress = now.on_nodes(nodes.into_iter().collect());
            }
            Ok(DriverLine { streamguard: DriverReport::Failed { first, last, how } }) => {
                // Whatever runs in the job can print such a line, so the range is bounded before it
                // is walked.
                let last = last.min(MAX_ARRAY_TASKS as u32);
                status.failed_tasks.extend((first..=last).map(|task| (task, how.clone())));
            }
            // Ray prints to the same output.
            Err(_) => last = line,
        }
    }
    if job.is_over() {
        status.progress = ClusterProgress::default();
        if job.status != "SUCCEEDED" {
            let words = [job.message.as_deref().unwrap_or_default(), last];
            let words =
                words.map(|words| words.trim().replace('\n', " ").chars().take(MAX_EXCERPT_CHARS).collect());
            let [message, last]: [String; 2] = words;
            status.failure = Some(format!("{} {message}; its last output: {last}", job.status));
        }
    } else if status.progress.running + status.progress.waiting == 0 {
        // The driver has still to end.
        status.progress.running = 1;
    }
    status
}

/// Files in the folder in which a job begins: the driver, and this program.
#[derive(Debug)]
struct DriverPackage {
    /// Name of the package, by its content: a package of this name on the cluster is the same.
    name: String,
    program: Option<PathBuf>,
}

impl DriverPackage {
    fn new(program: Option<PathBuf>) -> Result<Self> {
        let mut content = blake3::Hasher::new();
        content.update(DRIVER_CODE.as_bytes());
        if let Some(path) = &program {
            let file = File::open(path);
            let read = file.and_then(|file| content.update_reader(file).map(drop));
            read.with_context(|| format!("cannot read this program, {}", path.display()))?;
        }
        let name = format!("_ray_pkg_streamguard_{}.zip", &content.finalize().to_hex()[..32]);
        Ok(Self { name, program })
    }

    fn pack(&self) -> io::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Without a fixed time the same content would give other bytes under the same name.
            .last_modified_time(DateTime::default());
        zip.start_file(DRIVER_NAME, options.unix_permissions(0o644))?;
        zip.write_all(DRIVER_CODE.as_bytes())?;
        if let Some(program) = &self.program {
            zip.start_file(PROGRAM_NAME, options.unix_permissions(0o755))?;
            io::copy(&mut File::open(program)?, &mut zip)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(status: &str, message: &str) -> RayJob {
        serde_json::from_value(json!({"status": status, "message": message, "type": "SUBMISSION"})).unwrap()
    }

    #[test]
    fn what_the_driver_prints_is_understood() {
        let printed = "2026-11-22 INFO worker.py -- Connecting\n\
            {\"streamguard\": {\"progress\": {\"waiting\": 9, \"running\": 2, \"nodes\": [\"n1\", \"n2\"]}}}\n\
            {\"streamguard\": {\"failed\": {\"first\": 3, \"last\": 4, \"how\": \"ended with code 75 on n1\"}}}\n\
            {\"streamguard\": {\"progress\": {\"waiting\": 4, \"running\": 1, \"nodes\": [\"n1\"]}}}\n{\"other\": 1}\nTraceback: no\n";
        let now = status(&job("RUNNING", "Job is currently running."), printed);
        assert_eq!((now.progress.waiting, now.progress.running, now.progress.nodes), (4, 1, 1));
        assert!(now.progress.wait_reasons.is_empty() && now.failure.is_none() && !now.is_over());
        assert_eq!(now.failed_tasks.keys().copied().collect::<Vec<_>>(), [3, 4]);

        let waits = status(&job("PENDING", "Job has not started yet."), "");
        assert_eq!((waits.progress.waiting, waits.progress.wait_reasons.len()), (1, 1));
        let last = status(
            &job("RUNNING", ""),
            "{\"streamguard\": {\"progress\": {\"waiting\": 0, \"running\": 0, \"nodes\": []}}}\n",
        );
        assert!(!last.is_over(), "the driver has still to end");

        let failed = status(&job("FAILED", "Job entrypoint failed"), printed);
        assert!(failed.is_over());
        assert_eq!(failed.failure.unwrap(), "FAILED Job entrypoint failed; its last output: Traceback: no");
        assert!(status(&job("SUCCEEDED", ""), printed).failure.is_none());
    }

    #[test]
    fn a_package_is_named_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("p");
        fs::write(&program, "one").unwrap();
        let package = DriverPackage::new(Some(program.clone())).unwrap();
        assert_eq!(package.pack().unwrap(), package.pack().unwrap());
        let mut zip = zip::ZipArchive::new(Cursor::new(package.pack().unwrap())).unwrap();
        assert_eq!(zip.by_name(PROGRAM_NAME).unwrap().unix_mode().map(|mode| mode & 0o777), Some(0o755));
        fs::write(&program, "two").unwrap();
        assert_ne!(DriverPackage::new(Some(program)).unwrap().name, package.name);
        assert_ne!(DriverPackage::new(None).unwrap().name, package.name);
    }
}
