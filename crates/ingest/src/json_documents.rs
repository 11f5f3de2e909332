//! Arrays of JSON, and objects over several lines, as one object per line.

use std::io::{self, Read};

use crate::encoding::PeekedStream;

/// Names of arrays in which services pass many lines on within one object.
const WRAPPER_NAMES: [&[u8]; 8] =
    [b"records", b"Records", b"logEvents", b"events", b"entries", b"items", b"value", b"logs"];

/// Parts of keys, one of which an object has that is a line: those of method, status, message or request.
const LINE_MARKS: [&[u8]; 4] = [b"ethod\"", b"tatus", b"essage\"", b"equest"];

/// Keys that an object has if it is a request itself, whatever arrays are in it.
const REQUEST_KEYS: [&[u8]; 2] = [b"\"method\"", b"\"status\""];

/// Longest beginning of an object that is held back until it is known whether it is around lines.
const MAX_WRAPPER_BYTES: usize = 256 << 10;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 << 10;

/// Returns a text as it is, or, if it begins as JSON that is not one object per line, its objects as lines.
pub(crate) fn one_object_per_line<'a>(input: impl Read + 'a) -> Box<dyn Read + 'a> {
    let input = PeekedStream::new(input);
    match are_documents(input.head()) {
        true => Box::new(JsonDocuments::new(input)),
        false => Box::new(input),
    }
}

/// Returns whether the first bytes are those of an array of objects, of an object that goes on in the next line, of one
/// behind which another one stands, or of one that may be around lines.
pub(crate) fn are_documents(head: &[u8]) -> bool {
    let mut bytes = head.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    let mut first = bytes.by_ref().skip_while(|byte| *byte == b'\n');
    match first.next() {
        Some(b'[') => bytes.find(|byte| *byte != b'\n') == Some(b'{'),
        Some(b'{') => {
            let text = head.trim_ascii_start();
            bytes.next() == Some(b'\n') || has_neighbour(text) || may_be_wrapper(text)
        }
        _ => false,
    }
}

/// Returns whether another object stands behind the first one of a line.
fn has_neighbour(text: &[u8]) -> bool {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let (mut scanner, mut object) = (DocumentScanner::default(), Vec::new());
    let end = line.iter().position(|byte| {
        scanner.push(*byte, &mut object);
        scanner.depth == 0
    });
    // Other text may be in braces, too.
    let is_object = |text: &[u8]| text.starts_with(b"{\"") || text.starts_with(b"{}");
    is_object(line) && end.is_some_and(|end| is_object(line[end + 1..].trim_ascii_start()))
}

/// Returns whether an array that may hold lines begins in an object.
fn may_be_wrapper(text: &[u8]) -> bool {
    let (mut scanner, mut object) = (DocumentScanner::default(), Vec::new());
    text.iter().any(|byte| {
        scanner.push(*byte, &mut object);
        scanner.inner_start.is_some()
    })
}

/// Returns whether an object ends with the key of an array that holds lines.
fn ends_with_wrapper_key(object: &[u8]) -> bool {
    let key = object.trim_ascii_end().strip_suffix(b":").map(|key| key.trim_ascii_end());
    let Some(key) = key.and_then(|key| key.strip_suffix(b"\"")) else { return false };
    WRAPPER_NAMES.iter().any(|name| key.strip_suffix(*name).is_some_and(|before| before.ends_with(b"\"")))
        && !REQUEST_KEYS.iter().any(|key| memchr::memmem::find(object, key).is_some())
}

/// Reads JSON, and returns each object outside of others as a line, and those in an array that holds lines. Text that is
/// not an object stays a line of its own.
struct JsonDocuments<R> {
    input: R,
    buffer: Vec<u8>,
    /// Lines that are not returned yet, and how much of them is.
    lines: Vec<u8>,
    returned: usize,
    scanner: DocumentScanner,
}

/// Place within the JSON.
#[derive(Clone, Copy, Debug, Default)]
struct DocumentScanner {
    /// Place in an object around lines.
    wrapper: WrapperPart,
    /// Beginning of an object of which it is not known whether it is around lines.
    object_start: Option<usize>,
    /// Beginning of the first object in its array.
    inner_start: Option<usize>,
    /// Whether the bracket of such an array was the last byte.
    is_at_array: bool,
    /// Open brackets and braces, from that of the object on.
    depth: u64,
    in_text: bool,
    is_escaped: bool,
    /// Whether a line of other text was begun.
    in_other: bool,
}

/// Place in an object around lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WrapperPart {
    /// Outside of one.
    #[default]
    None,
    /// In the array with the lines.
    Lines,
    /// Behind it.
    Rest,
}

impl<R: Read> JsonDocuments<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; READ_BYTES],
            lines: Vec::new(),
            returned: 0,
            scanner: DocumentScanner::default(),
        }
    }

    /// Returns how many bytes of the lines do not change any more.
    fn known_bytes(&self) -> usize {
        self.scanner.object_start.unwrap_or(self.lines.len())
    }
}

impl<R: Read> Read for JsonDocuments<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.returned == self.known_bytes() {
            self.lines.drain(..self.returned);
            self.scanner.move_back(self.returned);
            self.returned = 0;
            let read = self.input.read(&mut self.buffer)?;
            if read == 0 {
                // An object without an end is not around lines.
                if self.scanner.object_start.take().is_none() {
                    return Ok(0);
                }
                continue;
            }
            self.buffer[..read].iter().for_each(|byte| self.scanner.push(*byte, &mut self.lines));
        }
        let known = &self.lines[self.returned..self.known_bytes()];
        let read = { known }.read(to)?;
        self.returned += read;
        Ok(read)
    }
}

