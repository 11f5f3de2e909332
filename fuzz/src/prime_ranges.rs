//! Ranges of numbers, in `ranges.json` and on the command line.

use streamguard_prime::{NamedRange, ranges_file};

/// Any bytes give valid ranges or an error, and a range that was parsed is written as it was.
pub(crate) fn check(bytes: &[u8]) {
    for named in ranges_file::parse_ranges(bytes).into_iter().flatten() {
        assert!(named.range.start <= named.range.end);
    }
    if let Ok(named) = String::from_utf8_lossy(bytes).parse::<NamedRange>() {
        let text = named.to_string();
        assert_eq!(text.parse(), Ok(named));
    }
}
