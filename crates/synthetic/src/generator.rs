//! Writes pairs from compiled shapes.

use streamguard_dataset::{Language, Weakness};

use super::choices::RandomChoices;
use super::compile;
use super::differences::MAX_DIFFERENCES;
use super::load;
use super::shape_draft::Company;
use super::shape_program::{
    BLOCK_BYTES, CompiledShape, LENGTH_BITS, MAX_SLOTS, ShapeGroup, ShapeProgram, SlotWords,
};
use super::vocabulary::THEME_SLOTS;

/// Parts of a shape up to the first difference.
const FIRST_PARTS: usize = 3;

/// Writes pairs of a vulnerable function and the same function fixed.
///
/// A pair follows from its seed and index alone, on every machine. Building a generator compiles all
/// templates, which takes longer than writing thousands of pairs: build one, and share it between threads.
#[derive(Debug)]
pub struct PairGenerator {
    program: ShapeProgram,
}

/// Memory that [`PairGenerator::write_pair`] writes into, pair after pair.
#[derive(Debug, Default)]
pub struct PairBuffer {
    /// All pieces, with those of the words drawn for this pair at the numbers of the slots. Slots that
    /// a shape does not use keep the words of an earlier pair.
    pieces: Vec<u32>,
    /// Number of the program that `pieces` are of.
    program: Option<u64>,
    /// Vulnerable side, and behind it the texts that the fix puts in.
    written: Vec<u8>,
    fixed: String,
}

/// One pair. Borrows the buffer that it was written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairRef<'a> {
    /// Language of both sides.
    pub language: Language,
    /// Weakness of the vulnerable side.
    pub weakness: &'static Weakness,
    /// Plain name of the function.
    pub function: &'a str,
    /// Function with the flaw: from column 0, without a line feed at its end.
    pub vulnerable: &'a str,
    /// Function without the flaw.
    pub fixed: &'a str,
    /// Number of the combination of templates, below [`PairGenerator::shapes`].
    pub shape: u32,
    /// One English sentence on the flaw.
    pub description: &'a str,
    /// Import and include lines for a file that holds either side.
    pub prelude: &'a [String],
    /// Whether the function is a method that has to stand in the body of a class.
    pub in_class: bool,
}

impl Default for PairGenerator {
    fn default() -> Self {
        Self::new()
    }
}

impl PairGenerator {
    /// Parses and compiles the embedded templates.
    ///
    /// # Panics
    /// If a template file has a fault, which the tests of this crate exclude.
    pub fn new() -> Self {
        Self::beside(Company::Counterpart)
    }

    /// Parses and compiles the embedded templates for functions without decoys: their words tell the sides
    /// apart, as those of most fixes in real histories do.
    ///
    /// # Panics
    /// As [`PairGenerator::new`].
    pub fn without_decoys() -> Self {
        Self::beside(Company::Nothing)
    }

    fn beside(company: Company) -> Self {
        let library = load::load().unwrap_or_else(|error| panic!("{error}"));
        Self { program: compile::compile(&library, company) }
    }

    /// Returns the number of shapes: of structures that differ in more than names and literals.
    pub fn shapes(&self) -> usize {
        self.program.shapes.len()
    }

    /// Returns the languages with their weaknesses, in a fixed order. All combinations are equally frequent.
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = (Language, &'static Weakness)> {
        self.program.groups.iter().map(|group| (group.language, group.weakness))
    }

    /// Writes the pair number `index` of `seed`.
    pub fn write_pair<'a>(&'a self, seed: u64, index: u64, out: &'a mut PairBuffer) -> PairRef<'a> {
        let mut choices = RandomChoices::of_pair(seed, index);
        let group = &self.program.groups[choices.below(self.program.groups.len() as u32) as usize];
        self.write(group, choices, out)
    }

