//! A stream that is read as its bytes come: standard input, or a pipe.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::line_splitter::LineSplitter;
use crate::line_reader::LineBatch;
use crate::log_source::STANDARD_INPUT;

/// An open stream.
#[derive(Debug)]
pub(super) struct GrowingStream {
    file: File,
    splitter: LineSplitter,
    bytes: u64,
    is_ended: bool,
}

impl GrowingStream {
    /// Opens a stream.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = match path.as_os_str() == STANDARD_INPUT {
            // Without the buffer of `io::stdin`, whose bytes no poll would report.
            true => File::from(io::stdin().as_fd().try_clone_to_owned()?),
            // A pipe that nobody writes to yet would hold up the other logs, and the end of the run.
            false => open_without_waiting(path)?,
        };
        Ok(Self { file, splitter: LineSplitter::default(), bytes: 0, is_ended: false })
    }

    /// Reads once if that does not wait. Returns whether anything came.
    ///
    /// # Errors
    /// Errors of the stream.
    pub(super) fn advance(
        &mut self,
        buffer: &mut [u8],
        mut take: impl FnMut(LineBatch<'_>),
    ) -> io::Result<bool> {
        if self.is_ended || !wait_for(&[&*self], Duration::ZERO)? {
            return Ok(false);
        }
        let read = match self.file.read(buffer) {
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {
                return Ok(false);
            }
            read => read?,
        };
        self.bytes += read as u64;
        match read {
            0 => {
                self.is_ended = true;
                self.splitter.finish(take);
            }
            _ => self.splitter.push(&buffer[..read], &mut take),
        }
        Ok(read > 0)
    }

    /// Returns whether the stream has ended.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Returns the number of bytes that came.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns whether the beginning of a line waits for its rest.
    pub(super) fn has_unfinished(&self) -> bool {
        self.splitter.has_unfinished()
    }
}

/// Opens a pipe to read from. Reading from it does not wait, either.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Waits until one of some streams has bytes or has ended, but not longer than `longest`. Returns whether one has.
///
/// # Errors
/// Errors of the system.
pub(super) fn wait_for(streams: &[&GrowingStream], longest: Duration) -> io::Result<bool> {
    if streams.is_empty() {
        thread::sleep(longest);
        return Ok(false);
    }
    let mut polled: Vec<PollFd<'_>> =
        streams.iter().map(|stream| PollFd::from_borrowed_fd(stream.file.as_fd(), PollFlags::IN)).collect();
    let timeout = Timespec {
        tv_sec: longest.as_secs().try_into().unwrap_or(0),
        tv_nsec: longest.subsec_nanos().into(),
    };
    match poll(&mut polled, Some(&timeout)) {
        Err(Errno::INTR) => Ok(false),
        ready => Ok(ready? > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_without_a_writer_does_not_wait() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, Mode::RWXU).unwrap();
        let mut stream = GrowingStream::open(&pipe).unwrap();
        let mut lines = 0;
        let mut advance = |stream: &mut GrowingStream| stream.advance(&mut [0; 64], |_| lines += 1).unwrap();
        assert!(!advance(&mut stream));
        std::fs::OpenOptions::new()
            .write(true)
            .open(&pipe)
            .and_then(|mut file| {
                use std::io::Write;
                file.write_all(b"a line\n")
            })
            .unwrap();
        while advance(&mut stream) {}
        assert_eq!(lines, 1);
    }
}
