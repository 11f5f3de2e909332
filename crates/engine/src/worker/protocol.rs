//! What is said between the engine and a worker process: one JSON object a line, each with
//! one key that names the message. `docs/protocol.md` describes it for other languages.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::event::LogLevel;

/// Version of the protocol; both sides say theirs first.
pub(crate) const PROTOCOL: u32 = 1;

/// Longest line that is taken from a worker, in bytes.
pub(crate) const MAX_LINE: usize = 16 << 20;

/// From the engine to a worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToWorker {
    /// The first line: which job this worker is for.
    Hello {
        protocol: u32,
        job: String,
        settings: Value,
        #[serde(default, skip_serializing_if = "ExposedSecrets::is_empty")]
        secrets: ExposedSecrets,
    },
    /// Make the plan (external jobs only).
    Plan { clock_ms: u64 },
    /// Run a shard.
    Run { shard: u32, payload: Value },
    /// Stop the shard that runs.
    Cancel {},
}

/// Secrets in the clear, on their way to a worker.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ExposedSecrets(pub(crate) BTreeMap<String, String>);

impl ExposedSecrets {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for ExposedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// From a worker to the engine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromWorker<'a> {
    /// The first line.
    Ready { protocol: u32 },
    /// The payload of one shard of the plan.
    #[serde(borrow)]
    Shard(&'a RawValue),
    /// The plan is complete.
    Planned {
        #[serde(default)]
        target: Option<u64>,
    },
    /// One record of the shard that runs.
    #[serde(borrow)]
    Record(&'a RawValue),
    /// Adds to a counter of the shard that runs.
    Count { name: String, n: u64 },
    /// A line for whoever watches.
    Note { level: LogLevel, text: String },
    /// What the shard that runs waits for, or is at; none when that is over.
    Doing {
        #[serde(default)]
        text: Option<String>,
    },
    /// A sign of life.
    Alive {},
    /// The shard is done.
    Done { shard: u32 },
    /// The shard cannot be done.
    Failed {
        shard: u32,
        reason: String,
        #[serde(default)]
        retry: bool,
    },
    /// The shard was stopped, as asked.
    Stopped { shard: u32 },
}

/// Writes one message as a line.
pub(crate) fn say(to: &mut impl io::Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, message)?;
    to.write_all(b"\n")
}

/// Reads one line without its end into `line`. False at the end of the stream; a line without
/// an end counts as none, its writer died over it.
pub(crate) fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut from = io::Read::take(from, MAX_LINE as u64);
    from.read_until(b'\n', line)?;
    if line.pop_if(|byte| *byte == b'\n').is_some() {
        return Ok(true);
    }
    if line.len() >= MAX_LINE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a line of more than {MAX_LINE} bytes"),
        ));
    }
    Ok(false)
}

/// The beginning of a line that is no message, fit to be shown.
pub(crate) fn excerpt(line: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(line).chars().take(80).collect();
    format!("{text:?}")
}
