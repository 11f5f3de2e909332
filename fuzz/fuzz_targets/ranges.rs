//! `ranges.json` and ranges on the command line: any bytes give valid ranges or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamguard_prime::{NamedRange, ranges_file};

fuzz_target!(|bytes: &[u8]| {
    for named in ranges_file::parse_ranges(bytes).into_iter().flatten() {
        assert!(named.range.start <= named.range.end);
    }
    if let Ok(named) = String::from_utf8_lossy(bytes).parse::<NamedRange>() {
        let text = named.to_string();
        assert_eq!(text.parse(), Ok(named));
    }
});
