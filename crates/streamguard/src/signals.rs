//! Signals: the first one asks to stop, the second one ends the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use streamguard::ui;
use streamguard_engine::CancelToken;

/// After the second signal the program has so long to end by itself.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The first signal that came, 0 if none did.
#[derive(Clone, Default)]
pub(crate) struct Caught(Arc<AtomicU8>);

impl Caught {
    /// The signal that asked to stop, if one did.
    pub(crate) fn signal(&self) -> Option<u8> {
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

/// Turns Ctrl+C, SIGTERM and SIGHUP into requests to stop. A SIGHUP that is ignored already,
/// as below `nohup`, stays so.
pub(crate) fn listen(cancel: CancelToken) -> io::Result<Caught> {
    let mut wanted = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    let caught = Caught::default();
    let mine = caught.clone();
    let mut signals = Signals::new(wanted)?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut first = true;
        for signal in signals.forever() {
            let number = u8::try_from(signal).unwrap_or(1);
            cancel.request();
            if std::mem::take(&mut first) {
                mine.0.store(number, Ordering::Relaxed);
                continue;
            }
            std::thread::sleep(PATIENCE);
            ui::restore_terminal();
            // The workers end with this process.
            std::process::exit(128 + i32::from(number));
        }
    })?;
    Ok(caught)
}

/// Whether this process ignores a signal, by the mask in `/proc/self/status` (proc(5)).
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
