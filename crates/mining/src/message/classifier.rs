//! Classification of commits by their first lines.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::class_rules::{TAG_RULES, WORD_RULES};
use super::commit_class::CommitClass;
use crate::pattern::{CompiledPattern, LazyPattern, compile, lazy};

/// Longest part of a first line that is read.
const MAX_SUBJECT_BYTES: usize = 200;

/// Classifies commits.
pub(super) struct CommitClassifier {
    tags: RegexSet,
    words: RegexSet,
    /// A tag or type before the words: `[core] `, `fix(parser): `.
    prefix: CompiledPattern,
    /// A first line that says more than its class: `add tests and fix the overflow`.
    also_fixes: LazyPattern,
}

impl CommitClassifier {
    pub(super) fn new() -> Self {
        Self {
            tags: compile_set(TAG_RULES),
            words: compile_set(WORD_RULES),
            prefix: compile(r"^(?:\[[^\]\n]{1,30}\]\s*)?(?:[\w./-]+(?:\([^)\n]*\))?!?:\s*)?"),
            also_fixes: lazy(|| {
                compile(
                    r"(?:\band|\bwith|[&+,;])\s+(?:\w+\s+)?(?:fix|prevent|patch)|\bfix\w*\s+(?:\S+\s+){1,8}(?:and|with|\+)\s+(?:\w+\s+){0,3}tests?\b|\b(?:found|reported)\s+by\b",
                )
            }),
        }
    }

    /// Returns the class of a commit with the first line `subject`. `is_revert` says whether the message
    /// contains the sentence that git writes into reverts.
    pub(super) fn classify(&self, subject: &[u8], parents: usize, is_revert: bool) -> CommitClass {
        if parents > 1 {
            return CommitClass::Merge;
        }
        if is_revert {
            return CommitClass::Revert;
        }
        let subject = subject[..subject.len().min(MAX_SUBJECT_BYTES)].trim_ascii_end();
        let rest = &subject[self.prefix.find(subject).map_or(0, |prefix| prefix.end())..];
        if let Some(rule) = self.tags.matches(subject).iter().next() {
            return TAG_RULES[rule].0;
        }
        let Some(class) = self.words.matches(rest).iter().next().map(|rule| WORD_RULES[rule].0) else {
            return CommitClass::Ordinary;
        };
        match class {
            CommitClass::Changelog | CommitClass::Documentation | CommitClass::Test | CommitClass::Style
                if self.also_fixes.is_match(subject) =>
            {
                CommitClass::Ordinary
            }
            class => class,
        }
    }
}

fn compile_set(rules: &[(CommitClass, &str)]) -> RegexSet {
    RegexSetBuilder::new(rules.iter().map(|rule| format!("^(?:{})", rule.1)))
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(16 << 20)
        .build()
        .expect("the table holds valid patterns, and a test compiles it")
}
