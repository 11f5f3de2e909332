//! Classes of bytes, as far as tokens depend on them.

/// Class of a byte outside of words and literals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteClass {
    Space,
    Line,
    Word,
    Slash,
    Hash,
    Quote,
    Backtick,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Semicolon,
    Backslash,
    Symbol,
}

/// Class of each byte.
pub(crate) static CLASSES: [ByteClass; 256] = {
    let mut classes = [ByteClass::Symbol; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'\n' => ByteClass::Line,
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => ByteClass::Space,
            b'/' => ByteClass::Slash,
            b'#' => ByteClass::Hash,
            b'"' | b'\'' => ByteClass::Quote,
            b'`' => ByteClass::Backtick,
            b'(' | b'[' => ByteClass::Open,
            b')' | b']' => ByteClass::Close,
            b'{' => ByteClass::OpenBrace,
            b'}' => ByteClass::CloseBrace,
            b';' => ByteClass::Semicolon,
            b'\\' => ByteClass::Backslash,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'@' | 0x80.. => ByteClass::Word,
            _ => ByteClass::Symbol,
        };
        byte += 1;
    }
    classes
};

/// Whether a byte belongs to a word.
pub(crate) fn is_word(byte: u8) -> bool {
    CLASSES[byte as usize] == ByteClass::Word
}
