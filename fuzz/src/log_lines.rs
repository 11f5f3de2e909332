//! Lines of web logs.

use fearless_simd::{Level, dispatch};
use streamguard_ingest::parse::{
    DateCache, MAX_LATENCY_NS, parse_combined, parse_common, parse_json, parse_simple, parse_simple_fast,
};

/// Any line is either parsed in the Common and Combined Log Formats or reported as malformed. Every combined line is a
/// common line too.
pub(crate) fn common(bytes: &[u8]) {
    let mut dates = DateCache::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (fresh, cached) = (parse_common(line, &mut DateCache::default()), parse_common(line, &mut dates));
        assert_eq!(fresh, cached, "the result depends on dates that were read before");
        if let Ok(request) = parse_combined(line, &mut dates) {
            assert_eq!(fresh.map(|common| common.path), Ok(request.path));
        }
    }
}

/// Any line is either parsed as a JSON request or reported as malformed.
pub(crate) fn json(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        let _ = parse_json(line, |request| {
            // 0 is a status that could not be read.
            assert!(request.status == 0 || (100..1000).contains(&request.status));
            assert!(request.latency.is_none_or(|latency| latency <= MAX_LATENCY_NS));
        });
    }
}

/// Any line is either parsed as a simple request or reported as malformed. Results of the fast parser are those of the
/// exact parser, whatever follows the line.
pub(crate) fn simple(bytes: &[u8]) {
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
}
