//! Call signatures in interfaces of TypeScript that only a line end parts: `(a: A): B`, and `<T>(a: T): B` in the next line.
//!
//! The grammar reads the second as a part of the type before it, and finds no function in the file. So it reads a copy of the
//! text of the same length, with a semicolon in the place of the blank before the signature.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

static INTERFACE_HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t]*(?:(?:export|declare|default)[ \t]+)*interface[ \t]+[\w$]+")
        .expect("a valid pattern")
});

/// Puts semicolons before the signatures of interfaces that follow another member.
pub(super) fn with_parted_signatures(text: &str) -> Cow<'_, str> {
    let mut gaps = Vec::new();
    let mut end = 0;
    for head in INTERFACE_HEAD.find_iter(text) {
        if head.start() >= end {
            end = InterfaceReader::new(text, head.end()).read(&mut gaps);
        }
    }
    if gaps.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut copy = String::with_capacity(text.len());
    for gap in gaps {
        copy.push_str(&text[copy.len()..gap]);
        copy.push(';');
    }
    copy.push_str(&text[copy.len()..]);
    Cow::Owned(copy)
}

/// Walk from the name of an interface to its end.
struct InterfaceReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Open brackets.
    depth: u32,
    /// Open `<` before the body, whose defaults may have braces: `interface F<T = {}>`.
    angles: u32,
    in_body: bool,
    /// Last byte that is not white space.
    last: u8,
}

impl<'a> InterfaceReader<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self { bytes: text.as_bytes(), at, depth: 0, angles: 0, in_body: false, last: b' ' }
    }

    /// Adds the blanks before signatures that follow another member to `gaps`; returns the end of the interface.
    fn read(mut self, gaps: &mut Vec<usize>) -> usize {
        let mut line_start = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            let token = self.token(byte);
            let start = std::mem::replace(&mut self.at, token.end);
            if byte.is_ascii_whitespace() || token.len() > 1 && byte == b'/' {
                line_start |= byte == b'\n';
                continue;
            }
            let parts = std::mem::take(&mut line_start)
                && self.in_body
                && self.depth == 1
                && matches!(byte, b'(' | b'<')
                && self.ends_member()
                && matches!(self.bytes[start - 1], b' ' | b'\t');
            if parts {
                gaps.push(start - 1);
            }
            if self.closes(byte) {
                break;
            }
            self.last = byte;
        }
        self.at
    }

    /// Whether a member may end with the last byte.
    fn ends_member(&self) -> bool {
        self.last.is_ascii_alphanumeric()
            || matches!(self.last, b'_' | b'$' | b'>' | b']' | b')' | b'}' | b'"' | b'\'' | b'`')
            || self.last >= 0x80
    }

    /// Counts a bracket; returns whether it ends the interface.
    fn closes(&mut self, byte: u8) -> bool {
        match byte {
            b'<' if !self.in_body && self.depth == 0 => self.angles += 1,
            b'>' if !self.in_body && self.depth == 0 && self.last != b'=' => {
                self.angles = self.angles.saturating_sub(1);
            }
            b'(' | b'[' | b'{' => {
                self.in_body |= byte == b'{' && self.depth == 0 && self.angles == 0;
                self.depth += 1;
            }
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                return self.in_body && self.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// Returns the comment or string that begins here with `byte`, otherwise this byte.
    fn token(&self, byte: u8) -> Range<usize> {
        let rest = &self.bytes[self.at..];
        let length = match (byte, rest.get(1)) {
            (b'/', Some(b'/')) => memchr::memchr(b'\n', rest),
            (b'/', Some(b'*')) => memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4),
            (b'"' | b'\'' | b'`', _) => Some(string_length(rest)),
            _ => Some(1),
        };
        self.at..self.at + length.unwrap_or(rest.len())
    }
}

/// Returns the length of the string at the start of `text`, which ends with its line at the latest.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at).filter(|&&byte| byte != b'\n') {
        at += if byte == b'\\' { 2 } else { 1 };
        if byte == text[0] {
            break;
        }
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signatures_after_a_member_are_parted() {
        let text = "export interface F<T = {}, U extends () => void> {\n  // a(\n  (a: T): T // b\n  <V>(\n    a: '}' |\n    (V)\n  ): T[]\n\n  /* c */ (b: T): {\n    d: T\n  }\n\t(): void;\n  (c: T): e\n(d: T): f\n}\ng\n  (h)\n";
        let copy = text.replace("\n  <V>", "\n ;<V>").replace("*/ (b", "*/;(b").replace("\t()", ";()");
        assert_eq!(with_parted_signatures(text), copy);
        for text in [
            "interface",
            "interface A",
            "interface A { '\\",
            "interface A { /*",
            "interface A<",
            "interface A { }) (b",
            "a\n  (b)\n",
        ] {
            assert!(matches!(with_parted_signatures(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
