//! Tokens of C and C++. Comments, and directives other than conditionals, are left out.

/// Kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Word,
    /// A number, string or character.
    Literal,
    /// One character of punctuation.
    Symbol(u8),
    /// `::`
    Scope,
    /// `->`
    Arrow,
    /// `#if`, `#ifdef` or `#ifndef`.
    If {
        /// Whether the condition is `0`.
        never: bool,
    },
    /// `#else` or `#elif`.
    Else,
    /// `#endif`
    EndIf,
}

/// A token and its position in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn is(&self, symbol: u8) -> bool {
        self.kind == TokenKind::Symbol(symbol)
    }

    pub(super) fn is_word(&self) -> bool {
        self.kind == TokenKind::Word
    }

    pub(super) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Splits `text` into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let byte_order_mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Lexer { bytes: text.as_bytes(), at: byte_order_mark, tokens: Vec::new() }.run()
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(mut self) -> Vec<Token> {
        // Whether only white space and comments stand before this place in its line.
        let mut line_start = true;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'\n', _) => {
                    line_start = true;
                    self.at += 1;
                    continue;
                }
                (b'/', Some(b'*')) => {
                    self.skip_block_comment();
                    continue;
                }
                (b'/', Some(b'/')) => {
                    self.skip_line();
                    continue;
                }
                (b'#', _) if line_start => {
                    self.read_directive();
                    continue;
                }
                (b'"', _) => self.read_quoted(b'"', self.at),
                (b'\'', _) => self.read_quoted(b'\'', self.at),
                (b':', Some(b':')) => self.push(TokenKind::Scope, 2),
                (b'-', Some(b'>')) => self.push(TokenKind::Arrow, 2),
                _ if is_word_byte(byte) => self.read_word(),
                // A backslash joins lines, and stands nowhere else outside of literals.
                _ if byte.is_ascii_whitespace() || byte == b'\\' => {
                    self.at += 1;
                    continue;
                }
                _ => self.push(TokenKind::Symbol(byte), 1),
            }
            line_start = false;
        }
        self.tokens
    }

    fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, start: self.at, end: self.at + length });
        self.at += length;
    }

    fn push_from(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, start, end: self.at });
    }

    fn read_word(&mut self) {
        let start = self.at;
        let number = self.bytes[start].is_ascii_digit();
        while let Some(byte) = self.peek(0) {
            let inside = is_word_byte(byte)
                || number && byte == b'.'
                // `1'000'000`
                || number && byte == b'\'' && self.peek(1).is_some_and(|next| next.is_ascii_alphanumeric());
            if !inside {
                break;
            }
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        match (word, self.peek(0)) {
            (b"R" | b"LR" | b"uR" | b"UR" | b"u8R", Some(b'"')) if self.read_raw_string(start) => {}
            (b"L" | b"u" | b"U" | b"u8", Some(quote @ (b'"' | b'\''))) => self.read_quoted(quote, start),
            _ => self.push_from(if number { TokenKind::Literal } else { TokenKind::Word }, start),
        }
    }

    /// Reads a string or character. It ends at the end of the line if it is not closed.
    fn read_quoted(&mut self, quote: u8, start: usize) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            if byte == b'\n' {
                break;
            }
            let escaped = if (byte, self.peek(1)) == (b'\\', Some(b'\r')) { 3 } else { 2 };
            self.at += if byte == b'\\' { escaped } else { 1 };
            if byte == quote {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.push_from(TokenKind::Literal, start);
    }

    /// Reads `"delimiter( .. )delimiter"`; returns whether there is such a string.
    fn read_raw_string(&mut self, start: usize) -> bool {
        // The standard allows delimiters of up to 16 characters.
        let rest = &self.bytes[self.at + 1..];
        let Some(length) = rest.iter().take(17).position(|&byte| byte == b'(') else { return false };
        let mut close = vec![b')'];
        close.extend_from_slice(&rest[..length]);
        close.push(b'"');
        let Some(end) = memchr::memmem::find(rest, &close) else { return false };
        self.at += 1 + end + close.len();
        self.push_from(TokenKind::Literal, start);
        true
    }

    fn skip_block_comment(&mut self) {
        let end = memchr::memmem::find(&self.bytes[self.at + 2..], b"*/");
        self.at = end.map_or(self.bytes.len(), |end| self.at + 2 + end + 2);
    }

    /// Skips to the line end that no backslash precedes.
    fn skip_line(&mut self) {
        while let Some(length) = memchr::memchr(b'\n', &self.bytes[self.at..]) {
            self.at += length;
            let line = self.bytes[..self.at].strip_suffix(b"\r").unwrap_or(&self.bytes[..self.at]);
            if !line.ends_with(b"\\") {
                return;
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
    }

    fn read_directive(&mut self) {
        let start = self.at;
        self.at += 1;
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let name = self.at;
        while self.peek(0).is_some_and(is_word_byte) {
            self.at += 1;
        }
        let condition = self.at;
        let name = &self.bytes[name..condition];
        self.skip_directive_line();
        let kind = match name {
            b"if" => TokenKind::If { never: is_never(self.bytes[condition..self.at].trim_ascii()) },
            b"ifdef" | b"ifndef" => TokenKind::If { never: false },
            b"else" | b"elif" | b"elifdef" | b"elifndef" => TokenKind::Else,
            b"endif" => TokenKind::EndIf,
            _ => return,
        };
        self.push_from(kind, start);
    }

    /// Skips to the end of a directive. A block comment in it may reach over line ends.
    fn skip_directive_line(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'\n', _) => return,
                (b'\\', Some(b'\r')) => self.at += 3,
                (b'\\', _) => self.at += 2,
                (b'/', Some(b'*')) => self.skip_block_comment(),
                (b'/', Some(b'/')) => return self.skip_line(),
                (b'"', _) => self.skip_directive_string(),
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn skip_directive_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek(0).filter(|&byte| byte != b'\n') {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }
}

/// Whether a byte can be part of a name. All bytes of characters beyond ASCII count as letters.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@') || byte >= 0x80
}

/// Whether a condition is 0 whatever else it says: `0`, `0 && A`, `0 /* why */`.
fn is_never(condition: &[u8]) -> bool {
    let rest = condition.strip_prefix(b"0").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| {
        rest.is_empty() || [&b"&&"[..], b"//", b"/*"].iter().any(|behind| rest.starts_with(behind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text(text)).collect()
    }

    #[test]
    fn comments_literals_and_directives_hide_brackets() {
        assert_eq!(words("a /* { */ b // {\nc"), ["a", "b", "c"]);
        assert_eq!(
            words("'{' \"}\\\"{\" L'\\'' 1'000 0x1.8p3"),
            ["'{'", "\"}\\\"{\"", "L'\\''", "1'000", "0x1.8p3"]
        );
        assert_eq!(words("R\"x({\")x\" u8R\"(})\" R(a)"), ["R\"x({\")x\"", "u8R\"(})\"", "R", "(", "a", ")"]);
        assert_eq!(words("#define A { \\\n {\n#error don't {\n#include <sys/a.h>\nb"), ["b"]);
        assert_eq!(words("#define A /* {\n { */ {\nb"), ["b"]);
        assert_eq!(words("it's {\nb"), ["it", "'s {", "b"]);
    }

    #[test]
    fn conditionals_are_tokens() {
        let kinds: Vec<_> =
            tokens("# if 0 // never\n#elif A\n#endif\n#ifdef B").iter().map(|t| t.kind).collect();
        let (never, other) = (TokenKind::If { never: true }, TokenKind::If { never: false });
        assert_eq!(kinds, [never, TokenKind::Else, TokenKind::EndIf, other]);
        for (condition, expected) in
            [("0 && A", never), ("0/* why */", never), ("0x0500 <= A", other), ("0 || A", other)]
        {
            assert_eq!(tokens(&format!("#if {condition}"))[0].kind, expected, "{condition}");
        }
    }

    #[test]
    fn reads_the_end_of_the_text() {
        for text in ["\"\\", "'\\", "R\"", "/*", "#if \\", "#define \"\\", "//\\", "1'", "\\"] {
            assert!(tokens(text).iter().all(|token| token.end <= text.len()), "{text:?}");
        }
    }
}
