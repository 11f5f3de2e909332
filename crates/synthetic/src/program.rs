//! Shapes as programs: lists of pieces that only need to be copied.
//!
//! All text lies in one arena, every stretch of it once. A **piece** is a stretch of at most
//! [`BLOCK`] bytes there; pieces are numbered. The numbers below [`SLOTS`] are those of the slots:
//! which pieces they are is decided anew for each pair, in a copy of the list of pieces. So
//! a shape is a list of numbers (its **ops**), and writing it is one loop without a branch:
//! look up the piece, copy a whole block, advance by the piece's length.
//!
//! Everything is packed, because the speed depends on how much of it stays in the
//! processor's second-level cache.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use streamguard_dataset::Language;
use streamguard_dataset::weakness::Weakness;

use super::combine::{self, Draft};
use super::expand::{self, NAME_MARK};
use super::names::{self, THEME_SLOTS, THEMES};
use super::template::Dialect;

/// Bytes that an op copies; those past its length are overwritten by the next op.
pub(super) const BLOCK: usize = 32;
/// Bits of a piece that hold its length; the others hold where it starts.
pub(super) const LENGTH_BITS: u32 = 6;
/// Slots that a language may have, the first of them unused.
pub(super) const SLOTS: usize = 64;

/// The words that a slot can hold: how many, and where they start in `values`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    /// How many there are.
    pub count: u32,
    /// The piece of the first of them.
    pub start: u32,
}

/// The words of one language.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The pieces of the first theme in `values`; those of the others follow.
    pub themes: u32,
    /// By slot; nothing for those that themes fill.
    pub words: [Words; SLOTS],
    /// Length of the longest word, by slot.
    longest: [usize; SLOTS],
}

