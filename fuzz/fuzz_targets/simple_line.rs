//! A simple line is a request or malformed; what is read quickly is what is read exactly, whatever
//! stands behind it.
#![no_main]

use jobs::ingest::lines::{LONGEST_TIME, quick, simple};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Behind the last line there is none that would be read quickly.
    let lines = [bytes, &[b'\n'; 64]].concat();
    let mut rest = &lines[..];
    while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
        let exact = simple(&rest[..length]);
        assert!(!exact.is_ok_and(|request| request.time > Some(LONGEST_TIME)));
        if let Some(quick) = quick(rest, length) {
            assert_eq!(Ok(quick), exact);
        }
        rest = &rest[length + 1..];
    }
});
