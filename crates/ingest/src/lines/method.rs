//! Methods of requests.

/// A method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method<'a> {
    /// One of [`Method::NAMES`], by its place there.
    Named(usize),
    /// Another word that can be a method.
    Other(&'a [u8]),
}

impl<'a> Method<'a> {
    /// The methods of RFC 9110 and RFC 5789.
    pub const NAMES: [&'static str; 9] =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

    /// Longest word that is taken for a method, in bytes.
    pub const LONGEST: usize = 24;

    /// The method that a word is: upper-case letters, or the few other characters that registered
    /// methods hold (RFC 9110, section 9.1).
    pub fn of(word: &'a [u8]) -> Option<Self> {
        if let Some(name) = Self::NAMES.iter().position(|name| name.as_bytes() == word) {
            return Some(Self::Named(name));
        }
        let is_method = (1..=Self::LONGEST).contains(&word.len())
            && word.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
        is_method.then_some(Self::Other(word))
    }

    /// The place among [`Method::NAMES`] of a word of at most eight bytes, in little-endian order
    /// with zeros behind it.
    #[inline(always)]
    pub(super) fn named(word: u64) -> Option<usize> {
        let (is, name) = WORDS[place(word)];
        (is == word).then_some(name)
    }

    /// The word.
    pub fn word(self) -> &'a [u8] {
        match self {
            Self::Named(name) => Self::NAMES[name].as_bytes(),
            Self::Other(word) => word,
        }
    }
}

/// The names as words, each at its [`place`], with its place among [`Method::NAMES`].
const WORDS: [(u64, usize); 16] = {
    // No word at all is nowhere.
    let mut words = [(u64::MAX, 0); 16];
    let mut name = 0;
    while name < Method::NAMES.len() {
        let text = Method::NAMES[name].as_bytes();
        let (mut word, mut at) = (0, 0);
        while at < text.len() {
            word |= (text[at] as u64) << (8 * at);
            at += 1;
        }
        assert!(words[place(word)].0 == u64::MAX, "two names share a place");
        words[place(word)] = (word, name);
        name += 1;
    }
    words
};

/// A place for a word; the factor is one by which no two names share theirs.
#[inline(always)]
const fn place(word: u64) -> usize {
    (word.wrapping_mul(0x35bf_992d_c9e9_c617) >> 60) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own() {
        for (at, name) in Method::NAMES.iter().enumerate() {
            assert_eq!(Method::of(name.as_bytes()), Some(Method::Named(at)));
            assert_eq!(Method::Named(at).word(), name.as_bytes());
        }
        assert_eq!(Method::of(b"M-SEARCH"), Some(Method::Other(b"M-SEARCH")));
        for wrong in ["", "get", "GE T", "G\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
            assert_eq!(Method::of(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
