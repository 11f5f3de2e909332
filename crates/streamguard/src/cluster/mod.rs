//! Clusters that run shards, and what they are told to run.

pub(crate) mod flags;
pub(crate) mod kubernetes;
pub(crate) mod slurm;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use engine::cluster::Round;

pub(crate) use flags::ClusterFlags;

/// The command that an element of a round runs, on whatever machine.
#[derive(Clone, Debug)]
pub(crate) struct ShardCommand {
    program: PathBuf,
    options: Vec<String>,
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
        Ok(Self { program, options })
    }

    /// As a line of a POSIX shell. `element` is the number of the element, as the shell knows it.
    pub(crate) fn line(&self, round: &Round, element: &str) -> String {
        let (plan, file) = (round.plan.display().to_string(), round.file.display().to_string());
        let program = self.program.display().to_string();
        let mut words = [&program, "shard", "run", "--plan", &plan, "--round", &file].map(quoted).to_vec();
        words.extend(self.options.iter().map(|word| quoted(word)));
        format!("{} --element {element}", words.join(" "))
    }
}

/// A word as a POSIX shell takes it, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
