//! Context lines around hunks, for files in which no function changed.

use std::ops::Range;

use super::diff::Hunk;
use super::lines::SourceLines;

/// Unchanged lines before and after a hunk, as in unified diffs.
const CONTEXT_LINES: u32 = 3;

/// Adds context to hunks and joins hunks whose contexts meet.
pub(super) fn add_context(hunks: &[Hunk], before: &SourceLines, after: &SourceLines) -> Vec<Hunk> {
    let mut joined: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        let wide =
            Hunk { before: widen(&hunk.before, before.count()), after: widen(&hunk.after, after.count()) };
        match joined.last_mut() {
            // One side is enough: the context would show the same lines twice.
            Some(last) if wide.before.start <= last.before.end || wide.after.start <= last.after.end => {
                last.before.end = wide.before.end;
                last.after.end = wide.after.end;
            }
            _ => joined.push(wide),
        }
    }
    joined
}

fn widen(rows: &Range<u32>, line_count: u32) -> Range<u32> {
    rows.start.saturating_sub(CONTEXT_LINES)..(rows.end + CONTEXT_LINES).min(line_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_near_hunks_and_keeps_far_ones_apart() {
        let text = "x\n".repeat(40);
        let lines = SourceLines::new(&text);
        let hunks = [
            Hunk { before: 1..2, after: 1..1 },
            Hunk { before: 8..9, after: 7..9 },
            Hunk { before: 30..30, after: 30..31 },
        ];
        let found = add_context(&hunks, &lines, &lines);
        assert_eq!(found, [Hunk { before: 0..12, after: 0..12 }, Hunk { before: 27..33, after: 27..34 }]);
    }
}
