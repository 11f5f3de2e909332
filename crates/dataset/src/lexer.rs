//! The lexer: code of any language as words and single punctuation characters, without comments and white space.

use memchr::memmem;

use crate::comment_syntax::CommentSyntax;

/// Kind of a byte, as far as tokens are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ByteClass {
    Space,
    Word,
    /// A character that may begin a comment or a string.
    Special,
    Punctuation,
}

/// Class of each byte. Bytes above 127 are parts of letters of other alphabets.
const BYTE_CLASSES: [ByteClass; 256] = {
    let mut classes = [ByteClass::Punctuation; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 128.. => ByteClass::Word,
            // Control characters as well: they are layout, or damage.
            0..=b' ' | 127 => ByteClass::Space,
            b'"' | b'\'' | b'`' | b'/' | b'#' | b'-' | b'%' | b';' | b'(' | b'{' | b'<' => ByteClass::Special,
            _ => ByteClass::Punctuation,
        };
        byte += 1;
    }
    classes
};

/// How often the length of a text may be searched for ends of strings in vain; then quotes begin no strings any more.
const MAX_FAILED_PASSES: usize = 8;

/// Calls `take` with each token: a run of letters, digits and underscores, or one other character. Comments are left
/// out; strings are split like code, but nothing in them begins a comment.
///
/// ```
/// use streamguard_dataset::{CommentSyntax, for_each_token};
///
/// let mut tokens = Vec::new();
/// for_each_token("a = f(b); // c", CommentSyntax::of(None), |token| tokens.push(token.to_vec()));
/// assert_eq!(tokens.concat(), b"a=f(b);");
/// ```
pub fn for_each_token<'a>(code: &'a str, syntax: CommentSyntax, mut take: impl FnMut(&'a [u8])) {
    let bytes = code.as_bytes();
    let mut spans = SpanFinder { bytes, syntax, unclosed: 0, failed_bytes: 0 };
    let (mut at, mut string_end) = (0, 0);
    let mut previous: &[u8] = b"";
    while let Some(&byte) = bytes.get(at) {
        let length = match BYTE_CLASSES[usize::from(byte)] {
            ByteClass::Space => {
                at += 1;
                continue;
            }
            ByteClass::Word => {
                let is_word = |byte: &u8| BYTE_CLASSES[usize::from(*byte)] == ByteClass::Word;
                bytes[at..].iter().position(|byte| !is_word(byte)).unwrap_or(bytes.len() - at)
            }
            ByteClass::Punctuation => 1,
            ByteClass::Special => {
                if at >= string_end {
                    if let Some(end) = spans.comment_end(at) {
                        at = end;
                        continue;
                    }
                    string_end = spans.string_end(at, previous);
                }
                1
            }
        };
        previous = &bytes[at..at + length];
        take(previous);
        at += length;
    }
}

/// Finds comments, strings and patterns of one text.
struct SpanFinder<'a> {
    bytes: &'a [u8],
    syntax: CommentSyntax,
    /// Kinds of blocks whose end is not in the rest of the text, as bits. They are looked for once.
    unclosed: u8,
    /// Bytes that were searched for the end of a string in vain.
    failed_bytes: usize,
}

