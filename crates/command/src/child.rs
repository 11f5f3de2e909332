//! Runs one command as a child process: passes its standard output on, and ends it when asked to.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal};
use streamguard_engine::ShardError;

/// Longest time between two looks at whether the command is to stop.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Time that a command has to end after SIGTERM. The engine gives a shard two seconds to stop.
const TERM_TIMEOUT: Duration = Duration::from_secs(1);

/// Size of the read buffer in bytes: what a pipe holds by default (pipe(7)).
const BUFFER_BYTES: usize = 64 << 10;

/// Size of the end of the standard error that is kept, in bytes.
const MAX_TAIL_BYTES: usize = 4 << 10;

/// A command that ended by itself.
pub(crate) struct EndedCommand {
    pub(crate) status: ExitStatus,
    /// The end of its standard error.
    pub(crate) stderr: Vec<u8>,
}

/// Receiver of the standard output of a command.
pub(crate) trait OutputTaker {
    /// Takes some bytes. An error ends the command.
    fn take(&mut self, bytes: &[u8]) -> Result<(), ShardError>;
    /// Checks whether the command is to stop; an error ends it.
    fn check(&self) -> Result<(), ShardError>;
}

/// Runs a command to its end. Its standard output goes to `stdout` if that is given, and to `taker` otherwise.
pub(crate) fn run_command(
    words: &[String],
    memory_bytes: Option<u64>,
    stdout: Option<File>,
    taker: &mut dyn OutputTaker,
) -> Result<EndedCommand, ShardError> {
    let [program, arguments @ ..] = words else { return Err(ShardError::failed("the command is empty")) };
    // Nothing is done between fork and exec, so that std can use posix_spawn(3), which copies no page tables. The
    // child stays in the process group of this worker, with which it is killed whatever happens to the engine.
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stdout.map_or_else(Stdio::piped, Stdio::from))
        .stderr(Stdio::piped())
        .spawn();
    let child = spawned.map_err(|error| ShardError::failed(format!("cannot start {program}: {error}")))?;
    if let Some(bytes) = memory_bytes {
        // An error means that the child has ended already.
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        let _ = rustix::process::prlimit(Some(pid(&child)?), Resource::As, limit);
    }
    let mut run = RunningCommand::new(child);
    match run.follow(taker, RunningCommand::wait_for_pipes) {
        Ok(status) => Ok(EndedCommand { status, stderr: run.stderr.into() }),
        Err(error) => {
            end(&mut run.child);
            Err(error)
        }
    }
}

/// A child with its pipes; one that was read to its end is `None`.
struct RunningCommand {
    child: Child,
    pipes: [Option<File>; 2],
    stderr: VecDeque<u8>,
    buffer: Vec<u8>,
}

impl RunningCommand {
    fn new(mut child: Child) -> Self {
        let stdout = child.stdout.take().map(|pipe| File::from(OwnedFd::from(pipe)));
        let stderr = child.stderr.take().map(|pipe| File::from(OwnedFd::from(pipe)));
        Self { child, pipes: [stdout, stderr], stderr: VecDeque::new(), buffer: vec![0; BUFFER_BYTES] }
    }

    /// Reads the pipes until the command has ended. `wait_for_pipes` is [`Self::wait_for_pipes`], but in tests.
    fn follow(
        &mut self,
        taker: &mut dyn OutputTaker,
        mut wait_for_pipes: impl FnMut(&Self) -> Result<Vec<usize>, ShardError>,
    ) -> Result<ExitStatus, ShardError> {
        while self.pipes.iter().any(Option::is_some) {
            taker.check()?;
            // Asked before the pipes are: a command that ends after they were found empty may have written before.
            let ended = self.child.try_wait().map_err(ShardError::failed)?;
            let ready = wait_for_pipes(self)?;
            self.read(&ready, taker)?;
            if let Some(status) = ended
                && ready.is_empty()
            {
                // What it left in the background still holds the pipes, but the command is over.
                return Ok(status);
            }
        }
        wait(&mut self.child, taker)
    }

