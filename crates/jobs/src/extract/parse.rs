//! Running the parser within its limits.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, Parser, Tree};

use super::diff::{self, Hunk, Lines};
use super::grammar::Grammar;

/// Longest time for one parse. Real files of a megabyte take 0.2 s; what takes longer was
/// made to take long.
const PARSE_TIME: Duration = Duration::from_secs(2);

/// Parses both sides; a side without text has no tree. `None` when the parser took too long.
///
/// Where the grammar allows it, `after` is parsed on top of the tree of `before`, which costs
/// about a seventh of a parse. That is done only between trees without errors: recovery from
/// an error depends on where the parser comes from, so that the tree of a damaged file would
/// depend on its history.
pub(super) fn parse_both(
    parser: &mut Parser,
    grammar: &Grammar,
    before: &Lines,
    after: &Lines,
    hunks: &[Hunk],
) -> Option<[Option<Tree>; 2]> {
    parser.set_language(&(grammar.language)()).ok()?;
    let mut parse = |lines: &Lines, old: Option<&Tree>| parse(parser, lines.text(), old);
    let old = if before.text().is_empty() { None } else { Some(parse(before, None)?) };
    if after.text().is_empty() {
        return Some([old, None]);
    }
    let sound = old.as_ref().filter(|tree| grammar.incremental && !tree.root_node().has_error());
    if let Some(tree) = sound {
        let mut edited = tree.clone();
        diff::edits(before, after, hunks).for_each(|edit| edited.edit(&edit));
        let new = parse(after, Some(&edited))?;
        if !new.root_node().has_error() {
            return Some([old, Some(new)]);
        }
    }
    let new = parse(after, None)?;
    Some([old, Some(new)])
}

fn parse(parser: &mut Parser, text: &str, old: Option<&Tree>) -> Option<Tree> {
    let started = Instant::now();
    let mut in_time = |_: &tree_sitter::ParseState| {
        if started.elapsed() < PARSE_TIME { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or(&[]), old, Some(options));
    if tree.is_none() {
        // Otherwise the next parse would take up this one where it stopped.
        parser.reset();
    }
    tree
}
