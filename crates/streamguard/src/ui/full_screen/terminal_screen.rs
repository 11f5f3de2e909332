//!
//! The terminal of a full-screen view: taken, given back, and taken again after Ctrl+Z.
//!
//! The terminal still sends signals for Ctrl+C and Ctrl+Z, so that these do what they do everywhere. A thread
//! of its own writes the frames: a terminal that does not take them loses frames, and never delays the run.

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

use crate::ui::escape::escape;
use crate::ui::print::print_notice;

/// Longest time to wait for a terminal that takes nothing, when it is given back.
const GIVE_BACK_TIMEOUT: Duration = Duration::from_millis(500);

/// Panics of other threads that are kept until the terminal is given back.
const MAX_DEFERRED_PANICS: usize = 20;

/// Current owner of the terminal.
static TERMINAL: Mutex<TerminalOwner> = Mutex::new(TerminalOwner::Unavailable);

/// Number of times that the terminal was taken, or has to be drawn again for another reason.
static TIMES_TAKEN: AtomicU32 = AtomicU32::new(0);

/// Owner of the terminal.
enum TerminalOwner {
    /// Not ours, but free to be taken.
    Free,
    /// Ours, with the modes that it had before.
    Ours(Termios),
    /// Not ours, and not to be taken: this process is about to stop or to end.
    Unavailable,
}

/// Thread that draws. A panic of any other thread is reported by the engine.
static DRAWING_THREAD: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Texts of the panics of other threads.
static DEFERRED_PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn held() -> MutexGuard<'static, TerminalOwner> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the terminal is ours. False as well while another thread changes that.
pub(crate) fn is_held() -> bool {
    TERMINAL.try_lock().is_ok_and(|held| matches!(*held, TerminalOwner::Ours(_)))
}

/// Whether the terminal is ours or about to be: text that is printed now might not be seen.
fn is_in_use() -> bool {
    !TERMINAL.try_lock().is_ok_and(|held| !matches!(*held, TerminalOwner::Ours(_)))
}

/// Returns the number of times that the terminal was taken: after each, everything has to be drawn again.
pub(crate) fn taken() -> u32 {
    TIMES_TAKEN.load(Ordering::Relaxed)
}

/// Whether this process is in the foreground of its terminal.
fn is_foreground() -> bool {
    tcgetpgrp(io::stderr()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Takes the terminal if it is free. Returns whether it is ours.
fn take() -> io::Result<bool> {
    let mut held = held();
    if let TerminalOwner::Free = *held
        && is_foreground()
    {
        let before = tcgetattr(io::stderr())?;
        // The old modes are stored before the first change, so that a signal at any moment finds what to restore.
        *held = TerminalOwner::Ours(before.clone());
        enter(&before)?;
    }
    Ok(matches!(*held, TerminalOwner::Ours(_)))
}

/// Sets the terminal up: alternate screen, no echo, no cursor.
fn enter(before: &Termios) -> io::Result<()> {
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    // Ctrl+C, Ctrl+Z and Ctrl+\ stay signals, which are handled even if no key is read.
    modes.local_modes.insert(LocalModes::ISIG);
    // Ctrl+S would stop all output of the terminal, and with it the view.
    modes.input_modes.remove(InputModes::IXON);
    // A read returns with the first byte, and waits for it without a time limit.
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    tcsetattr(io::stderr(), OptionalActions::Now, &modes)?;
    execute!(io::stderr(), terminal::EnterAlternateScreen, cursor::Hide)?;
    TIMES_TAKEN.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Gives the terminal back as it was, if it is ours. Errors are ignored: nothing more could be done. Nobody
/// takes it again before [`TerminalScreen::open`] or [`reopen`].
pub(crate) fn give_back() {
    let since = Instant::now();
    let held = loop {
        match TERMINAL.try_lock() {
            Ok(held) => break Some(held),
            Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
            // The writer holds the lock while it writes to a terminal that does not take its output.
            Err(TryLockError::WouldBlock) if since.elapsed() > GIVE_BACK_TIMEOUT => break None,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
        }
    };
    // Marked first: whatever happens next, no other thread draws on the terminal of the shell.
    let before = held.map(|mut held| std::mem::replace(&mut *held, TerminalOwner::Unavailable));
    if let Some(TerminalOwner::Ours(before)) = before {
        let _ = execute!(io::stderr(), style::ResetColor, terminal::LeaveAlternateScreen, cursor::Show);
        let _ = tcsetattr(io::stderr(), OptionalActions::Now, &before);
    }
    let entry = std::mem::take(&mut *DEFERRED_PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    entry.iter().for_each(|panic| print_notice(panic));
}

/// Allows to take the terminal again.
fn reopen() {
    let mut held = held();
    if let TerminalOwner::Unavailable = *held {
        *held = TerminalOwner::Free;
    }
}

/// Makes panics leave the terminal intact: a panic of the thread that draws gives it back first; those of other
/// threads are printed when it is given back.
fn guard_panics() {
    static ONCE: Once = Once::new();
    *DRAWING_THREAD.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let owner = *DRAWING_THREAD.lock().unwrap_or_else(PoisonError::into_inner);
            if owner == Some(thread::current().id()) {
                give_back();
            } else if is_in_use() {
                let mut entry = DEFERRED_PANICS.lock().unwrap_or_else(PoisonError::into_inner);
                if entry.len() < MAX_DEFERRED_PANICS {
                    entry.push(escape(&info.to_string()));
                }
                return;
            }
            before(info);
        }));
    });
}

