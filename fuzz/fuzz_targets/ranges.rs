//! `ranges.json`, and ranges on the command line: sound ranges or an error, whatever the bytes.
#![no_main]

use streamguard_prime::{NamedRange, file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for named in file::parse(bytes).into_iter().flatten() {
        assert!(named.range.start <= named.range.end);
    }
    if let Ok(named) = String::from_utf8_lossy(bytes).parse::<NamedRange>() {
        let shown = named.to_string();
        assert_eq!(shown.parse(), Ok(named));
    }
});
