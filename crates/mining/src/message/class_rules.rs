//! Patterns of first lines that tell the class of a commit. The first rule that matches counts.

use super::commit_class::CommitClass;

/// Starts of first lines that tell the class by a tag or a type: `docs: ...` as in Conventional Commits
/// (conventionalcommits.org), or `[ci] ...`.
pub(super) const TAG_RULES: &[(CommitClass, &str)] = &[
    (
        CommitClass::Merge,
        r"merge\s+(?:remote-tracking\s+)?(?:branch(?:es)?|remote|tags?|upstream|origin|main|master|')",
    ),
    (CommitClass::DependencyBump, r"\w+\([\w-]*deps[\w-]*\)|deps?(?:\([^)\n]*\))?:"),
    (
        CommitClass::Documentation,
        r"\[?(?:\w+\s+)?(?:docs?|documentation|readme|typos?|comments?)(?:\([^)\n]*\))?\]?!?(?::|\s|$)",
    ),
    // A fuzzer's name as a tag says what the commit changes, or who found the flaw that it fixes.
    (
        CommitClass::Test,
        r"\[?[\w-]*fuzz(?:ing|ers?)?(?:\([^)\n]*\))?\]?!?:.*\b(?:fuzz(?:ing|ers?)|fuzz_\w+|\w+_fuzzer|harness\w*|targets?|drivers?|corpus|corpora|builds?|compil\w+|script)\b",
    ),
    (
        CommitClass::Ordinary,
        r"\[?(?:fuzz(?:ing|er)?|libfuzzer)\]?:.*\b(?:fix\w*|prevent\w*|avoid\w*|checks?|guards?|bounds?)\b|oss-?fuzz:?\s+(?:issue\s+)?#?\d+",
    ),
    (CommitClass::Test, r"\[?[\w-]*fuzz(?:ing|ers?)?(?:\([^)\n]*\))?\]?!?:"),
    (CommitClass::Test, r"\[?(?:[\w.-]+/)*(?:tests?|specs?)(?:/[\w.-]+)*(?:\([^)\n]*\))?\]?!?:"),
    (CommitClass::Style, r"\[?(?:style|format|fmt|lint|cs|cosmetics?)(?:\([^)\n]*\))?\]?!?:"),
    (
        CommitClass::Build,
        r"\[?(?:ci|build|travis|appveyor|github|gha|workflows?|meson|cmake|makefile)(?:\([^)\n]*\))?\]?!?(?::|\]|/)",
    ),
    (CommitClass::Build, r"(?:chore|feat|fix)\((?:ci|build|release|gha|github|workflows?|actions?)\)"),
];

/// Starts of first lines, after any tag or type, that tell the class in words.
pub(super) const WORD_RULES: &[(CommitClass, &str)] = &[
    // Comments of a review are not those of the code.
    (CommitClass::Ordinary, r"address\w*\b|(?:\w+\s+){0,3}(?:review\w*|pr)\s+(?:comments?|feedback)\b"),
    (CommitClass::Ordinary, r"fix(?:es)?\s+and\s+(?:unit\s+)?tests?\b"),
    (
        CommitClass::Revert,
        r"(?:(?:partial(?:ly)?|temporar(?:y|ily)|manual(?:ly)?|again)\s+)?(?:revert(?:s|ed|ing)?|back(?:ed|ing)?\s+out|undo)\b|roll(?:ed|ing)?[\s-]?back\s+(?:of\b|commit\b|[\x22'])",
    ),
    (
        CommitClass::VersionBump,
        r"(?:(?:bump|prepare|release|releasing|tag|update|set|start|cut|version)\w*\s+)*(?:(?:the|to|for|of|version|release|package|development)\s+)*v?\d+(?:\.\d+)+[\w.+-]*(?:\s+(?:release|released|final))?[.!]?$",
    ),
    (
        CommitClass::VersionBump,
        r"(?:bump|increment|update)\w*\s+(?:the\s+)?(?:\w+\s+)?version(?:\s+(?:number|to|for|in)\b.*)?$",
    ),
    (
        CommitClass::VersionBump,
        r"(?:(?:releas(?:e|ing)\s+(?:of\s+)?|(?:prepar|cut|start|draft)\w*\s+(?:the\s+|for\s+)*(?:\w+\s+)?(?:releases?|version)\s+(?:of\s+)?|version\s+bum[pb](?:ed)?\s+(?:to\s+)?)v?\d+\.\d|v?\d+\.\d[\w.-]*\s+(?:security\s+)?release)",
    ),
    (
        CommitClass::DependencyBump,
        r"(?:pin|lock|updat\w+|update)\s+(?:\S+\s+){0,6}(?:from\s+\S*\d\S*\s+)?to\s+(?:version\s+)?(?:v\d\S*|[\^~=<>]*\d+\.\d\S*)|updat\w+\s+to\s+[\w@./-]+\s+v?\d+\.\d|updat\w+\s+\S+\s+(?:for|with)\s+security\s+(?:bug)?fix",
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
        CommitClass::DependencyBump,
        r"(?:us(?:e|ing)|import\w*|requir\w+|vendor)\s+[\w@./-]+\s+(?:version\s+)?v?\d+\.\d[\w.-]*\s+(?:because|due|to\s+(?:fix|avoid|address)|for|fixing|which|with|\(|as)|sync\w*\s+(?:with|from|to)\s+upstream\b|requir\w*\s+[\w@./-]+\s*(?:>=|~=|==|>|\^)\s*v?\d|(?:set|rais|increas|requir)\w*\s+(?:the\s+)?min(?:imum|imal)?\s+(?:\S+\s+){0,2}versions?\b|(?:yarn|pnpm|composer|cargo|bundler?|pip)[\s-]+audit\b|.*\bto\s+(?:the\s+)?(?:a\s+)?patched\s+version",
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
        r"(?:add|improve|clarif|correct|fix|edit|rewrite|remove|more|new|minor|small|tweak|create|expand|review|updat|improv)\w*\s+(?:[\w'`./-]+\s+){0,5}(?:docs?|documentation|readme(?:\.\w+)?|docstrings?|comments?|typos?|spelling|grammar|wording|javadocs?|phpdocs?|security(?:_policy)?\.md|security\s+(?:contacts?|notes?|notices?|docs?|considerations|section))\b",
    ),
    // Programs have security policies too.
    (
        CommitClass::Documentation,
        r"(?:add|updat|creat|improv|clarif|edit|rewrite|expand)\w*\s+(?:[\w'`./-]+\s+){0,3}security\s+polic(?:y|ies)\b",
    ),
    (
        CommitClass::Documentation,
        r"document(?:s|ed|ing)?(?:\s|$)|(?:mention|list\s+the|security\s+(?:notice|policy|contacts?)|spelling|typos?)\b",
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
        CommitClass::Test,
        r"(?:(?:add|adjust|bump|chang|decreas|enabl|fix|improv|increas|lower|rais|reduc|refactor|set|tweak|updat)\w*\s+)?(?:[\w'`.-]+\s+){0,3}(?:fuzz\w*\s+(?:harness\w*|targets?|drivers?|corpus|corpora|seeds?|dictionar\w+|constants?|limits?|options?|timeouts?|inputs?|entry\s?points?)|harness(?:es)?\s+(?:constants?|limits?|for|of|code))\b",
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
