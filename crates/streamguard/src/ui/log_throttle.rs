//! Limit on the number of lines from one job.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use streamguard_engine::LogLevel;

/// Lines of one job and level that pass in a [`THROTTLE_SPAN`].
const MAX_LINES: u32 = 20;

/// Time in which lines are counted together.
const THROTTLE_SPAN: Duration = Duration::from_secs(1);

/// Job and level, which are counted together: a flood of notes hides no error.
pub(crate) type ThrottleKey = (Option<usize>, LogLevel);

/// Counts the lines of each job and level.
#[derive(Debug, Default)]
pub(crate) struct LogThrottle(BTreeMap<ThrottleKey, LineCount>);

#[derive(Debug)]
struct LineCount {
    since: Instant,
    lines: u32,
}

impl LogThrottle {
    /// Whether a line may pass now.
    pub(crate) fn admit(&mut self, kind: ThrottleKey, now: Instant) -> bool {
        let count = self.0.entry(kind).or_insert(LineCount { since: now, lines: 0 });
        // Lines beyond the limit are counted as well: their number is shown later.
        count.lines = count.lines.saturating_add(1);
        count.lines <= MAX_LINES
    }

    /// Returns the suppressed lines of each job and level whose time span is over.
    pub(crate) fn take_suppressed(&mut self, now: Instant) -> Vec<(ThrottleKey, u32)> {
        self.end(|count| now.duration_since(count.since) >= THROTTLE_SPAN)
    }

    /// Returns the suppressed lines at the end of the run.
    pub(crate) fn take_rest(&mut self) -> Vec<(ThrottleKey, u32)> {
        self.end(|_| true)
    }

    fn end(&mut self, is_over: impl Fn(&LineCount) -> bool) -> Vec<(ThrottleKey, u32)> {
        let over = self.0.extract_if(.., |_, count| is_over(count));
        over.filter(|(_, count)| count.lines > MAX_LINES)
            .map(|(kind, count)| (kind, count.lines - MAX_LINES))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_job_leaves_the_others_their_lines() {
        let (mut throttle, now) = (LogThrottle::default(), Instant::now());
        assert_eq!((0..100).filter(|_| throttle.admit((Some(1), LogLevel::Info), now)).count(), 20);
        assert!(
            throttle.admit((Some(2), LogLevel::Info), now) && throttle.admit((Some(1), LogLevel::Error), now)
        );
        assert!(throttle.take_suppressed(now).is_empty(), "the span is not over");
        assert_eq!(throttle.take_suppressed(now + THROTTLE_SPAN), [((Some(1), LogLevel::Info), 80)]);
        assert!(throttle.admit((Some(1), LogLevel::Info), now + THROTTLE_SPAN));
        assert!(throttle.take_rest().is_empty());
    }
}
