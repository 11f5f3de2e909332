//! Messages between the engine and a worker process: one JSON object per line, each with
//! one key that names the message. `docs/protocol.md` describes them for other languages.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::event::{CommandExit, LogLevel};
use crate::secrets::ExposedSecrets;
use crate::shard_payload::ShardPayload;

/// Version of the protocol; both sides begin by stating theirs.
pub(crate) const PROTOCOL_VERSION: u32 = 1;

/// Longest line that is accepted, in bytes.
pub(crate) const MAX_LINE_BYTES: usize = 16 << 20;

/// Longest excerpt of a line that is not a message, in characters.
const MAX_EXCERPT_CHARS: usize = 80;

/// Message from the engine to a worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToWorker {
    /// First line: the job that this worker is for.
    Hello {
        protocol: u32,
        job: String,
        settings: Value,
        #[serde(default, skip_serializing_if = "ExposedSecrets::is_empty")]
        secrets: ExposedSecrets,
    },
    /// Request for the plan (external jobs only).
    Plan { clock_ms: u64 },
    /// Request to run a shard.
    Run {
        shard: u32,
        payload: ShardPayload,
        /// Number of the attempt, from 1.
        #[serde(default = "first_attempt", skip_serializing_if = "is_first_attempt")]
        attempt: u32,
        /// Whether to report each item before it begins.
        #[serde(default, skip_serializing_if = "is_false")]
        report_items: bool,
        /// Items to leave out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        leave_out: Vec<String>,
    },
    /// Request to stop the shard that runs.
    // With braces: a unit variant would be a bare string instead of an object with one key.
    Cancel {},
}

/// Message from a worker to the engine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromWorker<'a> {
    /// First line: the version of the protocol that the worker speaks.
    Ready { protocol: u32 },
    /// Payload of one shard of the plan.
    #[serde(borrow)]
    Shard(&'a RawValue),
    /// End of the plan.
    Planned {
        #[serde(default)]
        target: Option<u64>,
    },
    /// One record of the shard that runs.
    // Raw: records reach the output byte for byte, and are never parsed on the way.
    #[serde(borrow)]
    Record(&'a RawValue),
    /// Increment of a counter of the shard that runs.
    Count { name: String, n: u64 },
    /// Line for the log. Its name in the protocol is `note`.
    #[serde(rename = "note")]
    Log { level: LogLevel, text: String },
    /// What the shard that runs is doing now, in a few words. `None` ends the previous activity. Its name in the
    /// protocol is `doing`.
    #[serde(rename = "doing")]
    Activity {
        #[serde(default)]
        text: Option<String>,
    },
    /// How much of the shard that runs is done, of how much if that is known.
    Progress {
        done: u64,
        #[serde(default)]
        of: Option<u64>,
    },
    /// Item that the shard begins.
    Item { name: String },
    /// Sign of life.
    Alive {},
    /// The shard is done.
    Done {
        shard: u32,
        /// Number of records that it emitted, to be checked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        records: Option<u64>,
    },
    /// The shard cannot be done.
    Failed {
        shard: u32,
        reason: String,
        #[serde(default)]
        retry: bool,
        /// Way in which its command ended, if that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit: Option<CommandExit>,
    },
    /// A file that more than the shard needs cannot be written.
    Unwritable {
        shard: u32,
        path: String,
        reason: String,
        /// Number of the system's error, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        errno: Option<i32>,
    },
    /// The shard was stopped, as requested.
    Stopped { shard: u32 },
}

fn first_attempt() -> u32 {
    1
}

fn is_first_attempt(attempt: &u32) -> bool {
    *attempt == 1
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Writes one message as a line.
pub(crate) fn write_message(to: &mut impl io::Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, message)?;
    to.write_all(b"\n")
}

/// Reads one line, without its line feed, into `line`. Returns false at the end of the stream. A last line without
/// a line feed is dropped: the worker died while it was writing it.
pub(crate) fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut from = io::Read::take(from, MAX_LINE_BYTES as u64);
    from.read_until(b'\n', line)?;
    if line.pop_if(|byte| *byte == b'\n').is_some() {
        return Ok(true);
    }
    if line.len() >= MAX_LINE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a line of more than {MAX_LINE_BYTES} bytes"),
        ));
    }
    Ok(false)
}

/// Reports whether a line cannot have held a message, not even a part of one: a `print` somewhere in the program.
pub(crate) fn is_stray(line: &[u8]) -> bool {
    let begins_as_json = matches!(line.trim_ascii().first(), Some(b'{' | b'}' | b'"'));
    !begins_as_json && !line.windows(2).any(|pair| pair == b"{\"")
}

/// Reports whether a line is a message of a kind that this version does not know: an object with one key.
pub(crate) fn is_unknown_message(line: &[u8]) -> bool {
    const KNOWN: [&str; 14] = [
        "ready",
        "shard",
        "planned",
        "record",
        "count",
        "note",
        "doing",
        "progress",
        "item",
        "alive",
        "done",
        "failed",
        "unwritable",
        "stopped",
    ];
    let message: Result<BTreeMap<&str, IgnoredAny>, _> = serde_json::from_slice(line);
    message.is_ok_and(|message| message.len() == 1 && message.keys().all(|key| !KNOWN.contains(key)))
}

/// Returns the beginning of a line that is not a message, with control characters escaped.
pub(crate) fn excerpt(line: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(line).chars().take(MAX_EXCERPT_CHARS).collect();
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_part_of_a_message_is_stray() {
        for line in ["", "  ", "debug: a print", "[1, 2]", "Loading {model}"] {
            assert!(is_stray(line.as_bytes()), "{line}");
        }
        for line in ["{", "  \"record\": 1", "}", "debug {\"record\":1}", "{\"done\": nonsense"] {
            assert!(!is_stray(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn messages_of_later_versions_are_known_by_their_shape() {
        assert!(is_unknown_message(br#"{"weather":{"wind":3}}"#));
        for line in [r#"{"done":{"shard":-1}}"#, r#"{"a":1,"b":2}"#, "{}", r#"{"a":1"#] {
            assert!(!is_unknown_message(line.as_bytes()), "{line}");
        }
    }
}
