//! Writes pairs.

use std::ops::Range;

use dataset::{Language, Weakness};

use super::names::{THEME_SLOTS, THEMES};
use super::program::{self, BLOCK, Cell, Draw, LENGTH_BITS, Program, SLOT_BITS, SLOTS, Shape};
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
#[derive(Debug)]
pub struct PairBuffer {
    /// The piece of each slot. Those that a shape does not use keep what they had.
    slots: [u32; SLOTS],
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

impl Default for PairBuffer {
    fn default() -> Self {
        Self { slots: [0; SLOTS], written: Vec::new(), fixed: String::new() }
    }
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
        let PairBuffer { slots, written, fixed } = out;
        self.draw(shape, &mut random, slots);
        let room = 2 * program.longest + BLOCK;
        if written.len() < room {
            written.resize(room, 0);
        }
        let mut copy = Copy { program, slots };
        let name = copy.ops(&shape.before_name, written, 0);
        let after_name = copy.ops(&shape.name, written, name);
        let replaced = copy.ops(&shape.before_replaced, written, after_name);
        let after_replaced = copy.ops(&shape.replaced, written, replaced);
        let end = copy.ops(&shape.after_replaced, written, after_replaced);
        // What the fix puts in goes behind the vulnerable side: one check of both as text.
        let after_end = copy.ops(&shape.replacement, written, end);
        // Templates are ASCII, so this always is text.
        let (vulnerable, replacement) =
            std::str::from_utf8(&written[..after_end]).unwrap_or_default().split_at(end);

        fixed.clear();
        fixed.push_str(&vulnerable[..replaced]);
        fixed.push_str(replacement);
        fixed.push_str(&vulnerable[after_replaced..]);

        let detail = &program.details[number as usize];
        PairRef {
            language: shape.language,
            weakness: shape.weakness,
            function: &vulnerable[name..after_name],
            vulnerable,
            fixed,
            shape: number,
            description: &detail.description,
            prelude: &detail.prelude,
            in_class: shape.in_class,
        }
    }

    /// Draws what the slots of a shape hold.
    fn draw(&self, shape: &Shape, random: &mut Random, slots: &mut [u32; SLOTS]) {
        let values = &self.program.values;
        let theme = shape.themes as usize + random.below(THEMES.len() as u32) as usize * THEME_SLOTS.len();
        slots[1..=THEME_SLOTS.len()].copy_from_slice(&values[theme..theme + THEME_SLOTS.len()]);
        let draws = &self.program.draws[shape.draws.start as usize..shape.draws.end as usize];
        // Four draws share one number: 16 bits are plenty for lists of a few dozen words.
        for four in draws.chunks(4) {
            let mut bits = random.next();
            for Draw { slot, count, start } in four {
                let choice = ((bits & 0xffff) * u64::from(*count)) >> 16;
                slots[usize::from(*slot) % SLOTS] = values[*start as usize + choice as usize];
                bits >>= 16;
            }
        }
    }
}

/// Copies ops.
struct Copy<'a> {
    program: &'a Program,
    slots: &'a [u32; SLOTS],
}

impl Copy<'_> {
    /// Writes `ops` from `at` on, and says where they end.
    #[inline(always)]
    fn ops(&mut self, ops: &Range<u32>, out: &mut [u8], mut at: usize) -> usize {
        let arena = self.program.arena.as_slice();
        for op in &self.program.ops[ops.start as usize..ops.end as usize] {
            let piece = (op >> SLOT_BITS) as u32 + self.slots[*op as usize % SLOTS];
            let from = (piece >> LENGTH_BITS) as usize;
            out[at..at + BLOCK].copy_from_slice(&arena[from..from + BLOCK]);
            at += (piece & ((1 << LENGTH_BITS) - 1)) as usize;
        }
        at
    }
}
