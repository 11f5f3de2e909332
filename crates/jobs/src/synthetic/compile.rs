//! From templates to shapes: lists of pieces that only need to be copied.
//!
//! All text lies in one arena, every piece of it once. A **piece** is a stretch of at most
//! [`BLOCK`] bytes there. An **op** is a piece plus the number of a slot whose piece is added to it: literal
//! text has slot 0, which is empty, and slots have an empty piece. So every op is the same
//! few instructions, without a branch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use dataset::Language;
use dataset::weakness::{self, Weakness};

use super::expand::{self, Expander, NAME_MARK};
use super::names::{self, LITERALS, NAMES, THEME_SLOTS, THEMES};
use super::random::Random;
use super::template::{Dialect, Flaw, Flow, Host, Source};

/// Bytes that an op copies; those past its length are overwritten by the next op.
pub(super) const BLOCK: usize = 32;
/// Bits of a piece that hold its length; the others hold where it starts.
pub(super) const LENGTH_BITS: u32 = 6;
/// Bits of an op that hold its slot; the others hold its piece.
pub(super) const SLOT_BITS: u32 = 7;
/// Slots that a language may have, the empty one counted.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;

/// Shapes that are made for each fix of each flaw, as far as there are combinations. More
/// would not fit the processor's second-level cache, and generation would slow down.
const SHAPES_PER_FIX: usize = 12;
/// How often combinations are gone through again, with other choices inside.
const ROUNDS: usize = 3;

/// Where a slot's piece is drawn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// Number of the slot.
    pub slot: u8,
    /// How many words there are.
    pub count: u16,
    /// The first of them in `values`.
    pub start: u32,
}

/// One compiled combination.
#[derive(Debug)]
pub(super) struct Shape {
    pub language: Language,
    pub weakness: &'static Weakness,
    pub in_class: bool,
    /// The first piece of the first theme in `values`.
    pub themes: u32,
    pub draws: Range<u32>,
    /// Ops of the vulnerable side.
    pub vulnerable: Range<u32>,
    /// Ops of the function's name, counted from the start of `vulnerable`.
    pub name: Range<u32>,
    /// Ops of the vulnerable side that the fix replaces, counted likewise.
    pub replaced: Range<u32>,
    /// Ops that the fix puts there.
    pub replacement: Range<u32>,
}

/// What is known of a shape and not needed to write it.
#[derive(Debug)]
pub(super) struct Detail {
    pub description: String,
    pub prelude: Vec<&'static str>,
}

/// The shapes of one weakness in one language.
#[derive(Debug)]
pub(super) struct Cell {
    pub language: Language,
    pub weakness: &'static Weakness,
    pub shapes: Range<u32>,
}

/// All shapes.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub arena: Vec<u8>,
    pub values: Vec<u32>,
    pub draws: Vec<Draw>,
    pub ops: Vec<u64>,
    pub shapes: Vec<Shape>,
    pub details: Vec<Detail>,
    pub cells: Vec<Cell>,
    /// No side is longer, in bytes.
    pub longest: usize,
    /// No side has more ops.
    pub most_ops: usize,
}

/// A combination in text: slots are characters.
struct Draft<'a> {
    host: &'a Host,
    about: String,
    vulnerable: String,
    fixed: String,
}

/// Compiles all shapes of `dialects`.
pub(super) fn compile(dialects: &[&Dialect]) -> Program {
    let mut compiler = Compiler::default();
    for dialect in dialects {
        compiler.dialect(dialect);
    }
    compiler.program.arena.extend([b' '; BLOCK]);
    compiler.program
}

#[derive(Default)]
struct Compiler {
    program: Program,
    pieces: BTreeMap<Vec<u8>, u32>,
}

/// The slots of one language.
struct Vocabulary {
    numbers: BTreeMap<&'static str, u8>,
    draws: Vec<Draw>,
    longest: Vec<usize>,
    themes: u32,
}

impl Compiler {
    fn dialect(&mut self, dialect: &Dialect) {
        let vocabulary = self.vocabulary(dialect);
        let mut cells: BTreeMap<u16, Vec<Draft<'_>>> = BTreeMap::new();
        for flaw in dialect.flaws.iter().copied().flatten() {
            let weakness = Weakness::by_name(flaw.weakness).unwrap_or(&weakness::ALL[0]);
            cells.entry(weakness.cwe).or_default().extend(drafts(dialect, &vocabulary, flaw));
        }
        for (cwe, drafts) in cells {
            let weakness = Weakness::by_cwe(cwe).unwrap_or(&weakness::ALL[0]);
            let first = self.program.shapes.len() as u32;
            for draft in drafts {
                self.shape(dialect, weakness, &vocabulary, &draft);
            }
            let shapes = first..self.program.shapes.len() as u32;
            if !shapes.is_empty() {
                self.program.cells.push(Cell { language: dialect.language, weakness, shapes });
            }
        }
    }

