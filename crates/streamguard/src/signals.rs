//! Signals: the first one asks to stop, the second one ends the program.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use streamguard::ui;
use streamguard_engine::CancelToken;
use streamguard_ingest::FollowControl;

/// Time that the program has to end by itself after the second signal.
const FORCED_EXIT_DELAY: Duration = Duration::from_millis(1500);

/// First signal that was caught, 0 if none was.
#[derive(Clone, Default)]
pub(crate) struct CaughtSignal(Arc<AtomicU8>);

impl CaughtSignal {
    /// Returns the signal that asked to stop, if one did.
    pub(crate) fn signal(&self) -> Option<u8> {
        // Nothing else is read because of this value, so no order has to be kept.
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

/// Turns Ctrl+C, SIGTERM and SIGHUP into requests to stop. A SIGHUP that is ignored already,
/// as below `nohup`, stays so.
pub(crate) fn listen(cancel: CancelToken) -> io::Result<CaughtSignal> {
    // Every signal is a request: the second one makes the engine stop at once instead of after its shards.
    listen_with(move |_| cancel.request())
}

/// Lets the first signal end what is followed, with a report, and any further one stop the run at once.
pub(crate) fn listen_to_follow(control: FollowControl, cancel: CancelToken) -> io::Result<CaughtSignal> {
    listen_with(move |is_first| match is_first {
        true => control.stop(),
        false => {
            cancel.request();
            cancel.request();
        }
    })
}

/// Calls `request` at each signal that asks to stop, and says whether it is the first.
fn listen_with(request: impl Fn(bool) + Send + 'static) -> io::Result<CaughtSignal> {
    let mut wanted = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    // A limit on the size of files is an error of the write then (EFBIG, setrlimit(2)), and not the end of the program.
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    let caught = CaughtSignal::default();
    let mine = caught.clone();
    let mut signals = Signals::new(wanted)?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut first = true;
        for signal in signals.forever() {
            let number = u8::try_from(signal).unwrap_or(1);
            let is_first = std::mem::take(&mut first);
            request(is_first);
            if is_first {
                mine.0.store(number, Ordering::Relaxed);
                continue;
            }
            // The engine gets a moment to end its workers and to close the journal.
            std::thread::sleep(FORCED_EXIT_DELAY);
            ui::restore_terminal();
            // The workers end with this process: the kernel sends them the death signal.
            std::process::exit(128 + i32::from(number));
        }
    })?;
    Ok(caught)
}

/// Ends the program at the first signal, but not while the returned lock is held: what is written then is
/// completed first.
pub(crate) fn end_between_writes() -> io::Result<Arc<Mutex<()>>> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let writing = Arc::new(Mutex::new(()));
    let lock = Arc::clone(&writing);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _held = lock.lock().unwrap_or_else(PoisonError::into_inner);
            ui::restore_terminal();
            // The shell's prompt begins on a line of its own.
            ui::print_notice("");
            std::process::exit(128 + signal);
        }
    })?;
    Ok(writing)
}

/// Whether this process ignores a signal, by the mask in `/proc/self/status` (proc(5)).
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    // The lowest bit is that of signal 1.
    mask >> (signal - 1) & 1 == 1
}
