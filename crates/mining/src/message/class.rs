//! What kind of commit a message announces.

use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::pattern::{Lazy, Pattern, lazy, pattern};

/// The kind of a commit, as far as its message and its number of parents tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommitClass {
    /// Anything else: the only class, with merged advisories, that can be a fix.
    Ordinary,
    /// Two parents or more: it brings commits together that are judged by themselves.
    Merge,
    /// Takes an earlier commit back; what it removes may have been the fix.
    Revert,
    /// Says nothing but a version.
    VersionBump,
    /// Moves to another version of somebody else's code: the fix is there.
    DependencyBump,
    /// Writes the list of changes.
    Changelog,
    /// Writes documents or comments.
    Documentation,
    /// Adds or mends tests.
    Test,
    /// Changes layout only.
    Style,
    /// Changes the build or its services.
    Build,
}

/// How a first line begins that tells its class by a tag or a type: `docs: ...`, `[ci] ...`.
const TAGS: &[(CommitClass, &str)] = &[
    (
        CommitClass::Merge,
        r"merge\s+(?:remote-tracking\s+)?(?:branch(?:es)?|remote|tags?|upstream|origin|main|master|')",
    ),
    (CommitClass::DependencyBump, r"\w+\([\w-]*deps[\w-]*\)|deps?(?:\([^)\n]*\))?:"),
    (
        CommitClass::Documentation,
        r"\[?(?:\w+\s+)?(?:docs?|documentation|readme|typos?|comments?)(?:\([^)\n]*\))?\]?!?(?::|\s|$)",
    ),
    (CommitClass::Test, r"\[?(?:tests?|specs?|[\w-]*fuzz(?:ing|ers?)?)(?:\([^)\n]*\))?\]?!?:"),
    (CommitClass::Style, r"\[?(?:style|format|fmt|lint|cs|cosmetics?)(?:\([^)\n]*\))?\]?!?:"),
    (
        CommitClass::Build,
        r"\[?(?:ci|build|travis|appveyor|github|gha|workflows?|meson|cmake|makefile)(?:\([^)\n]*\))?\]?!?(?::|\]|/)",
    ),
    (CommitClass::Build, r"(?:chore|feat|fix)\((?:ci|build|release|gha|github|workflows?|actions?)\)"),
];

