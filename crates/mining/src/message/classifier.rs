//! Classification of commits by their first lines.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::class_rules::{TAG_RULES, WORD_RULES};
use super::commit_class::CommitClass;
use super::flaw_rules::FlawRules;
use crate::pattern::{CompiledPattern, LazyPattern, compile, lazy};

/// Longest part of a first line that is read.
const MAX_SUBJECT_BYTES: usize = 200;

/// Classifies commits.
pub(super) struct CommitClassifier {
    tags: RegexSet,
    words: RegexSet,
    /// Tags and types before the words: `[core] `, `fix(parser): `.
    prefix: CompiledPattern,
    /// A first line that says more than its class: `add tests and fix the overflow`.
    also_fixes: LazyPattern,
    /// A typo that is said to be in the code or to change what it does.
    typo_in_code: LazyPattern,
    /// Words of texts for people.
    prose: LazyPattern,
    /// A tag or type of reverts.
    revert_tag: CompiledPattern,
    /// A revert that takes back an earlier revert.
    reapplied: LazyPattern,
    flaws: FlawRules,
}

impl CommitClassifier {
    pub(super) fn new() -> Self {
        Self {
            tags: compile_set(TAG_RULES),
            words: compile_set(WORD_RULES),
            prefix: compile(r"^(?:\[[^\]\n]{1,30}\]:?\s*|[#\w./-]+(?:\([^)\n]*\))?!?:\s*){0,3}"),
            also_fixes: lazy(|| {
                compile(
                    r"[.;]\s+security\s+fix\b|(?:\band|[&+,;])\s+(?:\w+\s+)?(?:fix|prevent|patch)|\bwith\s+(?:\w+\s+)?(?:fix|patch)\b|\bfix\w*\s+(?:\S+\s+){1,8}(?:and|with|\+)\s+(?:\w+\s+){0,3}tests?\b|\b(?:found|reported)\s+by\s+(?:(?-i:[A-Z@])|\S*fuzz|the\b|an?\b)",
                )
            }),
            typo_in_code: lazy(|| {
                compile(
                    r"\b(?:typos?|spelling\s+mistakes?|misspell\w*)\b.*\b(?:caus|lead|led\b|result|allow|made\b|mak(?:es|ing)|broke|break|disabl|bypass|skip|prevent|that\b|which\b|so\b|check|condition|filter|valid|verif|compar|escap|sanit|bound|limit|overflow|access|auth|permission|cve[-_ ]|ghsa-|xss|csrf|injection|sql\b|loop|index|size|length|variable|function|method|code\b)",
                )
            }),
            prose: lazy(|| {
                compile(
                    r"\b(?:docs?|documentation|docstrings?|readme(?:\.\w+)?|comments?|change-?log|news|release\s+notes?|man\s?pages?|wiki|translations?|locales?|wording|codespell|guides?|tutorials?|examples?|(?:error|log|commit|warning|help)\s+(?:messages?|texts?|strings?)|(?:in|of|for)\s+(?:\w+\s+){0,3}(?:tests?|specs?)|[\w-]+\.(?:md|rst|txt|adoc))\b",
                )
            }),
            revert_tag: compile(r"(?:^|[\s\[])revert(?:s|ed|ing)?(?:\([^)\n]*\))?!?[\]:]"),
            reapplied: lazy(|| compile(r"^(?:reapply\b|revert\w*[\s:]+[\x22'`]?revert)")),
            flaws: FlawRules::new(),
        }
    }

    /// Returns the class of a commit with the first line `subject`. `is_revert` says whether the message
    /// contains the sentence that git writes into reverts.
    pub(super) fn classify(&self, subject: &[u8], parents: usize, is_revert: bool) -> CommitClass {
        if parents > 1 {
            return CommitClass::Merge;
        }
        let subject = subject[..subject.len().min(MAX_SUBJECT_BYTES)].trim_ascii_end();
        if self.reapplied.is_match(subject) {
            return CommitClass::Ordinary;
        }
        if is_revert {
            return CommitClass::Revert;
        }
        let (prefix, rest) = subject.split_at(self.prefix.find(subject).map_or(0, |prefix| prefix.end()));
        if self.revert_tag.is_match(prefix) {
            return CommitClass::Revert;
        }
        let tag = self.tags.matches(subject).iter().next().map(|rule| TAG_RULES[rule].0);
        // What stands behind a colon is a change of what the tag names.
        let before_colon = subject.split(|byte| *byte == b':').next().unwrap_or_default();
        if let Some(class) = tag.filter(|class| {
            !self.is_flaw_by_typo(*class, subject) && !self.is_named_flaw(*class, before_colon)
        }) {
            return class;
        }
        let Some(class) = self.words.matches(rest).iter().next().map(|rule| WORD_RULES[rule].0) else {
            return CommitClass::Ordinary;
        };
        match class {
            class if self.is_flaw_by_typo(class, subject) || self.is_named_flaw(class, rest) => {
                CommitClass::Ordinary
            }
            CommitClass::Changelog | CommitClass::Documentation | CommitClass::Test | CommitClass::Style
                if self.also_fixes.is_match(subject) =>
            {
                CommitClass::Ordinary
            }
            class => class,
        }
    }
}

impl CommitClassifier {
    /// Whether a first line is about a typo in code, which is a flaw like any other.
    fn is_flaw_by_typo(&self, class: CommitClass, subject: &[u8]) -> bool {
        class == CommitClass::Documentation && self.is_typo_in_code(subject)
    }

    /// Whether a first line says that there was a typo in code, or that it changed what the code does.
    pub(super) fn is_typo_in_code(&self, subject: &[u8]) -> bool {
        self.typo_in_code.is_match(subject) && !self.prose.is_match(subject)
    }

    /// Whether a first line says that a flaw was fixed, in a place that is called like a text, a test or a build.
    fn is_named_flaw(&self, class: CommitClass, subject: &[u8]) -> bool {
        use CommitClass::{Build, Changelog, Documentation, Test};
        matches!(class, Build | Changelog | Documentation | Test) && self.flaws.is_fix(subject)
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
