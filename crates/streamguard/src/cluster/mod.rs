//! Clusters that run shards, and what they are told to run.

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

use crate::command_line::quoted;

/// How much of the end of a log is read, in bytes.
const LOG: u64 = 8 << 10;

/// The command that an element of a round runs, on whatever machine.
#[derive(Clone, Debug)]
pub(crate) struct ShardCommand {
    program: PathBuf,
    options: Vec<String>,
    token_file: Option<PathBuf>,
}

impl ShardCommand {
    /// This program, which has to lie where all machines see it. `memory` is what a worker may
    /// use, in MiB. Tokens travel by a file only: no list of processes shows what is in it.
    pub(crate) fn new(memory: u64, token_file: Option<&Path>, config: Option<&Path>) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program, for the nodes to run")?;
        let mut options = vec!["--worker-memory".to_owned(), memory.to_string()];
        for (flag, path) in [("--token-file", token_file), ("--config", config)] {
            if let Some(path) = path {
                let path =
                    std::path::absolute(path).with_context(|| format!("no file: {}", path.display()))?;
                options.extend([flag.to_owned(), path.display().to_string()]);
            }
        }
        Ok(Self { program, options, token_file: token_file.map(Path::to_owned) })
    }

    /// The program.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The file of tokens, as it was named here.
    pub(crate) fn token_file(&self) -> Option<&Path> {
        self.token_file.as_deref()
    }

    /// The same command of another program.
    pub(crate) fn of(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    /// Its words, without the element.
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

    /// As a line of a POSIX shell. `element` is the number of the element, as the shell knows it.
    pub(crate) fn line(&self, submission: &Submission, element: &str) -> String {
        let words: Vec<String> = self.words(submission).iter().map(|word| quoted(word)).collect();
        format!("{} --element {element}", words.join(" "))
    }
}

/// The end of a file.
fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG))).ok()?;
    let mut bytes = Vec::new();
    file.take(LOG).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
