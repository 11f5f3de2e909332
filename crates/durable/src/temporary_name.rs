//! Temporary names: `FINAL_NAME.HOST_NAMESPACE-PID-SERIAL.part`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, test_kill_process};

/// Ending of every temporary name.
pub(crate) const TEMPORARY_SUFFIX: &str = ".part";

/// Longest part of the host's name that appears in a temporary name, in characters. A file name has at most
/// 255 bytes.
const MAX_HOST_CHARS: usize = 64;

/// Distinguishes the temporary files of one process: an attempt that was given up may still be writing
/// to its own file while the next attempt is at work.
static NEXT_SERIAL: AtomicU64 = AtomicU64::new(0);

/// Host name (uname(2)) with only those characters that have no meaning in a temporary name.
/// On storage that machines share, two processes may have the same id, so the id alone is not enough.
static HOST: LazyLock<String> = LazyLock::new(|| {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(MAX_HOST_CHARS).collect()
});

/// Host name and PID namespace (pid_namespaces(7)), within which a process id is unique: containers on one
/// machine may share the machine's name but not its process ids.
static PID_SCOPE: LazyLock<String> = LazyLock::new(|| {
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect::<String>();
    format!("{}_{digits}", *HOST)
});

/// Returns the name of this machine, reduced to ASCII letters, digits and underscores.
pub fn host_name() -> &'static str {
    &HOST
}

/// Returns a temporary path beside `path`, different at each call. None if `path` has no file name.
pub(crate) fn temporary_path(path: &Path) -> Option<PathBuf> {
    let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
    let mut name: OsString = path.file_name()?.to_owned();
    name.push(format!(".{}-{}-{serial}{TEMPORARY_SUFFIX}", *PID_SCOPE, std::process::id()));
    Some(path.with_file_name(name))
}

/// Tells whether a name is one that [`temporary_path`] gave to a file, on any machine. `stem` is the name without
/// [`TEMPORARY_SUFFIX`]: others give that ending to their files too.
pub(crate) fn is_temporary(stem: &str) -> bool {
    writer_of(stem).is_some()
}

/// Tells whether the process that wrote a temporary file is known to be dead. A process of another machine or
/// container cannot be checked and counts as alive.
pub(crate) fn writer_is_dead(stem: &str) -> bool {
    // Signal 0 is never delivered; the kernel only checks that the process exists (kill(2)).
    writer_of(stem).is_some_and(|(scope, pid)| {
        scope == *PID_SCOPE && test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
    })
}

/// Returns the PID scope and the id of the process that wrote a temporary file.
fn writer_of(stem: &str) -> Option<(&str, Pid)> {
    let mut parts = stem.rsplit_once('.')?.1.split('-');
    let (scope, pid, serial) = (parts.next()?, parts.next()?, parts.next()?);
    serial.parse::<u64>().ok().filter(|_| parts.next().is_none())?;
    Some((scope, Pid::from_raw(pid.parse().ok()?)?))
}
