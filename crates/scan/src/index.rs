//! The index of all signatures, in memory and in `.sgdb` files.
//!
//! Statements are numbered from the rarest to the most common one. A function that holds at least t of the n statements
//! of a signature holds one of its n - t + 1 rarest, so that only these lead to it: the prefix filter of
//! [Bayardo et al., WWW 2007](https://doi.org/10.1145/1242572.1242591). It loses nothing.

mod build;
mod bytes;
mod load;
mod lookup;

use std::ops::Range;

pub use build::{build, build_with_renamed};
pub use load::{IndexError, IndexFileError, MAX_INDEX_BYTES};

use lookup::StatementTable;

use crate::signature::{MIN_STATEMENTS, SignatureOrigin};

/// Version of the format of `.sgdb` files.
pub const INDEX_VERSION: u32 = 1;

/// Version of files that also have signatures whose names do not count.
const RENAMED_VERSION: u32 = 2;

/// Most sides of signatures that have a statement which is still called rare.
const MAX_COMMON_SIDES: u32 = 64;

/// First bytes of an index file.
const MAGIC: [u8; 4] = *b"SGDB";

/// Least number of statements that a function shares with a side of a signature.
pub(crate) const MIN_SHARED: usize = 3;

/// Returns how many of `count` statements a function must have: [`MIN_SHARED`] and half of them, and all of a few.
pub(crate) fn least_shared(count: usize) -> usize {
    match count {
        // A side without statements shares nothing.
        ..MIN_STATEMENTS => count.max(1),
        _ => MIN_SHARED.max(count.div_ceil(2)),
    }
}

/// Index of signatures.
#[derive(Debug)]
pub struct SignatureIndex {
    digest: blake3::Hash,
    table: StatementTable,
    /// Statements of both sides of all signatures.
    statements: Vec<u32>,
    signatures: Vec<IndexedSignature>,
    /// Signatures that each statement leads to: `postings[starts[id]..starts[id + 1]]`, as twice the number of
    /// the signature, plus one for its fixed side.
    starts: Vec<u32>,
    postings: Vec<u32>,
    /// First of the statements that many signatures have.
    common: u32,
    /// Names, addresses and codes.
    strings: StringPool,
    /// Signatures of the same fixes in which names do not count, if they were read.
    renamed: Option<Box<SignatureIndex>>,
}

/// Signature as the index holds it; statements by their numbers.
#[derive(Clone, Debug)]
struct IndexedSignature {
    /// Positions in [`SignatureIndex::statements`].
    vulnerable: Range<u32>,
    fixed: Range<u32>,
    removed_joints: Vec<u64>,
    added_joints: Vec<u64>,
    /// Number of the function that it is a version of. Signatures of one lie side by side, oldest first.
    lineage: u32,
    /// Position of its origin in the strings.
    origin: OriginFields,
}

/// Origin by numbers of strings.
#[derive(Clone, Debug)]
struct OriginFields {
    strings: [u32; build::OriginText::COUNT],
    start_line: u32,
}

/// Strings of an index, each once.
#[derive(Debug, Default)]
struct StringPool {
    text: String,
    ends: Vec<u32>,
}

impl StringPool {
    fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        &self.text[start..self.ends[number] as usize]
    }
}

/// One of the two sides of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureSide {
    Vulnerable,
    Fixed,
}

/// Index of the demo world: `cargo xtask known` makes it.
const EMBEDDED_INDEX: &[u8] = include_bytes!("../demo.sgdb");

impl SignatureIndex {
    /// Returns the index of the demo world, small fictional repositories with known fixes, for trying a scan out.
    pub fn embedded() -> Self {
        Self::from_bytes(EMBEDDED_INDEX).expect("it was read when it was made")
    }

    /// Returns the digest of its content, in hexadecimal digits.
    pub fn digest(&self) -> String {
        self.digest.to_hex().to_string()
    }

    /// Returns the number of signatures.
    pub fn len(&self) -> usize {
        self.signatures.len()
    }

    /// Whether there is no signature.
    pub fn is_empty(&self) -> bool {
        self.signatures.is_empty()
    }

    /// Returns the number of signatures that come from an advisory.
    pub fn with_advisory(&self) -> usize {
        let has_advisory = |signature: &&IndexedSignature| {
            !self.strings.get(signature.origin.strings[build::OriginText::ADVISORIES]).is_empty()
        };
        self.signatures.iter().filter(has_advisory).count()
    }

    /// Returns the signatures in which names do not count, if they were read.
    pub(crate) fn renamed(&self) -> Option<&SignatureIndex> {
        self.renamed.as_deref()
    }

    /// Whether few signatures have a statement.
    pub(crate) fn is_rare(&self, statement: u32) -> bool {
        statement < self.common
    }

    /// Returns the fixes of an advisory, one for each function.
    pub fn fixes_of(&self, advisory: &str) -> Vec<SignatureOrigin> {
        let is_named = |signature: &&IndexedSignature| {
            let ids = self.strings.get(signature.origin.strings[build::OriginText::ADVISORIES]);
            ids.lines().any(|id| id == advisory)
        };
        (0..)
            .zip(&self.signatures)
            .filter(|(_, signature)| is_named(signature))
            .map(|(at, _)| self.origin(at))
            .collect()
    }

    /// Returns the number of distinct statements.
    pub(crate) fn statement_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the number of a statement that some signature has.
    pub(crate) fn number_of(&self, hash: u64) -> Option<u32> {
        self.table.get(hash)
    }

    /// Returns the sides of signatures that a statement leads to.
    pub(crate) fn led_to(&self, statement: u32) -> impl Iterator<Item = (u32, SignatureSide)> + '_ {
        let range = self.starts[statement as usize] as usize..self.starts[statement as usize + 1] as usize;
        self.postings[range].iter().map(|posting| {
            let side = if posting & 1 == 0 { SignatureSide::Vulnerable } else { SignatureSide::Fixed };
            (posting >> 1, side)
        })
    }

    /// Returns the statements of a side, rarest first.
    pub(crate) fn side(&self, signature: u32, side: SignatureSide) -> &[u32] {
        let signature = &self.signatures[signature as usize];
        let range = match side {
            SignatureSide::Vulnerable => &signature.vulnerable,
            SignatureSide::Fixed => &signature.fixed,
        };
        &self.statements[range.start as usize..range.end as usize]
    }

    pub(crate) fn removed_joints(&self, signature: u32) -> &[u64] {
        &self.signatures[signature as usize].removed_joints
    }

    pub(crate) fn added_joints(&self, signature: u32) -> &[u64] {
        &self.signatures[signature as usize].added_joints
    }

    /// Returns the number of the function that a signature is a version of.
    pub(crate) fn lineage(&self, signature: u32) -> u32 {
        self.signatures[signature as usize].lineage
    }

    /// Returns the origin of a signature.
    pub(crate) fn origin(&self, signature: u32) -> SignatureOrigin {
        let fields = &self.signatures[signature as usize].origin;
        let text = |number: usize| self.strings.get(fields.strings[number]);
        build::OriginText::read(text, fields.start_line)
    }
}
