//! Fuzz targets of formats that are private to this crate, for the package `fuzz`.

use std::time::Duration;

use crate::request_ledger::{MAX_AHEAD_MS, RequestLedger, RequiredWait};
use crate::service::RateWindow;

/// Reading of the clock at which a ledger is used, in milliseconds.
const NOW: u64 = 1_000_000_000;

const WINDOW: RateWindow = RateWindow { max_requests: 5, length: Duration::from_secs(30) };

/// Most waits of one request: for a block, for a quota, and for the window.
const MAX_WAITS: usize = 3;

/// Any ledger is written as it was read, and overflows nothing. One that is plausible stays so, and lets a request go
/// after bounded waits.
pub fn request_ledger(bytes: &[u8]) {
    let Ok(mut ledger) = serde_json::from_slice::<RequestLedger>(bytes) else { return };
    let written = serde_json::to_vec(&ledger).expect("a ledger is JSON");
    let read: RequestLedger = serde_json::from_slice(&written).expect("its own JSON");
    assert_eq!(serde_json::to_vec(&read).expect("a ledger is JSON"), written);
    for now in [0, NOW, u64::MAX] {
        let mut ledger = ledger.clone();
        let _ = ledger.wait(now, Some(WINDOW), "core");
        ledger.send(now, 0, "core");
        ledger.end(now, 0);
        ledger.forget(now, Some(WINDOW));
    }
    if ledger.is_plausible(NOW) {
        check_waits(&mut ledger);
    }
}

fn check_waits(ledger: &mut RequestLedger) {
    // The processes of the requests under way have died.
    let under_way: Vec<usize> = ledger.under_way().collect();
    under_way.into_iter().for_each(|slot| ledger.end(NOW, slot));
    let mut now = NOW;
    for _ in 0..MAX_WAITS {
        let length = match ledger.wait(now, Some(WINDOW), "core") {
            Some(RequiredWait::Limit { length, .. } | RequiredWait::Requested { length, .. }) => length,
            None => break,
        };
        assert!(length <= MAX_AHEAD_MS + 30_000, "a wait of {length} ms");
        now += length;
    }
    assert_eq!(ledger.wait(now, Some(WINDOW), "core"), None);
    ledger.send(now, 0, "core");
    ledger.end(now, 0);
    ledger.forget(now, Some(WINDOW));
    assert!(ledger.is_plausible(now));
}
