//! Lines that a fix touches: labels of statements, made of the two sides of a pair.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use crate::comment_syntax::CommentSyntax;
use crate::language::Language;
use crate::lexer::for_each_token;

/// Lines of the two sides of a pair, counted from 1 within the code of the side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineLabels {
    /// Lines that the fix removed or changed; where it only added something, the line that follows, which the added code
    /// protects.
    pub vulnerable: Vec<u32>,
    /// Lines that the fix added or changed.
    pub fixed: Vec<u32>,
    /// Number of lines that differ, of both sides together, blank lines and comments too.
    pub differing: u32,
}

impl LineLabels {
    /// Compares the two sides. Lines that differ only in their indentation, blank lines, comments and lines of nothing
    /// but brackets are not labels.
    ///
    /// The lines are matched by the histogram diff of JGit. LineVD (Hin and others, MSR 2022) labels the lines that depend
    /// on added ones; the next line with code stands in for them here, since it needs no analysis of the flow.
    ///
    /// ```
    /// use streamguard_dataset::{Language, LineLabels};
    ///
    /// let before = "int get(int i) {\n    return items[i];\n}\n";
    /// let after = "int get(int i) {\n    if (i >= COUNT) return -1;\n    return items[i];\n}\n";
    /// let labels = LineLabels::of(Some(Language::C), before, after);
    /// assert_eq!((labels.vulnerable, labels.fixed), (vec![2], vec![2]));
    /// ```
    pub fn of(language: Option<Language>, before: &str, after: &str) -> Self {
        let (before, after) = (CodeLines::of(language, before), CodeLines::of(language, after));
        let mut labels = Self::default();
        for hunk in hunks(&before.lines, &after.lines, true) {
            labels.differing += hunk.before.len() as u32 + hunk.after.len() as u32;
            // Once more without the indentation: a new guard moves lines that stay the same.
            let [old, new] = [before.trimmed(&hunk.before), after.trimmed(&hunk.after)];
            for inner in hunks(&old, &new, false) {
                let removed = before.numbers_of_code(&inner.before, hunk.before.start);
                let added = after.numbers_of_code(&inner.after, hunk.after.start);
                if removed.is_empty() && !added.is_empty() {
                    labels.vulnerable.extend(before.protected_line(hunk.before.start + inner.before.start));
                }
                labels.vulnerable.extend(removed);
                labels.fixed.extend(added);
            }
        }
        labels.vulnerable.sort_unstable();
        labels.vulnerable.dedup();
        labels
    }
}

/// Lines of one side.
struct CodeLines<'a> {
    lines: Vec<&'a str>,
    /// Whether a line holds more than brackets outside of comments.
    holds_code: Vec<bool>,
}

impl<'a> CodeLines<'a> {
    fn of(language: Option<Language>, code: &'a str) -> Self {
        let lines: Vec<&str> = code.lines().collect();
        let mut holds_code = vec![false; lines.len()];
        let (mut row, mut passed) = (0, 0);
        for_each_token(code, CommentSyntax::of(language), |token| {
            let place = token.as_ptr().addr() - code.as_ptr().addr();
            row += memchr::memchr_iter(b'\n', &code.as_bytes()[passed..place]).count();
            passed = place;
            let is_bracket = token.iter().all(|byte| b"{}()[],;".contains(byte));
            if let Some(holds_code) = holds_code.get_mut(row).filter(|_| !is_bracket) {
                *holds_code = true;
            }
        });
        Self { lines, holds_code }
    }

    fn trimmed(&self, rows: &Range<u32>) -> Vec<&'a str> {
        self.lines[rows.start as usize..rows.end as usize].iter().map(|line| line.trim()).collect()
    }

    /// Returns the numbers of those rows that hold code; the rows are counted from `first`.
    fn numbers_of_code(&self, rows: &Range<u32>, first: u32) -> Vec<u32> {
        let rows = rows.clone().map(|row| first + row);
        rows.filter(|row| self.holds_code[*row as usize]).map(|row| row + 1).collect()
    }

    /// Returns the number of the first line with code from a row on, or else of the last one before it.
    fn protected_line(&self, row: u32) -> Option<u32> {
        let (before, after) = self.holds_code.split_at((row as usize).min(self.lines.len()));
        let next = after.iter().position(|holds_code| *holds_code).map(|offset| before.len() + offset);
        let found = next.or_else(|| before.iter().rposition(|holds_code| *holds_code))?;
        u32::try_from(found + 1).ok()
    }
}

/// Returns the hunks between two lists of lines; `by_indent` moves them to where people would put them.
fn hunks(before: &[&str], after: &[&str], by_indent: bool) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    if by_indent {
        diff.postprocess_lines(&input);
    }
    diff.hunks().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(language: Language, before: &str, after: &str) -> (Vec<u32>, Vec<u32>, u32) {
        let labels = LineLabels::of(Some(language), before, after);
        (labels.vulnerable, labels.fixed, labels.differing)
    }

    #[test]
    fn changed_lines_are_labels_on_both_sides() {
        let before = "def load(path):\n    # reads\n    return eval(open(path).read())\n";
        let after = "def load(path):\n    # parses\n    return json.loads(open(path).read())\n";
        assert_eq!(lines(Language::Python, before, after), (vec![3], vec![3], 4));
    }

    #[test]
    fn a_guard_around_a_line_protects_that_line() {
        let before = "void f(char *s) {\n    strcpy(t, s);\n}\n";
        let after = "void f(char *s) {\n    if (strlen(s) < N) {\n        strcpy(t, s);\n    }\n}\n";
        assert_eq!(lines(Language::C, before, after), (vec![2], vec![2], 4));
    }

    #[test]
    fn an_addition_at_the_end_points_at_the_line_before() {
        let before = "void f(void) {\n    use(p);\n}\n";
        let after = "void f(void) {\n    use(p);\n    free(p);\n}\n";
        assert_eq!(lines(Language::C, before, after), (vec![2], vec![3], 1));
    }

    #[test]
    fn directives_of_c_are_code_and_comments_are_not() {
        let holds_code = |language, code| CodeLines::of(Some(language), code).holds_code;
        assert_eq!(
            holds_code(Language::C, "#define N 3\n/* a\n * b\n */ f();\n});\n"),
            [true, false, false, true, false]
        );
        assert_eq!(holds_code(Language::Python, "# N\nx = 1 # N\n"), [false, true]);
        assert_eq!(holds_code(Language::Lua, "-- N\nx = '-- N'"), [false, true]);
    }

    #[test]
    fn sides_without_a_difference_have_no_labels() {
        assert_eq!(LineLabels::of(None, "a\n", "a\n"), LineLabels::default());
        assert_eq!(LineLabels::of(None, "", ""), LineLabels::default());
    }
}