    fn vocabulary(&mut self, dialect: &Dialect) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            numbers: BTreeMap::new(),
            draws: vec![Draw { slot: 0, count: 0, start: 0 }; 1 + THEME_SLOTS.len()],
            longest: vec![0; 1 + THEME_SLOTS.len()],
            themes: self.program.values.len() as u32,
        };
        for (number, name) in (1..).zip(THEME_SLOTS) {
            vocabulary.numbers.insert(name, number);
        }
        for theme in THEMES {
            for (number, word) in (1..).zip(names::theme_words(*theme, dialect.case)) {
                let longest: &mut usize = &mut vocabulary.longest[number];
                *longest = word.len().max(*longest);
                self.value(&word);
            }
        }
        let lists = [(NAMES, true), (dialect.words, true), (LITERALS, false)];
        for (name, words, cased) in lists
            .iter()
            .flat_map(|(list, cased)| list.iter().map(move |(name, words)| (*name, *words, *cased)))
        {
            let slot = vocabulary.draws.len() as u8;
            let start = self.program.values.len() as u32;
            let mut longest = 0;
            for word in words.split(' ') {
                let word = if cased { names::written(word, dialect.case) } else { word.to_owned() };
                longest = longest.max(word.len());
                self.value(&word);
            }
            let count = (self.program.values.len() as u32 - start) as u16;
            vocabulary.numbers.insert(name, slot);
            vocabulary.draws.push(Draw { slot, count, start });
            vocabulary.longest.push(longest);
        }
        assert!(vocabulary.draws.len() <= SLOTS, "too many slots");
        vocabulary
    }

    fn value(&mut self, word: &str) {
        assert!(word.len() <= BLOCK, "the word {word:?} is too long");
        let piece = self.piece(word.as_bytes());
        self.program.values.push(piece);
    }

    /// The piece with these bytes.
    fn piece(&mut self, bytes: &[u8]) -> u32 {
        if let Some(piece) = self.pieces.get(bytes) {
            return *piece;
        }
        let start = self.program.arena.len() as u32;
        assert!(start < 1 << (u32::BITS - LENGTH_BITS), "the arena is full");
        let piece = start << LENGTH_BITS | bytes.len() as u32;
        self.program.arena.extend(bytes);
        self.pieces.insert(bytes.to_vec(), piece);
        piece
    }

    fn shape(
        &mut self,
        dialect: &Dialect,
        weakness: &'static Weakness,
        vocabulary: &Vocabulary,
        draft: &Draft<'_>,
    ) {
        let length = |text: &str| -> usize {
            text.chars()
                .map(|c| expand::slot_of(c).map_or(c.len_utf8(), |slot| vocabulary.longest[slot as usize]))
                .sum()
        };
        self.program.longest = self.program.longest.max(length(&draft.vulnerable)).max(length(&draft.fixed));

        let (prefix, suffix) = common(&draft.vulnerable, &draft.fixed);
        let head = &draft.vulnerable[..prefix];
        let tail = &draft.vulnerable[draft.vulnerable.len() - suffix..];
        let mut parts = head.splitn(3, NAME_MARK);
        let mut ops = [0; 6];
        ops[0] = self.program.ops.len() as u32;
        for (at, part) in [
            parts.next().unwrap_or(""),
            parts.next().unwrap_or(""),
            parts.next().expect("the name stands before the flaw"),
            &draft.vulnerable[prefix..draft.vulnerable.len() - suffix],
            tail,
        ]
        .into_iter()
        .enumerate()
        {
            self.text(part);
            ops[at + 1] = self.program.ops.len() as u32;
        }
        let [start, name, after_name, replaced, after_replaced, end] = ops;
        self.text(&draft.fixed[prefix..draft.fixed.len() - suffix]);
        let replacement = end..self.program.ops.len() as u32;
        self.program.most_ops = self.program.most_ops.max((replacement.end - start) as usize);

        let used: BTreeSet<u8> =
            draft.vulnerable.chars().chain(draft.fixed.chars()).filter_map(expand::slot_of).collect();
        let first_draw = self.program.draws.len() as u32;
        let drawn = used.into_iter().filter(|slot| usize::from(*slot) > THEME_SLOTS.len());
        self.program.draws.extend(drawn.map(|slot| vocabulary.draws[usize::from(slot)]));

        self.program.shapes.push(Shape {
            language: dialect.language,
            weakness,
            in_class: draft.host.in_class,
            themes: vocabulary.themes,
            draws: first_draw..self.program.draws.len() as u32,
            vulnerable: start..end,
            name: name - start..after_name - start,
            replaced: replaced - start..after_replaced - start,
            replacement,
        });
        self.program
            .details
            .push(Detail { description: draft.about.clone(), prelude: prelude(dialect, draft) });
    }

    /// Appends the ops of a text. Lines are cut apart, so that equal lines are one piece.
    fn text(&mut self, text: &str) {
        let mut literal = Vec::new();
        for character in text.chars() {
            if let Some(slot) = expand::slot_of(character) {
                self.literal(&mut literal);
                self.program.ops.push(u64::from(slot));
                continue;
            }
            literal.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            if character == '\n' {
                self.literal(&mut literal);
            }
        }
        self.literal(&mut literal);
    }

    fn literal(&mut self, bytes: &mut Vec<u8>) {
        for block in bytes.chunks(BLOCK) {
            let piece = self.piece(block);
            self.program.ops.push(u64::from(piece) << SLOT_BITS);
        }
        bytes.clear();
    }
}

