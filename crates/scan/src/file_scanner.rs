//! One file against all signatures.

use streamguard_code::{FunctionFinder, SourceFile};

use crate::finding::{Finding, doubt_siblings};
use crate::index::SignatureIndex;
use crate::statement_pass::StatementPass;

/// Largest file that is read. Amalgamations of whole libraries are smaller.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// Scans files one after the other. Each thread needs its own.
pub struct FileScanner<'i> {
    finder: FunctionFinder,
    exact: StatementPass<'i>,
    /// Second tier: only where the index has the signatures for it.
    renamed: Option<StatementPass<'i>>,
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
            finder: FunctionFinder::new(),
            exact: StatementPass::exact(index),
            renamed: index.renamed().map(StatementPass::renamed),
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
        let result = FileResult { is_source: true, ..FileResult::default() };
        let may_match = self.exact.read(&source);
        let may_match_renamed = self.renamed.as_mut().is_some_and(|renamed| renamed.read(&source));
        if self.prefilter && !may_match && !may_match_renamed {
            return result;
        }
        let Ok(functions) = self.finder.find(&source) else {
            return FileResult { parsed: true, failed: true, ..result };
        };
        let mut findings = Vec::new();
        for function in &functions {
            let exact = self.exact.findings(path, &source.text, function);
            let renamed = self.renamed.as_mut();
            let renamed = renamed.map(|pass| pass.findings(path, &source.text, function)).unwrap_or_default();
            // What is told with names is told better.
            let is_told = |finding: &Finding| exact.iter().any(|other| other.is_about_the_same(finding));
            let more: Vec<Finding> = renamed.into_iter().filter(|finding| !is_told(finding)).collect();
            findings.extend(exact);
            findings.extend(more);
        }
        doubt_siblings(&mut findings);
        FileResult { findings, parsed: true, ..result }
    }
}
