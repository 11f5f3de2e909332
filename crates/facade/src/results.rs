//! Results of a collection.

use std::path::{Path, PathBuf};

use streamguard_dataset::DatasetSummary;
use streamguard_engine::{CompletionStatus, RunDir, RunState};
use streamguard_report::{RenderOptions, ReportError, ReportFormat, StoredRun};

use crate::error::CollectionError;

/// Results of a collection. While this value lives, no other run uses the folder.
pub struct CollectionResults {
    /// Output folder.
    pub folder: PathBuf,
    /// CompletionStatus of the run as a whole.
    pub status: CompletionStatus,
    /// All events of the run, folded.
    pub state: RunState,
    /// Content of the dataset; none if the run was stopped before.
    pub dataset: Option<DatasetSummary>,
    /// Time that it took to put the dataset together, in milliseconds.
    pub assembled_ms: u64,
    /// Whether collectors ran side by side.
    pub parallel: bool,
    /// Paths of the results and reports that were written.
    pub reports: Vec<PathBuf>,
    pub(crate) dir: RunDir,
}

impl CollectionResults {
    /// Returns the number of samples in the dataset.
    pub fn samples(&self) -> u64 {
        self.dataset.as_ref().map_or(0, |dataset| dataset.stats.samples)
    }

    /// Reports whether all answers of upstreams came from a snapshot, so that another try would get the same ones.
    pub fn is_replay(&self) -> bool {
        let jobs = self.dir.settings().as_object().into_iter().flat_map(|jobs| jobs.values());
        let mut access = jobs.filter_map(|job| job.get("access"));
        access.any(|access| access.get("snapshot").is_some_and(|snapshot| !snapshot.is_null()))
    }

    /// Returns the time up to which the sources were asked, in milliseconds since 1970-01-01 UTC: that of the snapshot,
    /// or the clock of the run.
    pub(crate) fn as_of_ms(&self) -> u64 {
        let jobs = self.dir.settings().as_object().into_iter().flat_map(|jobs| jobs.values());
        let recorded = jobs.filter_map(|job| job.get("access")?.get("clock_ms")?.as_u64()).max();
        recorded.unwrap_or(self.state.clock_ms)
    }

    /// Notes that the files were moved to another folder.
    pub(crate) fn relocate(&mut self, folder: &Path) {
        for report in &mut self.reports {
            if let Ok(name) = report.strip_prefix(&self.folder) {
                *report = folder.join(name);
            }
        }
        self.folder = folder.to_owned();
    }

    /// Writes `collection_results.json` and reports into the folder.
    ///
    /// # Errors
    /// A run that cannot be read, or a file that cannot be written.
    pub fn write_reports(
        &mut self,
        formats: &[ReportFormat],
        options: &RenderOptions,
    ) -> Result<(), CollectionError> {
        self.write_reports_while(formats, options, |_| true)
    }

    /// Writes `collection_results.json` and reports into the folder, and calls `goes_on` before each report, which
    /// may end the writing by returning false.
    ///
    /// # Errors
    /// A run that cannot be read, or a file that cannot be written.
    pub fn write_reports_while(
        &mut self,
        formats: &[ReportFormat],
        options: &RenderOptions,
        goes_on: impl Fn(ReportFormat) -> bool,
    ) -> Result<(), CollectionError> {
        // Read back from the folder, so that a report says what one made later would say.
        let run = StoredRun::read(&self.folder)?;
        let results = streamguard_report::write_results(&run, &self.folder).map_err(ReportError::from)?;
        self.reports.push(results);
        for format in formats.iter().copied().take_while(|format| goes_on(*format)) {
            self.reports.extend(streamguard_report::write(&run, format, options, &self.folder)?);
        }
        Ok(())
    }

    /// Records that the run is finished, if it is complete: nothing replaces it from now on but on demand. Any other
    /// run stays open, so that it can be resumed. The files of a run that has a dataset are listed with their digests.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn finish(&mut self) -> Result<(), CollectionError> {
        match self.status {
            CompletionStatus::Complete => self.dir.finish()?,
            // It lists nothing that a resumed run would change unseen: that begins without it.
            _ if self.dataset.is_some() => self.dir.write_manifest()?,
            _ => {}
        }
        Ok(())
    }
}
