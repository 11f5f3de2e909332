//! The standard output of a command on its way to the records of its shard.

use serde::Serialize;
use serde_json::value::RawValue;
use streamguard_engine::{ShardError, ShardOutput};

use crate::child::OutputTaker;
use crate::stdout_use::StdoutUse;
use crate::text_chunk::TextChunk;

/// Largest output that is one record, in bytes: escaped as JSON, each byte may take six.
const MAX_RECORD_BYTES: usize = 2 << 20;

/// Largest line of JSON that is a record, in bytes.
const MAX_LINE_BYTES: usize = 8 << 20;

/// Size of the pieces of text, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// Counter of outputs with bytes that are not UTF-8, which JSON cannot hold.
const REPLACED_COUNTER: &str = "not_utf8";

/// Record of a command.
#[derive(Serialize)]
struct CommandRecord<'a> {
    input: RecordInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

/// One input, or the inputs of a row.
#[derive(Serialize)]
#[serde(untagged)]
enum RecordInput<'a> {
    One(&'a str),
    Row(&'a [String]),
}

/// Standard output of a command that is running.
pub(crate) struct CapturedOutput<'a, 'b> {
    output: &'a mut ShardOutput<'b>,
    stdout_use: &'a StdoutUse,
    held: Vec<u8>,
}

impl<'a, 'b> CapturedOutput<'a, 'b> {
    pub(crate) fn new(output: &'a mut ShardOutput<'b>, stdout_use: &'a StdoutUse) -> Self {
        Self { output, stdout_use, held: Vec::new() }
    }

    /// Emits what is left after the command ended well; `file` has its output if it went there.
    pub(crate) fn finish(mut self, input: &[String], file: Option<&str>) -> Result<(), ShardError> {
        let input = match input {
            [one] => RecordInput::One(one),
            row => RecordInput::Row(row),
        };
        match self.stdout_use {
            StdoutUse::Record => {
                // As `$(..)` of a shell has it: the end of the last line is not part of a value.
                self.held.pop_if(|byte| *byte == b'\n');
                let text = String::from_utf8_lossy(&self.held);
                if text.len() != self.held.len() || text.as_bytes() != self.held {
                    self.output.count(REPLACED_COUNTER, 1);
                }
                self.output.emit(&CommandRecord { input, stdout: Some(&text), file: None })
            }
            StdoutUse::File(_) => self.output.emit(&CommandRecord { input, stdout: None, file }),
            StdoutUse::Json if !self.held.is_empty() => emit_json(self.output, &self.held),
            StdoutUse::Text if !self.held.is_empty() => self.output.emit(&TextChunk::of(&self.held)),
            StdoutUse::Json | StdoutUse::Text | StdoutUse::Discard => Ok(()),
        }
    }
}

impl OutputTaker for CapturedOutput<'_, '_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), ShardError> {
        match self.stdout_use {
            StdoutUse::Record => {
                self.held.extend_from_slice(bytes);
                if self.held.len() > MAX_RECORD_BYTES {
                    return Err(ShardError::failed(format!(
                        "it printed more than {MAX_RECORD_BYTES} bytes, too much for one record: choose another use of stdout"
                    )));
                }
            }
            StdoutUse::Json => {
                self.held.extend_from_slice(bytes);
                let mut start = 0;
                while let Some(end) = self.held[start..].iter().position(|byte| *byte == b'\n') {
                    emit_json(self.output, &self.held[start..start + end])?;
                    start += end + 1;
                }
                self.held.drain(..start);
                if self.held.len() > MAX_LINE_BYTES {
                    return Err(ShardError::failed(format!(
                        "it printed a line of more than {MAX_LINE_BYTES} bytes"
                    )));
                }
            }
            StdoutUse::Text => {
                self.held.extend_from_slice(bytes);
                while self.held.len() > CHUNK_BYTES {
                    // At the border of a line where there is one, so that no character is cut.
                    let end = self.held[..CHUNK_BYTES].iter().rposition(|byte| *byte == b'\n');
                    let end = end.map_or(CHUNK_BYTES, |end| end + 1);
                    self.output.emit(&TextChunk::of(&self.held[..end]))?;
                    self.held.drain(..end);
                }
            }
            StdoutUse::File(_) | StdoutUse::Discard => {}
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ShardError> {
        self.output.check_stopped()
    }
}

/// Emits a line that is JSON.
fn emit_json(output: &mut ShardOutput<'_>, line: &[u8]) -> Result<(), ShardError> {
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    let record: Box<RawValue> = serde_json::from_slice(line).map_err(|error| {
        let start: String = String::from_utf8_lossy(line).chars().take(80).collect();
        ShardError::failed(format!("it printed a line that is not JSON: {start:?} ({error})"))
    })?;
    output.emit(&record)
}
