//! Any line is either parsed as a simple request or reported as malformed. Results of the fast parser are those of
//! the exact parser, whatever follows the line.
#![no_main]

use fearless_simd::{Level, dispatch};
use libfuzzer_sys::fuzz_target;
use streamguard_ingest::parse::{MAX_LATENCY_NS, parse_simple, parse_simple_fast};

fuzz_target!(|bytes: &[u8]| {
    // The fast parser reads beyond the end of a line, and refuses lines too close to the end of the text.
    let lines = [bytes, &[b'\n'; 1024]].concat();
    let mut rest = &lines[..];
    while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
        let exact = parse_simple(&rest[..length]);
        assert!(!exact.is_ok_and(|request| request.latency > Some(MAX_LATENCY_NS)));
        if let Some(fast) = dispatch!(Level::new(), simd => parse_simple_fast(simd, rest, length)) {
            assert_eq!(Ok(fast.into()), exact);
        }
        rest = &rest[length + 1..];
    }
});
