//! Lines that the head of a file needs, such as imports.

use aho_corasick::AhoCorasick;

use super::shape_draft::ShapeDraft;
use super::template::{LanguageTemplates, PreludeLine};

/// Finds the lines that functions of one language need at the head of their file.
pub(crate) struct PreludeMatcher<'a> {
    texts: AhoCorasick,
    /// Index of the line by the number of the text.
    line_of: Vec<usize>,
    lines: &'a [PreludeLine],
}

impl<'a> PreludeMatcher<'a> {
    pub(crate) fn new(templates: &'a LanguageTemplates) -> Self {
        let lines = &templates.prelude;
        let texts = lines.iter().flat_map(|line| &line.needed_by);
        let counts = lines.iter().enumerate();
        Self {
            texts: AhoCorasick::new(texts)
                .unwrap_or_else(|error| panic!("the texts of the prelude: {error}")),
            line_of: counts.flat_map(|(at, line)| std::iter::repeat_n(at, line.needed_by.len())).collect(),
            lines,
        }
    }

    /// Returns the lines that either side needs, each once, in the order of the language's list.
    pub(crate) fn lines_of(&self, draft: &ShapeDraft<'_>) -> Vec<String> {
        let mut needed = vec![false; self.lines.len()];
        for side in [&draft.vulnerable, &draft.fixed] {
            // Overlapping ones too: one text may begin inside another.
            for found in self.texts.find_overlapping_iter(side) {
                // `copen(` and `self.open(` are not `open(`.
                let inside = |before: char| before.is_alphanumeric() || before == '_' || before == '.';
                needed[self.line_of[found.pattern().as_usize()]] |= !side[..found.start()].ends_with(inside);
            }
        }
        let mut lines: Vec<String> = Vec::new();
        for (line, _) in self.lines.iter().zip(needed).filter(|(_, needed)| *needed) {
            if !lines.contains(&line.line) {
                lines.push(line.line.clone());
            }
        }
        lines
    }
}
