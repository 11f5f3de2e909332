//! Merging: makes the result of a job from the outputs of its shards, in the order of the plan.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use streamguard_durable::{WriteError, sync_folder};

use crate::cancel_token::CancelToken;
use crate::earlier_results::EarlierResults;
use crate::error::JobError;
use crate::event::{Counters, add_count};
use crate::output_file::{FileContent, OutputDestination, OutputFile};
use crate::shard_output::MAX_ACTIVITY_BYTES;
use crate::shard_store::StoredOutput;

/// Number of records between two checks for a stop.
const RECORDS_PER_CHECK: u64 = 1024;

/// Outputs of a job's shards, and the means to make its result.
pub struct MergeContext<'a> {
    pub(crate) outputs: Vec<&'a StoredOutput>,
    pub(crate) target: Option<u64>,
    pub(crate) missing_shards: u32,
    pub(crate) destination: &'a OutputDestination,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) results: EarlierResults,
    pub(crate) clock_ms: u64,
    /// Receives the activity of the merge.
    pub(crate) activity: &'a dyn Fn(String),
}

impl MergeContext<'_> {
    /// Returns the number of records: those of the finished shards, up to the plan's target.
    pub fn records(&self) -> u64 {
        self.target.map_or(self.all_records(), |target| target.min(self.all_records()))
    }

    /// Returns the number of records beyond the plan's target. They come from the last merged shard, and are cut off.
    pub fn surplus(&self) -> u64 {
        self.all_records() - self.records()
    }

    fn all_records(&self) -> u64 {
        self.outputs.iter().map(|output| output.records).sum()
    }

    /// Returns the number of shards without an output.
    pub fn missing_shards(&self) -> u32 {
        self.missing_shards
    }

    /// Returns the run's single reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub fn clock_ms(&self) -> u64 {
        self.clock_ms
    }

    /// Returns the files of the jobs whose results this one needs.
    pub fn results(&self) -> &EarlierResults {
        &self.results
    }

    /// Returns the sums of the counters of the shards whose records are merged.
    pub fn counters(&self) -> Counters {
        let mut sums = Counters::new();
        for (name, n) in self.outputs.iter().flat_map(|output| &output.counters) {
            add_count(&mut sums, name, *n);
        }
        sums
    }

    /// Checks whether the run has to stop. [`MergeContext::for_each_record`] checks it too; a merge that is busy with
    /// other things for long should check several times a second.
    ///
    /// # Errors
    /// [`JobError::Stopped`], to be passed on with `?`.
    pub fn check_stopped(&self) -> Result<(), JobError> {
        if self.cancel.requested() { Err(JobError::Stopped) } else { Ok(()) }
    }

    /// Describes in a few words on what the merge works, if that takes longer than a moment. Views show the latest
    /// description, which changes at most twice a second.
    pub fn set_activity(&self, text: &str) {
        (self.activity)(text[..text.floor_char_boundary(MAX_ACTIVITY_BYTES)].to_owned());
    }

    /// Calls `take` with every record, in the order of the plan, as one line of JSON without
    /// its line end. Returns the number of records.
    ///
    /// # Errors
    /// [`JobError::Stopped`] if the run is stopped; any error of `take`; `Failed` if an
    /// output cannot be read back.
    pub fn for_each_record(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), JobError>,
    ) -> Result<u64, JobError> {
        let target = self.target.unwrap_or(u64::MAX);
        let unreadable = |error| JobError::Failed(format!("cannot read the output of a shard back: {error}"));
        let mut line = Vec::new();
        let mut taken = 0;
        // In the order of the plan and not of time: the result must not depend on which shard was faster.
        for output in &self.outputs {
            if taken == target {
                break;
            }
            let mut reader = output.open().map_err(unreadable)?;
            while taken < target {
                if taken % RECORDS_PER_CHECK == 0 {
                    self.check_stopped()?;
                }
                line.clear();
                if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                    break;
                }
                line.pop_if(|byte| *byte == b'\n');
                take(&line)?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    /// Writes all records to the file `name`, one per line. Returns the number of records.
    ///
    /// # Errors
    /// As [`MergeContext::for_each_record`], and [`JobError::Write`].
    pub fn write_records(&mut self, name: &str) -> Result<u64, JobError> {
        let mut file = self.create_file(name)?;
        let taken = self.for_each_record(|line| {
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))
        })?;
        self.commit_file(file)?;
        Ok(taken)
    }

    /// Begins a file of the result. It appears under its name only by [`MergeContext::commit_file`].
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn create_file(&self, name: &str) -> Result<OutputFile, JobError> {
        OutputFile::create(self.destination, name)
    }

    /// Makes a file durable and gives it its name.
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn commit_file(&mut self, file: OutputFile) -> Result<(), JobError> {
        let OutputFile { name, content } = file;
        match (content, self.destination) {
            (FileContent::File(file), OutputDestination::Folder(folder)) => {
                // The folders are synced as well: otherwise a power cut could lose the name of the file, or that of a
                // folder that was made for it.
                let path = folder.join(&name);
                let folders = [path.parent().unwrap_or(folder), folder];
                let synced = file.commit().and_then(|()| folders.into_iter().try_for_each(sync_folder));
                synced.map_err(WriteError::at(name))?;
            }
            (FileContent::Memory(bytes), _) => {
                self.files.insert(name, bytes);
            }
            (FileContent::File(_), OutputDestination::Memory) => {
                unreachable!("create_file matches the destination")
            }
        }
        Ok(())
    }
}