    /// Waits a moment for the pipes, and returns the positions of those that can be read.
    fn wait_for_pipes(&self) -> Result<Vec<usize>, ShardError> {
        let open = self.pipes.iter().enumerate().filter_map(|(at, pipe)| Some((at, pipe.as_ref()?)));
        let (positions, mut polled): (Vec<usize>, Vec<PollFd<'_>>) =
            open.map(|(at, pipe)| (at, PollFd::new(pipe, PollFlags::IN))).unzip();
        let deadline = Instant::now() + CHECK_INTERVAL;
        while let Err(error) =
            poll(&mut polled, Some(&timeout(deadline.saturating_duration_since(Instant::now()))))
        {
            if error != rustix::io::Errno::INTR {
                return Err(ShardError::failed(io::Error::from(error)));
            }
        }
        let ready = positions.into_iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
        Ok(ready.map(|(at, _)| at).collect())
    }

    /// Reads from the pipes at some positions what is there.
    fn read(&mut self, ready: &[usize], taker: &mut dyn OutputTaker) -> Result<(), ShardError> {
        for &at in ready {
            let Some(pipe) = &mut self.pipes[at] else { continue };
            let count = pipe.read(&mut self.buffer).map_err(ShardError::failed)?;
            let bytes = &self.buffer[..count];
            match (count, at) {
                (0, _) => self.pipes[at] = None,
                (_, 0) => taker.take(bytes)?,
                _ => {
                    self.stderr.extend(bytes);
                    let surplus = self.stderr.len().saturating_sub(MAX_TAIL_BYTES);
                    self.stderr.drain(..surplus);
                }
            }
        }
        Ok(())
    }
}

/// Waits for the end of a command that has closed its pipes.
fn wait(child: &mut Child, taker: &dyn OutputTaker) -> Result<ExitStatus, ShardError> {
    loop {
        // Almost always it has ended: the kernel closes the pipes of a process when it exits.
        if let Some(status) = child.try_wait().map_err(ShardError::failed)? {
            return Ok(status);
        }
        taker.check()?;
        wait_for_end(child, CHECK_INTERVAL)?;
    }
}

/// Waits until a child ends, or the time is over.
fn wait_for_end(child: &Child, longest: Duration) -> Result<(), ShardError> {
    let failed = |error: rustix::io::Errno| ShardError::failed(io::Error::from(error));
    let handle = rustix::process::pidfd_open(pid(child)?, PidfdFlags::empty()).map_err(failed)?;
    match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&timeout(longest))) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Ends a command: first by SIGTERM, so that it can tidy up, then by SIGKILL.
fn end(child: &mut Child) {
    if let Ok(pid) = pid(child) {
        let _ = rustix::process::kill_process(pid, Signal::TERM);
        let _ = wait_for_end(child, TERM_TIMEOUT);
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn pid(child: &Child) -> Result<Pid, ShardError> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| ShardError::failed("the command has no process id"))
}

fn timeout(length: Duration) -> Timespec {
    Timespec::try_from(length).expect("the lengths here are a second at most")
}

#[cfg(test)]
mod tests {
    use super::*;

    impl OutputTaker for Vec<u8> {
        fn take(&mut self, bytes: &[u8]) -> Result<(), ShardError> {
            self.extend(bytes);
            Ok(())
        }

        fn check(&self) -> Result<(), ShardError> {
            Ok(())
        }
    }

    #[test]
    fn what_a_command_writes_just_before_its_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let script = "until [ -e go ]; do sleep 0.01; done; echo output; echo remark >&2";
        let child = Command::new("sh")
            .args(["-c", script])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut run, mut output, mut waits) = (RunningCommand::new(child), Vec::new(), 0);
        let status = run.follow(&mut output, |run| {
            waits += 1;
            if waits > 1 {
                return run.wait_for_pipes();
            }
            // The pipes were found empty, and the command writes and ends before anything else is asked.
            std::fs::write(folder.path().join("go"), "").unwrap();
            wait_for_end(&run.child, Duration::from_mins(1)).map(|()| Vec::new())
        });
        assert!(status.unwrap().success());
        assert_eq!((output, run.stderr.into()), (b"output\n".to_vec(), b"remark\n".to_vec()));
    }
}
