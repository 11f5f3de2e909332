//! A collection: collectors run side by side, their samples put together to one dataset.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use streamguard_advisories::{AdvisorySource, Gather};
use streamguard_collect::{Collect, Collector};
use streamguard_dataset::Union;
use streamguard_dataset::union::{Source, UnionError, write_union};
use streamguard_engine::{
    CancelToken, CompletionStatus, FinishedRun, Job, OnExistingRun, PlanOutcome, RunDir, RunMode, RunOptions,
    RunState,
};
use streamguard_report::{Assembled, Format};

use crate::exit::Exit;
use crate::ui::{self, View};

/// A run of collectors that leaves a dataset in a folder.
///
/// ```no_run
/// use streamguard_synthetic::SyntheticCollector;
/// use streamguard::Collection;
///
/// let mut results = Collection::new("data/raw")
///     .add(SyntheticCollector { synthetic_samples: 1000, seed: 42 })
///     .run()?;
/// results.save(&[streamguard_report::Format::Json], &streamguard_report::Options::default())?;
/// results.print_summary();
/// # Ok::<(), anyhow::Error>(())
/// ```
pub struct Collection {
    folder: PathBuf,
    jobs: Vec<Arc<dyn Job>>,
    /// Names of those jobs whose records are samples.
    with_samples: Vec<String>,
    options: RunOptions,
    begin: OnExistingRun,
    view: View,
    command: Option<String>,
}

/// What a collection left.
pub struct Results {
    /// The folder.
    pub folder: PathBuf,
    /// How it ended.
    pub status: CompletionStatus,
    /// What the journal folds to.
    pub state: RunState,
    /// What is in the dataset; none if the run did not get that far.
    pub dataset: Option<Union>,
    /// How long it took to put the dataset together, in milliseconds.
    pub assembled_ms: u64,
    /// The reports that were written.
    pub reports: Vec<PathBuf>,
    /// Keeps other runs out of the folder.
    _dir: RunDir,
}

