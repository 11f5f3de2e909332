//! Clusters that run shards, and the command that their nodes run.

pub(crate) mod args;
pub(crate) mod kubernetes;
pub(crate) mod ray;
pub(crate) mod slurm;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use streamguard_engine::cluster::Submission;

pub(crate) use args::ClusterArgs;

use streamguard::shell::quote;

/// Bytes of the end of a log that are read.
const MAX_LOG_BYTES: u64 = 8 << 10;

/// Command that a node runs for an array task.
#[derive(Clone, Debug)]
pub(crate) struct ShardCommand {
    program: PathBuf,
    options: Vec<String>,
    token_file: Option<PathBuf>,
}

impl ShardCommand {
    /// Creates the command from this program, which has to lie where all machines see it. `memory` is the limit
    /// of a worker, in MiB. Tokens travel in a file only: a list of processes shows arguments to everybody.
    pub(crate) fn new(memory: u64, token_file: Option<&Path>, config: Option<&Path>) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program, for the nodes to run")?;
        let mut options = vec!["--worker-memory".to_owned(), memory.to_string()];
        for (flag, path) in [("--token-file", token_file), ("--config", config)] {
            if let Some(path) = path {
                let path = std::path::absolute(path)
                    .with_context(|| format!("cannot resolve the path {}", path.display()))?;
                options.extend([flag.to_owned(), path.display().to_string()]);
            }
        }
        Ok(Self { program, options, token_file: token_file.map(Path::to_owned) })
    }

    /// Returns the path of the program.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Returns the file of tokens, under the name that was given here.
    pub(crate) fn token_file(&self) -> Option<&Path> {
        self.token_file.as_deref()
    }

    /// Returns the command with another program.
    pub(crate) fn with_program(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    /// Returns the words of the command, without the array task.
    pub(crate) fn words(&self, submission: &Submission) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let mut words = vec![path(&self.program), "shard".to_owned(), "run".to_owned()];
        words.extend([
            "--plan".to_owned(),
            path(&submission.run_folder),
            "--round".to_owned(),
            path(&submission.file),
        ]);
        words.extend(self.options.iter().cloned());
        words
    }

    /// Returns the command as a line of a POSIX shell. `task` is an expression of the shell for the number of the array
    /// task.
    pub(crate) fn line(&self, submission: &Submission, task: &str) -> String {
        let words: Vec<String> = self.words(submission).iter().map(|word| quote(word)).collect();
        // The number is not quoted: the shell of the node has to expand it.
        format!("{} --element {task}", words.join(" "))
    }
}

/// Returns the end of a file.
fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    // Logs may be of any size: only the end is read, where errors are.
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LOG_BYTES))).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_LOG_BYTES).read_to_end(&mut bytes).ok()?;
    // The first bytes may belong to a character that began earlier.
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
