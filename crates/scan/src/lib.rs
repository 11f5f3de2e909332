//! Finds functions that still are the vulnerable side of a known fix: copied, vendored, forked, or without a backport.
//!
//! Each pair of a dataset gives a [`Signature`]: the statements of both sides, as hashes. What the fix removed must be in
//! a function, and what it added must not. All signatures make an index, which holds no code unless it is asked to.
//!
//! ```
//! use streamguard_dataset::{Language, Sample, SampleKind, SampleLevel};
//! use streamguard_scan::{FileScanner, Signature, SignatureIndex, StatementReader, Verdict, build};
//!
//! let before = "int get(int *table, int size, int at)\n{\n  int value;\n  log_access(at);\n  value = table[at];\n  count += 1;\n  return value;\n}\n";
//! let after = before.replace("  value = ", "  if (at >= size) return -1;\n  value = ");
//! let sample = Sample {
//!     language: Some(Language::C),
//!     vulnerable_code: Some(before.to_owned()),
//!     fixed_code: Some(after.clone()),
//!     advisory_ids: vec!["CVE-2000-0001".to_owned()],
//!     commit: Some("c0ffee".to_owned()),
//!     ..Sample::new("example", SampleKind::Pair, SampleLevel::Function)
//! };
//! let signature = Signature::of(&sample, &mut StatementReader::default(), false).expect("enough statements");
//! let index = SignatureIndex::from_bytes(&build(vec![signature]))?;
//!
//! let mut scanner = FileScanner::new(&index);
//! let copy = before.replace("\n  ", "\n\t").replace("get(", "lookup(");
//! let found = scanner.scan("vendor/table.c", copy.as_bytes()).findings;
//! assert_eq!((found[0].verdict, found[0].fix.advisories[0].as_str()), (Verdict::Vulnerable, "CVE-2000-0001"));
//! assert_eq!(scanner.scan("vendor/table.c", after.as_bytes()).findings[0].verdict, Verdict::Fixed);
//! # Ok::<(), streamguard_scan::IndexError>(())
//! ```
//!
//! The method is that of clones of vulnerable code: ReDeBug (Jang et al., IEEE S&P 2012) compares lines of patches,
//! VUDDY (Kim et al., IEEE S&P 2017) whole functions, and MVP (Xiao et al., USENIX Security 2020) what a patch removes
//! and adds.

mod advisory_page;
mod archive;
mod byte_class;
mod exposure;
mod file_scanner;
mod finding;
pub mod format;
mod ignore_rules;
mod index;
mod inputs;
mod item_scanner;
mod job;
mod marks;
mod renamed_form;
mod revision;
mod signature;
mod source_tree;
mod statement_pass;
mod statements;
mod token_rules;
mod verdict;

pub use archive::{ArchiveError, ArchiveFormat, read_archive, read_zip};
pub use exposure::{ExposureHistory, FixExposure};
pub use file_scanner::{FileResult, FileScanner, MAX_FILE_BYTES};
pub use finding::{EvidenceLine, Finding, Grade};
pub use index::{
    INDEX_VERSION, IndexError, IndexFileError, MAX_INDEX_BYTES, SignatureIndex, build, build_with_renamed,
};
pub use inputs::{InputError, NamedText, RevisionBlob, ScanInputs, ScanItem};
pub use item_scanner::{ItemScanner, ScannedTree};
pub use job::{FAULTS_NAME, FINDINGS_NAME, JOB_NAME, ScanJob};
pub use revision::{CommitTag, RevisionError, ScannedRepository};
pub use signature::{FixCode, MIN_STATEMENTS, Signature, SignatureOrigin};
pub use statements::{Statement, StatementReader};
pub use streamguard_git::RevisionFile;
pub use verdict::Verdict;
