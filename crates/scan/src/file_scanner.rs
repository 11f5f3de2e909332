//! One file against all signatures.

use streamguard_code::{FoundFunction, FunctionFinder, SourceFile};

use crate::finding::{Finding, FindingContext, findings_of};
use crate::index::{SignatureIndex, SignatureSide, least_shared};
use crate::marks::NumberSet;
use crate::signature::sets;
use crate::statements::{Statement, StatementReader};
use crate::verdict::{FunctionSets, SignatureMatch, apply_lineage};

/// Largest file that is read. Amalgamations of whole libraries are smaller.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// Scans files one after the other. Each thread needs its own.
pub struct FileScanner<'i> {
    index: &'i SignatureIndex,
    finder: FunctionFinder,
    reader: StatementReader,
    /// Statements of the whole file that the index knows.
    in_file: NumberSet,
    function: FunctionSets,
    /// Signatures that were looked at.
    looked_at: NumberSet,
    prefilter: bool,
}

/// Result of scanning a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileResult {
    /// What was found, in the order of the functions.
    pub findings: Vec<Finding>,
    /// Whether its functions were looked for; other files hold nothing that any signature needs.
    pub parsed: bool,
    /// Whether the parser took too many steps.
    pub failed: bool,
    /// Whether the file is in a language whose functions can be found.
    pub is_source: bool,
}

impl<'i> FileScanner<'i> {
    /// Creates a scanner.
    pub fn new(index: &'i SignatureIndex) -> Self {
        Self {
            index,
            finder: FunctionFinder::new(),
            reader: StatementReader::default(),
            in_file: NumberSet::default(),
            function: FunctionSets::default(),
            looked_at: NumberSet::default(),
            prefilter: true,
        }
    }

    /// Sets whether files are passed over in which no signature has enough statements. The findings are the same.
    pub fn with_prefilter(mut self, prefilter: bool) -> Self {
        self.prefilter = prefilter;
        self
    }

    /// Scans a file.
    pub fn scan(&mut self, path: &str, bytes: &[u8]) -> FileResult {
        let Some(source) = SourceFile::recognise(path, bytes) else { return FileResult::default() };
        let statements = self.reader.read(&source.text, source.language);
        let known: Vec<Option<u32>> =
            statements.iter().map(|statement| self.index.number_of(statement.hash)).collect();
        let result = FileResult { is_source: true, ..FileResult::default() };
        if self.prefilter && !may_hold_match(self.index, &known, &mut self.in_file, &mut self.looked_at) {
            return result;
        }
        let Ok(functions) = self.finder.find(&source) else {
            return FileResult { parsed: true, failed: true, ..result };
        };
        let mut findings = Vec::new();
        for function in &functions {
            let range = statements_in(statements, function);
            let (statements, known) = (&statements[range.clone()], &known[range]);
            let matches = matches(self.index, statements, known, &mut self.function, &mut self.looked_at);
            let context = FindingContext {
                index: self.index,
                path,
                text: &source.text,
                function,
                statements,
                known,
                sets: &self.function,
            };
            findings.extend(findings_of(&context, &matches));
        }
        FileResult { findings, parsed: true, ..result }
    }
}

/// Returns the positions of the statements that begin in a function.
fn statements_in(statements: &[Statement], function: &FoundFunction) -> std::ops::Range<usize> {
    let before = |offset: usize| statements.partition_point(|statement| (statement.start as usize) < offset);
    before(function.span.start)..before(function.span.end)
}

/// Whether the file holds so many statements of a side of a signature that a function in it may match.
fn may_hold_match(
    index: &SignatureIndex,
    known: &[Option<u32>],
    in_file: &mut NumberSet,
    looked_at: &mut NumberSet,
) -> bool {
    in_file.clear(index.statement_count());
    known.iter().flatten().for_each(|&statement| {
        in_file.insert(statement);
    });
    looked_at.clear(2 * index.len());
    candidates(index, known, looked_at).any(|(signature, side)| {
        let side = index.side(signature, side);
        let shared = side.iter().filter(|&&statement| in_file.contains(statement)).count();
        shared >= least_shared(side.len())
    })
}

/// Returns the sides that rare statements lead to, each once.
fn candidates<'a>(
    index: &'a SignatureIndex,
    known: &'a [Option<u32>],
    looked_at: &'a mut NumberSet,
) -> impl Iterator<Item = (u32, SignatureSide)> + 'a {
    known.iter().flatten().flat_map(|&statement| index.led_to(statement)).filter(|&(signature, side)| {
        looked_at.insert(2 * signature + u32::from(side == SignatureSide::Fixed))
    })
}

/// Compares a function with all signatures that it may match.
fn matches(
    index: &SignatureIndex,
    statements: &[Statement],
    known: &[Option<u32>],
    function: &mut FunctionSets,
    looked_at: &mut NumberSet,
) -> Vec<SignatureMatch> {
    looked_at.clear(2 * index.len());
    let mut signatures: Vec<u32> = candidates(index, known, looked_at).map(|(number, _)| number).collect();
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
    matches
}
