//! Pipes of a worker process that end with it.

use std::io::{self, Read};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Time without a byte after which a pipe looks whether its process has died.
const LOOK_INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

/// End of a pipe from a process. It also ends when the process has died and nothing more arrives: a child that the
/// process left behind may hold the other end open for as long as it lives.
#[derive(Debug)]
pub(crate) struct WatchedPipe<P> {
    pipe: P,
    process: Option<Pid>,
}

impl<P> WatchedPipe<P> {
    /// Watches a pipe of the child of this process with this id.
    pub(crate) fn new(pipe: P, process: u32) -> Self {
        Self { pipe, process: i32::try_from(process).ok().and_then(Pid::from_raw) }
    }

    fn has_died(&self) -> bool {
        let Some(process) = self.process else { return false };
        // Not waited for: whoever started the process wants its exit status. If there is no such child, it was.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(process), options), Ok(None))
    }
}

impl<P: Read + AsFd> Read for WatchedPipe<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = [PollFd::new(&self.pipe, PollFlags::IN)];
            match poll(&mut ready, Some(&LOOK_INTERVAL)) {
                Ok(0) if self.has_died() => return Ok(0),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return self.pipe.read(buffer),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
