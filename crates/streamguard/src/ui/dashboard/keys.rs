//! Keys, read by a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use engine::{Cancel, Pause};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};

use super::screen;

/// How often the thread looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);

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
    pub(super) fn listen(cancel: Cancel, pause: Pause) -> io::Result<Self> {
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
                let event = match event::poll(LOOK) {
                    Ok(true) => event::read(),
                    Ok(false) => continue,
                    Err(error) => Err(error),
                };
                // A terminal that is gone has no keys.
                let Ok(event) = event else { return };
                if let Some(key) = understand(&event, &cancel, &pause)
                    && sender.send(key).is_err()
                {
                    return;
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
        if let Some(thread) = self.thread.take() {
            // What is typed from now on belongs to whoever has the terminal next.
            let _ = thread.join();
        }
    }
}

fn understand(event: &Event, cancel: &Cancel, pause: &Pause) -> Option<Key> {
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
