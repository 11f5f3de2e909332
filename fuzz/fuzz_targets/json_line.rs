//! A JSON line is a request or malformed.
#![no_main]

use streamguard_ingest::lines::{LONGEST_TIME, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let _ = json(line, |request| {
        assert!((100..1000).contains(&request.status));
        assert!(request.time.is_none_or(|time| time <= LONGEST_TIME));
    });
});
