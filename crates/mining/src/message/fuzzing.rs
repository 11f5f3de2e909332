//! What fuzzers find: which of it is an access to memory out of bounds.

use super::markers::FUZZING_REPORT;
use super::score_builder::ScoreBuilder;
use super::term::compile_words;
use crate::pattern::{LazyPattern, lazy};

/// Words about memory, which a message needs that only links to a report.
const MEMORY_WORDS: &str = r"bounds?|boundar(?:y|ies)|past|beyond|outs(?:ide|ize)|exceed\w*|(?:over|under)~?(?:flow|run|read)\w*|negative|(?:zero|null?|not)~terminat\w*|uninitiali\w+|heap\S*|stack\S*|strn?cmp|memcpy";

/// Findings of fuzzers that are not an access out of bounds.
const OTHER_FINDINGS: &str = r"(?:mem(?:ory)?~)?leak\w*|time~?outs?|slow\w*|out~of~memory|oom|build|assert\w*|malloc\(0\)|undefined~behaviou?r|shift\w*|happy|compil\w+|harness\w*";

/// Recognises such findings.
pub(super) struct FuzzingRules {
    memory_words: LazyPattern,
    other_findings: LazyPattern,
    freed: LazyPattern,
}

impl FuzzingRules {
    pub(super) fn new() -> Self {
        Self {
            memory_words: lazy(|| compile_words(MEMORY_WORDS)),
            other_findings: lazy(|| compile_words(OTHER_FINDINGS)),
            freed: lazy(|| compile_words("freed|unallocated|memory~safety")),
        }
    }

    /// Whether a fuzzer found what the message is about, and it is an access to memory as far as the words tell.
    pub(super) fn is_memory_error(&self, message: &[u8], found: &ScoreBuilder) -> bool {
        let is_told = ["found by fuzzing", "oss-fuzz"].iter().any(|label| found.has_evidence(label));
        let subject = &message[..memchr::memchr(b'\n', message).unwrap_or(message.len())];
        if self.other_findings.is_match(message) {
            // What the first line says is what was found.
            let is_found = is_told || found.has_evidence(FUZZING_REPORT);
            return is_found && (self.memory_words.is_match(subject) || self.freed.is_match(message));
        }
        is_told || found.has_evidence(FUZZING_REPORT) && self.memory_words.is_match(message)
    }
}
