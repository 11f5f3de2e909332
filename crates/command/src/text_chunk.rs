//! Text of any bytes as records of JSON, and back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A piece of an output. Almost all is UTF-8, which JSON holds as it is; other bytes are listed by number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum TextChunk<'a> {
    /// UTF-8.
    Text(#[serde(borrow)] Cow<'a, str>),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl<'a> TextChunk<'a> {
    /// Returns the chunk with these bytes.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(Cow::Borrowed(text)),
            Err(_) => Self::Bytes(bytes.to_owned()),
        }
    }

    /// Returns its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>) {
            let line = serde_json::to_string(&TextChunk::of(&bytes)).unwrap();
            let chunk: TextChunk<'_> = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(chunk.bytes(), bytes.as_slice());
        }
    }
}
