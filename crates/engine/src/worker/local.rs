//! A worker of this machine: runs the shards of each job on its thread or in a child process.

use std::io;

use super::process::ProcessWorker;
use super::thread::ThreadWorker;
use super::{LeasedWork, ResultCallback, Worker};
use crate::command_line::CommandLine;
use crate::event::LogLevel;
use crate::run_options::{MemoryLimit, RunMode, RunOptions};

/// A worker that runs shards on its thread, or in a process if the mode or the job asks for one.
pub(crate) struct LocalWorker {
    /// Command that starts this program as a worker process; `None` if shards run on the thread.
    worker_command: Option<CommandLine>,
    memory: Option<MemoryLimit>,
    thread: ThreadWorker,
    process: Option<ProcessWorker>,
}

impl LocalWorker {
    /// Creates a worker.
    pub(crate) fn new(options: &RunOptions) -> Self {
        let worker_command = match &options.mode {
            RunMode::Process(command) => Some(command.clone()),
            RunMode::Threading | RunMode::Cluster(_) | RunMode::Merge => None,
        };
        let memory = options.worker_memory.clone();
        Self { worker_command, memory, thread: ThreadWorker::default(), process: None }
    }
}

impl Worker for LocalWorker {
    fn end(&mut self, log: &dyn Fn(usize, LogLevel, String)) {
        if let Some(process) = &mut self.process {
            process.end(log);
        }
    }

    fn run(&mut self, work: &LeasedWork<'_>, report: &mut ResultCallback<'_>) -> io::Result<()> {
        // An external job has its own command, whatever the mode.
        match work.job.command().or(self.worker_command.as_ref()) {
            None => {
                work.status.set_process_group(0);
                self.thread.run(work, report)
            }
            Some(command) => {
                // In the mode `threading`, only jobs with their own command get here, so the default is not used.
                let default = self.worker_command.as_ref().unwrap_or(command);
                let memory = &self.memory;
                let process =
                    self.process.get_or_insert_with(|| ProcessWorker::new(default.clone(), memory.clone()));
                process.run(work, report)
            }
        }
    }
}
