//! Writes pairs.

use streamguard_dataset::{Language, Weakness};

use super::names::{THEME_SLOTS, THEMES};
use super::program::{self, BLOCK, Cell, LENGTH_BITS, Program, SLOTS, Shape, Words};
use super::random::Random;
use super::templates::DIALECTS;

/// Writes pairs of a vulnerable function and the same function fixed.
///
/// A pair follows from its seed and index alone, on every machine. Built once, and shared by threads.
#[derive(Debug)]
pub struct Generator {
    program: Program,
}

/// Memory that [`Generator::write_pair`] writes into, pair after pair.
#[derive(Debug, Default)]
pub struct PairBuffer {
    /// All pieces, in which those of the slots are put. Slots that a shape does not use keep
    /// what they had.
    pieces: Vec<u32>,
    /// The vulnerable side, and behind it what the fix puts in.
    written: Vec<u8>,
    fixed: String,
}

/// One pair, as long as its buffer is not written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairRef<'a> {
    /// The language of both sides.
    pub language: Language,
    /// What is wrong with the vulnerable side.
    pub weakness: &'static Weakness,
    /// Plain name of the function.
    pub function: &'a str,
    /// The function with the flaw: from column 0, without a line feed at its end.
    pub vulnerable: &'a str,
    /// The same function without it.
    pub fixed: &'a str,
    /// Number of the shape: of the combination of templates, below [`Generator::shapes`].
    pub shape: u32,
    /// One English sentence on the flaw.
    pub description: &'a str,
    /// Import and include lines for a file that holds either side.
    pub prelude: &'a [&'a str],
    /// Whether the function is a method that has to stand in the body of a class.
    pub in_class: bool,
}

impl Default for Generator {
    fn default() -> Self {
        Self::new()
    }
}

impl Generator {
    /// Compiles the templates.
    pub fn new() -> Self {
        Self { program: program::compile(DIALECTS) }
    }

    /// How many shapes there are: structures that differ in more than names and literals.
    pub fn shapes(&self) -> usize {
        self.program.shapes.len()
    }

    /// What there is: languages and weaknesses, in a fixed order. All are equally frequent.
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = (Language, &'static Weakness)> {
        self.program.cells.iter().map(|cell| (cell.language, cell.weakness))
    }

    /// Writes the pair number `index` of `seed`.
    pub fn write_pair<'a>(&'a self, seed: u64, index: u64, out: &'a mut PairBuffer) -> PairRef<'a> {
        let mut random = Random::of_pair(seed, index);
        let cell = &self.program.cells[random.below(self.program.cells.len() as u32) as usize];
        self.write(cell, random, out)
    }

    /// Writes the pair number `index` of `seed` among those of one language and weakness, or
    /// nothing if there are none.
    pub fn write_pair_of<'a>(
        &'a self,
        language: Language,
        weakness: &Weakness,
        seed: u64,
        index: u64,
        out: &'a mut PairBuffer,
    ) -> Option<PairRef<'a>> {
        let mut cells = self.program.cells.iter();
        let cell = cells.find(|cell| cell.language == language && cell.weakness == weakness)?;
        Some(self.write(cell, Random::of_pair(seed, index), out))
    }

    fn write<'a>(&'a self, cell: &Cell, mut random: Random, out: &'a mut PairBuffer) -> PairRef<'a> {
        let program = &self.program;
        let number = cell.shapes.start + random.below(cell.shapes.end - cell.shapes.start);
        let shape = &program.shapes[number as usize];
        out.prepare(program);
        let PairBuffer { pieces, written, fixed } = out;
        draw(program, shape, &mut random, pieces);

        let mut ends = [0; 7];
        for part in 0..6 {
            let ops = &program.ops[shape.parts[part] as usize..shape.parts[part + 1] as usize];
            ends[part + 1] = copy(program, ops, pieces, written, ends[part]);
        }
        // What the fix puts in stands behind the vulnerable side: so both are checked as text at
        // once. Templates are ASCII, so they always are.
        let [_, name, after_name, replaced, after_replaced, end, after_end] = ends;
        let text = std::str::from_utf8(&written[..after_end]).unwrap_or_default();
        let (vulnerable, replacement) = text.split_at(end);
        fixed.clear();
        fixed.push_str(&vulnerable[..replaced]);
        fixed.push_str(replacement);
        fixed.push_str(&vulnerable[after_replaced..]);

        PairRef {
            language: cell.language,
            weakness: cell.weakness,
            function: &vulnerable[name..after_name],
            vulnerable,
            fixed,
            shape: number,
            description: &shape.description,
            prelude: &shape.prelude,
            in_class: shape.in_class,
        }
    }
}

impl PairBuffer {
    /// Makes room, before the first pair.
    fn prepare(&mut self, program: &Program) {
        if self.pieces.len() < program.pieces.len() {
            self.pieces.clone_from(&program.pieces);
            self.written.resize(2 * program.longest + BLOCK, 0);
        }
    }
}

/// Decides which pieces the slots of a shape are.
fn draw(program: &Program, shape: &Shape, random: &mut Random, pieces: &mut [u32]) {
    let values = program.values.as_slice();
    let vocabulary = &program.vocabularies[shape.vocabulary as usize];
    let theme = vocabulary.themes as usize + random.below(THEMES.len() as u32) as usize * THEME_SLOTS.len();
    pieces[1..=THEME_SLOTS.len()].copy_from_slice(&values[theme..theme + THEME_SLOTS.len()]);
    // Four draws share one number: 16 bits are plenty for lists of a few dozen words.
    for four in program.drawn[shape.drawn.start as usize..shape.drawn.end as usize].chunks(4) {
        let mut bits = random.next();
        for slot in four {
            let Words { count, start } = vocabulary.words[usize::from(*slot) % SLOTS];
            let choice = ((bits & 0xffff) * u64::from(count)) >> 16;
            pieces[usize::from(*slot)] = values[start as usize + choice as usize];
            bits >>= 16;
        }
    }
}

/// Writes `ops` from `at` on, and says where they end.
#[inline(always)]
fn copy(program: &Program, ops: &[u16], pieces: &[u32], out: &mut [u8], mut at: usize) -> usize {
    let arena = program.arena.as_slice();
    for op in ops {
        let piece = pieces[usize::from(*op)];
        let from = (piece >> LENGTH_BITS) as usize;
        out[at..at + BLOCK].copy_from_slice(&arena[from..from + BLOCK]);
        at += (piece & ((1 << LENGTH_BITS) - 1)) as usize;
    }
    at
}
