//! Another layout of a text: other indentation, braces on lines of their own or not, no blank lines.

use streamguard_dataset::Language;

use super::syntax_leaves::SyntaxLeaves;

/// Indentations that a text may get.
const UNITS: [&str; 4] = ["  ", "    ", "\t", "        "];

/// Returns the text in another layout, which `seed` chooses; `None` if there is nothing to change. White space in strings
/// and comments stays.
pub(super) fn reformatted(
    text: &str,
    language: Language,
    leaves: &SyntaxLeaves,
    seed: u64,
) -> Option<String> {
    let unit = indentation_unit(text, leaves)?;
    let units: Vec<&str> = UNITS.into_iter().filter(|other| *other != unit).collect();
    let new_unit = units[(seed % units.len() as u64) as usize];
    // Only there it is custom, and no semicolon is put in before a brace.
    let moves_braces = matches!(language, Language::C | Language::Cpp | Language::CSharp | Language::Java)
        && seed >> 8 & 1 == 1;
    let mut varied = String::with_capacity(text.len());
    let mut at = 0;
    for leaf in &leaves.leaves {
        let gap = &text[at..leaf.span.start];
        let token = &text[leaf.span.clone()];
        if token.is_empty() {
            continue;
        }
        match gap.rsplit_once('\n') {
            // A backslash before the line end is part of the gap as well.
            Some((before, indentation)) if before.chars().all(char::is_whitespace) => {
                if !varied.is_empty() {
                    varied.push('\n');
                }
                varied.push_str(&reindented(indentation, unit, new_unit));
            }
            None if moves_braces && token == "{" && gap == " " => {
                let line = varied.rsplit('\n').next().unwrap_or_default();
                let indentation: String = line.chars().take_while(|c| c.is_whitespace()).collect();
                // A brace after an assignment is that of a list.
                if line.trim_end().ends_with(')') {
                    varied.push('\n');
                    varied.push_str(&indentation);
                } else {
                    varied.push_str(gap);
                }
            }
            _ => varied.push_str(gap),
        }
        varied.push_str(token);
        at = leaf.span.end;
    }
    varied.push_str(&text[at..]);
    Some(varied)
}

/// Returns the white space that one level has: the shortest indentation of a line that has any.
fn indentation_unit<'t>(text: &'t str, leaves: &SyntaxLeaves) -> Option<&'t str> {
    let mut at = 0;
    let mut shortest: Option<&str> = None;
    for leaf in &leaves.leaves {
        let gap = &text[at..leaf.span.start.max(at)];
        at = leaf.span.end.max(at);
        if let Some((_, indentation)) = gap.rsplit_once('\n')
            && !indentation.is_empty()
            && shortest.is_none_or(|shortest| indentation.len() < shortest.len())
        {
            shortest = Some(indentation);
        }
    }
    shortest.filter(|unit| unit.bytes().all(|byte| byte == b' ') || *unit == "\t")
}

/// Returns an indentation with another unit. What is not a whole number of levels keeps its rest, as continued lines have it.
fn reindented(indentation: &str, unit: &str, new_unit: &str) -> String {
    let mut rest = indentation;
    let mut levels = 0;
    while let Some(shorter) = rest.strip_prefix(unit) {
        (levels, rest) = (levels + 1, shorter);
    }
    new_unit.repeat(levels) + rest
}