/// How a first line begins, after its tag or type, that tells its class in words.
const WORDS: &[(CommitClass, &str)] = &[
    (CommitClass::Revert, r"(?:revert(?:s|ed|ing)?|back(?:ed|ing)?\s+out|undo)\b"),
    (
        CommitClass::VersionBump,
        r"(?:(?:bump|prepare|release|releasing|tag|update|set|start|cut|version)\w*\s+)*(?:(?:the|to|for|of|version|release|package|development)\s+)*v?\d+(?:\.\d+)+[\w.+-]*(?:\s+(?:release|released|final))?[.!]?$",
    ),
    (
        CommitClass::VersionBump,
        r"(?:bump|increment|update)\w*\s+(?:the\s+)?(?:\w+\s+)?version(?:\s+(?:number|to|for|in)\b.*)?$",
    ),
    (CommitClass::VersionBump, r"(?:releas(?:e|ing)\s+v?\d+\.\d|v?\d+\.\d[\w.-]*\s+(?:security\s+)?release)"),
    (
        CommitClass::DependencyBump,
        r"(?:pin|lock|updat\w+|update)\s+(?:\S+\s+){0,6}(?:from\s+\S*\d\S*\s+)?to\s+(?:version\s+)?(?:v\d\S*|[\^~=<>]*\d+\.\d\S*)",
    ),
    (
        CommitClass::DependencyBump,
        r"(?:bump|upgrad)\w*\b|updat\w+\s+\S+\s+to\s+(?:the\s+)?(?:newest|latest)\b|updat\w+\s+[\w@.-]+/[\w.-]+$|.*\b(?:to\s+reduce\s+vulnerabilities|bump\s+(?:its|the)\s+version)",
    ),
    (
        CommitClass::DependencyBump,
        r"(?:(?:updat|refresh|lock)\w*\s+(?:\S+\s+){0,3}|npm\s+)(?:dependenc(?:y|ies)|dev-?dependencies|deps?|devdeps|requirements|submodules?|lock-?files?|package(?:-lock)?\.json|yarn\.lock|cargo\.lock|gemfile(?:\.lock)?|go\.(?:mod|sum)|audit)\b",
    ),
    (
        CommitClass::Changelog,
        r"(?:(?:add|updat|fix|edit|improve|tweak|prepare|write|tidy|clean)\w*\s+(?:\S+\s+){0,4})?(?:change\s*-?logs?|changes\.\w+|release\s+notes?|history\.\w+|news(?:\.\w+)?)(?:\s+(?:entr(?:y|ies)|for|update|to|and|files?)\b.*)?[.\s]*$",
    ),
    (
        CommitClass::Changelog,
        r"change\s*-?logs?\b|(?:updat|edit)\w*\s+(?:the\s+)?change-?log\b|.*\b(?:in|to)\s+(?:the\s+)?(?:news|change-?log|history|release\s+notes)\b",
    ),
    (
        CommitClass::Documentation,
        r"(?:add|improve|clarif|correct|fix|edit|rewrite|remove|more|new|minor|small|tweak|create|expand|review|updat|improv)\w*\s+(?:[\w'`./-]+\s+){0,5}(?:docs?|documentation|readme(?:\.\w+)?|docstrings?|comments?|typos?|spelling|grammar|wording|javadocs?|phpdocs?|security(?:_policy)?\.md|security\s+(?:polic(?:y|ies)|contacts?|notes?|notices?|docs?|considerations|section))\b",
    ),
    (
        CommitClass::Documentation,
        r"(?:document(?:s|ed|ing)?|mention|list\s+the|security\s+(?:notice|policy|contacts?)|spelling|typos?)\b",
    ),
    (
        CommitClass::Documentation,
        r"(?:create|update|add|delete|rename|edit)\s+\S*(?:readme|security|contributing|license|copying)\S*\s*$",
    ),
    (
        CommitClass::Test,
        r"(?:(?:add|more|new|extra|additional|extend|write|include|pull)\w*\s+(?:[\w'`./#-]+\s+){0,6}|(?:improve|updat|fix|move|refactor|remove|enable|correct|mark|clean\s*up|start)\w*\s+(?:[\w'`./#-]+\s+){0,2})(?:test|spec|benchmark)(?:s|ing|cases?)?\b",
    ),
    (
        CommitClass::Test,
        r"(?:\w+\s+)?tests?\s+(?:for|that|against|cases?|from|some|of|added|to|fixes|we)\b|.*\bin\s+(?:\w+\s+)?(?:unit)?tests?[.\s]*$",
    ),
    (
        CommitClass::Style,
        r"(?:run|apply|ran|appl)\w*\s+(?:black|rustfmt|cargo\s+fmt|gofmt|prettier|clippy|isort|ruff|rubocop|clang-format|pre-commit|php-cs-fixer|standard)\b",
    ),
    (
        CommitClass::Style,
        r"(?:(?:fix|remove|clean\s*up|correct)\w*\s+)?(?:(?:trailing\s+)?whitespaces?|indentation|formatting|code\s+style|coding\s+(?:style|standards?)|lint\w*|reformat\w*|compiler\s+warnings?)(?:\s+(?:fix\w*|errors?|issues?|warnings?|in\b.*))?[.\s]*$",
    ),
    (
        CommitClass::Build,
        r"(?:(?:github\s+)?workflows?\b|ci\b|(?:fix|repair)\w*\s+(?:\S+\s+){0,2}builds?\b|(?:add|updat|fix|use|enable|create|remove|switch|harden|pin)\w*\s+(?:\S+\s+){0,3}(?:github\s+actions?|workflows?|travis|appveyor|codeql|dependabot|oss-?fuzz\s+build|ci|ossf|scorecards?|unpinned)\b)",
    ),
];

/// Bytes of a first line that are read for its class.
const LONGEST_SUBJECT: usize = 200;

/// Tells classes.
pub(super) struct Classes {
    tags: RegexSet,
    words: RegexSet,
    prefix: Pattern,
    /// A first line that says more than its class: `add tests and fix the overflow`.
    also_fixes: Lazy,
}

impl Classes {
    pub(super) fn new() -> Self {
        Self {
            tags: set(TAGS),
            words: set(WORDS),
            prefix: pattern(r"^(?:\[[^\]\n]{1,30}\]\s*)?(?:[\w./-]+(?:\([^)\n]*\))?!?:\s*)?"),
            also_fixes: lazy(|| {
                pattern(
                    r"(?:\band|\bwith|[&+,;])\s+(?:\w+\s+)?(?:fix|prevent|patch)|\bfix\w*\s+(?:\S+\s+){1,8}(?:and|with|\+)\s+(?:\w+\s+){0,3}tests?\b|\b(?:found|reported)\s+by\b",
                )
            }),
        }
    }

    /// The class of a commit with this first line and number of parents; `takes_back` is whether
    /// the message holds git's words of a revert.
    pub(super) fn tell(&self, subject: &[u8], parents: usize, takes_back: bool) -> CommitClass {
        if parents > 1 {
            return CommitClass::Merge;
        }
        if takes_back {
            return CommitClass::Revert;
        }
        let subject = subject[..subject.len().min(LONGEST_SUBJECT)].trim_ascii_end();
        let rest = &subject[self.prefix.find(subject).map_or(0, |prefix| prefix.end())..];
        if let Some(row) = self.tags.matches(subject).iter().next() {
            return TAGS[row].0;
        }
        let Some(class) = self.words.matches(rest).iter().next().map(|row| WORDS[row].0) else {
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

fn set(rows: &[(CommitClass, &str)]) -> RegexSet {
    RegexSetBuilder::new(rows.iter().map(|row| format!("^(?:{})", row.1)))
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(16 << 20)
        .build()
        .expect("the table holds valid patterns, and a test compiles it")
}
