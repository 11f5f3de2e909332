//! The statements of one file beside one index.

use std::ops::Range;

use streamguard_code::{FoundFunction, SourceFile};

use crate::finding::{Finding, FindingContext, findings_of};
use crate::index::{SignatureIndex, SignatureSide, least_shared};
use crate::marks::NumberSet;
use crate::signature::sets;
use crate::statements::{Statement, StatementReader};
use crate::verdict::{FunctionSets, SignatureMatch, apply_lineage};

/// Statements of a file, as an index knows them. It keeps its buffers from file to file.
pub(crate) struct StatementPass<'i> {
    index: &'i SignatureIndex,
    /// Whether names do not count.
    is_renamed: bool,
    reader: StatementReader,
    statements: Vec<Statement>,
    /// Numbers of the statements that the index knows.
    known: Vec<Option<u32>>,
    in_file: NumberSet,
    function: FunctionSets,
    /// Signatures that were looked at.
    looked_at: NumberSet,
}

impl<'i> StatementPass<'i> {
    /// Creates a pass for exact statements.
    pub(crate) fn exact(index: &'i SignatureIndex) -> Self {
        Self {
            index,
            is_renamed: false,
            reader: StatementReader::default(),
            statements: Vec::new(),
            known: Vec::new(),
            in_file: NumberSet::default(),
            function: FunctionSets::default(),
            looked_at: NumberSet::default(),
        }
    }

    /// Creates a pass for statements in which names do not count.
    pub(crate) fn renamed(index: &'i SignatureIndex) -> Self {
        Self { is_renamed: true, reader: StatementReader::renamed(), ..Self::exact(index) }
    }

    /// Reads the statements of a file. Returns whether it holds so many of a side of a signature that a function in it
    /// may match.
    pub(crate) fn read(&mut self, source: &SourceFile<'_>) -> bool {
        self.statements.clear();
        self.statements.extend_from_slice(self.reader.read(&source.text, source.language));
        self.known.clear();
        self.known.extend(self.statements.iter().map(|statement| self.index.number_of(statement.hash)));
        self.in_file.clear(self.index.statement_count());
        self.known.iter().flatten().for_each(|&statement| {
            self.in_file.insert(statement);
        });
        let (index, in_file) = (self.index, &self.in_file);
        self.looked_at.clear(2 * index.len());
        candidates(index, &self.known, self.is_renamed, &mut self.looked_at).any(|(signature, side)| {
            let side = index.side(signature, side);
            let shared = side.iter().filter(|&&statement| in_file.contains(statement)).count();
            shared >= least_shared(side.len())
        })
    }

    /// Returns what a function of the file that was read matches.
    pub(crate) fn findings(&mut self, path: &str, text: &str, function: &FoundFunction) -> Vec<Finding> {
        let range = self.statements_in(function);
        let (statements, known) = (&self.statements[range.clone()], &self.known[range]);
        let matches = matches(
            self.index,
            (statements, known),
            self.is_renamed,
            &mut self.function,
            &mut self.looked_at,
        );
        let context = FindingContext {
            index: self.index,
            path,
            text,
            function,
            statements,
            known,
            sets: &self.function,
            is_renamed: self.is_renamed,
        };
        findings_of(&context, &matches)
    }

    /// Returns the positions of the statements that begin in a function.
    fn statements_in(&self, function: &FoundFunction) -> Range<usize> {
        let before =
            |offset: usize| self.statements.partition_point(|statement| (statement.start as usize) < offset);
        before(function.span.start)..before(function.span.end)
    }
}

/// Returns the sides that rare statements lead to, each once.
fn candidates<'a>(
    index: &'a SignatureIndex,
    known: &'a [Option<u32>],
    only_rare: bool,
    looked_at: &'a mut NumberSet,
) -> impl Iterator<Item = (u32, SignatureSide)> + 'a {
    // Without names, some statements are everywhere: they would lead to all signatures, and tell nothing.
    let leading =
        known.iter().flatten().copied().filter(move |&statement| !only_rare || index.is_rare(statement));
    leading.flat_map(|statement| index.led_to(statement)).filter(|&(signature, side)| {
        looked_at.insert(2 * signature + u32::from(side == SignatureSide::Fixed))
    })
}

/// Compares a function with all signatures that it may match.
fn matches(
    index: &SignatureIndex,
    (statements, known): (&[Statement], &[Option<u32>]),
    is_renamed: bool,
    function: &mut FunctionSets,
    looked_at: &mut NumberSet,
) -> Vec<SignatureMatch> {
    looked_at.clear(2 * index.len());
    let mut signatures: Vec<u32> =
        candidates(index, known, is_renamed, looked_at).map(|(number, _)| number).collect();
    if signatures.is_empty() {
        return Vec::new();
    }
    signatures.sort_unstable();
    signatures.dedup();
    let (hashes, joints) = sets(statements);
    function.known.clear(index.statement_count());
    known.iter().flatten().for_each(|&statement| {
        function.known.insert(statement);
    });
    function.statements = hashes.len();
    function.joints = joints;
    let found = signatures.into_iter().filter_map(|signature| SignatureMatch::of(index, signature, function));
    let mut matches: Vec<SignatureMatch> = found.collect();
    apply_lineage(index, &mut matches);
    matches.retain(|found| !is_renamed || found.is_convincing_renamed(index));
    matches
}
