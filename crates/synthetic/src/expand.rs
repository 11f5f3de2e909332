//! From the markup of the templates to the plain text of each side.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::random::Random;

/// Macros do not nest deeper than this; a cycle ends here.
const MAX_DEPTH: usize = 16;

/// In expanded text, a slot is one character: this one plus the slot's number. The private
/// use area keeps it apart from everything that a template holds.
const FIRST_SLOT: u32 = 0xE000;
/// One past the last slot's character.
const END_OF_SLOTS: u32 = 0xE100;
const OPEN: char = '\u{F8F0}';
const NEXT: char = '\u{F8F1}';
const CLOSE: char = '\u{F8F2}';
/// Stands before and after the function's name.
pub(super) const NAME_MARK: char = '\u{F8F3}';

/// A name that nothing defines, or a cycle: this combination is impossible.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unresolved;

/// The character that stands for a slot in expanded text.
pub(super) fn slot_char(slot: u8) -> char {
    char::from_u32(FIRST_SLOT + u32::from(slot)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The slot that a character of expanded text stands for.
pub(super) fn slot_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    (FIRST_SLOT..END_OF_SLOTS).contains(&code).then(|| (code - FIRST_SLOT) as u8)
}

/// Puts macros into each other.
pub(super) struct Expander<'a> {
    /// Definitions, the strongest first.
    pub layers: &'a [&'a [(&'a str, &'a str)]],
    /// Numbers of the slots.
    pub slots: &'a BTreeMap<&'a str, u8>,
    /// Chooses between the alternatives of a name.
    pub seed: u64,
    /// Chooses between alternatives on the spot.
    pub random: Random,
    /// The text so far; both sides still in it.
    pub out: String,
}

impl Expander<'_> {
    /// Appends `template`.
    pub(super) fn expand(&mut self, template: &str) -> Result<(), Unresolved> {
        self.append(template, 0)
    }

    fn append(&mut self, template: &str, depth: usize) -> Result<(), Unresolved> {
        if depth > MAX_DEPTH {
            return Err(Unresolved);
        }
        let indentation = self.indentation();
        let template = dedent(template);
        let mut rest: &str = &template;
        while let Some(at) = rest.find('~') {
            self.text(&rest[..at], indentation);
            rest = &rest[at + 1..];
            rest = match rest.as_bytes().first() {
                Some(b'~') => self.sign('~', rest),
                Some(b'[') => self.sign(OPEN, rest),
                Some(b'|') => self.sign(NEXT, rest),
                Some(b']') => self.sign(CLOSE, rest),
                Some(b'(') => {
                    let (alternatives, after) = choice(&rest[1..]).ok_or(Unresolved)?;
                    let random = Random::new(self.random.next());
                    self.any_of(&alternatives, random, depth)?;
                    after
                }
                _ => {
                    let (name, after) = rest.split_once('~').ok_or(Unresolved)?;
                    self.name(name, depth)?;
                    after
                }
            };
        }
        self.text(rest, indentation);
        Ok(())
    }

    fn sign<'t>(&mut self, sign: char, rest: &'t str) -> &'t str {
        self.out.push(sign);
        &rest[1..]
    }

    fn name(&mut self, name: &str, depth: usize) -> Result<(), Unresolved> {
        let layers = self.layers;
        for layer in layers {
            let found: Vec<&str> =
                layer.iter().filter(|(defined, _)| *defined == name).map(|(_, text)| *text).collect();
            if !found.is_empty() {
                // The same one wherever the name stands, so that both sides fail alike.
                let choice = Random::of_text(name).next().wrapping_add(self.seed);
                return self.any_of(&found, Random::new(choice), depth);
            }
        }
        self.out.push(slot_char(*self.slots.get(name).ok_or(Unresolved)?));
        Ok(())
    }

    /// Appends one of `alternatives` of which everything is defined.
    fn any_of(&mut self, alternatives: &[&str], mut random: Random, depth: usize) -> Result<(), Unresolved> {
        let first = random.below(u32::try_from(alternatives.len()).unwrap_or(u32::MAX)) as usize;
        let start = self.out.len();
        for offset in 0..alternatives.len() {
            if self.append(alternatives[(first + offset) % alternatives.len()], depth + 1).is_ok() {
                return Ok(());
            }
            self.out.truncate(start);
        }
        Err(Unresolved)
    }

    /// How far the line that is being written is indented.
    fn indentation(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or("");
        line.len() - line.trim_start_matches(' ').len()
    }

    fn text(&mut self, text: &str, indentation: usize) {
        let mut lines = text.split('\n').peekable();
        self.out.push_str(lines.next().unwrap_or(""));
        while let Some(line) = lines.next() {
            self.out.push('\n');
            if !line.is_empty() || lines.peek().is_none() {
                self.out.extend(std::iter::repeat_n(' ', indentation));
            }
            self.out.push_str(line);
        }
    }
}

