//! What the jobs of a run have made so far, for those that come after them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::PathBuf;
use std::sync::Arc;

/// The files of those jobs that a job comes after ([`crate::Job::after`]). A job that failed has
/// none, whatever an earlier run left in the folder.
#[derive(Clone, Debug, Default)]
pub struct EarlierResults {
    jobs: BTreeMap<String, ResultLocation>,
    identity: Vec<String>,
}

/// Where the files of a job are.
#[derive(Clone, Debug)]
enum ResultLocation {
    Folder(PathBuf),
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
}

impl EarlierResults {
    /// Adds the files that a job made in memory.
    pub fn with_files(mut self, job: &str, made: BTreeMap<String, Vec<u8>>) -> Self {
        self.jobs.insert(job.to_owned(), ResultLocation::Memory(Arc::new(made)));
        self
    }

    pub(crate) fn add_folder(&mut self, job: &str, folder: PathBuf) {
        self.jobs.insert(job.to_owned(), ResultLocation::Folder(folder));
    }

    /// Says what a job's result follows from: its plan, and what is missing of it.
    pub(crate) fn identify(&mut self, job: &str, plan: &str, lost: impl Iterator<Item = u32>) {
        let lost: Vec<String> = lost.map(|shard| shard.to_string()).collect();
        self.identity.push(format!("{job} {plan} without {}", lost.join(",")));
    }

    /// What all of it follows from; a plan that was made from it is good as long as this holds.
    pub(crate) fn identity(&self) -> &[String] {
        &self.identity
    }

    /// Opens a file that a job made; none if the job is not there, failed, or made no such file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(&self, job: &str, file: &str) -> io::Result<Option<Box<dyn BufRead>>> {
        match self.jobs.get(job) {
            None => Ok(None),
            Some(ResultLocation::Memory(made)) => {
                Ok(made.get(file).map(|bytes| Box::new(Cursor::new(bytes.clone())) as Box<dyn BufRead>))
            }
            Some(ResultLocation::Folder(folder)) => match File::open(folder.join(file)) {
                Ok(file) => Ok(Some(Box::new(BufReader::with_capacity(1 << 16, file)))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}