/// All combinations of a flaw that are possible, or as many as are wanted.
fn drafts<'a>(dialect: &'a Dialect, vocabulary: &Vocabulary, flaw: &'a Flaw) -> Vec<Draft<'a>> {
    let fits = |host: &Host| flaw.hosts.is_empty() || flaw.hosts.contains(&host.name);
    let mut combinations: Vec<(&Host, &Source, &Flow)> = Vec::new();
    for host in dialect.hosts.iter().filter(|host| fits(host)) {
        for source in host.sources.iter().filter(|source| source.gives == flaw.source) {
            for flow in dialect.flows {
                let suits = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
                if suits(flow.source, flaw.source) && suits(flow.reply, flaw.reply) {
                    combinations.push((host, source, flow));
                }
            }
        }
    }
    let mut random = Random::of_text(flaw.code);
    random.shuffle(&mut combinations);
    let mut seen = BTreeSet::new();
    let mut drafts = Vec::new();
    let mut fixes = 1;
    for (host, source, flow) in combinations.iter().cycle().take(combinations.len() * ROUNDS) {
        if drafts.len() >= SHAPES_PER_FIX * fixes {
            break;
        }
        let Some((text, about)) = expanded(dialect, vocabulary, flaw, (host, source, flow), random.next())
        else {
            continue;
        };
        fixes = fixes.max(expand::sides(&text) - 1);
        let vulnerable = expand::side(&text, 0, dialect.tabs);
        let fixed = expand::side(&text, 1 + drafts.len() % fixes, dialect.tabs);
        if seen.insert((vulnerable.clone(), fixed.clone())) {
            drafts.push(Draft { host, about, vulnerable, fixed });
        }
    }
    drafts
}

/// The text of a combination with both sides in it, and its description.
fn expanded(
    dialect: &Dialect,
    vocabulary: &Vocabulary,
    flaw: &Flaw,
    (host, source, flow): (&Host, &Source, &Flow),
    seed: u64,
) -> Option<(String, String)> {
    let mut random = Random::new(seed);
    let pattern = flaw.names[random.below(flaw.names.len() as u32) as usize];
    let name = format!("{NAME_MARK}{pattern}{NAME_MARK}");
    let input = format!("~{}~", flaw.input);
    let reply = format!("~{}~", flaw.reply);
    let mut own = vec![
        ("name", name.as_str()),
        ("handle", flaw.handle),
        ("param", source.param),
        ("source", source.code),
        ("from", source.from),
        ("core", flaw.code),
        ("reply", reply.as_str()),
        ("body", flow.body),
    ];
    let optional =
        [("v", flaw.input, input.as_str()), ("E", flaw.raises, flaw.raises), ("R", flaw.result, flaw.result)];
    own.extend(
        optional.iter().filter(|(_, given, _)| !given.is_empty()).map(|(name, _, text)| (*name, *text)),
    );
    let layers = [flow.macros, flaw.macros, own.as_slice(), host.macros, dialect.macros];
    let mut expander =
        Expander { layers: &layers, slots: &vocabulary.numbers, seed, random, out: String::new() };
    expander.expand(host.frame).ok()?;
    let text = std::mem::take(&mut expander.out);
    expander.expand(flaw.about).ok()?;
    Some((text, expander.out))
}

