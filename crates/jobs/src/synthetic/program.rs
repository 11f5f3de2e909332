//! Shapes as programs: lists of pieces that only need to be copied.
//!
//! All text lies in one arena, every piece of it once. A **piece** is a stretch of at most
//! [`BLOCK`] bytes there. An **op** is a piece plus the number of a slot whose piece is added to it: literal
//! text has slot 0, which is empty, and slots have an empty piece. So every op is the same
//! few instructions, without a branch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use dataset::Language;
use dataset::weakness::Weakness;

use super::combine::{self, Draft};
use super::expand::{self, NAME_MARK};
use super::names::{self, THEME_SLOTS, THEMES};
use super::template::Dialect;

/// Bytes that an op copies; those past its length are overwritten by the next op.
pub(super) const BLOCK: usize = 32;
/// Bits of a piece that hold its length; the others hold where it starts.
pub(super) const LENGTH_BITS: u32 = 6;
/// Bits of an op that hold its slot; the others hold its piece.
pub(super) const SLOT_BITS: u32 = 6;
/// Slots that a language may have, the empty one counted.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;

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
    /// Ops of the vulnerable side: before the function's name,
    pub before_name: Range<u32>,
    /// the name,
    pub name: Range<u32>,
    /// from there to the first difference,
    pub before_replaced: Range<u32>,
    /// what the fix replaces,
    pub replaced: Range<u32>,
    /// and the end, which both sides share.
    pub after_replaced: Range<u32>,
    /// Ops that the fix puts in.
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
}

/// Compiles all shapes of `dialects`.
///
/// # Panics
/// If a template breaks a rule (an unknown weakness, a word longer than [`BLOCK`], a flaw before the
/// function's name). Templates are part of the program, so the first test that builds a generator sees it.
pub(super) fn compile(dialects: &[&Dialect]) -> Program {
    let mut compiler = Compiler::default();
    for dialect in dialects {
        compiler.dialect(dialect);
    }
    // An op reads a whole block, wherever its piece starts.
    compiler.program.arena.extend([b' '; BLOCK]);
    compiler.program
}

#[derive(Default)]
struct Compiler {
    program: Program,
    pieces: HashMap<Vec<u8>, u32>,
}

/// The words of one language.
struct Vocabulary {
    /// The first piece of the first theme in `values`.
    themes: u32,
    /// By slot; nothing for the empty slot and those of themes.
    draws: Vec<Draw>,
    /// Length of the longest word, by slot.
    longest: Vec<usize>,
}

impl Compiler {
    fn dialect(&mut self, dialect: &Dialect) {
        let slots = names::slots(dialect);
        let vocabulary = self.vocabulary(dialect);
        let heads = Heads::new(dialect);
        let mut cells: BTreeMap<u16, Vec<Draft<'_>>> = BTreeMap::new();
        for flaw in dialect.flaws.iter().copied().flatten() {
            let weakness = Weakness::by_name(flaw.weakness)
                .unwrap_or_else(|| panic!("no weakness is called {}", flaw.weakness));
            cells.entry(weakness.cwe).or_default().extend(combine::drafts(dialect, &slots, flaw));
        }
        for (cwe, drafts) in cells {
            let Some(weakness) = Weakness::by_cwe(cwe) else { continue };
            let first = self.program.shapes.len() as u32;
            for draft in &drafts {
                self.shape(dialect.language, weakness, &vocabulary, draft);
                let prelude = heads.of(draft);
                self.program.details.push(Detail { description: draft.about.clone(), prelude });
            }
            let shapes = first..self.program.shapes.len() as u32;
            self.program.cells.push(Cell { language: dialect.language, weakness, shapes });
        }
    }

