//! The job: a command, its inputs, and what becomes of its output.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_durable::TemporaryFile;
use streamguard_engine::{
    CommandExit, CommandLine, Job, JobError, JobSummary, LogLevel, MemoryGrowth, MergeContext, Plan,
    PlanContext, ServeError, Shard, ShardError, ShardLimits, ShardOutput,
};

use crate::captured_output::CapturedOutput;
use crate::child::run_command;
use crate::input_list::InputList;
use crate::shell_quote::quote_line;
use crate::stdout_use::StdoutUse;
use crate::template::{CommandTemplate, fill_name};
use crate::text_chunk::TextChunk;
/// Largest command, in bytes: what Linux takes as arguments (execve(2)) is 128 KiB for one, and 2 MiB for all.
const MAX_COMMAND_BYTES: usize = 2 << 20;

/// Longest excerpt of the standard error in a reason, in characters.
const MAX_EXCERPT_CHARS: usize = 200;

/// A job that runs a command once for each row of inputs.
#[derive(Clone, Debug)]
pub struct CommandJob {
    name: String,
    settings: CommandSettings,
    inputs: InputList,
    /// Folder in which the command runs, and from which inputs are named.
    folder: PathBuf,
    /// Program that serves as the worker, and in it runs the commands.
    worker: Option<CommandLine>,
    limits: ShardLimits,
    after: Vec<String>,
    resources: BTreeMap<String, u64>,
    keeps_partial: bool,
    /// Memory that each run of the command may use, in a worker.
    memory: Option<CommandMemory>,
}

/// Memory that a command may use, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandMemory {
    /// Memory of the first attempt.
    pub first_bytes: u64,
    /// How it grows with the attempts.
    pub growth: Option<MemoryGrowth>,
}

impl CommandMemory {
    /// Returns the memory of an attempt, counted from 1.
    fn bytes(self, attempt: u32) -> u64 {
        self.growth.map_or(self.first_bytes, |growth| growth.bytes(self.first_bytes, attempt))
    }
}

/// The settings that decide the output, and reach the worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CommandSettings {
    command: CommandTemplate,
    stdout: StdoutUse,
    /// What tells the inputs from others.
    inputs: Value,
}

/// One run of the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandShard {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The inputs, if records name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    input: Vec<String>,
    /// The file that receives standard output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl CommandJob {
    /// Creates a job, whose commands are started by threads of this process unless [`CommandJob::with_worker`] names
    /// another.
    pub fn new(
        name: impl Into<String>,
        command: CommandTemplate,
        inputs: InputList,
        stdout: StdoutUse,
    ) -> Self {
        let settings = CommandSettings { command, stdout, inputs: inputs.fingerprint() };
        Self { inputs, ..Self::serving(name.into(), settings) }
    }

    /// Makes the job in a worker, from what [`Job::settings`] says. It runs shards, and plans none.
    ///
    /// # Errors
    /// Settings that are not of such a job.
    pub fn from_settings(name: &str, settings: Value) -> Result<Self, serde_json::Error> {
        Ok(Self::serving(name.to_owned(), serde_json::from_value(settings)?))
    }

    /// Sets the program that serves as the worker, by [`CommandJob::serve`]. A small process starts commands faster than
    /// a large one, and the limits and the end of the worker are those of the command.
    pub fn with_worker(self, worker: CommandLine) -> Self {
        Self { worker: Some(worker), ..self }
    }

    /// Serves as a worker: runs commands for the engine on the other end of standard input and output. Each may use so
    /// much memory.
    ///
    /// # Errors
    /// [`ServeError`].
    pub fn serve(memory: Option<CommandMemory>) -> Result<(), ServeError> {
        // This process must live a moment longer than the engine, should that be killed: when its input ends, it kills
        // its process group, and with it all that commands have started. Its own death would only orphan them.
        let _ = rustix::process::set_parent_process_death_signal(None);
        streamguard_engine::serve(|name, settings, _| {
            let job = Self::from_settings(name, settings).map_err(|error| error.to_string())?;
            Ok(Arc::new(Self { memory, ..job }))
        })
    }

    fn serving(name: String, settings: CommandSettings) -> Self {
        Self {
            name,
            settings,
            inputs: InputList::default(),
            folder: PathBuf::from("."),
            worker: None,
            limits: Self::default_limits(),
            after: Vec::new(),
            resources: BTreeMap::new(),
            keeps_partial: false,
            memory: None,
        }
    }

    /// Returns the limits of commands that say nothing else: one attempt, because a command may have effects.
    pub fn default_limits() -> ShardLimits {
        ShardLimits { max_attempts: 1, ..ShardLimits::default() }
    }

    /// Sets the limits of its shards.
    pub fn with_limits(self, limits: ShardLimits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the names of the jobs that must have a result before it plans.
    pub fn with_after(self, after: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { after: after.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets how much of each named resource a running command takes.
    pub fn with_resources(self, resources: BTreeMap<String, u64>) -> Self {
        Self { resources, ..self }
    }

    /// Sets the folder from which inputs are named.
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), ..self }
    }

    /// Makes a run that is stopped keep the outputs of the commands that ended.
    pub fn keeping_partial(self) -> Self {
        Self { keeps_partial: true, ..self }
    }

    /// Returns the runs of the command, in order.
    ///
    /// # Errors
    /// Inputs that cannot be read, two runs that would write the same file, and commands that are too long.
    pub fn shards(&self) -> Result<Vec<CommandShard>, JobError> {
        let CommandSettings { command, stdout, .. } = &self.settings;
        let rows = self.inputs.rows(&self.folder).map_err(JobError::failed)?;
        let mut files = HashSet::new();
        let mut shards = Vec::with_capacity(rows.len());
        for (row, number) in rows.into_iter().zip(1..) {
            let command = command.fill(&row, number);
            if command.iter().map(|word| word.len() + 1).sum::<usize>() > MAX_COMMAND_BYTES {
                return Err(JobError::Failed(format!(
                    "command {number} is longer than {MAX_COMMAND_BYTES} bytes"
                )));
            }
            let file = match stdout {
                StdoutUse::File(name) => Some(fill_name(name, &row, number)),
                _ => None,
            };
            if let Some(twice) = file.clone().filter(|file| !files.insert(file.clone())) {
                return Err(JobError::Failed(format!("two commands would write {twice:?}")));
            }
            let input = if stdout.needs_input() { row.values } else { Vec::new() };
            shards.push(CommandShard { command, input, file });
        }
        Ok(shards)
    }
}

