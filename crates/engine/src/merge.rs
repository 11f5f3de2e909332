//! Merging: from the outputs of a job's shards, in order, to its result.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::cancel::CancelToken;
use crate::error::JobError;
use crate::event::Counters;
use crate::results::EarlierResults;
use crate::store::StoredOutput;
use streamguard_durable::{AtomicFile, WriteError};

/// Where the files that a job makes go.
#[derive(Clone, Debug)]
pub(crate) enum OutputDestination {
    Memory,
    Folder(PathBuf),
}

/// The outputs of a job's shards, and the way to its result.
pub struct MergeContext<'a> {
    pub(crate) outputs: Vec<&'a StoredOutput>,
    pub(crate) target: Option<u64>,
    pub(crate) missing: u32,
    pub(crate) destination: &'a OutputDestination,
    pub(crate) made: BTreeMap<String, Vec<u8>>,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) results: EarlierResults,
    pub(crate) clock_ms: u64,
}

impl MergeContext<'_> {
    /// How many records there are: those of the finished shards, up to the plan's target.
    pub fn records(&self) -> u64 {
        self.target.map_or(self.all(), |target| target.min(self.all()))
    }

    /// How many records the last shard emitted above the plan's target; they are cut off.
    pub fn surplus(&self) -> u64 {
        self.all() - self.records()
    }

    fn all(&self) -> u64 {
        self.outputs.iter().map(|output| output.records).sum()
    }

    /// How many shards have no output.
    pub fn missing_shards(&self) -> u32 {
        self.missing
    }

    /// The run's one reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub fn clock_ms(&self) -> u64 {
        self.clock_ms
    }

    /// What the jobs made that this one comes after.
    pub fn results(&self) -> &EarlierResults {
        &self.results
    }

    /// The counters of the shards whose records are merged, summed up.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::new();
        for (name, n) in self.outputs.iter().flat_map(|output| &output.counters) {
            *sum.entry(name.clone()).or_default() += n;
        }
        sum
    }

    /// Whether to stop. [`MergeContext::for_each_record`] looks at it too; a merge that does other things for long
    /// should ask several times a second.
    ///
    /// # Errors
    /// [`JobError::Stopped`], to be passed on with `?`.
    pub fn check_stopped(&self) -> Result<(), JobError> {
        if self.cancel.requested() { Err(JobError::Stopped) } else { Ok(()) }
    }

    /// Calls `take` with every record, in the order of the plan, as one line of JSON without
    /// its line end. Returns how many there were.
    ///
    /// # Errors
    /// [`JobError::Stopped`] when the run is stopped; whatever `take` returns; `Failed` if an
    /// output cannot be read back.
    pub fn for_each_record(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), JobError>,
    ) -> Result<u64, JobError> {
        let target = self.target.unwrap_or(u64::MAX);
        let unreadable = |error| JobError::Failed(format!("cannot read a shard's output back: {error}"));
        let mut line = Vec::new();
        let mut taken = 0;
        for output in &self.outputs {
            if taken == target {
                break;
            }
            let mut reader = output.open().map_err(unreadable)?;
            while taken < target {
                if taken % 1024 == 0 {
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

    /// Writes all records to the file `name`, one a line. Returns how many there were.
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

    /// Starts a file of the result; [`MergeContext::commit_file`] gives it its name.
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn create_file(&self, name: &str) -> Result<OutputFile, JobError> {
        let to = match self.destination {
            OutputDestination::Memory => To::Memory(Vec::new()),
            OutputDestination::Folder(folder) => To::File(
                AtomicFile::create(&folder.join(name)).map_err(|source| destination_error(name, source))?,
            ),
        };
        Ok(OutputFile { name: name.to_owned(), to })
    }

    /// Makes a file durable and gives it its name.
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn commit_file(&mut self, file: OutputFile) -> Result<(), JobError> {
        let OutputFile { name, to } = file;
        match (to, self.destination) {
            (To::File(file), OutputDestination::Folder(folder)) => file
                .commit()
                .and_then(|()| streamguard_durable::sync_folder(folder))
                .map_err(|source| destination_error(&name, source)),
            (To::Memory(bytes), _) => {
                self.made.insert(name, bytes);
                Ok(())
            }
            (To::File(_), OutputDestination::Memory) => unreachable!("`create_file` matches the destination"),
        }
    }
}

fn destination_error(name: &str, source: io::Error) -> JobError {
    JobError::Write(WriteError { path: name.into(), source })
}

/// A file of the result in the making.
pub struct OutputFile {
    name: String,
    to: To,
}

enum To {
    Memory(Vec<u8>),
    File(AtomicFile),
}

impl OutputFile {
    /// Writes a record as one line of JSON.
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn write_record(&mut self, record: &impl Serialize) -> Result<(), JobError> {
        serde_json::to_writer(&mut *self, record)
            .map_err(io::Error::from)
            .and_then(|()| self.write_all(b"\n"))
            .map_err(|error| self.write_error(error))
    }

    /// The error for a write that failed.
    pub fn write_error(&self, source: io::Error) -> JobError {
        destination_error(&self.name, source)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Memory(memory) => memory.write(bytes),
            To::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Memory(_) => Ok(()),
            To::File(file) => file.flush(),
        }
    }
}