impl SpanFinder<'_> {
    /// Returns the end of the comment that begins at a place, if one does. A block without its end is not a comment.
    fn comment_end(&mut self, at: usize) -> Option<usize> {
        let rest = &self.bytes[at..];
        let before = at.checked_sub(1).map_or(b'\n', |before| self.bytes[before]);
        for (kind, (begin, end)) in self.syntax.block.iter().enumerate() {
            let may_begin = self.unclosed & 1 << kind == 0 && rest.starts_with(begin);
            // `{{#each}}` of Handlebars is no `{# … #}` of Jinja.
            if may_begin && !(*begin == b"{#" && before == b'{') {
                match memmem::find(&rest[begin.len()..], end) {
                    Some(length) => return Some(at + begin.len() + length + end.len()),
                    None => self.unclosed |= 1 << kind,
                }
            }
        }
        let begins = self.syntax.line.iter().any(|marker| rest.starts_with(marker));
        // `$#` and `${#name}` of shells count something.
        let is_count = rest[0] == b'#' && matches!(before, b'$' | b'{' | b'\\');
        let is_in_word =
            self.syntax.line_begins_word && !before.is_ascii_whitespace() && !b";&|()}".contains(&before);
        (begins && !is_count && !is_in_word).then(|| at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
    }

    /// Returns the end of the string or pattern that begins at a place, behind the token `previous`; the place itself if
    /// none does. A quote without its counterpart on the line begins no string: it may be an apostrophe or a lifetime.
    fn string_end(&mut self, at: usize, previous: &[u8]) -> usize {
        // Text that is all quotes would be searched as often as it has bytes.
        if self.failed_bytes > MAX_FAILED_PASSES * self.bytes.len() {
            return at;
        }
        let quote = self.bytes[at];
        let is_pattern = quote == b'/' && self.syntax.patterns && may_precede_value(previous);
        if !is_pattern && !matches!(quote, b'"' | b'\'' | b'`') {
            return at;
        }
        let triple = [quote; 3];
        if self.syntax.long_strings && !is_pattern && self.bytes[at..].starts_with(&triple) {
            let length = memmem::find(&self.bytes[at + 3..], &triple);
            self.failed_bytes += if length.is_none() { self.bytes.len() - at } else { 0 };
            return length.map_or(at, |length| at + length + 6);
        }
        let is_long = self.syntax.long_strings && quote == b'`';
        // A slash in the brackets of a pattern is one of its characters.
        let (mut place, mut is_in_set) = (at + 1, false);
        while let Some(&byte) = self.bytes.get(place) {
            match byte {
                b'\\' => place += 1,
                b'\n' if !is_long => break,
                b'[' if is_pattern => is_in_set = true,
                b']' => is_in_set = false,
                byte if byte == quote && !is_in_set => return place + 1,
                _ => {}
            }
            place += 1;
        }
        self.failed_bytes += place - at;
        at
    }
}

/// Returns whether a value may follow a token, so that a slash behind it begins a pattern and divides nothing.
fn may_precede_value(token: &[u8]) -> bool {
    match token {
        []
        | b"return"
        | b"typeof"
        | b"case"
        | b"in"
        | b"of"
        | b"if"
        | b"unless"
        | b"when"
        | b"and"
        | b"or"
        | b"not"
        | b"split"
        | b"match" => true,
        [byte] => b"(,=:[!&|?;{}~+".contains(byte),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn tokens(language: Language, code: &str) -> String {
        let mut tokens = String::new();
        for_each_token(code, CommentSyntax::of(Some(language)), |token| {
            tokens.push_str(std::str::from_utf8(token).unwrap());
        });
        tokens
    }

    #[test]
    fn what_only_looks_like_a_comment_is_code() {
        for (language, code, expected) in [
            (Language::JavaScript, "x.replace(/\\/*$/, ''); y // z", "x.replace(/\\/*$/,'');y"),
            (Language::JavaScript, "return /^https?:\\/\\//.test(a)", "return/^https?:\\/\\//.test(a)"),
            (Language::JavaScript, "a = /[/*]/; b /* c */", "a=/[/*]/;b"),
            (Language::JavaScript, "a = b / c // d", "a=b/c"),
            (Language::JavaScript, "a /* b", "a/*b"),
            (Language::Handlebars, "{{#if a}}b{{/if}}{{! c }}d", "{{#ifa}}b{{/if}}d"),
            (Language::Html, "{{#if a}}b{# c #}d", "{{#ifa}}bd"),
            (Language::Svelte, "{#if a}b{/if} #}", "{#ifa}b{/if}#}"),
            (Language::Perl, "s#a#b#; f(); # c", "s#a#b#;f();"),
            (Language::Shell, "a=${b#*/} # c", "a=${b#*/}"),
            (Language::Ruby, "a =~ /#/ # c", "a=~/#/"),
            (Language::Java, "a = \"\"\"\n b // c\n\"\"\"; // d", "a=\"\"\"b//c\"\"\";"),
            (Language::Elixir, "a = \"\"\"\n# b\n\"\"\" # c", "a=\"\"\"#b\"\"\""),
            (Language::C, "a /* b", "a/*b"),
        ] {
            assert_eq!(tokens(language, code), expected, "{code}");
        }
    }

    #[test]
    fn text_of_nothing_but_quotes_is_read_in_linear_time() {
        for code in [r#"\""#.repeat(500_000), "(/[".repeat(500_000), "/*a".repeat(500_000)] {
            assert_eq!(tokens(Language::JavaScript, &code).len(), code.len());
        }
    }
}