impl DocumentScanner {
    /// Adds the next byte to the lines.
    fn push(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match (self.depth, self.wrapper) {
            (0, WrapperPart::Lines) if byte == b']' && !self.in_other => {
                *self = Self { depth: 1, wrapper: WrapperPart::Rest, ..Self::default() };
                return;
            }
            (0, _) => return self.push_outside(byte, lines),
            (_, WrapperPart::Rest) => return self.skip(byte),
            _ => {}
        }
        if self.object_start.is_some() && !self.in_text {
            self.note_array(byte, lines);
        }
        self.follow(byte);
        lines.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        if self.depth == 0 {
            lines.push(b'\n');
            self.object_start = None;
        } else if self.object_start.is_some() {
            self.decide(byte, lines);
        }
    }

    /// Notes an array that may hold lines, and the first object in it.
    fn note_array(&mut self, byte: u8, lines: &[u8]) {
        let Some(start) = self.object_start else { return };
        match byte {
            b'[' if self.depth == 1 && self.inner_start.is_none() => {
                self.is_at_array = ends_with_wrapper_key(&lines[start..]);
            }
            b'{' if self.is_at_array => {
                self.is_at_array = false;
                self.inner_start = Some(lines.len());
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.is_at_array = false,
        }
    }

    /// Decides at the end of the first object in an array whether the object around it only passes lines on.
    fn decide(&mut self, byte: u8, lines: &mut Vec<u8>) {
        let Some(start) = self.object_start else { return };
        if let Some(inner) = self.inner_start
            && byte == b'}'
            && self.depth == 2
            && !self.in_text
        {
            self.object_start = None;
            if LINE_MARKS.iter().any(|mark| memchr::memmem::find(&lines[inner..], mark).is_some()) {
                lines.drain(start..inner);
                lines.push(b'\n');
                *self = Self { wrapper: WrapperPart::Lines, ..Self::default() };
            }
        } else if lines.len() - start > MAX_WRAPPER_BYTES {
            self.object_start = None;
        }
    }

    /// Follows texts and brackets through a byte within an object.
    fn follow(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_text => self.is_escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth -= 1,
            _ => {}
        }
    }

    /// Skips a byte behind the lines in the object around them.
    fn skip(&mut self, byte: u8) {
        self.follow(byte);
        if self.depth == 0 {
            *self = Self::default();
        }
    }

    /// Moves on by bytes at the beginning of the lines that are there no more.
    fn move_back(&mut self, bytes: usize) {
        self.object_start = self.object_start.map(|start| start - bytes);
        self.inner_start = self.inner_start.map(|start| start.saturating_sub(bytes));
    }

    /// Adds a byte that is in no object.
    fn push_outside(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match byte {
            b'{' => {
                if std::mem::take(&mut self.in_other) {
                    lines.push(b'\n');
                }
                let object_start = (self.wrapper == WrapperPart::None).then_some(lines.len());
                *self = Self { depth: 1, wrapper: self.wrapper, object_start, ..Self::default() };
                lines.push(byte);
            }
            b'\n' if self.in_other => {
                self.in_other = false;
                lines.push(byte);
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' if !self.in_other => {}
            _ => {
                self.in_other = true;
                lines.push(byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_lines() {
        for (text, expected) in [
            ("{\"a\":1}{\"b\":\"}\"} {}\n", "{\"a\":1}\n{\"b\":\"}\"}\n{}\n"),
            ("[{\"a\":1},{\"a\":[2,{}]}]", "{\"a\":1}\n{\"a\":[2,{}]}\n"),
            ("[\n  {\n    \"a\": \"}\\\"{\"\n  },\n  {}\n]\n", "{     \"a\": \"}\\\"{\"   }\n{}\n"),
            (
                "{\"a\":[1],\"records\": [ {\"method\":1},{\"b\":[{}]} ],\"c\":[{\"]}\":2}]}\n{\"records\":[{\"status\":3}]}\n",
                "{\"method\":1}\n{\"b\":[{}]}\n{\"status\":3}\n",
            ),
            // Arrays of other objects, and those of requests.
            ("{\"items\":[{\"a\":1}]}\n{\"a\":2}", "{\"items\":[{\"a\":1}]}\n{\"a\":2}\n"),
            ("{\"items\":[{\"message\":1", "{\"items\":[{\"message\":1"),
            (
                "{\n\"a\": 1\n}\n{\n\"a\": 2\n}\nother, text\n{\n}",
                "{ \"a\": 1 }\n{ \"a\": 2 }\nother, text\n{ }\n",
            ),
        ] {
            assert!(are_documents(text.as_bytes()), "{text}");
            let mut lines = String::new();
            one_object_per_line(text.as_bytes()).read_to_string(&mut lines).unwrap();
            assert_eq!(lines, expected, "{text}");
        }
        for text in [
            "{\"a\":1}\n{\"a\":2}\n",
            "[GET] /, status=200",
            "[2023-10-10] {\n",
            "",
            "[",
            "{",
            "{\"method\":1,\"items\":[{\"status\":1}]}\n",
            "{\"items\":[1]}\n",
        ] {
            assert!(!are_documents(text.as_bytes()), "{text}");
        }
    }
}
