//! Small texts of the cache with a checksum at their end.

/// Appends a checksum to a text without line feeds, such as compact JSON.
pub fn add_checksum(mut text: Vec<u8>) -> Vec<u8> {
    let digest = blake3::hash(&text).to_hex();
    text.push(b'\n');
    text.extend_from_slice(digest.as_bytes());
    text
}

/// Returns the text before a checksum; `None` if it does not match. A text without a line feed is of an earlier version
/// of this program, which wrote no checksum.
pub fn verify_checksum(bytes: &[u8]) -> Option<&[u8]> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return Some(bytes) };
    let (text, digest) = (&bytes[..end], &bytes[end + 1..]);
    (blake3::hash(text).to_hex().as_bytes() == digest).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flipped_bit_gives_another_text() {
        let text = br#"{"until":1700000000000}"#;
        let written = add_checksum(text.to_vec());
        assert_eq!(verify_checksum(&written), Some(&text[..]));
        assert_eq!(verify_checksum(text), Some(&text[..]), "of an earlier version");
        for bit in 0..written.len() * 8 {
            let mut damaged = written.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            // Where the line feed is hit, all of it is one text, which is not JSON.
            let read = verify_checksum(&damaged).map(serde_json::from_slice::<serde_json::Value>);
            assert!(read.is_none_or(|read| read.is_err()), "bit {bit}");
        }
    }
}
