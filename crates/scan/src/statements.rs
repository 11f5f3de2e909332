//! Statements of source code: runs of tokens without comments and white space, as 64-bit hashes.
//!
//! A statement ends at `;`, `{` or `}` outside of parentheses, and at line ends where the language says so. Braces
//! inside of parentheses, such as those of a closure, begin anew: in every block statements are cut as in any other,
//! however the code around it is broken. A statement of a single token says too little and is left out.

use streamguard_dataset::Language;
use twox_hash::xxhash3_64::Hasher;

use crate::byte_class::{ByteClass, CLASSES, is_word};
use crate::renamed_form::abstract_tokens;
use crate::token_rules::{LineEnd, TokenRules};

/// Deepest nesting of braces that is followed.
const MAX_DEPTH: usize = 10_000;

/// Statement of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// xxh3-64 of its tokens.
    pub hash: u64,
    /// Position of its first token, in bytes.
    pub start: u32,
    /// End of its last token, in bytes.
    pub end: u32,
}

/// Returns the hash of two statements that follow each other.
pub(crate) fn joint(first: u64, second: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&first.to_le_bytes());
    bytes[8..].copy_from_slice(&second.to_le_bytes());
    Hasher::oneshot(&bytes)
}

/// Splits texts into statements. It keeps its buffers, so that one of it serves many files.
#[derive(Debug, Default)]
pub struct StatementReader {
    /// Tokens of the statement so far.
    tokens: Vec<u8>,
    /// Depths of parentheses outside of the open braces.
    outer: Vec<u32>,
    statements: Vec<Statement>,
    /// Ends of the tokens so far, and room for another form of them, if names do not count.
    renamed: Option<(Vec<u32>, Vec<u8>)>,
}

impl StatementReader {
    /// Creates a reader for which names of variables and literals do not count: statements have the same hash if they
    /// differ in these only.
    pub fn renamed() -> Self {
        Self { renamed: Some(Default::default()), ..Self::default() }
    }

    /// Returns the statements of a text in their order; none if the language has no rules. Only the first 4 GiB count.
    pub fn read(&mut self, text: &str, language: Language) -> &[Statement] {
        self.tokens.clear();
        self.outer.clear();
        self.statements.clear();
        if let Some(rules) = TokenRules::of(language) {
            let bytes = &text.as_bytes()[..text.len().min(u32::MAX as usize)];
            Tokenizer {
                bytes,
                at: 0,
                rules,
                depth: 0,
                count: 0,
                start: 0,
                end: 0,
                only_text: true,
                state: self,
            }
            .run();
        }
        &self.statements
    }
}

struct Tokenizer<'a> {
    bytes: &'a [u8],
    at: usize,
    rules: TokenRules,
    /// Parentheses that are open since the last brace.
    depth: u32,
    /// Tokens of the statement so far.
    count: u32,
    start: usize,
    end: usize,
    /// Whether all tokens so far are strings: in Python, such a statement is documentation.
    only_text: bool,
    state: &'a mut StatementReader,
}