/// Alternatives up to the closing `~)`, and what comes after it.
fn choice(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut alternatives = Vec::new();
    let (mut depth, mut start, mut at) = (0, 0, 0);
    while let Some(found) = text[at..].find('~') {
        let sign = at + found;
        at = sign + 2;
        match text.as_bytes().get(sign + 1)? {
            b'(' | b'[' => depth += 1,
            b')' if depth == 0 => {
                alternatives.push(&text[start..sign]);
                return Some((alternatives, &text[at..]));
            }
            b')' | b']' => depth -= 1,
            b'|' if depth == 0 => {
                alternatives.push(&text[start..sign]);
                start = at;
            }
            b'|' | b'~' => {}
            _ => at = sign + 1 + text[sign + 1..].find('~')? + 1,
        }
    }
    None
}

/// Text that starts with a line feed, without that, the common indentation and the end.
fn dedent(text: &str) -> Cow<'_, str> {
    let Some(body) = text.strip_prefix('\n') else {
        return Cow::Borrowed(text);
    };
    let body = body.trim_end();
    let common = body
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = body.lines().map(|line| line.get(common..).unwrap_or("")).collect();
    Cow::Owned(lines.join("\n"))
}

/// How many sides the text has: 1 (no fix), or 1 plus the number of fixes.
pub(super) fn sides(text: &str) -> usize {
    let mut most = 1;
    for group in text.split(OPEN).skip(1) {
        let group = group.split(CLOSE).next().unwrap_or("");
        most = most.max(1 + group.matches(NEXT).count());
    }
    most
}

/// One side of an expanded text: 0 is the vulnerable one. A group with fewer alternatives
/// gives its last. With `tabs`, indentation becomes tabs.
pub(super) fn side(text: &str, number: usize, tabs: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, part) in text.split(OPEN).enumerate() {
        let outside = match part.split_once(CLOSE) {
            Some((group, after)) if at > 0 => {
                let alternatives: Vec<&str> = group.split(NEXT).collect();
                plain.push_str(alternatives[number.min(alternatives.len() - 1)]);
                after
            }
            _ => part,
        };
        plain.push_str(outside);
    }
    let mut tidy = String::with_capacity(plain.len());
    for line in plain.split('\n') {
        let words = line.trim_start_matches(' ');
        let indentation = line.len() - words.len();
        if words.is_empty() && indentation > 0 {
            continue;
        }
        if tabs {
            tidy.extend(std::iter::repeat_n('\t', indentation / 4));
            tidy.extend(std::iter::repeat_n(' ', indentation % 4));
        } else {
            tidy.push_str(&line[..indentation]);
        }
        tidy.push_str(words.trim_end());
        tidy.push('\n');
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(template: &str, macros: &[(&str, &str)]) -> Result<(String, String), Unresolved> {
        let slots = BTreeMap::from([("slot", 3)]);
        let layers = [macros];
        let mut expander =
            Expander { layers: &layers, slots: &slots, seed: 1, random: Random::new(1), out: String::new() };
        expander.expand(template)?;
        Ok((side(&expander.out, 0, false), side(&expander.out, 1, false)))
    }

    #[test]
    fn groups_split_the_sides() {
        let (flawed, mended) = both("a ~[b~|c~] d ~~ ~[~|e~]", &[]).unwrap();
        assert_eq!(flawed, "a b d ~");
        assert_eq!(mended, "a c d ~ e");
    }

    #[test]
    fn blocks_take_the_indentation_of_their_line() {
        let macros = [("core", "\n        one\n        if x:\n            two\n"), ("none", "")];
        let (text, _) =
            both("\n    def f():\n        ~none~\n        ~core~\n\n        end\n", &macros).unwrap();
        assert_eq!(text, "def f():\n    one\n    if x:\n        two\n\n    end");
    }

    #[test]
    fn an_empty_side_leaves_no_line() {
        let (flawed, mended) = both("\n  f:\n    ~[~|\n  check\n    ~]\n    go\n", &[]).unwrap();
        assert_eq!(flawed, "f:\n  go");
        assert_eq!(mended, "f:\ncheck\n  go");
    }

    #[test]
    fn slots_become_one_character() {
        assert_eq!(both("~slot~", &[]).unwrap().0, "\u{E003}");
        assert_eq!(slot_of('\u{E003}'), Some(3));
        assert_eq!(slot_of('x'), None);
    }

    #[test]
    fn what_is_unknown_or_endless_is_refused() {
        assert_eq!(both("~nothing~", &[]), Err(Unresolved));
        assert_eq!(both("~loop~", &[("loop", "~loop~")]), Err(Unresolved));
        assert_eq!(both("~open", &[]), Err(Unresolved));
    }

    #[test]
    fn an_alternative_that_cannot_be_is_passed_over() {
        for macros in [[("m", "~nothing~"), ("m", "x")], [("m", "x"), ("m", "~nothing~")]] {
            assert_eq!(both("~m~", &macros).unwrap().0, "x");
        }
        assert_eq!(both("~(~nothing~~|~(x~|~nothing~~)~)", &[]).unwrap().0, "x");
    }
}
