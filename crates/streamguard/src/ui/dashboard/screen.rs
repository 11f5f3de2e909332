//! The terminal while the dashboard has it: taken, given back, and taken again after Ctrl+Z.
//!
//! The terminal goes on sending signals for Ctrl+C and Ctrl+Z, so that these do what they do
//! everywhere. Pictures are written by a thread of their own: a terminal that does not take them
//! costs pictures, and never holds the run up.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use ratatui::crossterm::{cursor, execute, style, terminal};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGQUIT, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::ui::{escape::escape, say};

/// How long a terminal that takes nothing is waited for when it is given back.
const PATIENCE: Duration = Duration::from_millis(500);

/// Panics of other threads that are kept until the terminal is given back.
const PANICS: usize = 20;

/// Whose the terminal is.
static HELD: Mutex<Hold> = Mutex::new(Hold::Shut);

/// How often it was taken, or has to be drawn anew for another reason.
static TAKEN: AtomicU32 = AtomicU32::new(0);

/// Whose the terminal is.
enum Hold {
    /// Not ours, but we may take it.
    Free,
    /// Ours; it was so before.
    Ours(Termios),
    /// Not ours, and not to be taken: this process is about to stop or to end.
    Shut,
}

/// Who draws. A panic of any other thread is for the engine to report.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

/// What panics of other threads said.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn held() -> MutexGuard<'static, Hold> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether we have the terminal. False as well while somebody is at it.
pub(super) fn is_held() -> bool {
    HELD.try_lock().is_ok_and(|held| matches!(*held, Hold::Ours(_)))
}

/// Whether somebody is at the terminal, or we have it: what is printed now might not be seen.
fn is_in_use() -> bool {
    !HELD.try_lock().is_ok_and(|held| !matches!(*held, Hold::Ours(_)))
}

/// How often the terminal was taken: with each time all has to be drawn anew.
pub(super) fn taken() -> u32 {
    TAKEN.load(Ordering::Relaxed)
}

/// Whether this process may use the terminal: it is in its foreground.
fn is_foreground() -> bool {
    tcgetpgrp(io::stderr()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Takes the terminal, if it is there to be taken. False if it is not.
fn take() -> io::Result<bool> {
    let mut held = held();
    if let Hold::Free = *held
        && is_foreground()
    {
        let before = tcgetattr(io::stderr())?;
        // Noted first, so that from the first change on it is known what to put back.
        *held = Hold::Ours(before.clone());
        enter(&before)?;
    }
    Ok(matches!(*held, Hold::Ours(_)))
}

/// The terminal as we need it: its other screen, no echo, no cursor.
fn enter(before: &Termios) -> io::Result<()> {
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    modes.local_modes.insert(LocalModes::ISIG);
    // Ctrl+S would freeze the picture.
    modes.input_modes.remove(InputModes::IXON);
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    tcsetattr(io::stderr(), OptionalActions::Now, &modes)?;
    execute!(io::stderr(), terminal::EnterAlternateScreen, cursor::Hide)?;
    TAKEN.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Gives the terminal back as it was, if we have it. Whatever goes wrong, nothing more can be done.
/// Nobody takes it again before [`Screen::open`] or [`reopen`].
pub(super) fn give_back() {
    let since = Instant::now();
    let held = loop {
        match HELD.try_lock() {
            Ok(held) => break Some(held),
            Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
            // Somebody writes to a terminal that does not take it.
            Err(TryLockError::WouldBlock) if since.elapsed() > PATIENCE => break None,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
        }
    };
    let before = held.map(|mut held| std::mem::replace(&mut *held, Hold::Shut));
    if let Some(Hold::Ours(before)) = before {
        let _ = execute!(io::stderr(), style::ResetColor, terminal::LeaveAlternateScreen, cursor::Show);
        let _ = tcsetattr(io::stderr(), OptionalActions::Now, &before);
    }
    let said = std::mem::take(&mut *SAID.lock().unwrap_or_else(PoisonError::into_inner));
    said.iter().for_each(|panic| say(panic));
}

/// Lets the terminal be taken again.
fn reopen() {
    let mut held = held();
    if let Hold::Shut = *held {
        *held = Hold::Free;
    }
}

/// Makes panics leave the terminal intact: one of the thread that draws gives it back first; those of
/// other threads are said when it is given back.
fn guard_panics() {
    static ONCE: Once = Once::new();
    *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
            if owner == Some(thread::current().id()) {
                give_back();
            } else if is_in_use() {
                let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
                if said.len() < PANICS {
                    said.push(escape(&info.to_string()));
                }
                return;
            }
            before(info);
        }));
    });
}

