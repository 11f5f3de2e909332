//! How to run.

use crate::cancel::Cancel;
use crate::pause::Pause;
use crate::worker::CommandLine;

/// Where shards run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On threads of this process: cheapest, but a crash takes the run along.
    Threading,
    /// In child processes that this command starts; it calls [`crate::serve`].
    Process(CommandLine),
}

impl Mode {
    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Threading => "threading",
            Self::Process(_) => "process",
        }
    }
}

/// How to run. Nothing in here decides what comes out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where shards run.
    pub mode: Mode,
    /// How many shards may run at once, over all jobs.
    pub workers: usize,
    /// Whether the jobs run side by side, or one after the other.
    pub parallel: bool,
    /// How much memory a worker process may use, in bytes.
    pub worker_memory: Option<u64>,
    /// Whoever holds a clone of it can stop the run.
    pub cancel: Cancel,
    /// Whoever holds a clone of it can keep shards from beginning.
    pub pause: Pause,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Threading,
            workers: 4,
            parallel: true,
            worker_memory: None,
            cancel: Cancel::new(),
            pause: Pause::new(),
        }
    }
}
