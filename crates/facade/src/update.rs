//! Update of a finished collection: the same collectors once more, beside the dataset that is there, which is replaced
//! when the newer one is whole.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;
use streamguard_advisories::timestamp;
use streamguard_dataset::changes::{
    CHANGE_LOG_NAME, CHANGES_NAME, ChangeKind, DatasetVersion, SampleChange, compare,
};
use streamguard_dataset::dataset_card::{has_foreign_card, remove_card};
use streamguard_dataset::dataset_files::JSONL_NAME;
use streamguard_durable::{WriteError, write_atomic};
use streamguard_engine::{CompletionStatus, OnExistingRun, RunInfo, RunReplacement, SettingsDifference};
use streamguard_report::{ADVISORIES_NAME, SampleCount, check_data, run_paths};

use crate::change_log;
use crate::collection::Collection;
use crate::error::CollectionError;
use crate::results::CollectionResults;

/// Settings that say where answers come from, not what is asked. A newer snapshot may take the place of another.
const UPSTREAM_KEY: &str = "access";

/// A finished collection, locked, that is to be brought up to date.
#[derive(Debug)]
pub struct DatasetUpdate {
    folder: PathBuf,
    replacement: RunReplacement,
}

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateOutcome {
    /// Some source failed, or the run was stopped: the dataset is as it was. The next update continues.
    Unfinished,
    /// No sample and no advisory changed: the folder is as it was.
    Unchanged,
    /// The newer version is in place.
    Installed {
        /// Number of the version; unchanged if only advisories did.
        version: u64,
        /// Number of rows that were added, changed and withdrawn.
        added_changed_withdrawn: [usize; 3],
    },
}

