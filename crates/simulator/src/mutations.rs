//! Damaged versions of texts, for tests of what reads them.

/// Number of damaged versions, unless `STREAMGUARD_MUTATIONS` says another one.
const DEFAULT_MUTATIONS: u32 = 20_000;

/// Values that programs rarely expect.
const ABSURD: [&[u8]; 12] = [
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\"\\ud800\"",
    b"\"\"",
    b"{}",
    b"[]",
    b"\0",
    b"\xff",
    b"[[[[",
    b"\xe2\x80\xae",
];

/// Calls `check` with damaged versions of texts: bits flipped, stretches removed, doubled or taken from another of the
/// texts, and absurd values put in. They are the same each time.
pub fn for_each_mutation(texts: &[&[u8]], check: &mut dyn FnMut(&[u8])) {
    let count = std::env::var("STREAMGUARD_MUTATIONS").ok().and_then(|count| count.parse().ok());
    // xorshift64 (Marsaglia 2003).
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit.max(1) as u64).unwrap_or(0)
    };
    for _ in 0..count.unwrap_or(DEFAULT_MUTATIONS) {
        let mut text = texts[below(texts.len())].to_vec();
        for _ in 0..=below(4) {
            let at = below(text.len());
            let end = (at + below(40)).min(text.len());
            match below(5) {
                0 => {
                    if let Some(byte) = text.get_mut(at) {
                        *byte ^= 1 << below(8);
                    }
                }
                1 => drop(text.drain(at..end)),
                2 => {
                    let part = text[at..end].repeat(1 + below(3));
                    drop(text.splice(at..at, part));
                }
                3 => {
                    let other = texts[below(texts.len())];
                    let from = below(other.len());
                    let part = &other[from..(from + below(40)).min(other.len())];
                    drop(text.splice(at..end, part.iter().copied()));
                }
                _ => drop(text.splice(at..end, ABSURD[below(ABSURD.len())].iter().copied())),
            }
        }
        check(&text);
    }
}
