//! Ray: a round is a job whose driver, which is sent along with this program, runs elements as tasks.

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

/// The driver, and its name on the cluster.
const DRIVER: (&str, &str) = ("streamguard_on_ray.py", include_str!("ray/streamguard_on_ray.py"));

/// This program, where a job begins.
const PROGRAM: &str = "streamguard";

/// The variable that tells the driver of a submission.
const ROUND: &str = "STREAMGUARD_ROUND";

/// A node that falls silent is noticed after these milliseconds instead of minutes: gRPC asks it whether it is there.
/// They count where a call is waited for, which is in the driver.
const KEEPALIVE: [(&str, &str); 2] =
    [("RAY_grpc_client_keepalive_time_ms", "10000"), ("RAY_grpc_client_keepalive_timeout_ms", "10000")];

/// Most elements of a submission: the driver hands them to tasks in numbers.
const MOST_ELEMENTS: usize = 1_000_000;

/// Longest excerpt of what the driver printed, in characters.
const EXCERPT: usize = 300;

/// A cluster that is run by Ray.
#[derive(Debug)]
pub(crate) struct Ray {
    api: RayApi,
    command: ShardCommand,
    max_in_flight: Option<usize>,
    chunk: Option<usize>,
    max_retries: u32,
    folder: PathBuf,
    /// What is sent to the cluster; one thread looks after that, and others wait.
    package: Mutex<Package>,
}

impl Ray {
    /// Asks Ray whether it is there.
    ///
    /// # Errors
    /// An address where no Ray answers.
    pub(crate) fn connect(flags: &ClusterArgs, command: ShardCommand) -> Result<Self> {
        let api = RayApi::new(&flags.ray_address, command.token_file())?;
        let about = || format!("--mode ray --ray-address {}", flags.ray_address);
        api.version().with_context(about)?;
        let (command, program) = match &flags.remote_binary {
            Some(path) => (command.of(path.clone()), None),
            None => {
                let program = command.program().to_owned();
                (command.of(PathBuf::from(PROGRAM)), Some(program))
            }
        };
        Ok(Self {
            api,
            command,
            max_in_flight: flags.max_in_flight.map(usize::from),
            chunk: flags.chunk()?.map(usize::from),
            max_retries: flags.max_retries,
            folder: std::env::current_dir().context("there is no current folder")?,
            package: Mutex::new(Package::new(program)?),
        })
    }

    /// How many elements run at once, as far as can be said: a cluster may grow.
    pub(crate) fn slots(&self) -> usize {
        let processors = self.api.processors().unwrap_or(1);
        self.max_in_flight.unwrap_or(usize::MAX).min(processors).max(1)
    }

    /// Sends what the cluster lacks. Returns the name that it has there.
    fn send(&self, say: &dyn Fn(String)) -> Result<String, ClusterError> {
        let package = self.package.lock().unwrap_or_else(PoisonError::into_inner);
        if self.api.has_package(&package.name)? {
            return Ok(package.name.clone());
        }
        let cannot = |error| ClusterError(format!("cannot pack this program for the cluster: {error}"));
        let what = if package.program.is_some() { "this program" } else { "the driver" };
        say(format!("ray: sending {what} to the cluster"));
        let packed = package.pack().map_err(cannot)?;
        self.api.put_package(&package.name, packed).map_err(|error| {
            ClusterError(format!("{error}; --remote-binary PATH names a program that the nodes have already"))
        })?;
        Ok(package.name.clone())
    }

    fn log_of(submission: &Submission) -> String {
        submission.log_folder.join(&submission.name).display().to_string()
    }
}

impl Cluster for Ray {
    fn name(&self) -> &'static str {
        "ray"
    }

    fn task_count(&self, shards: usize, is_retry: bool) -> usize {
        // Without --chunk the driver measures how long they take, and puts them together.
        let chunk = if is_retry { 1 } else { self.chunk.unwrap_or(1) };
        shards.div_ceil(chunk).min(MOST_ELEMENTS)
    }

    fn submit(&self, submission: &Submission, log: &dyn Fn(String)) -> Result<Vec<String>, ClusterError> {
        let package = self.send(log)?;
        let limit = self.max_in_flight.unwrap_or(usize::MAX).min(submission.max_running);
        let order = json!({
            "command": self.command.words(submission),
            "folder": self.folder,
            "log": Self::log_of(submission),
            "elements": submission.tasks,
            "batch": self.chunk.map(|_| 1),
            "in_flight": (limit < usize::MAX).then_some(limit),
            "max_retries": self.max_retries,
        });
        let mut variables = BTreeMap::from(KEEPALIVE.map(|(name, value)| (name, value.to_owned())));
        variables.insert(ROUND, order.to_string());
        self.api.submit(&submission.name, &format!("python {}", DRIVER.0), &package, &variables)?;
        Ok(vec![submission.name.clone()])
    }

    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError> {
        Ok(self.api.job(name)?.map(|_| name.to_owned()).into_iter().collect())
    }

    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError> {
        let Some(id) = ids.first() else { return Ok(SubmissionStatus::default()) };
        let Some(job) = self.api.job(id)? else { return Ok(SubmissionStatus::default()) };
        let printed = self.api.printed(id)?;
        Ok(standing(&job, &printed))
    }

    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError> {
        ids.iter().try_for_each(|id| self.api.stop(id))
    }

    fn task_log(&self, submission: &Submission, task: u32) -> Option<String> {
        // A task's log bears the number of its first element.
        let prefix = format!("{}.", submission.name);
        let firsts = fs::read_dir(&submission.log_folder).ok()?.flatten().filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".log")?.parse::<u32>().ok()
        });
        let first = firsts.filter(|first| *first <= task).max()?;
        tail(&PathBuf::from(format!("{}.{first}.log", Self::log_of(submission))))
    }
}

