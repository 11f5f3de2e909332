//! Which functions and files a message names.

use std::collections::BTreeMap;

use crate::message::MAX_MESSAGE_BYTES;

/// The words of a message that may be names, with whether one stands there as code: before a
/// parenthesis, in back quotes, behind a dot or a colon, alone in parentheses.
pub(super) struct Mentions<'m> {
    words: BTreeMap<&'m str, bool>,
    /// Without case, for files.
    lower: BTreeMap<String, bool>,
}

/// How a message names a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mention {
    /// Its file.
    File,
    /// Its class or module.
    Class,
    /// Itself.
    Function,
}

/// Stems of file names that say nothing about what is inside.
const COMMON_FILES: &[&str] = &[
    "index", "main", "utils", "util", "init", "__init__", "core", "base", "common", "helpers", "test",
    "tests",
];

impl<'m> Mentions<'m> {
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
            let start = place;
            while place < bytes.len() && is_word(bytes[place]) {
                place += 1;
            }
            let before = start.checked_sub(1).map_or(b' ', |before| bytes[before]);
            let (after, next) = (byte(bytes, place), byte(bytes, place + 1));
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

    /// The strongest way in which the message names this function.
    pub(super) fn of(&self, name: Option<&str>, path: &str) -> Option<Mention> {
        let parts = name.unwrap_or("").rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'));
        let mut parts = parts.filter(|part| !part.is_empty());
        if parts.next().is_some_and(|own| self.names(own)) {
            return Some(Mention::Function);
        }
        if parts.any(|outer| self.names(outer)) {
            return Some(Mention::Class);
        }
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
        let told = stem.len() > 3 && !COMMON_FILES.contains(&stem.as_str()) && self.lower.contains_key(&stem);
        told.then_some(Mention::File)
    }

    /// A name that looks like one (`read_chunk`, `parseHeader`) is a mention wherever it stands; a
    /// plain word (`parse`) only as code.
    fn names(&self, name: &str) -> bool {
        let Some(code) = self.words.get(name) else { return false };
        let looks_so = name.len() > 3
            && (name.trim_matches('_').contains('_')
                || name.bytes().any(|byte| byte.is_ascii_digit())
                || name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
                    && name.bytes().any(|byte| byte.is_ascii_lowercase()));
        looks_so || *code && name.len() > 1
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

fn byte(bytes: &[u8], place: usize) -> u8 {
    bytes.get(place).copied().unwrap_or(b' ')
}
