//! A collection: collectors run side by side, and one dataset of all their samples.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};
use streamguard_advisories::{AdvisoryJob, AdvisorySource};
use streamguard_collect::{Collector, CollectorJob};
use streamguard_dataset::dataset_card::{remove_card, write_card};
use streamguard_dataset::{
    CollectorFile, DatasetError, DatasetSummary, Rejection, Sample, SampleEdit, write_edited_dataset,
};
use streamguard_engine::{
    CompletionStatus, FinishedRun, Job, Observer, OnExistingRun, PlanOutcome, RunDir, RunOptions, RunState,
};
use streamguard_http::Credentials;
use streamguard_report::{DatasetInfo, remove_reports, run_paths_for};
use streamguard_review::{REVIEWS_NAME, Relabelled, ReviewTable, relabel};

use crate::error::CollectionError;
use crate::results::CollectionResults;

/// A run of collectors that leaves a dataset in a folder, not yet begun.
pub struct Collection {
    folder: PathBuf,
    /// Table of what readers said about labels.
    reviews: PathBuf,
    jobs: Vec<Arc<dyn Job>>,
    /// Names of the jobs whose records are samples.
    with_samples: Vec<String>,
    options: RunOptions,
    begin: OnExistingRun,
    command: Option<String>,
}

/// A collection whose folder is open, and locked against other runs.
pub struct OpenCollection {
    collection: Collection,
    dir: RunDir,
}

/// Observer of a collection: of the run, and of the dataset that follows.
pub trait CollectionObserver: Observer {
    /// Hears how many samples have been put together to the dataset so far.
    fn assembling(&mut self, samples: u64) {
        let _ = samples;
    }
}

/// Observes nothing.
impl CollectionObserver for () {}

impl Collection {
    /// Creates a collection into a folder, as yet without collectors. It runs on threads, all collectors
    /// side by side.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            reviews: folder.join(REVIEWS_NAME),
            folder,
            jobs: Vec::new(),
            with_samples: Vec::new(),
            options: RunOptions::default(),
            begin: OnExistingRun::Refuse,
            command: None,
        }
    }

    /// Adds a collector. The samples of earlier ones come first in the dataset.
    #[expect(clippy::should_implement_trait, reason = "a step of a builder, not a sum")]
    pub fn add<C: Collector + 'static>(self, collector: C) -> Self {
        self.add_job(Arc::new(CollectorJob::new(collector)))
    }

    /// Adds a job whose records are samples, in a file `<name>.jsonl`.
    pub fn add_job(mut self, job: Arc<dyn Job>) -> Self {
        self.with_samples.push(job.name().to_owned());
        self.jobs.push(job);
        self
    }

    /// Adds a source of advisories. A job that makes samples of advisories has to be added after all
    /// sources.
    pub fn add_source<S: AdvisorySource + 'static>(self, source: S, credentials: Credentials) -> Self {
        self.add_source_job(Arc::new(AdvisoryJob::new(source, credentials)))
    }

    /// Adds a job whose records are not samples.
    pub fn add_source_job(mut self, job: Arc<dyn Job>) -> Self {
        self.jobs.push(job);
        self
    }

    /// Sets the number of shards that run at once.
    pub fn workers(mut self, workers: usize) -> Self {
        self.options.workers = workers;
        self
    }

    /// Sets all options of the engine: where shards run, how many at once, who stops them.
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets what to do about an earlier run in the folder.
    pub fn on_existing_run(mut self, begin: OnExistingRun) -> Self {
        self.begin = begin;
        self
    }

    /// Sets the command line that the reports show. It must hold no secrets.
    pub fn record_command(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }

    /// Returns the settings of all jobs, by their names.
    pub(crate) fn settings(&self) -> Value {
        let settings: Map<String, Value> =
            self.jobs.iter().map(|job| (job.name().to_owned(), job.settings())).collect();
        Value::Object(settings)
    }

    /// Changes the folder.
    pub(crate) fn into_folder(self, folder: PathBuf) -> Self {
        Self { folder, ..self }
    }

    /// Checks the folder without changing it: whether [`Collection::open`] would refuse it for what is in it.
    ///
    /// # Errors
    /// A folder that cannot be used.
    pub fn check(&self) -> Result<(), CollectionError> {
        let paths = run_paths_for(&self.folder, &self.jobs);
        Ok(RunDir::check(&paths, &self.settings(), self.begin)?)
    }

    /// Opens the folder, and keeps other runs out of it.
    ///
    /// # Errors
    /// A folder that cannot be used or written.
    pub fn open(mut self) -> Result<OpenCollection, CollectionError> {
        let mut dir = RunDir::open(run_paths_for(&self.folder, &self.jobs), self.settings(), self.begin)?;
        if let Some(command) = self.command.take() {
            dir.record_command(command)?;
        }
        Ok(OpenCollection { collection: self, dir })
    }

    /// Runs the collectors and writes the dataset, with nobody watching and without reports.
    ///
    /// # Errors
    /// As of [`Collection::open`], [`OpenCollection::run`] and [`CollectionResults::finish`].
    pub fn run(self) -> Result<CollectionResults, CollectionError> {
        let mut results = self.open()?.run(&mut ())?;
        results.finish()?;
        Ok(results)
    }
}