/// What the driver prints.
#[derive(Deserialize)]
struct Line {
    streamguard: Said,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Standing { waiting: usize, running: usize, nodes: Vec<String> },
    Bad { first: u32, last: u32, how: String },
}

/// How far a job is, by what it printed.
fn standing(job: &RayJob, printed: &str) -> SubmissionStatus {
    // Until the driver has said something, the job as a whole waits.
    let is_pending = job.status == "PENDING";
    let message = job.message.iter().filter(|message| is_pending && !message.is_empty()).cloned();
    let mut standing = SubmissionStatus {
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
            Ok(Line { streamguard: Said::Standing { waiting, running, nodes } }) => {
                let idle = nodes.is_empty().then(|| "no node of the cluster has a processor".to_owned());
                let now = ClusterProgress {
                    waiting,
                    running,
                    wait_reasons: idle.into_iter().collect(),
                    ..ClusterProgress::default()
                };
                standing.progress = now.on_nodes(nodes.into_iter().collect());
            }
            Ok(Line { streamguard: Said::Bad { first, last, how } }) => {
                let last = last.min(MOST_ELEMENTS as u32);
                standing.failed_tasks.extend((first..=last).map(|element| (element, how.clone())));
            }
            // Ray prints there as well.
            Err(_) => last = line,
        }
    }
    if job.is_over() {
        standing.progress = ClusterProgress::default();
        if job.status != "SUCCEEDED" {
            let words = [job.message.as_deref().unwrap_or_default(), last];
            let words = words.map(|words| words.trim().replace('\n', " ").chars().take(EXCERPT).collect());
            let [message, last]: [String; 2] = words;
            standing.failure = Some(format!("{} {message}; it last said: {last}", job.status));
        }
    } else if standing.progress.running + standing.progress.waiting == 0 {
        // It has still to end.
        standing.progress.running = 1;
    }
    standing
}

/// What a job finds where it begins: the driver, and this program.
#[derive(Debug)]
struct Package {
    /// By its content: what the cluster has of this name is the same.
    name: String,
    program: Option<PathBuf>,
}

impl Package {
    fn new(program: Option<PathBuf>) -> Result<Self> {
        let mut content = blake3::Hasher::new();
        content.update(DRIVER.1.as_bytes());
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
            .last_modified_time(DateTime::default());
        zip.start_file(DRIVER.0, options.unix_permissions(0o644))?;
        zip.write_all(DRIVER.1.as_bytes())?;
        if let Some(program) = &self.program {
            zip.start_file(PROGRAM, options.unix_permissions(0o755))?;
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
            {\"streamguard\": {\"waiting\": 9, \"running\": 2, \"nodes\": [\"n1\", \"n2\"]}}\n\
            {\"streamguard\": {\"first\": 3, \"last\": 4, \"how\": \"ended with code 75 on n1\"}}\n\
            {\"streamguard\": {\"waiting\": 4, \"running\": 1, \"nodes\": [\"n1\"]}}\n{\"other\": 1}\nTraceback: no\n";
        let now = standing(&job("RUNNING", "Job is currently running."), printed);
        assert_eq!((now.progress.waiting, now.progress.running, now.progress.nodes), (4, 1, 1));
        assert!(now.progress.wait_reasons.is_empty() && now.failure.is_none() && !now.is_over());
        assert_eq!(now.failed_tasks.keys().copied().collect::<Vec<_>>(), [3, 4]);

        let waits = standing(&job("PENDING", "Job has not started yet."), "");
        assert_eq!((waits.progress.waiting, waits.progress.wait_reasons.len()), (1, 1));
        let last = standing(
            &job("RUNNING", ""),
            "{\"streamguard\": {\"waiting\": 0, \"running\": 0, \"nodes\": []}}\n",
        );
        assert!(!last.is_over(), "the driver has still to end");

        let failed = standing(&job("FAILED", "Job entrypoint failed"), printed);
        assert!(failed.is_over());
        assert_eq!(failed.failure.unwrap(), "FAILED Job entrypoint failed; it last said: Traceback: no");
        assert!(standing(&job("SUCCEEDED", ""), printed).failure.is_none());
    }

    #[test]
    fn a_package_is_named_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("p");
        fs::write(&program, "one").unwrap();
        let package = Package::new(Some(program.clone())).unwrap();
        assert_eq!(package.pack().unwrap(), package.pack().unwrap());
        let mut zip = zip::ZipArchive::new(Cursor::new(package.pack().unwrap())).unwrap();
        assert_eq!(zip.by_name(PROGRAM).unwrap().unix_mode().map(|mode| mode & 0o777), Some(0o755));
        fs::write(&program, "two").unwrap();
        assert_ne!(Package::new(Some(program)).unwrap().name, package.name);
        assert_ne!(Package::new(None).unwrap().name, package.name);
    }
}