/// Terminal that is ours; it is given back when this is dropped.
pub(crate) struct TerminalScreen {
    signals: Handle,
    frames: Option<SyncSender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
    state: Arc<WriterState>,
}

/// State of the thread that writes.
#[derive(Default)]
struct WriterState {
    busy: AtomicBool,
    gone: AtomicBool,
}

impl TerminalScreen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or is not ours to take.
    pub(crate) fn open() -> io::Result<Self> {
        guard_panics();
        reopen();
        let signals = attend_signals()?;
        let state = Arc::<WriterState>::default();
        let (frames, writer) = start_writer(Arc::clone(&state))?;
        let screen = Self { signals, frames: Some(frames), writer: Some(writer), state };
        match take()? {
            true => Ok(screen),
            false => Err(io::Error::other("this process is in the background of its terminal")),
        }
    }

    /// Whether a frame can be shown now: the terminal is ours, and the last frame is written.
    pub(crate) fn is_ready(&self) -> bool {
        if self.state.gone.load(Ordering::Relaxed) || self.state.busy.load(Ordering::Acquire) {
            return false;
        }
        // After Ctrl+Z and `bg` this process is in the background; the first frame after `fg` takes the terminal again.
        is_held() || take().unwrap_or(false)
    }

    /// Shows a frame of escape sequences.
    pub(crate) fn show(&self, frame: Vec<u8>) {
        if let Some(frames) = &self.frames {
            self.state.busy.store(true, Ordering::Release);
            // Cannot fail: the writer lives as long as this sender.
            let _ = frames.send(frame);
        }
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        // The order matters: without signals nobody takes the terminal again, and without the
        // sender the writer ends after its last frame.
        self.signals.close();
        self.frames = None;
        let since = Instant::now();
        while self.state.busy.load(Ordering::Acquire) && since.elapsed() < GIVE_BACK_TIMEOUT {
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

/// Starts the thread that writes frames while the terminal is ours.
fn start_writer(state: Arc<WriterState>) -> io::Result<(SyncSender<Vec<u8>>, JoinHandle<()>)> {
    // A frame may wait while one is written. More are never sent, since `is_ready` asks first.
    let (sender, frames) = mpsc::sync_channel::<Vec<u8>>(1);
    let writer = thread::Builder::new().name("screen".to_owned()).spawn(move || {
        for frame in frames {
            let held = held();
            let written = match *held {
                TerminalOwner::Ours(_) => io::stderr().lock().write_all(&frame),
                TerminalOwner::Free | TerminalOwner::Unavailable => Ok(()),
            };
            // Released before `busy` is cleared, so that whoever sees an idle writer can have the
            // lock.
            drop(held);
            if written.is_err() {
                // The terminal is gone. The run continues unseen.
                state.gone.store(true, Ordering::Relaxed);
            }
            state.busy.store(false, Ordering::Release);
        }
    })?;
    Ok((sender, writer))
}

/// Starts the thread that gives the terminal back before this process is stopped or dumped, and has everything
/// drawn again when it continues.
fn attend_signals() -> io::Result<Handle> {
    let mut signals = Signals::new([SIGTSTP, SIGQUIT, SIGCONT])?;
    let handle = signals.handle();
    thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        for signal in &mut signals {
            if signal == SIGCONT {
                // SIGSTOP cannot be handled: after it the shell may have changed the modes of the terminal.
                if let TerminalOwner::Ours(before) = &*held()
                    && is_foreground()
                {
                    let _ = enter(before);
                }
            } else {
                give_back();
                // This stops the process; it returns after SIGCONT.
                let _ = emulate_default_handler(signal);
                reopen();
            }
        }
    })?;
    Ok(handle)
}