    fn vocabulary(&mut self, dialect: &Dialect) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            themes: self.program.values.len() as u32,
            draws: vec![Draw { slot: 0, count: 0, start: 0 }; 1 + THEME_SLOTS.len()],
            longest: vec![0; 1 + THEME_SLOTS.len()],
        };
        for theme in THEMES {
            for (slot, word) in (1..).zip(names::theme_words(*theme, dialect.case)) {
                let longest: &mut usize = &mut vocabulary.longest[slot];
                *longest = word.len().max(*longest);
                self.value(&word);
            }
        }
        for words in names::lists(dialect) {
            let slot = vocabulary.draws.len() as u8;
            let start = self.program.values.len() as u32;
            words.iter().for_each(|word| self.value(word));
            vocabulary.draws.push(Draw { slot, count: words.len() as u16, start });
            vocabulary.longest.push(words.iter().map(String::len).max().unwrap_or(0));
        }
        assert!(vocabulary.draws.len() <= SLOTS, "too many slots");
        vocabulary
    }

    fn value(&mut self, word: &str) {
        assert!(word.len() <= BLOCK, "the word {word:?} is too long");
        let piece = self.piece(word.as_bytes());
        self.program.values.push(piece);
    }

    /// The piece with these bytes, at most [`BLOCK`].
    fn piece(&mut self, bytes: &[u8]) -> u32 {
        if let Some(piece) = self.pieces.get(bytes) {
            return *piece;
        }
        let start = self.program.arena.len() as u32;
        assert!(start < 1 << (u32::BITS - LENGTH_BITS), "the arena is full");
        let piece = (start << LENGTH_BITS) | bytes.len() as u32;
        self.program.arena.extend(bytes);
        self.pieces.insert(bytes.to_vec(), piece);
        piece
    }

    fn shape(
        &mut self,
        language: Language,
        weakness: &'static Weakness,
        vocabulary: &Vocabulary,
        draft: &Draft<'_>,
    ) {
        let (vulnerable, fixed) = (draft.vulnerable.as_str(), draft.fixed.as_str());
        let length = |character| {
            expand::slot_of(character)
                .map_or(character.len_utf8(), |slot| vocabulary.longest[usize::from(slot)])
        };
        for side in [vulnerable, fixed] {
            self.program.longest = self.program.longest.max(side.chars().map(length).sum());
        }

        let (prefix, suffix) = common(vulnerable, fixed);
        let (head, rest) = vulnerable.split_at(prefix);
        let (replaced, tail) = rest.split_at(rest.len() - suffix);
        let replacement = &fixed[prefix..fixed.len() - suffix];
        let mut parts = head.splitn(3, NAME_MARK);
        let (Some(before_name), Some(name), Some(before_replaced)) =
            (parts.next(), parts.next(), parts.next())
        else {
            panic!("the flaw comes before the function's name: {head}");
        };

        let used: BTreeSet<u8> =
            vulnerable.chars().chain(fixed.chars()).filter_map(expand::slot_of).collect();
        let first_draw = self.program.draws.len() as u32;
        let drawn = used.into_iter().filter(|slot| usize::from(*slot) > THEME_SLOTS.len());
        self.program.draws.extend(drawn.map(|slot| vocabulary.draws[usize::from(slot)]));
        let shape = Shape {
            language,
            weakness,
            in_class: draft.host.in_class,
            themes: vocabulary.themes,
            draws: first_draw..self.program.draws.len() as u32,
            before_name: self.ops(before_name),
            name: self.ops(name),
            before_replaced: self.ops(before_replaced),
            replaced: self.ops(replaced),
            after_replaced: self.ops(tail),
            replacement: self.ops(replacement),
        };
        self.program.shapes.push(shape);
    }

    /// Appends the ops of a text. Lines are cut apart, so that equal lines are one piece.
    fn ops(&mut self, text: &str) -> Range<u32> {
        let first = self.program.ops.len() as u32;
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
        first..self.program.ops.len() as u32
    }

    fn literal(&mut self, bytes: &mut Vec<u8>) {
        for block in bytes.chunks(BLOCK) {
            let piece = self.piece(block);
            self.program.ops.push(u64::from(piece) << SLOT_BITS);
        }
        bytes.clear();
    }
}

/// Finds the lines that the head of a file needs.
struct Heads {
    words: AhoCorasick,
    lines: Vec<&'static str>,
}

impl Heads {
    fn new(dialect: &Dialect) -> Self {
        Self {
            words: AhoCorasick::new(dialect.prelude.iter().map(|(word, _)| word))
                .unwrap_or_else(|error| panic!("the words of the prelude: {error}")),
            lines: dialect.prelude.iter().map(|(_, line)| *line).collect(),
        }
    }

    /// The lines that either side needs, each once, in the order of the dialect's list.
    fn of(&self, draft: &Draft<'_>) -> Vec<&'static str> {
        let mut needed = vec![false; self.lines.len()];
        for side in [&draft.vulnerable, &draft.fixed] {
            for found in self.words.find_overlapping_iter(side) {
                let inside = |before: char| before.is_alphanumeric() || before == '_' || before == '.';
                needed[found.pattern().as_usize()] |= !side[..found.start()].ends_with(inside);
            }
        }
        let mut lines: Vec<&str> = Vec::new();
        for (line, _) in self.lines.iter().zip(needed).filter(|(_, needed)| *needed) {
            if !lines.contains(line) {
                lines.push(line);
            }
        }
        lines
    }
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
