//! Files that earlier jobs of the run made, for the jobs that come after them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use streamguard_durable::open_regular;

use crate::error::JobError;

/// Size of the read buffer in bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// Files of the jobs whose results a job needs ([`crate::Job::after`]). A job that failed has none, even if an earlier
/// run left files of that name in the folder.
#[derive(Clone, Debug, Default)]
pub struct EarlierResults {
    jobs: BTreeMap<String, ResultLocation>,
    versions: Vec<String>,
    failed: Vec<String>,
}

/// Location of the files of one job.
#[derive(Clone, Debug)]
enum ResultLocation {
    Folder(PathBuf),
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
}

impl EarlierResults {
    /// Adds files that a job made in memory, by name.
    pub fn with_files(mut self, job: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        self.jobs.insert(job.to_owned(), ResultLocation::Memory(Arc::new(files)));
        self
    }

    /// Marks a job that ended without a result.
    pub(crate) fn add_failed(&mut self, job: &str) {
        self.failed.push(job.to_owned());
    }

    /// Checks that none of these jobs ended without a result.
    ///
    /// # Errors
    /// [`JobError::Failed`], with the name of the first that did.
    pub fn require(&self, jobs: &[String]) -> Result<(), JobError> {
        match jobs.iter().find(|job| self.failed.contains(job)) {
            Some(failed) => {
                Err(JobError::Failed(format!("it comes after the job {failed}, which has no result")))
            }
            None => Ok(()),
        }
    }

    /// Adds the folder in which a job left its files.
    pub(crate) fn add_folder(&mut self, job: &str, folder: PathBuf) {
        self.jobs.insert(job.to_owned(), ResultLocation::Folder(folder));
    }

    /// Adds the version of a job's result: the hash of the job's plan, and the numbers of the missing shards.
    pub(crate) fn add_version(
        &mut self,
        job: &str,
        plan_hash: &str,
        missing_shards: impl Iterator<Item = u32>,
    ) {
        let missing: Vec<String> = missing_shards.map(|shard| shard.to_string()).collect();
        self.versions.push(format!("{job} {plan_hash} without {}", missing.join(",")));
    }

    /// Returns the versions of all results. A stored plan that was made from earlier results is used again only if
    /// their versions are still the same.
    pub(crate) fn versions(&self) -> &[String] {
        &self.versions
    }

    /// Opens a file that a job made. Returns `None` if the job is not among the earlier ones, failed, or made no
    /// such file.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn open(&self, job: &str, file: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        Ok(self.open_parts(job, file)?.map(|file| match file {
            ResultFile::Memory(bytes) => Box::new(Cursor::new(bytes)) as Box<dyn BufRead>,
            ResultFile::Disk(file) => Box::new(BufReader::with_capacity(BUFFER_BYTES, file)),
        }))
    }

    /// Opens a file that a job made, as [`Self::open`] does, to read parts of it in any order.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn open_parts(&self, job: &str, file: &str) -> io::Result<Option<ResultFile>> {
        match self.jobs.get(job) {
            None => Ok(None),
            Some(ResultLocation::Memory(files)) => Ok(files.get(file).cloned().map(ResultFile::Memory)),
            Some(ResultLocation::Folder(folder)) => match open_regular(&folder.join(file)) {
                Ok(file) => Ok(Some(ResultFile::Disk(file))),
                // Not an error: a job makes some of its files only if it has something to put into them.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}

/// A file that a job made, of which parts are read in any order.
#[derive(Debug)]
pub enum ResultFile {
    /// Its bytes.
    Memory(Vec<u8>),
    /// The open file.
    Disk(File),
}

impl ResultFile {
    /// Fills `bytes` with those from `offset` on.
    ///
    /// # Errors
    /// The operating system's error, or `UnexpectedEof` if the file is shorter.
    pub fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.read_exact_at(bytes, offset),
            Self::Memory(all) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let part = start.checked_add(bytes.len()).and_then(|end| all.get(start..end));
                bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}
