//! A simple line is a request or malformed; what is read quickly is what is read exactly, whatever
//! stands behind it.
#![no_main]

use fearless_simd::{Level, dispatch};
use streamguard_ingest::lines::{LONGEST_TIME, quick, simple};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // So much is looked at behind a line.
    let lines = [bytes, &[b'\n'; 1024]].concat();
    let mut rest = &lines[..];
    while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
        let exact = simple(&rest[..length]);
        assert!(!exact.is_ok_and(|request| request.time > Some(LONGEST_TIME)));
        if let Some(usual) = dispatch!(Level::new(), simd => quick(simd, rest, length)) {
            assert_eq!(Ok(usual.into()), exact);
        }
        rest = &rest[length + 1..];
    }
});
