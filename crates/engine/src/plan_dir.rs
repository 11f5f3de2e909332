//! The folder of a planned run, for machines that run single shards of it.

use std::io;
use std::path::PathBuf;

use streamguard_durable::WriteError;
use thiserror::Error;

use crate::cluster::Submission;
use crate::plan_file::PlanFile;
use crate::run_dir_error::RunDirError;
use crate::run_info::RunInfo;
use crate::run_paths::RunPaths;
use crate::shard_store::ShardStore;
use crate::submission::SubmissionStore;

/// Folder of a run whose jobs are planned: everything that a machine needs to run any of their shards.
#[derive(Clone, Debug)]
pub struct PlanDir {
    pub(crate) paths: RunPaths,
    clock_ms: u64,
    done: bool,
}

/// Error of a plan that cannot be used.
#[derive(Debug, Error)]
pub enum PlanError {
    /// There is no run in the folder.
    #[error("{0} holds no plan; is it on storage that this machine sees?")]
    NoPlan(PathBuf),
    /// The file `run.json` cannot be read.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// The plan of one job cannot be read.
    #[error("cannot use the plan {path}")]
    Plan {
        /// The file.
        path: PathBuf,
        /// Reason.
        source: io::Error,
    },
    /// The plan has no such shard.
    #[error("the plan of {job} has no shard {shard}; it has {shards}, numbered from 0")]
    NoShard {
        /// Name of the job.
        job: String,
        /// Number that was asked for.
        shard: u32,
        /// Number of shards of the plan.
        shards: usize,
    },
    /// The settings of this machine make another job than the one that was planned.
    #[error("the job {0} that this machine makes is not the one that was planned")]
    OtherJob(String),
    /// The folder cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl PlanDir {
    /// Opens the folder of a run.
    ///
    /// # Errors
    /// [`PlanError::NoPlan`], state that is damaged, or a plan of another build of the program.
    pub fn open(paths: RunPaths) -> Result<Self, PlanError> {
        let info = RunInfo::read(&paths)?.ok_or_else(|| PlanError::NoPlan(paths.root().to_owned()))?;
        if !info.done && info.build != paths.build() {
            return Err(PlanError::RunDir(RunDirError::OtherBuild {
                path: paths.root().to_owned(),
                was: info.build,
                is: paths.build().to_owned(),
            }));
        }
        Ok(Self { paths, clock_ms: info.clock_ms, done: info.done })
    }

    /// Tells whether the run is done and its results are in their place: then no shard has to run.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Returns the names of the planned jobs, sorted.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn jobs(&self) -> Result<Vec<String>, PlanError> {
        let folder = self.paths.plans();
        let names = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in std::fs::read_dir(&folder)? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                // Unfinished files end in `.part`.
                names.extend(name.strip_suffix(".json").map(str::to_owned));
            }
            names.sort();
            Ok(names)
        };
        names().map_err(|source| PlanError::Plan { path: folder.clone(), source })
    }

    /// Reads the plan of a job.
    ///
    /// # Errors
    /// [`PlanError::Plan`].
    pub fn plan(&self, job: &str) -> Result<PlanFile, PlanError> {
        let path = self.paths.plan(job);
        PlanFile::read(&path).map_err(|source| PlanError::Plan { path, source })
    }

    /// Divides the shards of a plan that have no result yet among a number of array tasks. This is for clusters
    /// that are not driven through [`crate::Cluster`], such as Kubernetes, whose user submits the tasks.
    ///
    /// # Errors
    /// A folder that cannot be read or written.
    pub fn create_submission(&self, plan: PlanFile, tasks: usize) -> Result<Submission, PlanError> {
        let write_error = WriteError::at(self.paths.state());
        let store = ShardStore::open(&self.paths.shards(&plan.job), plan.hash()).map_err(&write_error)?;
        let submissions = SubmissionStore::open(&self.paths, self.clock_ms, &plan.job, plan.hash(), "")
            .map_err(&write_error)?;
        let plan = plan.into_plan();
        let shards = plan.shards().iter().map(|shard| shard.number);
        let missing: Vec<u32> = shards.filter(|shard| store.load_valid(*shard).is_none()).collect();
        let file = submissions.create(&missing, tasks, usize::MAX).map_err(&write_error)?;
        Ok(submissions.for_cluster(&file))
    }
}
