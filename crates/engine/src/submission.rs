//! Submissions to a cluster, as files. Tasks read from them which shards to run, and a resumed run finds in them the
//! submission on which the cluster may still be working.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_durable::{read_regular, remove_dead_leftovers, write_atomic};

use crate::cluster::Submission;
use crate::run_paths::RunPaths;

/// Version of the file's layout.
const SUBMISSION_FORMAT: u32 = 1;

/// Number of hexadecimal digits that identify a run in the names of its submissions.
const RUN_ID_DIGITS: usize = 12;

/// Largest file of a submission that is read, in bytes: the numbers of all shards that it runs.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// One submission of a job's shards. The file is written before the cluster gets the submission, and again when
/// the cluster has accepted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionFile {
    format: u32,
    /// Name of the cluster that it was made for.
    pub(crate) cluster: String,
    /// Name of the submission on the cluster.
    pub(crate) name: String,
    job: String,
    /// Hash of the plan.
    pub(crate) plan: String,
    number: u32,
    #[serde(rename = "lane")]
    max_running: usize,
    /// Shards of each task.
    #[serde(rename = "elements")]
    pub(crate) tasks: Vec<Vec<u32>>,
    /// The cluster's ids of the submission; empty until it has answered.
    pub(crate) ids: Vec<String>,
}

impl SubmissionFile {
    /// Reads the file of a submission.
    ///
    /// # Errors
    /// The operating system's error; `InvalidData` if the file is not a submission of this version.
    pub fn read(path: &Path) -> io::Result<Self> {
        let file: Self = serde_json::from_slice(&read_regular(path, MAX_FILE_BYTES)?)?;
        if file.format == SUBMISSION_FORMAT {
            Ok(file)
        } else {
            let reason = format!("format {}, this program reads {SUBMISSION_FORMAT}", file.format);
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        }
    }

    /// Returns the name of the job whose shards these are.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// Returns the shards of a task; `None` if there is no such task.
    pub fn shards(&self, task: u32) -> Option<&[u32]> {
        self.tasks.get(task as usize).map(Vec::as_slice)
    }

    /// Describes where the submission is: the cluster, and its ids there. Returns `None` if the cluster never
    /// accepted it.
    pub(crate) fn location(&self) -> Option<String> {
        let ids = self.ids.join(", ");
        match (self.ids.is_empty(), ids == self.name) {
            (true, _) => None,
            (false, true) => Some(format!("{} {ids}", self.cluster)),
            (false, false) => Some(format!("{} {ids} ({})", self.cluster, self.name)),
        }
    }

    /// Returns the task of each shard.
    pub(crate) fn task_by_shard(&self) -> BTreeMap<u32, u32> {
        let tasks = self.tasks.iter().zip(0..);
        tasks.flat_map(|(shards, task)| shards.iter().map(move |shard| (*shard, task))).collect()
    }
}

/// Submissions of one job of a run.
#[derive(Debug)]
pub(crate) struct SubmissionStore {
    /// Folder of the run.
    root: PathBuf,
    /// Folder of the submissions of all its jobs.
    folder: PathBuf,
    job: String,
    /// Hash of the job's plan.
    plan: String,
    /// Name of the cluster; empty if the user submits the tasks.
    cluster: String,
    /// Beginning of the names of all submissions of the job.
    name_prefix: String,
}

impl SubmissionStore {
    /// Opens the submissions of a job, for a cluster of this name.
    pub(crate) fn open(
        paths: &RunPaths,
        clock_ms: u64,
        job: &str,
        plan: &str,
        cluster: &str,
    ) -> io::Result<Self> {
        // Tasks may start in another folder.
        let root = paths.root().canonicalize()?;
        let folder = paths.submissions();
        fs::create_dir_all(folder.join("logs"))?;
        let folder = folder.canonicalize()?;
        remove_dead_leftovers(&folder)?;
        // A folder may hold one run after the other, and a cluster serves many users: only folder, time and plan
        // together identify this run.
        let identity = format!("{}\n{clock_ms}\n{plan}", root.display());
        let run_id = &blake3::hash(identity.as_bytes()).to_hex()[..RUN_ID_DIGITS];
        Ok(Self {
            root,
            folder,
            job: job.to_owned(),
            plan: plan.to_owned(),
            cluster: cluster.to_owned(),
            name_prefix: format!("{}-{run_id}-{job}", paths.product()),
        })
    }

    fn path(&self, number: u32) -> PathBuf {
        path(&self.folder, &self.job, number)
    }