/// The terminal in our hands; dropping this gives it back.
pub(super) struct Screen {
    signals: Handle,
    frames: Option<SyncSender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
    state: Arc<Writing>,
}

/// What the thread that writes is at.
#[derive(Default)]
struct Writing {
    busy: AtomicBool,
    gone: AtomicBool,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or is not ours to take.
    pub(super) fn open() -> io::Result<Self> {
        guard_panics();
        reopen();
        let signals = attend_signals()?;
        let state = Arc::<Writing>::default();
        let (frames, writer) = start_writer(Arc::clone(&state))?;
        let screen = Self { signals, frames: Some(frames), writer: Some(writer), state };
        match take()? {
            true => Ok(screen),
            false => Err(io::Error::other("this process is in the background of its terminal")),
        }
    }

    /// Whether a picture can be shown now: we have the terminal, and the last one is written.
    pub(super) fn is_ready(&self) -> bool {
        if self.state.gone.load(Ordering::Relaxed) || self.state.busy.load(Ordering::Acquire) {
            return false;
        }
        // After Ctrl+Z and `bg` it is taken again as soon as `fg` says so.
        is_held() || take().unwrap_or(false)
    }

    /// Shows a picture, in the terminal's own words.
    pub(super) fn show(&self, frame: Vec<u8>) {
        if let Some(frames) = &self.frames {
            self.state.busy.store(true, Ordering::Release);
            // The writer lives as long as this sender.
            let _ = frames.send(frame);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.signals.close();
        self.frames = None;
        let since = Instant::now();
        while self.state.busy.load(Ordering::Acquire) && since.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
        if !self.state.busy.load(Ordering::Acquire)
            && let Some(writer) = self.writer.take()
        {
            let _ = writer.join();
        }
        give_back();
    }
}

/// Writes pictures as long as we have the terminal.
fn start_writer(state: Arc<Writing>) -> io::Result<(SyncSender<Vec<u8>>, JoinHandle<()>)> {
    let (sender, frames) = mpsc::sync_channel::<Vec<u8>>(1);
    let writer = thread::Builder::new().name("screen".to_owned()).spawn(move || {
        for frame in frames {
            let held = held();
            let written = match *held {
                Hold::Ours(_) => io::stderr().lock().write_all(&frame),
                Hold::Free | Hold::Shut => Ok(()),
            };
            drop(held);
            if written.is_err() {
                // The run goes on without anybody who sees it.
                state.gone.store(true, Ordering::Relaxed);
            }
            state.busy.store(false, Ordering::Release);
        }
    })?;
    Ok((sender, writer))
}

/// Gives the terminal back before this process is stopped or dumped, and has all drawn anew when it
/// goes on.
fn attend_signals() -> io::Result<Handle> {
    let mut signals = Signals::new([SIGTSTP, SIGQUIT, SIGCONT])?;
    let handle = signals.handle();
    thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        for signal in &mut signals {
            if signal == SIGCONT {
                // Who was stopped by force finds a terminal that others have used.
                if let Hold::Ours(before) = &*held()
                    && is_foreground()
                {
                    let _ = enter(before);
                }
            } else {
                give_back();
                // Stops here, and goes on here.
                let _ = emulate_default_handler(signal);
                reopen();
            }
        }
    })?;
    Ok(handle)
}
