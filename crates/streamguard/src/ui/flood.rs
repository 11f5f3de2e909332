//! Keeping a flood of lines from one job off the screen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use streamguard_engine::LogLevel;

/// How many lines of one job and level are let through in a [`SPAN`].
const MOST: u32 = 20;

/// How long they are counted together.
const SPAN: Duration = Duration::from_secs(1);

/// What is alike: the job, and how much it matters, so that a flood of notes hides no error.
pub(crate) type Kind = (Option<usize>, LogLevel);

/// Counts the lines of each kind.
#[derive(Debug, Default)]
pub(crate) struct Flood(BTreeMap<Kind, Count>);

#[derive(Debug)]
struct Count {
    since: Instant,
    lines: u32,
}

impl Flood {
    /// Whether a line of this kind may pass now.
    pub(crate) fn admit(&mut self, kind: Kind, now: Instant) -> bool {
        let count = self.0.entry(kind).or_insert(Count { since: now, lines: 0 });
        count.lines = count.lines.saturating_add(1);
        count.lines <= MOST
    }

    /// The kinds whose lines were held back, and how many, where it is time to say so.
    pub(crate) fn held_back(&mut self, now: Instant) -> Vec<(Kind, u32)> {
        self.end(|count| now.duration_since(count.since) >= SPAN)
    }

    /// The same at the end, when there is nothing to wait for.
    pub(crate) fn rest(&mut self) -> Vec<(Kind, u32)> {
        self.end(|_| true)
    }

    fn end(&mut self, is_over: impl Fn(&Count) -> bool) -> Vec<(Kind, u32)> {
        let over = self.0.extract_if(.., |_, count| is_over(count));
        over.filter(|(_, count)| count.lines > MOST).map(|(kind, count)| (kind, count.lines - MOST)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_job_leaves_the_others_their_lines() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        assert_eq!((0..100).filter(|_| flood.admit((Some(1), LogLevel::Info), now)).count(), 20);
        assert!(flood.admit((Some(2), LogLevel::Info), now) && flood.admit((Some(1), LogLevel::Error), now));
        assert!(flood.held_back(now).is_empty(), "the span is not over");
        assert_eq!(flood.held_back(now + SPAN), [((Some(1), LogLevel::Info), 80)]);
        assert!(flood.admit((Some(1), LogLevel::Info), now + SPAN));
        assert!(flood.rest().is_empty());
    }
}
