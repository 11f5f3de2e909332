//! HTTP methods.

/// Method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod<'a> {
    /// One of [`HttpMethod::KNOWN`], by its index there.
    Known(usize),
    /// Another word that can be a method.
    Other(&'a [u8]),
}

impl<'a> HttpMethod<'a> {
    /// The methods of RFC 9110 and RFC 5789.
    pub const KNOWN: [&'static str; 9] =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

    /// Method of a request that has none, as it is listed.
    pub const NONE: HttpMethod<'static> = HttpMethod::Other(b"-");

    /// Longest word that is accepted as a method, in bytes.
    pub const MAX_BYTES: usize = 24;

    /// Reads a method: upper-case letters and the few other characters of registered methods (RFC 9110,
    /// section 9.1).
    pub fn parse(word: &'a [u8]) -> Option<Self> {
        if let Some(name) = Self::KNOWN.iter().position(|name| name.as_bytes() == word) {
            return Some(Self::Known(name));
        }
        let is_method = (1..=Self::MAX_BYTES).contains(&word.len())
            && word.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
        is_method.then_some(Self::Other(word))
    }

    /// Reads a method of a field that holds nothing else: a well-known one in lower case too. What is not a method is
    /// [`HttpMethod::NONE`].
    pub(super) fn parse_field(word: &'a [u8]) -> Self {
        let in_any_case = || Self::KNOWN.iter().position(|name| name.as_bytes().eq_ignore_ascii_case(word));
        Self::parse(word).or_else(|| in_any_case().map(Self::Known)).unwrap_or(Self::NONE)
    }

    /// Returns the index in [`HttpMethod::KNOWN`] of a word of at most eight bytes, given in little-endian
    /// order and padded with zeros.
    #[inline(always)]
    pub(super) fn known_index(word: u64) -> Option<usize> {
        let (is, name) = HASHED_NAMES[hash_slot(word)];
        (is == word).then_some(name)
    }

    /// Returns the name of the method.
    pub fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Known(name) => Self::KNOWN[name].as_bytes(),
            Self::Other(word) => word,
        }
    }
}

/// A perfect hash table of the known names: each as a padded word in its [`hash_slot`], with its index in
/// [`HttpMethod::KNOWN`].
const HASHED_NAMES: [(u64, usize); 16] = {
    // Empty slots hold a word that no name has.
    let mut words = [(u64::MAX, 0); 16];
    let mut name = 0;
    while name < HttpMethod::KNOWN.len() {
        let text = HttpMethod::KNOWN[name].as_bytes();
        let (mut word, mut at) = (0, 0);
        while at < text.len() {
            word |= (text[at] as u64) << (8 * at);
            at += 1;
        }
        assert!(words[hash_slot(word)].0 == u64::MAX, "two names share a place");
        words[hash_slot(word)] = (word, name);
        name += 1;
    }
    words
};

/// Returns the slot of a word. The factor was found by search: with it, no two names share a slot.
#[inline(always)]
const fn hash_slot(word: u64) -> usize {
    (word.wrapping_mul(0x35bf_992d_c9e9_c617) >> 60) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_method_has_its_own_index() {
        for (at, name) in HttpMethod::KNOWN.iter().enumerate() {
            assert_eq!(HttpMethod::parse(name.as_bytes()), Some(HttpMethod::Known(at)));
            assert_eq!(HttpMethod::Known(at).as_bytes(), name.as_bytes());
        }
        assert_eq!(HttpMethod::parse(b"M-SEARCH"), Some(HttpMethod::Other(b"M-SEARCH")));
        for wrong in ["", "get", "GE T", "G\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
            assert_eq!(HttpMethod::parse(wrong.as_bytes()), None, "{wrong}");
        }
        for (word, method) in [("Get", HttpMethod::Known(0)), ("g t", HttpMethod::NONE)] {
            assert_eq!(HttpMethod::parse_field(word.as_bytes()), method, "{word}");
        }
    }
}
