//! A line of the Common or the Combined Log Format is a request or malformed; every combined line
//! is a common one.
#![no_main]

use streamguard_ingest::lines::{Clock, combined, common};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut clock = Clock::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (one, other) = (common(line, &mut Clock::default()), common(line, &mut clock));
        assert_eq!(one, other, "a clock that has read other dates");
        if let Ok(request) = combined(line, &mut clock) {
            assert_eq!(one.map(|common| common.path), Ok(request.path));
        }
    }
});
