//! Any line is either parsed as a JSON request or reported as malformed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamguard_ingest::parse::{MAX_LATENCY_NS, parse_json};

fuzz_target!(|line: &[u8]| {
    let _ = parse_json(line, |request| {
        assert!((100..1000).contains(&request.status));
        assert!(request.latency.is_none_or(|latency| latency <= MAX_LATENCY_NS));
    });
});