    /// Returns the latest submission of this plan. A file that cannot be read counts as absent:
    /// then its shards are submitted again, which does no harm.
    pub(crate) fn latest(&self) -> Option<SubmissionFile> {
        let file = latest_submission(&self.folder, &self.job)?;
        (file.plan == self.plan && file.job == self.job).then_some(file)
    }

    /// Creates a submission of these shards in this number of tasks, and writes its file.
    pub(crate) fn create(
        &self,
        shards: &[u32],
        tasks: usize,
        max_running: usize,
    ) -> io::Result<SubmissionFile> {
        // The next number comes from the files, so that numbers continue after a restart.
        let number = (1..).find(|number| !self.path(*number).exists()).unwrap_or(u32::MAX);
        let file = SubmissionFile {
            format: SUBMISSION_FORMAT,
            cluster: self.cluster.clone(),
            name: format!("{}-{number}", self.name_prefix),
            job: self.job.clone(),
            plan: self.plan.clone(),
            number,
            max_running,
            tasks: divide(shards, tasks),
            ids: Vec::new(),
        };
        self.write(&file)?;
        Ok(file)
    }

    /// Records the ids under which the cluster accepted a submission.
    pub(crate) fn record_ids(&self, file: &mut SubmissionFile, ids: Vec<String>) -> io::Result<()> {
        file.ids = ids;
        self.write(file)
    }

    fn write(&self, file: &SubmissionFile) -> io::Result<()> {
        write_atomic(&self.path(file.number), &serde_json::to_vec(file)?)
    }

    /// Returns the description of a submission that the cluster gets.
    pub(crate) fn for_cluster(&self, file: &SubmissionFile) -> Submission {
        Submission {
            name: file.name.clone(),
            job: self.job.clone(),
            run_folder: self.root.clone(),
            file: self.path(file.number),
            log_folder: self.folder.join("logs"),
            tasks: u32::try_from(file.tasks.len()).unwrap_or(u32::MAX),
            max_running: file.max_running,
        }
    }
}

fn path(folder: &Path, job: &str, number: u32) -> PathBuf {
    folder.join(format!("{job}-{number}.json"))
}

/// Returns the latest submission of a job in a folder of submissions.
pub(crate) fn latest_submission(folder: &Path, job: &str) -> Option<SubmissionFile> {
    // Numbers have no gaps, because the files are only removed all together.
    let numbers = (1..).take_while(|number| path(folder, job, *number).exists());
    SubmissionFile::read(&path(folder, job, numbers.last()?)).ok()
}

/// Divides shards among tasks whose sizes differ by one at most, the larger ones first.
fn divide(shards: &[u32], tasks: usize) -> Vec<Vec<u32>> {
    let tasks = tasks.clamp(1, shards.len().max(1));
    let (size, larger) = (shards.len() / tasks, shards.len() % tasks);
    // The first tasks get one shard more each, until the remainder is used up.
    let (first, rest) = shards.split_at(larger * (size + 1));
    let first = first.chunks(size + 1);
    first.chain(rest.chunks(size.max(1))).map(<[u32]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_even() {
        assert_eq!(divide(&[1, 2, 3, 5, 8], 2), [vec![1, 2, 3], vec![5, 8]]);
        assert_eq!(divide(&[1, 2], 9), [[1], [2]]);
        assert_eq!(divide(&[7, 9], 1), [[7, 9]]);
        let sizes: Vec<usize> = divide(&(0..20).collect::<Vec<_>>(), 6).iter().map(Vec::len).collect();
        assert_eq!(sizes, [4, 4, 3, 3, 3, 3]);
    }

    #[test]
    fn a_submission_is_found_again_by_the_same_run_and_plan_only() {
        let folder = tempfile::tempdir().unwrap();
        let paths = RunPaths::new(folder.path(), "test");
        let store =
            |plan: &str, clock_ms| SubmissionStore::open(&paths, clock_ms, "job", plan, "here").unwrap();
        let first = store("a", 1);
        assert!(first.latest().is_none());
        let mut file = first.create(&[3, 4, 9], 2, 8).unwrap();
        assert_eq!((file.shards(0), file.shards(2)), (Some(&[3, 4][..]), None));
        assert_eq!(file.task_by_shard().get(&9), Some(&1));
        first.record_ids(&mut file, vec!["17".to_owned()]).unwrap();
        assert_eq!(first.latest().as_ref(), Some(&file));
        assert!(store("b", 1).latest().is_none());
        let second = first.create(&[9], 1, 8).unwrap();
        assert_ne!(second.name, file.name);
        assert_ne!(store("a", 2).create(&[9], 1, 8).unwrap().name, second.name);
    }
}
