//! Keys, read by a thread of its own.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use streamguard_engine::{CancelToken, PauseToken};

use super::screen;

/// How often the thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// How long the thread may take to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// Lines of a page.
const PAGE: isize = 10;

/// What a key asks of the dashboard. Those that ask something of the run are obeyed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Every shard is worth a line, or no longer.
    Verbose,
    /// Explain the keys, or no longer.
    Help,
    /// Back to where all began.
    Escape,
    /// Move by so many lines.
    Scroll(isize),
    /// Move the log by so many lines.
    ScrollLog(isize),
    /// Something has changed about the terminal.
    Redraw,
}

/// The thread that reads keys; dropping this ends it.
pub(super) struct Keys {
    pressed: Receiver<Key>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keys {
    /// Listens. `q` asks `cancel` to stop, `p` toggles `pause`.
    pub(super) fn listen(cancel: CancelToken, pause: PauseToken) -> io::Result<Self> {
        let (sender, pressed) = mpsc::channel();
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let thread = thread::Builder::new().name("keys".to_owned()).spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                // Who is in the background would be stopped for reading.
                if !screen::is_held() {
                    thread::sleep(LOOK);
                    continue;
                }
                // A terminal that is gone has no keys.
                let Ok(events) = wait().and_then(|()| events()) else { return };
                for key in events.iter().filter_map(|event| understand(event, &cancel, &pause)) {
                    if sender.send(key).is_err() {
                        return;
                    }
                }
            }
        })?;
        Ok(Self { pressed, over, thread: Some(thread) })
    }

    /// The next key that was pressed.
    pub(super) fn next(&self) -> Option<Key> {
        self.pressed.try_recv().ok()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // What is typed from now on belongs to whoever has the terminal next. Nobody waits for a
        // thread that is stuck in a terminal which is going away.
        let since = Instant::now();
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) && since.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Waits a moment for something to be typed.
///
/// # Errors
/// A terminal that has hung up: reading it would give nothing, again and again.
fn wait() -> io::Result<()> {
    let stdin = io::stdin();
    let controlling;
    // The terminal that crossterm reads.
    let terminal = if stdin.is_terminal() {
        stdin.as_fd()
    } else {
        controlling = File::open("/dev/tty")?;
        controlling.as_fd()
    };
    let mut polled = [PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
    let look = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
    match poll(&mut polled, Some(&look)) {
        // A signal: look again.
        Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) if polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => {
            Err(io::ErrorKind::NotConnected.into())
        }
        Ok(_) => Ok(()),
    }
}

/// What happened to the terminal meanwhile.
fn events() -> io::Result<Vec<Event>> {
    let mut events = Vec::new();
    while event::poll(Duration::ZERO)? {
        events.push(event::read()?);
    }
    Ok(events)
}

fn understand(event: &Event, cancel: &CancelToken, pause: &PauseToken) -> Option<Key> {
    let key = match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key,
        Event::Resize(..) => return Some(Key::Redraw),
        _ => return None,
    };
    Some(match key.code {
        KeyCode::Char('q') => {
            // Asking twice would be asking to stop at once: that is for Ctrl+C.
            if !cancel.requested() {
                cancel.request();
            }
            Key::Redraw
        }
        KeyCode::Char('p') => {
            pause.toggle();
            Key::Redraw
        }
        KeyCode::Char('v') => Key::Verbose,
        KeyCode::Char('?') => Key::Help,
        KeyCode::Esc => Key::Escape,
        KeyCode::Up => Key::Scroll(-1),
        KeyCode::Down => Key::Scroll(1),
        KeyCode::PageUp => Key::ScrollLog(-PAGE),
        KeyCode::PageDown => Key::ScrollLog(PAGE),
        KeyCode::Home => Key::ScrollLog(isize::MIN / 2),
        KeyCode::End => Key::ScrollLog(isize::MAX / 2),
        _ => return None,
    })
}