/// Bytes that two texts have in common at their start and at their end, not overlapping.
fn common(left: &str, right: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(same).map(|(a, _)| a.len_utf8()).sum()
    };
    let prefix: usize = length(&mut left.chars().zip(right.chars()));
    let (left, right) = (&left[prefix..], &right[prefix..]);
    (prefix, length(&mut left.chars().rev().zip(right.chars().rev())))
}

/// The lines of the file's head that the function needs on either side.
fn prelude(dialect: &Dialect, draft: &Draft<'_>) -> Vec<&'static str> {
    let mut lines: Vec<&str> = Vec::new();
    for (word, line) in dialect.prelude {
        let stands = |text: &str| {
            text.match_indices(word).any(|(at, _)| {
                !text[..at]
                    .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '.')
            })
        };
        if !lines.contains(line) && (stands(&draft.vulnerable) || stands(&draft.fixed)) {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::templates::DIALECTS;

    /// Names in a text that stand neither in a string nor behind a dot or an arrow.
    fn own_names(text: &str) -> BTreeSet<String> {
        let mut code = String::new();
        let mut quote = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, quote) {
                ('\\', Some(_)) => drop(characters.next()),
                ('"' | '\'' | '`', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                ('\n', Some('"' | '\'')) => quote = None,
                (_, Some(_)) => {}
                _ => code.push(character),
            }
        }
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut names = BTreeSet::new();
        let mut before = "";
        for part in code.split_inclusive(|c| !inside(c)) {
            let name = part.trim_end_matches(|c| !inside(c));
            let ends = &part[name.len()..];
            if !name.is_empty() && !before.ends_with(['.', '>', ':']) && !ends.starts_with(['(', ':']) {
                names.insert(name.to_owned());
            }
            before = ends;
        }
        names
    }

    #[test]
    fn no_word_meets_a_name_of_the_templates() {
        let mut met = BTreeSet::new();
        for dialect in DIALECTS {
            let vocabulary = Compiler::default().vocabulary(dialect);
            let lists: BTreeMap<u8, (&str, &str)> = NAMES
                .iter()
                .chain(dialect.words)
                .map(|(name, words)| (vocabulary.numbers[name], (*name, *words)))
                .collect();
            for flaw in dialect.flaws.iter().copied().flatten() {
                for draft in drafts(dialect, &vocabulary, flaw) {
                    for side in [&draft.vulnerable, &draft.fixed] {
                        let names = own_names(side);
                        for (list, words) in
                            side.chars().filter_map(expand::slot_of).filter_map(|slot| lists.get(&slot))
                        {
                            let words = words.split(' ').map(|word| names::written(word, dialect.case));
                            met.extend(words.filter(|word| names.contains(word)).map(|word| {
                                format!("{:?} {}: {list} {word}", dialect.language, flaw.weakness)
                            }));
                        }
                    }
                }
            }
        }
        assert!(met.is_empty(), "{met:#?}");
    }

    #[test]
    fn lists_of_words_share_nothing() {
        for dialect in DIALECTS {
            let mut seen = BTreeSet::new();
            for (name, words) in NAMES.iter().chain(dialect.words) {
                for word in words.split(' ') {
                    assert!(
                        seen.insert(names::written(word, dialect.case)),
                        "{word} is in {name} and before"
                    );
                }
            }
            for (one, many) in THEMES {
                for word in [one, many] {
                    let word = names::written(word, dialect.case);
                    assert!(!seen.contains(&word), "{word} is a theme and a name");
                }
            }
        }
    }

    #[test]
    fn every_part_is_used() {
        for dialect in DIALECTS {
            let vocabulary = Compiler::default().vocabulary(dialect);
            let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
            for flaw in dialect.flaws.iter().copied().flatten() {
                assert!(Weakness::by_name(flaw.weakness).is_some(), "no weakness {}", flaw.weakness);
                let drafts = drafts(dialect, &vocabulary, flaw);
                assert!(
                    drafts.len() >= 6,
                    "{:?} gives {} shapes: {}",
                    dialect.language,
                    drafts.len(),
                    flaw.code
                );
                for draft in drafts {
                    *hosts.entry(draft.host.name).or_default() += 1;
                }
            }
            for host in dialect.hosts {
                assert!(
                    hosts.get(host.name).is_some_and(|shapes| *shapes > 20),
                    "{} is hardly used",
                    host.name
                );
            }
        }
    }
}
