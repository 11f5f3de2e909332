//! Methods of Ruby whose body is a command call: `def log(text) = puts "said", text`.
//!
//! The grammar has no rule for them, and loses the rest of the class. It reads a copy of the text of the
//! same length, in which the body is a name.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Most lines of such a body.
const MAX_LINES: usize = 50;

/// A method without `end` whose body, in the group, begins with a command and its first argument.
static COMMAND_BODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)^[ \t]*(?:\w+[ \t]+)?def[ \t]+(?:self\.|[A-Z]\w*\.)?\w+[?!]?(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))?",
        r"[ \t]*=[ \t]+((?:[\w@$]+[?!]?(?:&?\.|::))*[a-z_]\w*[?!]?[ \t]+(?:[\x22'@$\w]|:[\x22\w]|->).*)$"
    ))
    .expect("a valid pattern")
});

/// Words that are not commands, or no first arguments.
const KEYWORDS: &[&str] = &[
    "case", "if", "unless", "while", "until", "begin", "for", "not", "and", "or", "rescue", "do", "then",
    "in", "def",
];

/// Replaces the bodies by names. The copy has the same lines and the same length in bytes.
pub(super) fn without_command_bodies(text: &str) -> Cow<'_, str> {
    if !text.contains("def") {
        return Cow::Borrowed(text);
    }
    let mut copy = String::new();
    for found in COMMAND_BODY.captures_iter(text) {
        let Some(body) = found.get(1).filter(|body| is_command(body.as_str())) else { continue };
        if body.start() < copy.len() {
            continue;
        }
        let Some(end) = body_end(text, body.start()) else { continue };
        copy.push_str(&text[copy.len()..body.start()]);
        copy.extend(text[body.start()..end].split_inclusive('\n').enumerate().flat_map(named_line));
    }
    if copy.is_empty() {
        return Cow::Borrowed(text);
    }
    copy.push_str(&text[copy.len()..]);
    Cow::Owned(copy)
}

/// Returns a line of names of the same length. Lines after the first one continue it with a dot.
fn named_line((row, line): (usize, &str)) -> impl Iterator<Item = char> {
    let end = line.trim_end_matches(['\n', '\r']).len();
    let lead = (row > 0).then_some('.');
    let name = std::iter::repeat_n('x', end.saturating_sub(usize::from(row > 0)));
    lead.into_iter().filter(move |_| end > 0).chain(name).chain(line[end..].chars())
}

fn is_command(body: &str) -> bool {
    let mut words = body.split([' ', '\t']).filter(|word| !word.is_empty());
    words.by_ref().take(2).all(|word| !KEYWORDS.contains(&word))
}

/// Returns the end of the body: the first line end outside of brackets that does not follow a comma.
/// `None` if the body ends with a block, which the grammar can read.
fn body_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let mut end = start;
    for line in text[start..].split_inclusive('\n').take(MAX_LINES) {
        let code = line.trim_end();
        depth += code
            .bytes()
            .map(|byte| match byte {
                b'(' | b'[' | b'{' => 1,
                b')' | b']' | b'}' => -1,
                _ => 0,
            })
            .sum::<i32>();
        let block = code.ends_with(" do") || (code.ends_with('|') && code.contains(" do |"));
        if block {
            return None;
        }
        if depth <= 0 && !code.ends_with([',', '\\', '.']) {
            return Some(end + code.len());
        }
        end += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bodies_that_are_commands_are_replaced() {
        let text = "  def a(n) = raise Error, \"x\"\n  private def b = puts :c,\n    1\ndef K.d(x = (1)) = log.info \"é\"\n";
        let copy = "  def a(n) = xxxxxxxxxxxxxxxx\n  private def b = xxxxxxxx\n.xxxx\ndef K.d(x = (1)) = xxxxxxxxxxxxx\n";
        assert_eq!(without_command_bodies(text), copy);
        for text in [
            "def a(n) = n + 1\n",
            "def a = b if c\n",
            "def a = case n\nend\n",
            "def a=(n)\n  puts \"b\"\nend\n",
            "def a = foo\n",
            "def a = each 1 do |b|\nend\n",
            "x = puts \"a\"\n",
        ] {
            assert!(matches!(without_command_bodies(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
