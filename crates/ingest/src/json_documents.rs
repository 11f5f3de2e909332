//! Arrays of JSON, and objects over several lines, as one object per line.

use std::io::{self, Read};

use crate::encoding::PeekedStream;

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

/// Returns whether the first bytes are those of an array of objects, of an object that goes on in the next line, or of
/// one behind which another one stands.
pub(crate) fn are_documents(head: &[u8]) -> bool {
    let mut bytes = head.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    let mut first = bytes.by_ref().skip_while(|byte| *byte == b'\n');
    match first.next() {
        Some(b'[') => bytes.find(|byte| *byte != b'\n') == Some(b'{'),
        Some(b'{') => bytes.next() == Some(b'\n') || has_neighbour(head.trim_ascii_start()),
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

/// Reads JSON, and returns each object outside of others as a line. Text that is not an object stays a line of its own.
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
    /// Open brackets and braces, from that of the object on.
    depth: u64,
    in_text: bool,
    is_escaped: bool,
    /// Whether a line of other text was begun.
    in_other: bool,
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
}

impl<R: Read> Read for JsonDocuments<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.returned == self.lines.len() {
            self.lines.clear();
            self.returned = 0;
            let read = self.input.read(&mut self.buffer)?;
            if read == 0 {
                return Ok(0);
            }
            self.buffer[..read].iter().for_each(|byte| self.scanner.push(*byte, &mut self.lines));
        }
        let read = (&self.lines[self.returned..]).read(to)?;
        self.returned += read;
        Ok(read)
    }
}

impl DocumentScanner {
    /// Adds the next byte to the lines.
    fn push(&mut self, byte: u8, lines: &mut Vec<u8>) {
        if self.depth == 0 {
            return self.push_outside(byte, lines);
        }
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_text => self.is_escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth -= 1,
            _ => {}
        }
        lines.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        if self.depth == 0 {
            lines.push(b'\n');
        }
    }

    /// Adds a byte that is in no object.
    fn push_outside(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match byte {
            b'{' => {
                if std::mem::take(&mut self.in_other) {
                    lines.push(b'\n');
                }
                *self = Self { depth: 1, ..Self::default() };
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
                "{\n\"a\": 1\n}\n{\n\"a\": 2\n}\nother, text\n{\n}",
                "{ \"a\": 1 }\n{ \"a\": 2 }\nother, text\n{ }\n",
            ),
        ] {
            assert!(are_documents(text.as_bytes()), "{text}");
            let mut lines = String::new();
            one_object_per_line(text.as_bytes()).read_to_string(&mut lines).unwrap();
            assert_eq!(lines, expected, "{text}");
        }
        for text in ["{\"a\":1}\n{\"a\":2}\n", "[GET] /, status=200", "[2023-10-10] {\n", "", "[", "{"] {
            assert!(!are_documents(text.as_bytes()), "{text}");
        }
    }
}
