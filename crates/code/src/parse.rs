//! Parsing of both sides of a file, within a limit.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::{ControlFlow, Range};

use tree_sitter::{Language, ParseOptions, Parser, Tree};

use super::deep_stack::with_deep_stack;
use super::diff::{self, Hunk};
use super::grammar::LanguageGrammar;
use super::lines::SourceLines;
use super::parser_memory::allocated_bytes;
use super::runaway_probe;

/// Most calls of the progress callback in one parse, beside [`BYTES_PER_CALL`]; tree-sitter makes one after every 100
/// operations. Steps are counted and not time, so that a slow machine gives the same data.
const MAX_PARSE_CALLS: usize = 5_000;

/// Number of bytes of the text for which a parse may make one call more. Real files need up to 6 calls for 100 bytes, those
/// of more than 100 KB up to 3, and half of all files fewer than 1: the most of 10,600 files was 12,473 calls, for 1 MB.
const BYTES_PER_CALL: usize = 80;

/// Most bytes that are read in one parse, as a multiple of the size of the text. Tokens count as one operation
/// each, however much text the scanner looks at: it reads each of many unclosed comments up to the end. Real
/// files are read once in the median, and up to 22 times.
const MAX_READS: usize = 50;

/// Most bytes that one parse allocates, beside [`MAX_ALLOCATED_RATIO`]. Of 10,600 files of 17 projects none comes near:
/// the most is 45 MB, for a file of 1 MB, and 27 MB for one of 630 KB.
const MAX_ALLOCATED_BYTES: u64 = 64 << 20;

/// Most bytes that one parse allocates for each byte of the text, beside [`MAX_ALLOCATED_BYTES`], which is enough for
/// the files that allocate most by their size: those of 100 KB take up to 106 bytes for each.
const MAX_ALLOCATED_RATIO: u64 = 64;

/// Most bytes that the probes of a text allocate, beside [`MAX_ALLOCATED_RATIO`] ([`runaway_probe`]).
const MAX_PROBE_BYTES: u64 = 32 << 20;

/// Smallest size that counts for [`MAX_READS`].
const MIN_COUNTED_BYTES: usize = 16 << 10;

/// Number of bytes that the parser is given at once, which is the precision of the count.
const CHUNK_BYTES: usize = 1 << 10;

/// Parses both sides; a side without text has no tree. Returns `None` if the parser took too many steps.
///
/// Where the grammar allows it, `after` is parsed incrementally, on top of the tree of `before`,
/// which takes about a seventh of the time of a full parse.
pub(super) fn parse_both(
    grammar: &LanguageGrammar,
    before: &SourceLines,
    after: &SourceLines,
    hunks: &[Hunk],
) -> Option<[Option<Tree>; 2]> {
    let longest = before.text().len().max(after.text().len());
    with_deep_stack(longest, &|| parse_sides(grammar, before, after, hunks))
}

fn parse_sides(
    grammar: &LanguageGrammar,
    before: &SourceLines,
    after: &SourceLines,
    hunks: &[Hunk],
) -> Option<[Option<Tree>; 2]> {
    let language = (grammar.parser)();
    let texts = [before, after].map(|lines| (grammar.readable)(lines.text()));
    // The hunks are those of the texts as they are.
    let as_they_are = texts.iter().all(|text| matches!(text, Cow::Borrowed(_)));
    let [text_before, text_after] = &texts;
    let parse = |text: &str, old: Option<&Tree>| parse(&language, text, old, max_calls(text));
    let old = if before.text().is_empty() { None } else { Some(parse(text_before, None)?) };
    if after.text().is_empty() {
        return Some([old, None]);
    }
    // Only between trees without errors: error recovery depends on the path of the parser to the
    // error, so an incremental parse of a damaged file would depend on the text it had before.
    let incremental = grammar.incremental && as_they_are;
    let reusable = old.as_ref().filter(|tree| incremental && !tree.root_node().has_error());
    if let Some(tree) = reusable {
        let mut edited = tree.clone();
        diff::edits(before, after, hunks).for_each(|edit| edited.edit(&edit));
        let new = parse(text_after, Some(&edited))?;
        if !new.root_node().has_error() {
            return Some([old, Some(new)]);
        }
    }
    let new = parse(text_after, None)?;
    Some([old, Some(new)])
}

/// Parses one text. Returns `None` if the parser took too many steps.
pub(super) fn parse_one(grammar: &LanguageGrammar, text: &str) -> Option<Tree> {
    with_deep_stack(text.len(), &|| {
        parse(&(grammar.parser)(), &(grammar.readable)(text), None, max_calls(text))
    })
}

/// Returns the text of a function alone as a parser reads it.
pub(super) fn single_function(language: streamguard_dataset::Language, text: &str) -> Cow<'_, str> {
    // Outside of its tags, PHP is text.
    let needs_tag = language == streamguard_dataset::Language::Php && !text.contains("<?");
    if needs_tag { Cow::Owned(format!("<?php {text}")) } else { Cow::Borrowed(text) }
}

fn max_calls(text: &str) -> usize {
    MAX_PARSE_CALLS + text.len() / BYTES_PER_CALL
}

fn parse(language: &Language, text: &str, old: Option<&Tree>, max_calls: usize) -> Option<Tree> {
    let allocated_before = allocated_bytes();
    let max_allocated = MAX_PROBE_BYTES + MAX_ALLOCATED_RATIO * text.len() as u64;
    // All probes together, since a text may have many stretches that are nearly too dear.
    let is_runaway = |probe: Range<usize>| {
        let tree = parse_bounded(language, &text[probe], None, max_calls);
        tree.is_none() || allocated_bytes() - allocated_before > max_allocated
    };
    if runaway_probe::probes(text).any(is_runaway) {
        return None;
    }
    parse_bounded(language, text, old, max_calls)
}

