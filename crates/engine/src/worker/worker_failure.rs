//! Failures of worker processes, and the reasons that are reported for them.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::stderr_tail::StderrTail;
use crate::run_options::MemoryLimit;

/// Longest excerpt of the standard error, in characters.
const MAX_EXCERPT_CHARS: usize = 200;

/// Number of SIGKILL (signal(7)), which the kernel's out-of-memory killer sends.
const SIGKILL: i32 = 9;

/// Texts by which allocators and runtimes report that memory ran out: Rust, Python, and most others.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "MemoryError", "out of memory"];

/// Reason why a worker process cannot be used any longer.
pub(crate) enum WorkerFailure {
    /// The output, or a file that all shards share, cannot be written; the process is not to blame.
    Destination(io::Error),
    /// The process ended, or closed its output.
    Died,
    /// The process sent something that the protocol does not allow.
    ProtocolViolation(String),
    /// The process could not be started, or answered that it cannot do the job. The text is shown as it is,
    /// without exit code or standard error.
    Refused(String),
}

impl WorkerFailure {
    /// Returns the reason for reports. `ended` is the exit status of the process, unless the engine killed it.
    pub(crate) fn reason(
        &self,
        ended: Option<ExitStatus>,
        stderr: Option<&StderrTail>,
        memory: Option<&MemoryLimit>,
    ) -> String {
        match (self, stderr) {
            (Self::ProtocolViolation(what), _) => format!("its worker broke the protocol: {what}"),
            (Self::Refused(reason), _) => reason.clone(),
            (Self::Died | Self::Destination(_), Some(stderr)) => cause_of_death(ended, stderr, memory),
            (Self::Died | Self::Destination(_), None) => "its worker ended".to_owned(),
        }
    }
}

/// Describes how a process died, with the last line of its standard error.
fn cause_of_death(ended: Option<ExitStatus>, stderr: &StderrTail, memory: Option<&MemoryLimit>) -> String {
    let signal = ended.and_then(|status| status.signal());
    let mut cause = match (signal, ended.and_then(|status| status.code())) {
        (Some(signal), _) => format!("its worker was ended by signal {signal}"),
        (None, Some(code)) => format!("its worker ended with exit code {code}"),
        (None, None) => "its worker closed its standard output".to_owned(),
    };
    if OUT_OF_MEMORY.iter().any(|text| stderr.contains(text)) {
        cause = match memory {
            Some(MemoryLimit { bytes, setting }) => {
                format!("it used more memory than {setting} allows ({} MiB)", bytes >> 20)
            }
            None => "it ran out of memory".to_owned(),
        };
    } else if signal == Some(SIGKILL) {
        cause.push_str(" (killed, perhaps for lack of memory)");
    }
    if let Some(last) = stderr.last_line() {
        cause.push_str("; its last line was: ");
        cause.extend(last.chars().take(MAX_EXCERPT_CHARS));
    }
    cause
}
