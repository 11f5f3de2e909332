//! Writes pairs.

use dataset::{Language, Weakness};

use super::compile::{self, BLOCK, Cell, Draw, LENGTH_BITS, Program, SLOT_BITS, SLOTS, Shape};
use super::names::{THEME_SLOTS, THEMES};
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
    vulnerable: Vec<u8>,
    fixed: Vec<u8>,
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
        Self { program: compile::compile(DIALECTS) }
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
        let slots = self.draw(shape, &mut random);

        let room = program.longest + BLOCK;
        if out.vulnerable.len() < room {
            out.vulnerable.resize(room, 0);
            out.fixed.resize(room, 0);
        }
        let PairBuffer { vulnerable, fixed } = out;
        let ops = &program.ops[shape.vulnerable.start as usize..shape.vulnerable.end as usize];
        let mut copy = Copy { arena: &program.arena, slots: &slots };
        let name = copy.ops(&ops[..shape.name.start as usize], vulnerable, 0);
        let after_name = copy.ops(&ops[shape.name.start as usize..shape.name.end as usize], vulnerable, name);
        let replaced =
            copy.ops(&ops[shape.name.end as usize..shape.replaced.start as usize], vulnerable, after_name);
        let after_replaced =
            copy.ops(&ops[shape.replaced.start as usize..shape.replaced.end as usize], vulnerable, replaced);
        let end = copy.ops(&ops[shape.replaced.end as usize..], vulnerable, after_replaced);

        fixed[..replaced].copy_from_slice(&vulnerable[..replaced]);
        let replacement = &program.ops[shape.replacement.start as usize..shape.replacement.end as usize];
        let after = copy.ops(replacement, fixed, replaced);
        let fixed_end = after + (end - after_replaced);
        fixed[after..fixed_end].copy_from_slice(&vulnerable[after_replaced..end]);

        let detail = &program.details[number as usize];
        let vulnerable = text(&vulnerable[..end]);
        PairRef {
            language: shape.language,
            weakness: shape.weakness,
            function: &vulnerable[name..after_name],
            vulnerable,
            fixed: text(&fixed[..fixed_end]),
            shape: number,
            description: &detail.description,
            prelude: &detail.prelude,
            in_class: shape.in_class,
        }
    }

    /// Draws what the slots of a shape hold.
    fn draw(&self, shape: &Shape, random: &mut Random) -> [u32; SLOTS] {
        let values = &self.program.values;
        let mut slots = [0; SLOTS];
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
        slots
    }
}

struct Copy<'a> {
    arena: &'a [u8],
    slots: &'a [u32; SLOTS],
}

impl Copy<'_> {
    /// Writes `ops` from `at` on, and says where they end.
    #[inline(always)]
    fn ops(&mut self, ops: &[u64], out: &mut [u8], mut at: usize) -> usize {
        for op in ops {
            let piece = (op >> SLOT_BITS) as u32 + self.slots[*op as usize % SLOTS];
            let from = (piece >> LENGTH_BITS) as usize;
            out[at..at + BLOCK].copy_from_slice(&self.arena[from..from + BLOCK]);
            at += (piece & ((1 << LENGTH_BITS) - 1)) as usize;
        }
        at
    }
}

/// Templates are ASCII, so this always is text.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