    /// Writes the pair number `index` of `seed` among those of one language and weakness. Returns nothing
    /// if there are no such pairs.
    pub fn write_pair_of<'a>(
        &'a self,
        language: Language,
        weakness: &Weakness,
        seed: u64,
        index: u64,
        out: &'a mut PairBuffer,
    ) -> Option<PairRef<'a>> {
        let mut groups = self.program.groups.iter();
        let group = groups.find(|group| group.language == language && group.weakness == weakness)?;
        Some(self.write(group, RandomChoices::of_pair(seed, index), out))
    }

    fn write<'a>(
        &'a self,
        group: &ShapeGroup,
        mut choices: RandomChoices,
        out: &'a mut PairBuffer,
    ) -> PairRef<'a> {
        let program = &self.program;
        let number = group.shapes.start + choices.below(group.shapes.end - group.shapes.start);
        let shape = &program.shapes[number as usize];
        out.prepare(program);
        let PairBuffer { pieces, written, fixed, .. } = out;
        draw_words(program, shape, &mut choices, pieces);

        let bounds = &program.bounds[shape.bounds.start as usize..shape.bounds.end as usize];
        let mut ends = [0; FIRST_PARTS + 3 * MAX_DIFFERENCES + 1];
        for (part, bound) in bounds.windows(2).enumerate() {
            let ops = &program.ops[bound[0] as usize..bound[1] as usize];
            ends[part + 1] = copy_pieces(program, ops, pieces, written, ends[part]);
        }
        // The texts that the fix puts in stand behind the vulnerable side, so that one check covers both.
        // It never fails, because templates are ASCII and pieces end between characters.
        let text = std::str::from_utf8(&written[..ends[bounds.len() - 1]]).unwrap_or_default();
        let differences = (bounds.len() - 1 - FIRST_PARTS) / 3;
        let replacements = FIRST_PARTS + 2 * differences;
        let vulnerable = &text[..ends[replacements]];
        let mut shared = 0;
        fixed.clear();
        for difference in 0..differences {
            let replaced = FIRST_PARTS + 2 * difference;
            let replacement = replacements + difference;
            fixed.push_str(&text[shared..ends[replaced]]);
            fixed.push_str(&text[ends[replacement]..ends[replacement + 1]]);
            shared = ends[replaced + 1];
        }
        fixed.push_str(&vulnerable[shared..]);

        PairRef {
            language: group.language,
            weakness: group.weakness,
            function: &vulnerable[ends[1]..ends[2]],
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
    /// Makes room before the first pair.
    fn prepare(&mut self, program: &ShapeProgram) {
        if self.program != Some(program.id) {
            self.program = Some(program.id);
            self.pieces.clone_from(&program.pieces);
            // Room for the vulnerable side and for the texts that the fix puts in, and for the rest
            // of the last block.
            self.written.resize(2 * program.longest + BLOCK_BYTES, 0);
        }
    }
}

/// Draws a piece for each slot of a shape.
fn draw_words(
    program: &ShapeProgram,
    shape: &CompiledShape,
    choices: &mut RandomChoices,
    pieces: &mut [u32],
) {
    let values = program.values.as_slice();
    let vocabulary = &program.vocabularies[shape.vocabulary as usize];
    let theme = vocabulary.themes as usize + choices.below(program.themes) as usize * THEME_SLOTS.len();
    pieces[1..=THEME_SLOTS.len()].copy_from_slice(&values[theme..theme + THEME_SLOTS.len()]);
    // Four draws share one number: 16 bits are plenty for lists of a few dozen words.
    for four in program.drawn[shape.drawn.start as usize..shape.drawn.end as usize].chunks(4) {
        let mut bits = choices.next_u64();
        for slot in four {
            // The remainder changes nothing, but spares a check of the bound.
            let SlotWords { count, start } = vocabulary.words[usize::from(*slot) % MAX_SLOTS];
            let choice = ((bits & 0xffff) * u64::from(count)) >> 16;
            pieces[usize::from(*slot)] = values[start as usize + choice as usize];
            bits >>= 16;
        }
    }
    // Either variable gets either word, or the word would tell which of them it names.
    let mut bits = choices.next_u64();
    for [one, other] in shape.couples {
        let exchange = (bits & 1) as u8 * (one ^ other);
        pieces.swap(usize::from(one), usize::from(one ^ exchange));
        bits >>= 1;
    }
}

/// Writes `ops` from `at` on and returns their end.
#[inline(always)]
fn copy_pieces(program: &ShapeProgram, ops: &[u16], pieces: &[u32], out: &mut [u8], mut at: usize) -> usize {
    let arena = program.arena.as_slice();
    for op in ops {
        let piece = pieces[usize::from(*op)];
        let from = (piece >> LENGTH_BITS) as usize;
        // Always a whole block: a copy of fixed length is a pair of vector moves, and the bytes past the
        // piece are overwritten by the next one or lie behind the end.
        out[at..at + BLOCK_BYTES].copy_from_slice(&arena[from..from + BLOCK_BYTES]);
        at += (piece & ((1 << LENGTH_BITS) - 1)) as usize;
    }
    at
}