fn parse_bounded(language: &Language, text: &str, old: Option<&Tree>, max_calls: usize) -> Option<Tree> {
    let bytes = text.as_bytes();
    let allocated_before = allocated_bytes();
    let max_allocated = MAX_ALLOCATED_BYTES + MAX_ALLOCATED_RATIO * bytes.len() as u64;
    // A new one for each text: one that has parsed before keeps memory, and would allocate less for the same text.
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let max_read = MAX_READS * bytes.len().max(MIN_COUNTED_BYTES);
    let read = Cell::new(0);
    let mut calls = 0;
    let mut within_limit = |_: &tree_sitter::ParseState| {
        calls += 1;
        let allocated = allocated_bytes().saturating_sub(allocated_before);
        let goes_on = calls < max_calls && read.get() < max_read && allocated < max_allocated;
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut within_limit);
    let mut next_chunk = |at: usize, _| {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let chunk = &rest[..rest.len().min(CHUNK_BYTES)];
        read.set(read.get() + chunk.len());
        chunk
    };
    parser.parse_with_options(&mut next_chunk, old, Some(options))
}

#[cfg(test)]
mod tests {
    use super::super::grammar::GrammarCache;
    use super::*;

    macro_rules! files {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("../tests/it/cases/", $name)))),*]
        };
    }

    const FILES: [(&str, &str); 9] = files!(
        "python.before.py" "java.before.java" "c.before.c" "cpp.before.cpp" "csharp.before.cs"
        "go.before.go" "php.before.php" "ruby.before.rb" "rust.before.rs"
    );

    fn language(of: streamguard_dataset::Language, path: &str) -> Language {
        (GrammarCache::default().get(of, path).expect("a grammar").grammar.parser)()
    }

    fn same_tree(left: &Tree, right: &Tree) -> bool {
        let (mut left, mut right) = (left.walk(), right.walk());
        loop {
            let (a, b) = (left.node(), right.node());
            if a.kind_id() != b.kind_id() || a.range() != b.range() || left.field_id() != right.field_id() {
                return false;
            }
            let mut steps = (left.goto_first_child(), right.goto_first_child());
            while steps == (false, false) {
                steps = (left.goto_next_sibling(), right.goto_next_sibling());
                if steps == (false, false) && (left.goto_parent(), right.goto_parent()) == (false, false) {
                    return true;
                }
            }
            if steps != (true, true) {
                return false;
            }
        }
    }

    #[test]
    fn a_parse_ends_at_its_limit_and_the_next_one_starts_anew() {
        let language = language(streamguard_dataset::Language::C, "a.c");
        let text = "int x = 1;\n".repeat(1000);
        assert!(parse(&language, &text, None, 10).is_none());
        let tree = parse(&language, "int y;\n", None, 10).expect("a short parse");
        assert_eq!(tree.root_node().to_sexp().matches("declaration").count(), 1);
    }

    #[test]
    fn text_that_is_read_again_and_again_reaches_the_limit() {
        let language = language(streamguard_dataset::Language::Java, "a.java");
        assert!(parse(&language, &"/*\n".repeat(20_000), None, max_calls("")).is_none());
        let comments = "/* a */\n".repeat(20_000);
        assert!(parse(&language, &comments, None, max_calls("")).is_some());
    }

    #[test]
    fn a_parse_that_copies_what_it_has_read_again_and_again_reaches_the_limit() {
        for (of, path, text) in [
            (streamguard_dataset::Language::C, "a.c", "a=>\n"),
            (streamguard_dataset::Language::C, "a.c", ",&"),
            (streamguard_dataset::Language::Python, "a.py", "=~"),
        ] {
            let language = language(of, path);
            let before = allocated_bytes();
            assert!(parse(&language, &text.repeat(6_000), None, max_calls("")).is_none(), "{text}");
            // A step that begins below the limit may go beyond it.
            assert!(allocated_bytes() - before < 8 * MAX_ALLOCATED_BYTES, "{text}");
        }
    }

    /// Removes and doubles each line of each file in turn.
    #[test]
    fn an_incremental_parse_gives_the_tree_of_a_full_parse() {
        let mut grammars = GrammarCache::default();
        let mut compared = 0;
        for (path, text) in FILES {
            let language = streamguard_dataset::Language::from_path(path).expect("a known language");
            let grammar = grammars.get(language, path).expect("a grammar").grammar;
            assert!(grammar.incremental);
            let mut parser = Parser::new();
            parser.set_language(&(grammar.parser)()).expect("a supported grammar");
            let before = SourceLines::new(text);
            for row in 0..before.count() {
                let (start, end) = (before.start(row), before.start(row + 1));
                for other in [[&text[..start], &text[end..]], [&text[..end], &text[start..]]] {
                    let other = other.concat();
                    let after = SourceLines::new(&other);
                    let hunks = diff::hunks(&before, &after);
                    let trees = parse_both(grammar, &before, &after, &hunks).expect("a parse in time");
                    let fresh = parser.parse(&other, None).expect("a tree");
                    assert!(trees[1].as_ref().is_some_and(|tree| same_tree(tree, &fresh)), "{path}\n{other}");
                    compared += usize::from(!fresh.root_node().has_error());
                }
            }
        }
        assert!(compared > 500, "only {compared} without errors");
    }
}
