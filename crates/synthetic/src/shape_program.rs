//! Shapes as programs: lists of pieces that only need to be copied.
//!
//! All text lies in one arena, every stretch of it once. A **piece** is a stretch of at most
//! [`BLOCK_BYTES`] there; pieces are numbered. The numbers below [`MAX_SLOTS`] are those of the slots,
//! whose pieces are drawn anew for each pair, in a copy of the list of pieces. So
//! a shape is a list of numbers (its **ops**), and writing it is one loop without a branch:
//! look up the piece, copy a whole block, advance by the piece's length.
//!
//! Everything is packed, because the speed depends on how much of it stays in the
//! processor's second-level cache.

use std::ops::Range;

use streamguard_dataset::{Language, Weakness};

/// Bytes that an op copies; those past its length are overwritten by the next op.
pub(crate) const BLOCK_BYTES: usize = 32;
/// Bits of a piece that hold its length; the others hold its start.
pub(crate) const LENGTH_BITS: u32 = 6;
/// Slots that a language may have, the first of them unused.
pub(crate) const MAX_SLOTS: usize = 128;

/// Couples of slots that a shape may have.
pub(crate) const MAX_COUPLES: usize = 4;

/// All shapes, ready to be written.
#[derive(Debug)]
pub(crate) struct ShapeProgram {
    /// Number that no other program of the process has.
    pub id: u64,
    /// All text, and a block more.
    pub arena: Vec<u8>,
    /// All pieces; nothing at the numbers of the slots.
    pub pieces: Vec<u32>,
    /// Pieces of the words.
    pub values: Vec<u32>,
    /// How many themes there are.
    pub themes: u32,
    /// Words of each language.
    pub vocabularies: Vec<PackedVocabulary>,
    /// Slots of the shapes.
    pub drawn: Vec<u8>,
    /// Numbers of pieces.
    pub ops: Vec<u16>,
    /// Indices in `ops` at which parts of shapes begin and end.
    pub bounds: Vec<u32>,
    /// Every shape.
    pub shapes: Vec<CompiledShape>,
    /// Shapes by language and weakness.
    pub groups: Vec<ShapeGroup>,
    /// Length of the longest side, in bytes.
    pub longest: usize,
}

/// Words of one language.
#[derive(Debug)]
pub(crate) struct PackedVocabulary {
    /// Index in `values` of the first theme's pieces; those of the others follow.
    pub themes: u32,
    /// Words by slot; nothing for the slots that themes fill.
    pub words: [SlotWords; MAX_SLOTS],
    /// Length of the longest word, by slot.
    pub longest: [usize; MAX_SLOTS],
}

/// Words that a slot can hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SlotWords {
    /// How many there are.
    pub count: u32,
    /// Index in `values` of the first word's piece.
    pub start: u32,
}

/// One compiled combination.
#[derive(Debug)]
pub(crate) struct CompiledShape {
    /// Index of its language's vocabulary.
    pub vocabulary: u32,
    /// Its slots without those of themes: a range of `drawn`.
    pub drawn: Range<u32>,
    /// Couples of its slots that share a word list; which of a couple gets which word is drawn too.
    pub couples: [[u8; 2]; MAX_COUPLES],
    /// Range of `bounds` that holds the bounds in `ops` of its parts, each of which ends at the start of the next: the
    /// text before the function's name, the name, and the text up to the first difference; for each difference the
    /// text that the fix replaces, and what both sides share behind it; for each difference the text that the fix
    /// puts in.
    pub bounds: Range<u32>,
    /// Whether the function must stand in a class.
    pub in_class: bool,
    /// One English sentence on the flaw.
    pub description: String,
    /// Lines for the head of the file.
    pub prelude: Vec<String>,
}

/// Shapes of one weakness in one language.
#[derive(Debug)]
pub(crate) struct ShapeGroup {
    /// Language of the functions.
    pub language: Language,
    /// Weakness of the vulnerable sides.
    pub weakness: &'static Weakness,
    /// Range of `shapes`.
    pub shapes: Range<u32>,
}