impl DatasetUpdate {
    /// Locks the finished collection in a folder.
    ///
    /// # Errors
    /// A folder without one, or that another run uses; data that are not as the collection left them, which would pass for
    /// changes of the sources.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, CollectionError> {
        let folder = folder.into();
        let replacement = RunReplacement::open(run_paths(&folder))?;
        check_data(&folder)?;
        Ok(Self { folder, replacement })
    }

    /// Returns the settings of the finished collection, by job.
    pub fn settings(&self) -> &Value {
        &self.replacement.info().settings
    }

    /// Turns a collection into one that makes the newer version, or goes on with one that was interrupted.
    ///
    /// # Errors
    /// Settings that differ from those of the finished collection, except where answers come from.
    pub fn prepare(&self, collection: Collection) -> Result<Collection, CollectionError> {
        let settings = collection.settings();
        let info = self.replacement.info();
        let asked = [&info.settings, &settings].map(without_upstreams);
        if let Some(difference) = SettingsDifference::first(&asked[0], &asked[1]) {
            let (path, earlier) = (self.folder.clone(), Box::new(info.clone()));
            return Err(streamguard_engine::RunDirError::FinishedWithOtherSettings {
                path,
                earlier,
                difference,
            }
            .into());
        }
        let begun = RunInfo::read(&run_paths(&self.replacement.successor()));
        let goes_on = matches!(begun, Ok(Some(run)) if !run.done && run.settings == settings && run.build == streamguard_product::BUILD);
        let begin = if goes_on { OnExistingRun::Resume } else { OnExistingRun::Discard };
        Ok(collection.into_folder(self.replacement.successor()).on_existing_run(begin))
    }

    /// Compares the newer version with the one that is there, writes what changed, and replaces all files of the old
    /// one. Anything but a complete run leaves the old one as it is.
    ///
    /// # Errors
    /// Files that cannot be read or written. If the process ends while files are replaced, [`DatasetUpdate::open`]
    /// replaces the rest.
    pub fn finish(self, results: &mut CollectionResults) -> Result<UpdateOutcome, CollectionError> {
        let newer = self.replacement.successor();
        if results.status != CompletionStatus::Complete {
            return Ok(UpdateOutcome::Unfinished);
        }
        if self.is_unchanged(&newer)? {
            fs::remove_dir_all(&newer).map_err(WriteError::at(&newer))?;
            results.relocate(&self.folder);
            return Ok(UpdateOutcome::Unchanged);
        }
        let mut changes = self.earlier_changes()?;
        let last = changes.last().map_or(1, |change| change.version);
        let new = self.changes(results, &newer, last + 1)?;
        let version = if new.is_empty() { last } else { last + 1 };
        let count = |kind| new.iter().filter(|change| change.change == kind).count();
        let counts = [ChangeKind::Added, ChangeKind::Changed, ChangeKind::Withdrawn].map(count);
        changes.extend(new);
        if !changes.is_empty() {
            write(&newer.join(CHANGES_NAME), &change_log::lines(&changes))?;
            write(&newer.join(CHANGE_LOG_NAME), &change_log::markdown(&changes))?;
        }
        if has_foreign_card(&self.folder) {
            // It stays as it is.
            remove_card(&newer)?;
        }
        results.finish()?;
        self.replacement.install()?;
        results.relocate(&self.folder);
        Ok(UpdateOutcome::Installed { version, added_changed_withdrawn: counts })
    }

    /// Whether the newer version has the same samples and the same advisories.
    fn is_unchanged(&self, newer: &Path) -> Result<bool, CollectionError> {
        for name in [JSONL_NAME, ADVISORIES_NAME] {
            let [one, other] = [&*self.folder, newer].map(|folder| folder.join(name));
            if !is_same_file(&one, &other).map_err(CollectionError::Compare)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn changes(
        &self,
        results: &CollectionResults,
        newer: &Path,
        version: u64,
    ) -> Result<Vec<SampleChange>, CollectionError> {
        let folders = [&*self.folder, newer];
        let samples = folders.map(|folder| folder.join(JSONL_NAME));
        let advisories =
            folders.map(|folder| Some(folder.join(ADVISORIES_NAME)).filter(|path| path.exists()));
        let of = |index: usize| DatasetVersion {
            samples: &samples[index],
            advisories: advisories[index].as_deref(),
        };
        let state = &results.state;
        let is_at_target = |count: SampleCount| count.target.is_some_and(|target| count.collected >= target);
        let at_target: BTreeSet<String> = state
            .jobs
            .iter()
            .filter(|job| is_at_target(SampleCount::of(state, job)))
            .map(|job| job.name.clone())
            .collect();
        let date = timestamp::from_clock(results.as_of_ms()).map(timestamp::format).unwrap_or_default();
        Ok(compare(of(0), of(1), &at_target, (version, &date))?)
    }

    /// Reads what earlier updates changed.
    fn earlier_changes(&self) -> Result<Vec<SampleChange>, CollectionError> {
        match fs::read(self.folder.join(CHANGES_NAME)) {
            Ok(text) => change_log::read(&text).map_err(CollectionError::Compare),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(CollectionError::Compare(error)),
        }
    }
}

/// Returns the settings of jobs without those of their upstreams.
fn without_upstreams(settings: &Value) -> Value {
    let mut settings = settings.clone();
    for job in settings.as_object_mut().into_iter().flat_map(|jobs| jobs.values_mut()) {
        if let Some(job) = job.as_object_mut() {
            job.remove(UPSTREAM_KEY);
        }
    }
    settings
}

/// Reports whether two files have the same content, or are both absent.
fn is_same_file(one: &Path, other: &Path) -> io::Result<bool> {
    let open = |path| match fs::File::open(path) {
        Ok(file) => Ok(Some(BufReader::new(file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let (Some(mut one), Some(mut other)) = (open(one)?, open(other)?) else {
        return Ok(!one.exists() && !other.exists());
    };
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] || (length == 0 && left.len() != right.len()) {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
        one.consume(length);
        other.consume(length);
    }
}

fn write(path: &Path, text: &str) -> Result<(), WriteError> {
    write_atomic(path, text.as_bytes()).map_err(WriteError::at(path))
}
