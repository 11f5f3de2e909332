//! Child processes that end with their parent. The only file with unsafe code.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal};

/// A program to start as a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    keep: Option<Vec<String>>,
    without: Vec<String>,
}

impl CommandLine {
    /// A program and its arguments, with the environment of this process.
    pub fn new(program: impl Into<OsString>, arguments: impl IntoIterator<Item: Into<OsString>>) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            folder: None,
            keep: None,
            without: Vec::new(),
        }
    }

    /// Starts it in this folder.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Hands only these environment variables on.
    pub fn with_only_variables(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.keep = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Does not hand these environment variables on: secrets stay out of children.
    pub fn without_variables(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.without.extend(names.into_iter().map(Into::into));
        self
    }

    /// The program, for messages.
    pub fn program(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(keep) = &self.keep {
            command.env_clear();
            command.envs(keep.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
        }
        for name in &self.without {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        kill_with_parent(&mut command);
        command
    }
}

/// Has the kernel kill the child when the thread that starts it ends, be it by `kill -9`, and
/// keeps it from dumping core.
pub fn kill_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let prepare = move || {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
        // The parent may have died before the line above.
        if rustix::process::getppid() == Some(parent) {
            Ok(())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    };
    #[expect(
        unsafe_code,
        reason = "between fork and exec only signal-safe system calls are made, no memory is touched"
    )]
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Limits the address space of a process, in bytes. What it allocates beyond fails.
pub(crate) fn limit_memory(process: u32, bytes: u64) -> io::Result<()> {
    // No pid would mean this very process.
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
    rustix::process::prlimit(Some(pid), Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) })?;
    Ok(())
}

/// Kills a process group, if it still exists.
pub(crate) fn kill_group(group: u32) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It may be gone already: that is what is wanted.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
}
