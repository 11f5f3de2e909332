//! Stopped by signals at random moments, and resumed: within its time, with its code, to the same bytes.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::crash::{Interruption, resumes_to_the_same};
use crate::dataset;

/// Number of stops; `cargo xtask attack` sets a higher one.
fn times() -> u64 {
    std::env::var("STREAMGUARD_STOPS").ok().and_then(|times| times.parse().ok()).unwrap_or(4)
}

/// The longest that a run may go on after its first signal. It is meant to take 5 seconds; a busy machine takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_stopped_collection_is_resumed_to_the_same_bytes() {
    for mode in ["process", "threading"] {
        let arguments = [
            "collect",
            "--offline",
            "--repo-samples=40",
            "--synthetic-samples=8000",
            "--workers=2",
            "--mode",
            mode,
        ];
        let mut signals = [("INT", 2), ("TERM", 15), ("HUP", 1)].iter().cycle();
        let stop = |child: &mut Child| {
            let (name, number) = signals.next().expect("the list begins again");
            Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
            let start = Instant::now();
            let status = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break status;
                }
                assert!(start.elapsed() < PATIENCE, "{mode}: SIG{name} was not obeyed");
                std::thread::sleep(Duration::from_millis(5));
            };
            // Before the program listens, the signal itself ends it; a run that was about to end does so.
            let died = status.signal() == Some(*number);
            let codes = [Some(128 + number), Some(0)];
            assert!(died || codes.contains(&status.code()), "{mode}: SIG{name} gave {status}");
            status.code() != Some(0)
        };
        let interruption = Interruption { times: times().div_ceil(2), interrupt: Box::new(stop) };
        resumes_to_the_same(
            &arguments,
            "data/raw",
            &|_| {},
            &|folder| dataset(folder).concat(),
            interruption,
        );
    }
}
