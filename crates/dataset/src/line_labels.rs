//! Lines that a fix touches: labels of statements, made of the two sides of a pair.

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use crate::language::Language;

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
    /// Compares the two sides. Lines that differ only in their indentation, blank lines, comments and lines without a
    /// word are no labels.
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
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let is_code = |line: &&str| is_code(language, line);
        let mut labels = Self::default();
        for hunk in hunks(&before, &after, true) {
            labels.differing += hunk.before.len() as u32 + hunk.after.len() as u32;
            let (old, new) = (rows(&before, &hunk.before), rows(&after, &hunk.after));
            let (old, new): (Vec<&str>, Vec<&str>) =
                (old.iter().map(|line| line.trim()).collect(), new.iter().map(|line| line.trim()).collect());
            for inner in hunks(&old, &new, false) {
                let numbers = |lines: &[&str], rows: &std::ops::Range<u32>, first: u32| -> Vec<u32> {
                    let codes = rows.clone().filter(|row| is_code(&lines[*row as usize]));
                    codes.map(|row| first + row + 1).collect()
                };
                let removed = numbers(&old, &inner.before, hunk.before.start);
                let added = numbers(&new, &inner.after, hunk.after.start);
                if removed.is_empty() && !added.is_empty() {
                    let here = hunk.before.start + inner.before.start;
                    labels.vulnerable.extend(protected_line(&before, here, &is_code));
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

/// Returns the number of the first line with code from a row on, or else of the last one before it.
fn protected_line(lines: &[&str], row: u32, is_code: &dyn Fn(&&str) -> bool) -> Option<u32> {
    let row = (row as usize).min(lines.len());
    let after = lines[row..].iter().position(is_code).map(|offset| row + offset);
    let found = after.or_else(|| lines[..row].iter().rposition(is_code))?;
    u32::try_from(found + 1).ok()
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

fn rows<'a, 'l>(lines: &'l [&'a str], rows: &std::ops::Range<u32>) -> &'l [&'a str] {
    &lines[rows.start as usize..rows.end as usize]
}

/// Whether a line holds code: a word outside of comments that take the whole line.
fn is_code(language: Option<Language>, line: &str) -> bool {
    let line = line.trim();
    let is_block_comment = line == "*" || ["/*", "* ", "*/"].iter().any(|mark| line.starts_with(mark));
    let has_comment = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
    let is_comment = match language {
        Some(
            Language::Python
            | Language::Ruby
            | Language::Shell
            | Language::Perl
            | Language::Elixir
            | Language::CoffeeScript
            | Language::PowerShell,
        ) => has_comment(&["#"]),
        Some(Language::Sql | Language::Lua | Language::Haskell) => has_comment(&["--"]),
        Some(Language::Clojure) => has_comment(&[";"]),
        Some(Language::Erlang) => has_comment(&["%"]),
        Some(Language::Php) => (has_comment(&["//", "#"]) && !has_comment(&["#["])) || is_block_comment,
        _ => has_comment(&["//"]) || is_block_comment,
    };
    !is_comment && line.chars().any(char::is_alphanumeric)
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
        assert!(is_code(Some(Language::C), "#define N 3"));
        assert!(!is_code(Some(Language::Python), "# N"));
        assert!(!is_code(Some(Language::Java), " * text"));
        assert!(!is_code(None, "  });"));
    }

    #[test]
    fn sides_without_a_difference_have_no_labels() {
        assert_eq!(LineLabels::of(None, "a\n", "a\n"), LineLabels::default());
        assert_eq!(LineLabels::of(None, "", ""), LineLabels::default());
    }
}
