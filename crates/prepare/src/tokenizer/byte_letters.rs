//! Letters that stand for bytes in the files of tokenizers.

/// Returns the letter for each byte, as GPT-2's `bytes_to_unicode` maps them
/// (<https://github.com/openai/gpt-2/blob/master/src/encoder.py>): bytes that can be seen in Latin-1 stand for themselves,
/// and the others follow from U+0100 on.
pub(super) fn byte_letters() -> [char; 256] {
    let mut next = 0x100;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        match byte {
            b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF => char::from(byte),
            _ => {
                next += 1;
                char::from_u32(next - 1).expect("the first letters above Latin-1 are characters")
            }
        }
    })
}
