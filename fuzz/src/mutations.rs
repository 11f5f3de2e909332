//! Damaged versions of inputs.

/// Values that programs rarely expect.
const ABSURD: [&[u8]; 16] = [
    b"null",
    b"-1",
    b"1e999",
    b"0.1234567890123456789",
    b"18446744073709551615",
    b"18446744073709551616",
    b"\"\\ud800\"",
    b"\"\"",
    b"{}",
    b"[]",
    b"\0",
    b"\xff",
    b"[[[[",
    b"\r\n",
    b"/../",
    b"\xe2\x80\xae",
];

/// Calls `check` with `count` damaged versions of inputs: bits flipped, stretches removed, doubled or taken from another
/// input, and absurd values put in. They are the same each time.
pub fn for_each_mutation(inputs: &[Vec<u8>], count: u32, check: &mut dyn FnMut(&[u8])) {
    // xorshift64 (Marsaglia 2003).
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit.max(1) as u64).unwrap_or(0)
    };
    for _ in 0..count {
        let mut bytes = inputs[below(inputs.len())].clone();
        for _ in 0..=below(4) {
            let at = below(bytes.len());
            let end = (at + below(40)).min(bytes.len());
            match below(5) {
                0 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << below(8);
                    }
                }
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].repeat(1 + below(3));
                    drop(bytes.splice(at..at, part));
                }
                3 => {
                    let other = &inputs[below(inputs.len())];
                    let from = below(other.len());
                    let part = &other[from..(from + below(40)).min(other.len())];
                    drop(bytes.splice(at..end, part.iter().copied()));
                }
                _ => drop(bytes.splice(at..end, ABSURD[below(ABSURD.len())].iter().copied())),
            }
        }
        check(&bytes);
    }
}
