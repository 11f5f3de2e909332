//! Functions and files that a message names.

use std::collections::BTreeMap;

use crate::message::MAX_MESSAGE_BYTES;

/// Words of a message that may be names, and whether a word is written as code anywhere: before a
/// parenthesis, in back quotes, after a dot or colons, alone in parentheses.
pub(super) struct MessageMentions<'m> {
    words: BTreeMap<&'m str, bool>,
    /// The same words in lower case, for names of files.
    lower: BTreeMap<String, bool>,
}

/// Part of a function's position that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MentionKind {
    /// The file.
    File,
    /// The class or module.
    Class,
    /// The function itself.
    Function,
}

/// Stems of file names that are also common words in messages.
const COMMON_FILES: &[&str] = &[
    "index", "main", "utils", "util", "init", "__init__", "core", "base", "common", "helpers", "test",
    "tests",
];

impl<'m> MessageMentions<'m> {
    pub(super) fn new(message: &'m str) -> Self {
        let message = &message[..message.floor_char_boundary(MAX_MESSAGE_BYTES)];
        let bytes = message.as_bytes();
        let mut words = BTreeMap::new();
        let mut lower = BTreeMap::new();
        let mut place = 0;
        while place < bytes.len() {
            if !is_word(bytes[place]) {
                place += 1;
                continue;
            }
            if let Some(length) = address_length(&message[place..]) {
                place += length;
                continue;
            }
            let start = place;
            while place < bytes.len() && is_word(bytes[place]) {
                place += 1;
            }
            let before = start.checked_sub(1).map_or(b' ', |before| bytes[before]);
            let (after, next) = (byte_at(bytes, place), byte_at(bytes, place + 1));
            let code = matches!(before, b'`' | b'.' | b'#')
                || matches!(after, b'(' | b'`')
                || before == b'(' && after == b')'
                || before == b':' && start > 1 && bytes[start - 2] == b':'
                || after == b':' && next == b':'
                || before == b'>' && start > 1 && bytes[start - 2] == b'-'
                // `parser.c`, `Class.method`
                || after == b'.' && is_word(next);
            let word = &message[start..place];
            *words.entry(word).or_default() |= code;
            *lower.entry(word.to_ascii_lowercase()).or_default() |= code;
        }
        Self { words, lower }
    }

    /// Returns the most specific mention of a function.
    pub(super) fn find(&self, name: Option<&str>, path: &str) -> Option<MentionKind> {
        let parts = name.unwrap_or("").rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'));
        let mut parts = parts.filter(|part| !part.is_empty());
        if parts.next().is_some_and(|own| self.is_named(own)) {
            return Some(MentionKind::Function);
        }
        if parts.any(|outer| self.is_named(outer)) {
            return Some(MentionKind::Class);
        }
        // Messages name files without their folders, and often without case: "Parser: check length".
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
        let is_named =
            stem.len() > 3 && !COMMON_FILES.contains(&stem.as_str()) && self.lower.contains_key(&stem);
        is_named.then_some(MentionKind::File)
    }

    /// Whether the message mentions `name`.
    ///
    /// A name that looks like an identifier (`read_chunk`, `parseHeader`) is a mention anywhere in the text; a
    /// plain word (`parse`) only where it is written as code.
    fn is_named(&self, name: &str) -> bool {
        let Some(code) = self.words.get(name) else { return false };
        let is_identifier = name.len() > 3
            && (name.trim_matches('_').contains('_')
                || name.bytes().any(|byte| byte.is_ascii_digit())
                || name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
                    && name.bytes().any(|byte| byte.is_ascii_lowercase()));
        is_identifier || *code && name.len() > 1
    }
}

/// Returns the length of the address of a page at the beginning of a text. It names the project, and often the file that is
/// named like the project.
fn address_length(text: &str) -> Option<usize> {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    is_address.then(|| text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

fn byte_at(bytes: &[u8], place: usize) -> u8 {
    bytes.get(place).copied().unwrap_or(b' ')
}
