//! Keys, read on a thread of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind};
use streamguard_engine::{CancelToken, PauseToken};

use crate::ui::full_screen::input::{events, wait};
use crate::ui::full_screen::is_held;

/// Time between two checks whether the thread is still needed.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Time that the thread has to end.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// Lines that a page moves.
const PAGE_LINES: isize = 10;

/// Request of a key to the dashboard. Keys for the run take effect at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DashboardKey {
    /// Show a line for every shard, or stop that.
    Verbose,
    /// Show the explanation of the keys, or hide it.
    Help,
    /// Return to the start of all lists.
    Escape,
    /// Scroll by this number of lines.
    Scroll(isize),
    /// Scroll the log by this number of lines.
    ScrollLog(isize),
    /// Draw again: the terminal has changed.
    Redraw,
}

/// Thread that reads keys; it ends when this is dropped.
pub(crate) struct KeyReader {
    pressed: Receiver<DashboardKey>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl KeyReader {
    /// Starts to read keys. `q` requests `cancel`, `p` toggles `pause`.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(crate) fn listen(cancel: CancelToken, pause: PauseToken) -> io::Result<Self> {
        let (sender, pressed) = mpsc::channel();
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let thread = thread::Builder::new().name("keys".to_owned()).spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                // A background process that reads its terminal is stopped by SIGTTIN.
                if !is_held() {
                    thread::sleep(POLL_INTERVAL);
                    continue;
                }
                // A terminal that is gone has no keys: the thread ends.
                let Ok(events) = wait(POLL_INTERVAL).and_then(|()| events()) else { return };
                for key in events.iter().filter_map(|event| understand(event, &cancel, &pause)) {
                    if sender.send(key).is_err() {
                        return;
                    }
                }
            }
        })?;
        Ok(Self { pressed, over, thread: Some(thread) })
    }

    /// Returns the next key that was pressed.
    pub(crate) fn next(&self) -> Option<DashboardKey> {
        self.pressed.try_recv().ok()
    }
}

impl Drop for KeyReader {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Keys that are typed from now on belong to the next program, so the thread has to stop reading. But a
        // read of a terminal that is going away may never return.
        let since = Instant::now();
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
            && since.elapsed() < STOP_TIMEOUT
        {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn understand(event: &Event, cancel: &CancelToken, pause: &PauseToken) -> Option<DashboardKey> {
    let key = match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key,
        Event::Resize(..) => return Some(DashboardKey::Redraw),
        _ => return None,
    };
    Some(match key.code {
        KeyCode::Char('q') => {
            // A second request would stop at once: only Ctrl+C does that.
            if !cancel.requested() {
                cancel.request();
            }
            DashboardKey::Redraw
        }
        KeyCode::Char('p') => {
            pause.toggle();
            DashboardKey::Redraw
        }
        KeyCode::Char('v') => DashboardKey::Verbose,
        KeyCode::Char('?') => DashboardKey::Help,
        KeyCode::Esc => DashboardKey::Escape,
        KeyCode::Up => DashboardKey::Scroll(-1),
        KeyCode::Down => DashboardKey::Scroll(1),
        KeyCode::PageUp => DashboardKey::ScrollLog(-PAGE_LINES),
        KeyCode::PageDown => DashboardKey::ScrollLog(PAGE_LINES),
        // Half of the range: the value is negated and added to positions, and must not overflow.
        KeyCode::Home => DashboardKey::ScrollLog(isize::MIN / 2),
        KeyCode::End => DashboardKey::ScrollLog(isize::MAX / 2),
        _ => return None,
    })
}