impl CommandShard {
    /// Runs the command in this process's folder.
    fn run(
        &self,
        stdout_use: &StdoutUse,
        memory_bytes: Option<u64>,
        output: &mut ShardOutput<'_>,
    ) -> Result<(), ShardError> {
        let temporary = match &self.file {
            None => None,
            Some(path) => Some(
                create_file(Path::new(path))
                    .map_err(|error| ShardError::failed(format!("cannot write {path}: {error}")))?,
            ),
        };
        let (temporary, file) = temporary.unzip();
        let written = file.as_ref().map(File::try_clone).transpose().map_err(ShardError::failed)?;
        let mut captured = CapturedOutput::new(output, stdout_use);
        let ended = run_command(&self.command, memory_bytes, file, &mut captured)?;
        if !ended.status.success() {
            return Err(exit_error(ended.status, &ended.stderr));
        }
        if let (Some(temporary), Some(written)) = (temporary, written) {
            // Before the shard counts as done: a file that a power cut emptied would never be made again.
            written.sync_all().and_then(|()| temporary.publish()).map_err(ShardError::failed)?;
        }
        captured.finish(&self.input, self.file.as_deref())?;
        if !ended.stderr.trim_ascii().is_empty() {
            output.log(LogLevel::Debug, String::from_utf8_lossy(&ended.stderr).trim_end());
        }
        Ok(())
    }
}

/// Creates a file beside its final name, and the folders that it is in.
fn create_file(path: &Path) -> io::Result<(TemporaryFile, File)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    TemporaryFile::create(path)
}

/// Returns the error about a command that ended with a failure.
fn exit_error(status: ExitStatus, stderr: &[u8]) -> ShardError {
    let exit = CommandExit { code: status.code(), signal: status.signal() };
    let mut reason = match (exit.code, exit.signal) {
        (Some(code), _) => format!("its command ended with exit code {code}"),
        (None, Some(signal)) => format!("its command was ended by signal {signal}"),
        (None, None) => "its command ended in a way that is not known".to_owned(),
    };
    let stderr = String::from_utf8_lossy(stderr);
    if let Some(last) = stderr.lines().rev().find(|line| !line.trim().is_empty()) {
        reason.push_str("; its last line was: ");
        reason.extend(last.chars().take(MAX_EXCERPT_CHARS));
    }
    ShardError::Exited { exit, reason }
}

impl Job for CommandJob {
    fn name(&self) -> &str {
        &self.name
    }

    fn settings(&self) -> Value {
        json!(self.settings)
    }

    fn after(&self) -> Vec<&str> {
        self.after.iter().map(String::as_str).collect()
    }

    fn limits(&self) -> ShardLimits {
        self.limits
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        self.resources.clone()
    }

    fn command(&self) -> Option<&CommandLine> {
        self.worker.as_ref()
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError> {
        context.results.require(&self.after)?;
        Plan::new(self.shards()?).into_json()
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let command = shard.payload.read::<CommandShard>().map_err(ShardError::failed)?;
        let memory_bytes = self.memory.map(|memory| memory.bytes(output.attempt()));
        command.run(&self.settings.stdout, memory_bytes, output)
    }

    fn describe(&self, shard: &Shard) -> String {
        match shard.payload.read::<CommandShard>() {
            Ok(shard) => quote_line(&shard.command),
            Err(_) => shard.payload.to_string(),
        }
    }

    fn keeps_partial(&self) -> bool {
        self.keeps_partial
    }

    fn output_names(&self) -> Vec<String> {
        self.settings.stdout.output_names(&self.name)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let names = self.output_names();
        let records = match (names.first(), &self.settings.stdout) {
            (None, _) => return Ok(JobSummary::default()),
            (Some(name), StdoutUse::Text) => write_text(name, merge)?,
            (Some(name), _) => merge.write_records(name)?,
        };
        Ok(JobSummary::default().metric("records", records))
    }
}

/// Writes the pieces of text that the records hold, one after the other.
fn write_text(name: &str, merge: &mut MergeContext<'_>) -> Result<u64, JobError> {
    let mut file = merge.create_file(name)?;
    let records = merge.for_each_record(|line| {
        let chunk: TextChunk<'_> = serde_json::from_slice(line).map_err(JobError::failed)?;
        file.write_all(chunk.bytes()).map_err(|error| file.write_error(error))
    })?;
    merge.commit_file(file)?;
    Ok(records)
}
