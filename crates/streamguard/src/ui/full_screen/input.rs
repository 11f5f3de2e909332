//! Input of the terminal.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Waits for input, at most so long.
///
/// # Errors
/// A terminal that has hung up: reads from it would return nothing, again and again.
pub(crate) fn wait(longest: Duration) -> io::Result<()> {
    let stdin = io::stdin();
    let controlling;
    // crossterm reads standard input, or the controlling terminal if that is something else.
    let terminal = if stdin.is_terminal() {
        stdin.as_fd()
    } else {
        controlling = File::open("/dev/tty")?;
        controlling.as_fd()
    };
    // crossterm's own poll does not report a hang-up, and its read would return at once for ever.
    let mut polled = [PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
    let timeout = Timespec {
        tv_sec: longest.as_secs().try_into().unwrap_or(0),
        tv_nsec: longest.subsec_nanos().into(),
    };
    match poll(&mut polled, Some(&timeout)) {
        // Interrupted by a signal: poll again.
        Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) if polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => {
            Err(io::ErrorKind::NotConnected.into())
        }
        Ok(_) => Ok(()),
    }
}

/// Returns the events of the terminal so far.
pub(crate) fn events() -> io::Result<Vec<Event>> {
    let mut events = Vec::new();
    while event::poll(Duration::ZERO)? {
        events.push(event::read()?);
    }
    Ok(events)
}
