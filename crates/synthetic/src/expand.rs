//! Expansion of macros, from templates to text that holds both sides.

use super::choices::RandomChoices;
use super::markup::{GROUP_CLOSE, GROUP_MIRRORED, GROUP_NEXT, GROUP_OPEN, slot_char};
use super::template::MacroTable;
use super::vocabulary::SlotTable;

/// Deepest nesting of macros; a cycle ends here.
const MAX_MACRO_DEPTH: usize = 16;

/// Reports a name without a definition, or a cycle: the combination of parts is impossible.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnresolvedMacro;

/// Replaces the macros of a template by their text.
pub(crate) struct MacroExpander<'a> {
    /// Definitions, the strongest first.
    pub layers: &'a [&'a MacroTable<'a>],
    /// Slots that texts may name.
    pub slots: &'a SlotTable<'a>,
    /// Chooses between the alternatives of a name.
    pub seed: u64,
    /// Chooses between alternatives on the spot.
    pub choices: RandomChoices,
    /// Whether the text belongs to a mirror or decoy: there the sides are exchanged, and slots give way to their `other`.
    pub mirrored: bool,
    /// Text so far, with both sides in it.
    pub out: String,
}

impl MacroExpander<'_> {
    /// Appends `template`.
    ///
    /// # Errors
    /// [`UnresolvedMacro`]; then `out` holds a part of the template.
    pub(crate) fn expand(&mut self, template: &str) -> Result<(), UnresolvedMacro> {
        self.append(template, 0)
    }

    fn append(&mut self, template: &str, depth: usize) -> Result<(), UnresolvedMacro> {
        if depth > MAX_MACRO_DEPTH {
            return Err(UnresolvedMacro);
        }
        let indentation = self.indentation();
        let mut rest = template;
        while let Some(at) = rest.find('~') {
            self.text(&rest[..at], indentation);
            rest = &rest[at + 1..];
            rest = match rest.as_bytes().first() {
                Some(b'~') => self.sign('~', rest),
                Some(b'[') => self.sign(if self.mirrored { GROUP_MIRRORED } else { GROUP_OPEN }, rest),
                Some(b'|') => self.sign(GROUP_NEXT, rest),
                Some(b']') => self.sign(GROUP_CLOSE, rest),
                Some(b'(') => {
                    let (alternatives, after) = split_choice(&rest[1..]).ok_or(UnresolvedMacro)?;
                    let choices = RandomChoices::new(self.choices.next_u64());
                    self.any_of(&alternatives, choices, depth)?;
                    after
                }
                _ => {
                    let (name, after) = rest.split_once('~').ok_or(UnresolvedMacro)?;
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

    fn name(&mut self, name: &str, depth: usize) -> Result<(), UnresolvedMacro> {
        match name {
            "sink" => self.role(name, false, depth),
            "mirror" | "decoy" | "own" => self.role(name, true, depth),
            _ => self.define(name, depth),
        }
    }

    /// Appends the sink, or its mirror or decoy. All make the same choices, so that nothing but the sides and the variables
    /// tells them apart.
    fn role(&mut self, name: &str, mirrored: bool, depth: usize) -> Result<(), UnresolvedMacro> {
        let shared = RandomChoices::new(RandomChoices::of_text("sink").next_u64().wrapping_add(self.seed));
        let choices = std::mem::replace(&mut self.choices, shared);
        let outer = std::mem::replace(&mut self.mirrored, mirrored);
        let done = self.define(name, depth);
        self.choices = choices;
        self.mirrored = outer;
        done
    }

    fn define(&mut self, name: &str, depth: usize) -> Result<(), UnresolvedMacro> {
        let layers = self.layers;
        if let Some(alternatives) = layers.iter().find_map(|layer| layer.get(name)) {
            // Follows from the name and not from its place, so that a macro that stands in both sides
            // has the same text there: two ways to fail would give the sides away.
            let choice = RandomChoices::of_text(name).next_u64().wrapping_add(self.seed);
            return self.any_of(alternatives, RandomChoices::new(choice), depth);
        }
        let slot = self.slots.number(name).ok_or(UnresolvedMacro)?;
        self.out.push(slot_char(if self.mirrored { self.slots.other(slot) } else { slot }));
        Ok(())
    }

    /// Appends one of `alternatives` of which everything is defined.
    fn any_of(
        &mut self,
        alternatives: &[impl AsRef<str>],
        mut choices: RandomChoices,
        depth: usize,
    ) -> Result<(), UnresolvedMacro> {
        let first = choices.below(u32::try_from(alternatives.len()).unwrap_or(u32::MAX)) as usize;
        let start = self.out.len();
        for offset in 0..alternatives.len() {
            // From a random one on and around, so that any that can be expanded is found.
            let alternative = alternatives[(first + offset) % alternatives.len()].as_ref();
            if self.append(alternative, depth + 1).is_ok() {
                return Ok(());
            }
            // What the failed alternative has left.
            self.out.truncate(start);
        }
        Err(UnresolvedMacro)
    }

    /// Returns how far the line that is being written is indented.
    fn indentation(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or("");
        line.len() - line.trim_start_matches(' ').len()
    }

    fn text(&mut self, text: &str, indentation: usize) {
        let mut lines = text.split('\n').peekable();
        self.out.push_str(lines.next().unwrap_or(""));
        while let Some(line) = lines.next() {
            self.out.push('\n');
            // The last piece ends before a sign, so its line goes on even if the piece is empty.
            if !line.is_empty() || lines.peek().is_none() {
                self.out.extend(std::iter::repeat_n(' ', indentation));
            }
            self.out.push_str(line);
        }
    }
}

/// Splits the alternatives up to the closing `~)` from the text behind it.
fn split_choice(text: &str) -> Option<(Vec<&str>, &str)> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::markup::sides;

    fn both_sides(
        template: &str,
        macros: &[(&'static str, &'static str)],
    ) -> Result<(String, String), UnresolvedMacro> {
        let slots =
            SlotTable { numbers: BTreeMap::from([("slot", 3), ("a", 4), ("b", 5)]), couples: vec![[4, 5]] };
        let mut table = MacroTable::new();
        for (name, text) in macros {
            table.entry((*name).into()).or_default().push((*text).into());
        }
        let layers = [&table];
        let choices = RandomChoices::new(1);
        let mut expander = MacroExpander {
            layers: &layers,
            slots: &slots,
            seed: 1,
            choices,
            mirrored: false,
            out: String::new(),
        };
        expander.expand(template)?;
        Ok(sides(&expander.out, 1, false))
    }

    #[test]
    fn groups_split_the_sides() {
        let (vulnerable, fixed) = both_sides("a ~[b~|c~] d ~~ ~[~|e~]", &[]).unwrap();
        assert_eq!(vulnerable, "a b d ~");
        assert_eq!(fixed, "a c d ~ e");
    }

    #[test]
    fn a_decoy_is_the_sink_with_exchanged_sides_and_variables() {
        let code = "~[f~|g~](~v~) ~(1~|2~|3~|4~)";
        let macros = [("sink", code), ("decoy", code), ("v", "~a~")];
        let (vulnerable, fixed) = both_sides("~sink~, ~decoy~, ~v~", &macros).unwrap();
        let number = vulnerable.chars().find(char::is_ascii_digit).unwrap();
        let (a, b) = (slot_char(4), slot_char(5));
        assert_eq!(vulnerable, format!("f({a}) {number}, g({b}) {number}, {a}"));
        assert_eq!(fixed, format!("g({a}) {number}, f({b}) {number}, {a}"));
    }

    #[test]
    fn blocks_take_the_indentation_of_their_line() {
        let macros = [("core", "one\nif x:\n    two"), ("none", "")];
        let (text, _) = both_sides("def f():\n    ~none~\n    ~core~\n\n    end", &macros).unwrap();
        assert_eq!(text, "def f():\n    one\n    if x:\n        two\n\n    end");
    }

    #[test]
    fn an_empty_side_leaves_no_line() {
        let (vulnerable, fixed) = both_sides("f:\n  ~[~|\n  check\n  ~]\n  go", &[]).unwrap();
        assert_eq!(vulnerable, "f:\n  go");
        assert_eq!(fixed, "f:\n  check\n  go");
    }

    #[test]
    fn slots_become_their_character() {
        assert_eq!(both_sides("~slot~", &[]).unwrap().0, "\u{E003}");
    }

    #[test]
    fn unknown_names_and_cycles_are_refused() {
        assert_eq!(both_sides("~nothing~", &[]), Err(UnresolvedMacro));
        assert_eq!(both_sides("~loop~", &[("loop", "~loop~")]), Err(UnresolvedMacro));
        assert_eq!(both_sides("~open", &[]), Err(UnresolvedMacro));
    }

    #[test]
    fn an_impossible_alternative_is_passed_over() {
        for macros in [[("m", "~nothing~"), ("m", "x")], [("m", "x"), ("m", "~nothing~")]] {
            assert_eq!(both_sides("~m~", &macros).unwrap().0, "x");
        }
        assert_eq!(both_sides("~(~nothing~~|~(x~|~nothing~~)~)", &[]).unwrap().0, "x");
    }
}
