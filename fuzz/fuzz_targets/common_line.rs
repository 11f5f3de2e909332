//! Any line is either parsed in the Common and Combined Log Formats or reported as malformed. Every combined
//! line is a common line too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamguard_ingest::parse::{DateCache, parse_combined, parse_common};

fuzz_target!(|bytes: &[u8]| {
    let mut dates = DateCache::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (fresh, cached) = (parse_common(line, &mut DateCache::default()), parse_common(line, &mut dates));
        assert_eq!(fresh, cached, "the result depends on dates that were read before");
        if let Ok(request) = parse_combined(line, &mut dates) {
            assert_eq!(fresh.map(|common| common.path), Ok(request.path));
        }
    }
});
