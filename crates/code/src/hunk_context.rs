//! Changed lines with their context, where there are no functions to show.

use std::ops::Range;

use super::diff::{Hunk, SourceLines};

/// Unchanged lines shown before and after the changed ones.
const CONTEXT: u32 = 3;

/// The changed runs with their context; runs whose contexts meet are one.
pub(super) fn with_context(hunks: &[Hunk], before: &SourceLines, after: &SourceLines) -> Vec<Hunk> {
    let mut joined: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        let wide = Hunk {
            before: widened(&hunk.before, before.count()),
            after: widened(&hunk.after, after.count()),
        };
        match joined.last_mut() {
            Some(last) if wide.before.start <= last.before.end || wide.after.start <= last.after.end => {
                last.before.end = wide.before.end;
                last.after.end = wide.after.end;
            }
            _ => joined.push(wide),
        }
    }
    joined
}

fn widened(rows: &Range<u32>, count: u32) -> Range<u32> {
    rows.start.saturating_sub(CONTEXT)..(rows.end + CONTEXT).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_runs_join_and_far_ones_do_not() {
        let text = "x\n".repeat(40);
        let lines = SourceLines::new(&text);
        let hunks = [
            Hunk { before: 1..2, after: 1..1 },
            Hunk { before: 8..9, after: 7..9 },
            Hunk { before: 30..30, after: 30..31 },
        ];
        let found = with_context(&hunks, &lines, &lines);
        assert_eq!(found, [Hunk { before: 0..12, after: 0..12 }, Hunk { before: 27..33, after: 27..34 }]);
    }
}