/// One compiled combination.
#[derive(Debug)]
pub(super) struct Shape {
    /// Index of its language's vocabulary.
    pub vocabulary: u32,
    /// Its slots, those of themes left out: a range of `drawn`.
    pub drawn: Range<u32>,
    /// Its ops: the text before the function's name, the name, the text up to the first
    /// difference, what the fix replaces, the end that both sides share, and what the fix puts
    /// in. Each part ends where the next one starts.
    pub parts: [u32; 7],
    /// Whether the function must stand in a class.
    pub in_class: bool,
    /// One English sentence on the flaw.
    pub description: String,
    /// Lines for the head of the file.
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
#[derive(Debug)]
pub(super) struct Program {
    /// All text, and a block more.
    pub arena: Vec<u8>,
    /// All pieces; nothing at the numbers of the slots.
    pub pieces: Vec<u32>,
    /// Pieces of the words.
    pub values: Vec<u32>,
    /// By language.
    pub vocabularies: Vec<Vocabulary>,
    /// Slots of the shapes.
    pub drawn: Vec<u8>,
    /// Numbers of pieces.
    pub ops: Vec<u16>,
    pub shapes: Vec<Shape>,
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
    let program = Program {
        arena: Vec::new(),
        pieces: vec![0; SLOTS],
        values: Vec::new(),
        vocabularies: Vec::new(),
        drawn: Vec::new(),
        ops: Vec::new(),
        shapes: Vec::new(),
        cells: Vec::new(),
        longest: 0,
    };
    let mut compiler = Compiler { program, numbers: HashMap::new() };
    for dialect in dialects {
        compiler.dialect(dialect);
    }
    // A whole block is read wherever a piece starts.
    compiler.program.arena.extend([b' '; BLOCK]);
    compiler.program
}

struct Compiler {
    program: Program,
    /// Numbers of the pieces by their bytes.
    numbers: HashMap<Vec<u8>, u16>,
}

impl Compiler {
    fn dialect(&mut self, dialect: &Dialect) {
        let slots = names::slots(dialect);
        self.vocabulary(dialect);
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
                self.shape(draft, heads.of(draft));
            }
            let shapes = first..self.program.shapes.len() as u32;
            self.program.cells.push(Cell { language: dialect.language, weakness, shapes });
        }
    }

    fn vocabulary(&mut self, dialect: &Dialect) {
        let mut vocabulary = Vocabulary {
            themes: self.program.values.len() as u32,
            words: [Words::default(); SLOTS],
            longest: [0; SLOTS],
        };
        for theme in THEMES {
            for (slot, word) in (1..).zip(names::theme_words(*theme, dialect.case)) {
                vocabulary.longest[slot] = word.len().max(vocabulary.longest[slot]);
                self.value(&word);
            }
        }
        for (slot, words) in (1 + THEME_SLOTS.len()..).zip(names::lists(dialect)) {
            assert!(slot < SLOTS, "too many slots");
            let start = self.program.values.len() as u32;
            words.iter().for_each(|word| self.value(word));
            vocabulary.words[slot] = Words { count: words.len() as u32, start };
            vocabulary.longest[slot] = words.iter().map(String::len).max().unwrap_or(0);
        }
        self.program.vocabularies.push(vocabulary);
    }

    fn value(&mut self, word: &str) {
        assert!(word.len() <= BLOCK, "the word {word:?} is too long");
        let number = self.number(word.as_bytes());
        self.program.values.push(self.program.pieces[usize::from(number)]);
    }

    /// The number of the piece with these bytes, at most [`BLOCK`].
    fn number(&mut self, bytes: &[u8]) -> u16 {
        if let Some(number) = self.numbers.get(bytes) {
            return *number;
        }
        let program = &mut self.program;
        let start = program.arena.len() as u32;
        assert!(start < 1 << (u32::BITS - LENGTH_BITS), "the arena is full");
        let number = u16::try_from(program.pieces.len()).unwrap_or_else(|_| panic!("too many pieces"));
        program.pieces.push((start << LENGTH_BITS) | bytes.len() as u32);
        program.arena.extend(bytes);
        self.numbers.insert(bytes.to_vec(), number);
        number
    }

    /// Adds a shape of the vocabulary that was added last.
    fn shape(&mut self, draft: &Draft<'_>, prelude: Vec<&'static str>) {
        let (vulnerable, fixed) = (draft.vulnerable.as_str(), draft.fixed.as_str());
        let vocabulary = self.program.vocabularies.len() - 1;
        let longest = &self.program.vocabularies[vocabulary].longest;
        let length =
            |text: char| expand::slot_of(text).map_or(text.len_utf8(), |slot| longest[usize::from(slot)]);
        for side in [vulnerable, fixed] {
            self.program.longest = self.program.longest.max(side.chars().map(length).sum());
        }

        let (prefix, suffix) = common(vulnerable, fixed);
        let (head, rest) = vulnerable.split_at(prefix);
        let (replaced, tail) = rest.split_at(rest.len() - suffix);
        let replacement = &fixed[prefix..fixed.len() - suffix];
        let Some((before_name, (name, before_replaced))) =
            head.split_once(NAME_MARK).and_then(|(before, rest)| Some((before, rest.split_once(NAME_MARK)?)))
        else {
            panic!("the flaw comes before the function's name: {head}");
        };
        let mut parts = [self.program.ops.len() as u32; 7];
        let texts = [before_name, name, before_replaced, replaced, tail, replacement];
        for (end, text) in parts[1..].iter_mut().zip(texts) {
            *end = self.ops(text);
        }

        let used: BTreeSet<u8> =
            vulnerable.chars().chain(fixed.chars()).filter_map(expand::slot_of).collect();
        let first = self.program.drawn.len() as u32;
        self.program.drawn.extend(used.into_iter().filter(|slot| usize::from(*slot) > THEME_SLOTS.len()));
        self.program.shapes.push(Shape {
            vocabulary: vocabulary as u32,
            drawn: first..self.program.drawn.len() as u32,
            parts,
            in_class: draft.host.in_class,
            description: draft.about.clone(),
            prelude,
        });
    }

    /// Appends the ops of a text, and says where they end. Lines are cut apart, so that equal
    /// lines are the same pieces.
    fn ops(&mut self, text: &str) -> u32 {
        let mut literal = Vec::new();
        for character in text.chars() {
            if let Some(slot) = expand::slot_of(character) {
                self.literal(&mut literal);
                self.program.ops.push(u16::from(slot));
                continue;
            }
            literal.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            if character == '\n' {
                self.literal(&mut literal);
            }
        }
        self.literal(&mut literal);
        self.program.ops.len() as u32
    }

    fn literal(&mut self, bytes: &mut Vec<u8>) {
        for block in bytes.chunks(BLOCK) {
            let number = self.number(block);
            self.program.ops.push(number);
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