impl Collection {
    /// A collection into a folder, as yet without collectors: on 4 threads, side by side,
    /// nothing shown.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            jobs: Vec::new(),
            with_samples: Vec::new(),
            options: RunOptions::default(),
            begin: OnExistingRun::Refuse,
            view: View::Quiet,
            command: None,
        }
    }

    /// Adds a collector. The samples of earlier ones come first in the dataset.
    #[expect(clippy::should_implement_trait, reason = "it is a builder's step, not a sum")]
    pub fn add(self, collector: impl Collector + 'static) -> Self {
        self.add_job(Arc::new(Collect(collector)))
    }

    /// Adds a job whose records are samples, in a file `<name>.jsonl`.
    pub fn add_job(mut self, job: Arc<dyn Job>) -> Self {
        self.with_samples.push(job.name().to_owned());
        self.jobs.push(job);
        self
    }

    /// Adds a source of advisories. Samples come of it only by [`streamguard_fixes::Fixes`], which has to be
    /// added after all sources.
    pub fn add_source(self, source: impl AdvisorySource + 'static) -> Self {
        self.add_source_job(Arc::new(Gather(source)))
    }

    /// Adds a job whose records are no samples.
    pub fn add_source_job(mut self, job: Arc<dyn Job>) -> Self {
        self.jobs.push(job);
        self
    }

    /// Whether the collectors run side by side, or one after the other.
    pub fn parallel(mut self, parallel: bool) -> Self {
        self.options.parallel = parallel;
        self
    }

    /// How many shards run at once.
    pub fn workers(mut self, workers: usize) -> Self {
        self.options.workers = workers;
        self
    }

    /// Where shards run: on threads, or in processes of a program that calls
    /// [`streamguard_engine::serve`] with [`streamguard_registry::make`].
    pub fn mode(mut self, mode: RunMode) -> Self {
        self.options.mode = mode;
        self
    }

    /// How much memory a worker process may use, in bytes.
    pub fn worker_memory(mut self, bytes: Option<u64>) -> Self {
        self.options.worker_memory = bytes;
        self
    }

    /// What to do about a run that was interrupted in the folder.
    pub fn begin(mut self, begin: OnExistingRun) -> Self {
        self.begin = begin;
        self
    }

    /// Whether, and how, to show the run while it goes on.
    pub fn view(mut self, view: View) -> Self {
        self.view = view;
        self
    }

    /// The command that asks for it, for the reports. It must hold no secrets.
    pub fn record_command(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }

    /// What stops the run when it is asked to.
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.options.cancel = cancel;
        self
    }

    fn open(&mut self) -> Result<RunDir> {
        let settings: Map<String, Value> =
            self.jobs.iter().map(|job| (job.name().to_owned(), job.settings())).collect();
        let mut dir = RunDir::open(&self.folder, Value::Object(settings), self.begin)?;
        if let Some(command) = self.command.take() {
            dir.record_command(command)?;
        }
        Ok(dir)
    }

    /// Plans the collectors without running them, for machines that see the folder.
    ///
    /// # Errors
    /// A folder that cannot be used or written, see [`Exit::of`].
    pub fn prepare(mut self) -> Result<Vec<(String, PlanOutcome)>> {
        let dir = self.open()?;
        Ok(streamguard_engine::plan_only(&self.jobs, &dir, &self.options.cancel)?)
    }

    /// Runs the collectors and writes the dataset. That some of them fail is no error, but a
    /// [`CompletionStatus`].
    ///
    /// # Errors
    /// A folder that cannot be used or written, see [`Exit::of`].
    pub fn run(mut self) -> Result<Results> {
        let mut dir = self.open()?;
        let cancel = self.options.cancel.clone();
        let mut view = ui::open(self.view, None, &cancel, &self.options.pause);
        let FinishedRun { mut status, state, .. } =
            streamguard_engine::run(self.jobs, &self.options, Some(&dir), &mut ui::Showing(&mut *view))?;
        let mut dataset = None;
        let start = Instant::now();
        if status != CompletionStatus::Cancelled {
            let sources = sources(&state, &self.folder, &self.with_samples);
            let mut progress = |samples| view.assembling(samples);
            match write_union(&sources, &self.folder, &mut progress, &|| cancel.requested()) {
                Ok(union) => dataset = Some(union),
                Err(UnionError::Cancelled) => status = CompletionStatus::Cancelled,
                Err(error) => return Err(error).context("cannot put the dataset together"),
            }
        }
        drop(view);
        let assembled_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if state.status != Some(CompletionStatus::Cancelled) {
            let assembled =
                Assembled { clock_ms: dir.clock_ms(), took_ms: assembled_ms, union: dataset.clone() };
            assembled.write(&dir)?;
        }
        if status == CompletionStatus::Complete {
            dir.finish()?;
        }
        Ok(Results {
            folder: self.folder,
            status,
            state,
            dataset,
            assembled_ms,
            reports: Vec::new(),
            _dir: dir,
        })
    }
}

/// The samples of those collectors that have any, in the order of the run.
fn sources(state: &RunState, folder: &Path, with_samples: &[String]) -> Vec<Source> {
    let has_samples = |status| matches!(status, Some(CompletionStatus::Complete | CompletionStatus::Partial));
    state
        .jobs
        .iter()
        .filter(|job| with_samples.contains(&job.name) && has_samples(job.status))
        .map(|job| Source {
            collector: job.name.clone(),
            path: folder.join(streamguard_collect::file_name(&job.name)),
        })
        .collect()
}

impl Results {
    /// Prints what was collected, per collector and in all.
    pub fn print_summary(&self) {
        ui::summary::print(self);
    }

    /// Writes reports into the folder.
    ///
    /// # Errors
    /// A report that cannot be written.
    pub fn save(&mut self, formats: &[Format], options: &streamguard_report::Options) -> Result<()> {
        let run = streamguard_report::Run::read(&self.folder)?;
        for format in formats {
            self.reports.extend(streamguard_report::write(&run, *format, options, &self.folder)?);
        }
        Ok(())
    }

    /// How a program that did nothing else should end.
    pub fn exit(&self) -> Exit {
        let samples = self.dataset.as_ref().map_or(0, |union| union.stats.samples);
        match self.status {
            CompletionStatus::Cancelled => Exit::Signal(2),
            _ if samples == 0 => Exit::Nothing,
            CompletionStatus::Complete => Exit::Complete,
            CompletionStatus::Partial | CompletionStatus::Failed => Exit::Partial,
        }
    }
}
