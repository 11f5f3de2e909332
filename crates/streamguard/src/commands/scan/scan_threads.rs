//! Scan of many files on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use streamguard::ui::{ProgressLine, group_digits};
use streamguard_scan::{ItemScanner, ScanInputs, ScannedTree, SignatureIndex};

/// Pause between two looks at the progress.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Scans items on several threads. Returns the result of each in their order, whatever the number of threads.
pub(super) fn scan(inputs: &ScanInputs, index: &SignatureIndex, workers: usize) -> Vec<ScannedTree> {
    let items = &inputs.items;
    let next = AtomicUsize::new(0);
    // Nothing is sent: the channel closes when the last thread has ended.
    let (working, ended) = mpsc::channel::<()>();
    let work = |_working: mpsc::Sender<()>, mut scanner: ItemScanner<'_>| {
        let mut results = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return results };
            results.push((at, scanner.scan(item)));
        }
    };
    let mut results: Vec<(usize, ScannedTree)> = thread::scope(|scope| {
        let start = |_| {
            let repositories = inputs.repositories.iter().map(|(_, repository)| repository.clone()).collect();
            let (working, scanner) = (working.clone(), ItemScanner::new(index, repositories));
            scope.spawn(|| work(working, scanner))
        };
        let threads: Vec<_> = (0..workers.clamp(1, items.len().max(1))).map(start).collect();
        drop(working);
        let mut progress = ProgressLine::default();
        let count = group_digits(items.len() as u64);
        while ended.recv_timeout(POLL_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            let begun = next.load(Ordering::Relaxed).min(items.len());
            progress.update(|| format!("{} of {count} files", group_digits(begun as u64)));
        }
        drop(progress);
        threads.into_iter().flat_map(|thread| thread.join().expect("panics are caught")).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
