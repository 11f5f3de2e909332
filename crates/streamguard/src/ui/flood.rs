//! Keeping a flood of lines from one job off the screen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many lines of one job are let through in a [`SPAN`].
const MOST: u32 = 20;

/// How long they are counted together.
const SPAN: Duration = Duration::from_secs(1);

/// Counts the lines of each job.
#[derive(Debug, Default)]
pub(crate) struct Flood(BTreeMap<Option<usize>, Count>);

#[derive(Debug)]
struct Count {
    since: Instant,
    lines: u32,
}

impl Flood {
    /// Whether a line of this job may pass now.
    pub(crate) fn admit(&mut self, job: Option<usize>, now: Instant) -> bool {
        let count = self.0.entry(job).or_insert(Count { since: now, lines: 0 });
        count.lines = count.lines.saturating_add(1);
        count.lines <= MOST
    }

    /// The jobs whose lines were held back, and how many, where it is time to say so.
    pub(crate) fn held_back(&mut self, now: Instant) -> Vec<(Option<usize>, u32)> {
        self.end(|count| now.duration_since(count.since) >= SPAN)
    }

    /// The same at the end, when there is nothing to wait for.
    pub(crate) fn rest(&mut self) -> Vec<(Option<usize>, u32)> {
        self.end(|_| true)
    }

    fn end(&mut self, is_over: impl Fn(&Count) -> bool) -> Vec<(Option<usize>, u32)> {
        let over = self.0.extract_if(.., |_, count| is_over(count));
        over.filter(|(_, count)| count.lines > MOST).map(|(job, count)| (job, count.lines - MOST)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_job_leaves_the_others_their_lines() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        assert_eq!((0..100).filter(|_| flood.admit(Some(1), now)).count(), 20);
        assert!(flood.admit(Some(2), now) && flood.admit(None, now));
        assert!(flood.held_back(now).is_empty(), "the span is not over");
        assert_eq!(flood.held_back(now + SPAN), [(Some(1), 80)]);
        assert!(flood.admit(Some(1), now + SPAN));
        assert!(flood.rest().is_empty());
    }
}