impl Tokenizer<'_> {
    fn run(mut self) {
        let mut line_start = true;
        while let Some(&byte) = self.bytes.get(self.at) {
            let was_line_start = std::mem::replace(&mut line_start, false);
            match CLASSES[byte as usize] {
                ByteClass::Space => {
                    self.at += 1;
                    line_start = was_line_start;
                }
                ByteClass::Line => {
                    self.at += 1;
                    line_start = true;
                    self.end_line();
                    // Seen once by now, and not again from each of many empty lines.
                    self.skip_white_space();
                }
                ByteClass::Word => {
                    if self.rules.resumes_at_def && was_line_start && self.is_at(b"def ") {
                        self.resume();
                    }
                    self.read_word();
                }
                ByteClass::Slash if self.rules.slash_comments && self.peek(1) == Some(b'/') => {
                    self.skip_line();
                    line_start = was_line_start;
                }
                ByteClass::Slash if self.rules.slash_comments && self.peek(1) == Some(b'*') => {
                    let end = memchr::memmem::find(&self.bytes[self.at + 2..], b"*/");
                    self.at = end.map_or(self.bytes.len(), |end| self.at + 2 + end + 2);
                    line_start = was_line_start;
                }
                ByteClass::Hash if self.rules.directives && was_line_start => {
                    self.skip_directive();
                    line_start = true;
                }
                // `#[` begins an attribute of PHP.
                ByteClass::Hash if self.rules.hash_comments && self.peek(1) != Some(b'[') => self.skip_line(),
                ByteClass::Symbol if self.rules.dash_comments && self.is_at(b"--") => {
                    self.skip_dash_comment();
                }
                ByteClass::Quote => self.read_quoted(byte),
                ByteClass::Backtick if self.rules.backticks => self.read_backticks(),
                ByteClass::Open => match self.rules.dash_comments.then(|| self.long_bracket_end(self.at)) {
                    // A string of Lua, in which a bracket opens nothing.
                    Some(Some(end)) => self.push(end),
                    _ => {
                        self.depth += 1;
                        self.push(self.at + 1);
                    }
                },
                ByteClass::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    self.push(self.at + 1);
                }
                ByteClass::OpenBrace if self.rules.line_end != LineEnd::Always => {
                    self.end_statement();
                    if self.state.outer.len() < MAX_DEPTH {
                        self.state.outer.push(self.depth);
                    }
                    self.depth = 0;
                    self.at += 1;
                }
                ByteClass::CloseBrace if self.rules.line_end != LineEnd::Always => {
                    self.end_statement();
                    self.depth = self.state.outer.pop().unwrap_or(0);
                    self.at += 1;
                }
                ByteClass::OpenBrace => {
                    self.depth += 1;
                    self.push(self.at + 1);
                }
                ByteClass::CloseBrace => {
                    self.depth = self.depth.saturating_sub(1);
                    self.push(self.at + 1);
                }
                ByteClass::Semicolon if self.depth == 0 => {
                    self.end_statement();
                    self.at += 1;
                }
                ByteClass::Backslash => {
                    // It joins lines, and means nothing else outside of literals.
                    let line_end = usize::from(self.peek(1) == Some(b'\r'));
                    let joins = self.peek(1 + line_end) == Some(b'\n');
                    self.at += if joins { 2 + line_end } else { 1 };
                }
                _ => self.push(self.at + 1),
            }
        }
        self.end_statement();
    }

    fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    fn is_at(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    /// Begins anew with nothing open. A regular expression such as `/(?:#{NAME})/` looks as if it opened a parenthesis
    /// and ended in a comment, and in Ruby few braces follow that would end what it spoils.
    fn resume(&mut self) {
        self.end_statement();
        self.depth = 0;
        self.state.outer.clear();
    }

    /// Appends the token that ends at `end`.
    fn push(&mut self, end: usize) {
        let token = &self.bytes[self.at..end];
        if self.count == 0 {
            self.start = self.at;
            self.only_text = true;
        }
        let tokens = &mut self.state.tokens;
        let touches = tokens.last().zip(token.first());
        if touches.is_some_and(|(&last, &first)| is_word(last) && is_word(first)) {
            tokens.push(b' ');
        }
        tokens.extend_from_slice(token);
        self.only_text &= matches!(token.first(), Some(b'"' | b'\''));
        if let Some((ends, _)) = &mut self.state.renamed {
            ends.push(self.state.tokens.len() as u32);
        }
        self.count += 1;
        self.at = end;
        self.end = end;
    }

    fn end_statement(&mut self) {
        let is_documentation = self.only_text && self.rules.line_end == LineEnd::Always;
        if self.count > 1 && !is_documentation {
            let hash = match &mut self.state.renamed {
                None => Hasher::oneshot(&self.state.tokens),
                Some((ends, form)) => {
                    form.clear();
                    abstract_tokens(&self.state.tokens, ends, form);
                    Hasher::oneshot(form)
                }
            };
            self.state.statements.push(Statement { hash, start: self.start as u32, end: self.end as u32 });
        }
        self.state.tokens.clear();
        if let Some((ends, _)) = &mut self.state.renamed {
            ends.clear();
        }
        self.count = 0;
    }

    fn end_line(&mut self) {
        let ends = match self.rules.line_end {
            LineEnd::Ignored => false,
            LineEnd::Always => self.depth == 0,
            LineEnd::Inferred => self.depth == 0 && self.may_end() && !self.next_line_continues(),
        };
        if ends {
            self.end_statement();
        }
    }

    /// Whether the last token can be the last one of a statement.
    fn may_end(&self) -> bool {
        match self.state.tokens.as_slice() {
            [.., b'+', b'+'] | [.., b'-', b'-'] => true,
            [.., last] => is_word(*last) || matches!(last, b')' | b']' | b'"' | b'\'' | b'`' | b'!' | b'?'),
            [] => false,
        }
    }

    fn next_line_continues(&self) -> bool {
        let next = self.bytes[self.at..].iter().find(|byte| !byte.is_ascii_whitespace());
        next.is_some_and(|next| b".?:+*%&|^=<>,)]".contains(next))
    }

    fn skip_white_space(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn read_word(&mut self) {
        let is_number = self.bytes[self.at].is_ascii_digit();
        let mut end = self.at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            // `1'000` in C++.
            let separates = is_number
                && byte == b'\''
                && self.bytes.get(end + 1).is_some_and(|next| next.is_ascii_alphanumeric());
            if !is_word(byte) && !separates {
                break;
            }
            end += 1;
        }
        self.push(end);
    }

    /// Reads a string or character. It ends with its line, so that a quote that is none spoils one line only.
    fn read_quoted(&mut self, quote: u8) {
        if self.rules.triple_quotes && self.peek(1) == Some(quote) && self.peek(2) == Some(quote) {
            let close = memchr::memmem::find(&self.bytes[self.at + 3..], &[quote; 3]);
            let end = close.map_or(self.bytes.len(), |close| self.at + 3 + close + 3);
            return self.push(end);
        }
        if quote == b'\'' && self.rules.lifetimes && self.peek(1) != Some(b'\\') {
            // A character ends within the four bytes that UTF-8 takes at most.
            let closes = (2..=5).any(|offset| self.peek(offset) == Some(b'\''));
            let is_ascii = self.peek(1).is_some_and(|byte| byte.is_ascii());
            if !closes || is_ascii && self.peek(2) != Some(b'\'') {
                return self.push(self.at + 1);
            }
        }
        let mut end = self.at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'\n' => break,
                b'\\' => end += 1,
                _ if byte == quote => {
                    end += 1;
                    break;
                }
                _ => {}
            }
            end += 1;
        }
        self.push(end.min(self.bytes.len()));
    }

    fn read_backticks(&mut self) {
        let close = memchr::memchr(b'`', &self.bytes[self.at + 1..]);
        self.push(close.map_or(self.at + 1, |close| self.at + 1 + close + 1));
    }

    /// Skips `-- ..`, `--[[ .. ]]` or `--[==[ .. ]==]` of Lua.
    fn skip_dash_comment(&mut self) {
        match self.long_bracket_end(self.at + 2) {
            Some(end) => self.at = end,
            None => self.skip_line(),
        }
    }

    /// Returns the end of `[[ .. ]]` or `[==[ .. ]==]` of Lua, if it begins here.
    fn long_bracket_end(&self, start: usize) -> Option<usize> {
        let rest = &self.bytes[start..];
        let level = rest.iter().skip(1).take_while(|&&byte| byte == b'=').count();
        if rest.first() != Some(&b'[') || rest.get(1 + level) != Some(&b'[') {
            return None;
        }
        let close = format!("]{}]", "=".repeat(level));
        let end = memchr::memmem::find(rest, close.as_bytes());
        Some(end.map_or(self.bytes.len(), |end| start + end + close.len()))
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Skips a directive: up to the line end that no backslash precedes, or to the comment of many lines in it.
    fn skip_directive(&mut self) {
        loop {
            let rest = &self.bytes[self.at..];
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            if let Some(comment) = memchr::memmem::find(line, b"/*")
                && memchr::memmem::find(&line[comment..], b"*/").is_none()
            {
                self.at += comment;
                return;
            }
            self.at += length;
            let ends = !line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"\\");
            if ends || self.at >= self.bytes.len() {
                return;
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, language: Language) -> Vec<&str> {
        let mut reader = StatementReader::default();
        let statements = reader.read(text, language).to_vec();
        statements.iter().map(|statement| &text[statement.start as usize..statement.end as usize]).collect()
    }

    fn hashes(text: &str, language: Language) -> Vec<u64> {
        StatementReader::default().read(text, language).iter().map(|statement| statement.hash).collect()
    }

    #[test]
    fn layout_and_comments_do_not_count() {
        let one = "int f(int a) { for (i = 0; i < a; i++) { g(a, \"b c\"); } return a; }";
        let other = "int f( int a )\n{\n  /* x; */ for(i=0;i<a;i++){ // y\n#ifdef B\n g(a,\n \"b c\");}\n  return a;\n}";
        assert_eq!(hashes(one, Language::C), hashes(other, Language::C));
        assert_eq!(
            texts(one, Language::C),
            ["int f(int a)", "for (i = 0; i < a; i++)", "g(a, \"b c\")", "return a"]
        );
    }

    #[test]
    fn many_empty_lines_are_read_once() {
        let text = format!("a(){}.b()", "\n".repeat(1 << 20));
        assert_eq!(hashes(&text, Language::Go).len(), 1);
        assert_eq!(hashes(&text.replace('.', ""), Language::Go).len(), 2);
    }

    #[test]
    fn closures_in_calls_hold_statements() {
        let text = "on('x', function (a) {\n  b(a)\n  c = [1,\n    2]\n  d\n    .e()\n})\n";
        assert_eq!(
            texts(text, Language::JavaScript),
            ["on('x', function (a)", "b(a)", "c = [1,\n    2]", "d\n    .e()"]
        );
    }

    #[test]
    fn python_ends_statements_with_lines() {
        let text = "def f(a,\n      b):\n    '''doc { ; '''\n    x = {1: 2,\n         3: 4}\n    if a: return b; y = 1 # z\n    return \\\n        x\n";
        let expected = [
            "def f(a,\n      b):",
            "x = {1: 2,\n         3: 4}",
            "if a: return b",
            "y = 1",
            "return \\\n        x",
        ];
        assert_eq!(texts(text, Language::Python), expected);
    }

    #[test]
    fn long_strings_of_lua_are_one_token() {
        let text = "local a = [[ ( ' ]]\nb = [==[ ]] { ]==]\nt[1] = c\n";
        assert_eq!(texts(text, Language::Lua), ["local a = [[ ( ' ]]", "b = [==[ ]] { ]==]", "t[1] = c"]);
    }

    #[test]
    fn comments_of_lua_begin_with_dashes() {
        let text = "local a = b --c d\n--[[ e = f\ng = h ]] i = j\n--[==[ ]] k = l\n]==]\nm(n - -o,\n  p)\n--[= q\nreturn r -- s";
        assert_eq!(texts(text, Language::Lua), ["local a = b", "i = j", "m(n - -o,\n  p)", "return r"]);
    }

    #[test]
    fn a_regular_expression_of_ruby_spoils_nothing_beyond_its_function() {
        let function = "def f(a)\n  b(a)\n  c(a)\nend\n";
        let file = format!("A = /(?:#{{B}})+/\nD = 1\n{function}");
        assert_eq!(texts(&file, Language::Ruby)[1..], ["def f(a)", "b(a)", "c(a)"]);
        assert_eq!(hashes(&file, Language::Ruby)[1..], hashes(function, Language::Ruby));
    }

    #[test]
    fn broken_quotes_and_brackets_spoil_little() {
        let text = "A((\nint f() { a = b; c = 'd;\n e = f; }\nfn<'a>(x: &'a str)";
        assert!(texts(text, Language::C).contains(&"a = b"));
        assert!(texts("fn f<'a>(x: &'a T) { let c = '{'; g(c); }", Language::Rust).contains(&"let c = '{'"));
        for hostile in
            ["'", "\"\\", "/*", "#if \\", "`", "'''", "\\", "#", "}}}", "((({", "//", "--[=[", "--"]
        {
            for language in Language::all() {
                StatementReader::default().read(hostile, language);
            }
        }
    }
}
