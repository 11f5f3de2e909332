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
    let (mut at, mut string_end) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match BYTE_CLASSES[usize::from(byte)] {
            ByteClass::Space => at += 1,
            ByteClass::Word => {
                let rest = &bytes[at..];
                let is_word = |byte: &u8| BYTE_CLASSES[usize::from(*byte)] == ByteClass::Word;
                let length = rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
                take(&rest[..length]);
                at += length;
            }
            ByteClass::Punctuation => {
                take(&bytes[at..=at]);
                at += 1;
            }
            ByteClass::Special => {
                if at >= string_end {
                    if let Some(end) = comment_end(bytes, at, syntax) {
                        at = end;
                        continue;
                    }
                    string_end = end_of_string(bytes, at, syntax);
                }
                take(&bytes[at..=at]);
                at += 1;
            }
        }
    }
}

/// Returns the end of the comment that begins at a place, if one does.
fn comment_end(bytes: &[u8], at: usize, syntax: CommentSyntax) -> Option<usize> {
    let rest = &bytes[at..];
    for (begin, end) in syntax.block {
        if rest.starts_with(begin) {
            let body = &rest[begin.len()..];
            let length = memmem::find(body, end).map_or(body.len(), |found| found + end.len());
            return Some(at + begin.len() + length);
        }
    }
    let begins = syntax.line.iter().any(|marker| rest.starts_with(marker));
    // `$#` and `${#name}` of shells count something.
    let is_count = rest[0] == b'#' && at > 0 && matches!(bytes[at - 1], b'$' | b'{' | b'\\');
    (begins && !is_count).then(|| at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
}

/// Returns the end of the string that begins at a place; the place itself if none does. A quote without its
/// counterpart on the line begins no string: it may be an apostrophe or a lifetime.
fn end_of_string(bytes: &[u8], at: usize, syntax: CommentSyntax) -> usize {
    let quote = bytes[at];
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return at;
    }
    let triple = [quote; 3];
    if syntax.long_strings && bytes[at..].starts_with(&triple) {
        return memmem::find(&bytes[at + 3..], &triple).map_or(at, |found| at + found + 6);
    }
    let is_long = syntax.long_strings && quote == b'`';
    let mut place = at + 1;
    while let Some(&byte) = bytes.get(place) {
        match byte {
            b'\\' => place += 1,
            b'\n' if !is_long => return at,
            byte if byte == quote => return place + 1,
            _ => {}
        }
        place += 1;
    }
    at
}
