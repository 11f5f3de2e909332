//! A simple line is a request or malformed; what stands behind it changes nothing.
#![no_main]

use jobs::ingest::lines::simple;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let alone = simple(line, line.len());
    let followed = [line, b"\n[GET] /, status=200, time=1.5ms user-agent=, status=200, time=1ms user-agent=x\n"].concat();
    assert_eq!(simple(&followed, line.len()), alone);
});