impl OpenCollection {
    /// Plans the collectors without running them, for machines that see the folder.
    ///
    /// # Errors
    /// A plan that cannot be written.
    pub fn prepare(self) -> Result<Vec<(String, PlanOutcome)>, CollectionError> {
        let Collection { jobs, options, .. } = &self.collection;
        Ok(streamguard_engine::plan_only(jobs, &self.dir, &options.cancel)?)
    }

    /// Runs the collectors and writes the dataset. A collector that fails is not an error, but decides
    /// the status of the results. The run stays open until [`CollectionResults::finish`]: if the process is killed
    /// while it writes reports, a resumed run writes them.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn run(self, observer: &mut dyn CollectionObserver) -> Result<CollectionResults, CollectionError> {
        let Self { collection: Collection { folder, reviews, jobs, with_samples, options, .. }, dir } = self;
        let FinishedRun { mut status, state, .. } =
            streamguard_engine::run(jobs, &options, Some(&dir), &mut RunObserver(observer))?;
        // They are about an earlier attempt: those that are wanted are made again.
        remove_reports(&folder)?;
        remove_card(&folder)?;
        let start = Instant::now();
        let mut dataset = None;
        // A stopped run has no dataset: it would lack samples, and be replaced by the resumed run.
        if status != CompletionStatus::Cancelled {
            let sources = sources(&state, &folder, &with_samples);
            let reviews = ReviewTable::read(&reviews)?;
            let edit = |sample: &mut Sample| match relabel(&reviews, sample) {
                Relabelled::Kept => SampleEdit::Keep,
                Relabelled::Confirmed => SampleEdit::Change,
                Relabelled::Refuted => SampleEdit::Drop(Rejection::Refuted),
            };
            let mut progress = |samples| observer.assembling(samples);
            let is_cancelled = || options.cancel.requested();
            match write_edited_dataset(&sources, &folder, &edit, &mut progress, &is_cancelled) {
                Ok(union) => {
                    write_card(&folder, &union.stats)?;
                    dataset = Some(union);
                }
                Err(DatasetError::Cancelled) => status = CompletionStatus::Cancelled,
                Err(error) => return Err(CollectionError::Dataset(error)),
            }
        }
        let assembled_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        // The collectors may have ended before somebody stopped the work on the dataset: reports say so.
        if state.status != Some(CompletionStatus::Cancelled) {
            write_summary(&dir, assembled_ms, dataset.clone())?;
        }
        Ok(CollectionResults {
            folder,
            status,
            state,
            dataset,
            assembled_ms,
            parallel: options.parallel,
            reports: Vec::new(),
            // Kept, so that no other run changes the folder while reports are read from it.
            dir,
        })
    }
}

/// The engine's side of an observer.
struct RunObserver<'a>(&'a mut dyn CollectionObserver);

impl Observer for RunObserver<'_> {
    fn on_event(&mut self, event: &streamguard_engine::Event, state: &RunState) {
        self.0.on_event(event, state);
    }

    fn on_tick(&mut self, state: &RunState) {
        self.0.on_tick(state);
    }
}

fn write_summary(dir: &RunDir, took_ms: u64, union: Option<DatasetSummary>) -> Result<(), CollectionError> {
    let dataset = DatasetInfo { clock_ms: dir.clock_ms(), took_ms, summary: union };
    dataset.write(dir).map_err(CollectionError::Summary)
}

/// Returns the files of samples, in the order of the run.
fn sources(state: &RunState, folder: &Path, with_samples: &[String]) -> Vec<CollectorFile> {
    // A job that failed may have a file of an earlier run in the folder, which does not count.
    let has_samples = |status| matches!(status, Some(CompletionStatus::Complete | CompletionStatus::Partial));
    state
        .jobs
        .iter()
        .filter(|job| with_samples.contains(&job.name) && has_samples(job.status))
        .map(|job| CollectorFile {
            collector: job.name.clone(),
            path: folder.join(streamguard_collect::file_name(&job.name)),
        })
        .collect()
}
