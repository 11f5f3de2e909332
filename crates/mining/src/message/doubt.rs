//! Messages that use the words of a fix for something else.

use super::term::compile_words;
use crate::pattern::{LazyPattern, compile, lazy};

/// Statements that nobody could exploit it.
const NEGATIONS: &str = r"(?:not|no)~(?:(?:really|actually|considered)~)?(?:an?~)?security~(?:problem|issue|bug|concern|vulnerability)|not~(?:affected~by|vulnerable~to)|(?:not|doesn't|don't)~(?:fix|address|solve)\w*~(?:(?:an?|any|the)~)?(?:\w+~)?vulnerabilit\w*|but~not~actual|vulnerable~to~the~(?:\w+~){1,3}bug|no~(?:real~world|security|practical)~(?:impact|implications?|consequences?|risks?)|(?:not|never|cannot~be)~exploit(?:able|ed)|harmless|will~not~happen|cannot~happen";

/// Tools that read code and report what might be wrong in it, and compilers.
const ANALYSERS: &str = r"(?:static|code)~anal(?:y[sz]er|ysis)|clang~?(?:sa|tidy)|coverity|cppcheck|scan-build|pvs-studio|sast|compiler~warnings?|warning~c\d{4}|fortify";

/// First lines that take a protection away.
const REMOVALS: &str = r"^\W*(?:[\w./-]+(?:\([^)\n]*\))?:\s*)?(?:remov|disabl|drop|delet|relax|skip)\w*\b.*\b(?:checks?|checking|protections?|fix|filter(?:s|ing)?|escap\w*|saniti\w*|validations?)\b|^\W*(?:[\w./-]+(?:\([^)\n]*\))?:\s*)?make\b.*\b(?:optional|configurable)\b";

/// First lines that announce something new.
const FEATURES: &str = r"^(?:\W*\[?[\w()/.-]+\]?:?\s+)?(?:add(?:s|ed|ing)?|support(?:s|ed|ing)?|introduc\w+|implement\w*|allow(?:s|ed|ing)?|enabl\w+)\b";

/// Words of a first line by which something new is the remedy.
const REMEDIES: &str = r"\b(?:check|bound|limit|fix|prevent|protect|attack|vuln|missing|guard|validat|verif|avoid|counter|escap|sanit|harden|clamp|reject|restrict|mitigat|constant|token)\w*";

/// First lines about something else than behaviour, or about what a review or a tool that reads code found, and words about
/// the cost of a protection.
const CHORES: &str = r"\bwarnings?\b|^\W*(?:[\w./()-]+:\s*)*(?:renam\w*|make\s+(?:it\s+)?clear|remov\w+\s+(?:\S+\s+){1,2}support|use\s+.*\bif\s+available)\b|\bcauses?\s+problems\b|\breview\s+(?:feedback|comments?|findings?|pass|points?|suggestions?)\b|\b(?:codeql|gosec|semgrep|sonar(?:qube|cloud)|lgtm)\b";

/// First lines about speed or about the shape of the code.
const REWORKS: &str = r"^\W*(?:\[[^\]\n]{1,30}\]\s*)*(?:(?:perf|refactor|style|clean-?up|chore|optimi[sz]\w*)(?:\([^)\n]*\))?!?:|(?:[\w./-]+:\s*)?(?:perf|performance|refactor\w*|clean-?up|optimi[sz]e\w*|simplif\w*)\b)";

/// Words of a first line by which a commit also fixes something.
const ALSO_FIXES: &str =
    r"\band\b.*\bfix|\bto\s+(?:not|fix)\b|\bfound\s+by\b|:\s*(?:\w+\s+)?(?:fix|prevent)\w*\b|,\s*fix\w*\b";

/// Words of a first line about work that follows a fix.
const FOLLOW_UPS: &str = r"regressions?~(?:in|from|of|by|due~to|caused~by)~(?:the~)?(?:\w+~)?fix|(?:unit~)?tests?~failures?|unnecessary~code|indent(?:s|ation)?";

/// Statements by which an advisory is that of another project, or only the source of a test.
const OTHERS_ADVISORY: &str = r"(?:builds?|versions?|releases?|systems?)~(?:with|that~have|containing)~(?:the~)?cve|test~cases?~for~cve|cve-\d+-\d+~patch";

/// First lines about something else than a fix of this program.
const OTHER_SUBJECTS: &[&str] = &[
    // Programs that find or use the flaws of others.
    r"(?:add|new|creat\w*|updat\w*|improv\w*)~(?:\w+~){0,3}(?:detections?|rules?|templates?|signatures?|exploits?|scanners?|modules?|pocs?|proofs?~of~concept|reproducers?|checkers?|scenarios?|plugins?)~(?:for~)?(?:the~)?cve|(?:add|new|creat\w*)~(?:\w+~){0,2}(?:pocs?|checkers?|exploits?|scanners?)~for|(?:add|adds|added)~cve-\d+-\d+(?:\.ya?ml)?[.]?$|cve-\d+-\d+~(?:[\w-]+~){0,2}(?:detections?|rules?|templates?|signatures?|scenarios?|scanners?)",
    r"false~(?:positives?|alarms?)~(?:\w+~){1,4}(?:scanners?|linters?|detectors?|analy[sz]ers?|checkers?)|detect\w*~(?:\w+~){1,4}(?:in|by|with)~(?:the~)?(?:linter|scanner|analy[sz]er)",
    r"(?:xss|csrf|ssrf|xxe|rce|sqli|injections?|traversal)~(?:demos?|scanners?|detectors?|linters?)",
    r"display\w*~(?:of~)?(?:the~)?vulnerabilit\w+|vulnerabilit\w+~(?:in|on)~the~(?:dashboard|table|report|ui)",
    r"style~(?:ids?|identifiers?|numbers?)",
    // Advisories that do not concern the program.
    r"(?:ignor|suppress|whitelist|allowlist|skip|exclud)\w*~(?:\w+~){0,3}cve|cve-\d+-\d+~to~(?:the~)?(?:\S*ignore\S*|(?:\w+~){0,3}list)|(?:publish|draft|announc|link~to)\w*~(?:\w+~){0,2}advisor(?:y|ies)|not~(?:affected~by|vulnerable~to)~(?:\w+~)?cve|cve-\d+-\d+~(?:is~)?not~(?:affect\w*|vulnerable|exploitable|applicable)",
    // Work beside a fix or after it.
    r"(?:refactor|reformat|renam|reorgani[sz]|restyl)\w*~(?:\w+~){1,4}(?:by|from|in|of|after)~(?:the~)?(?:[\w-]+~){1,5}fix(?:es)?|after~(?:the~)?cve|(?:remov|drop|delet)\w*~(?:\w+~){0,3}(?:workarounds?|mitigations?)~for~(?:\w+~)?cve",
    r"renam\w*~(?:\w+~)?cve\w*|tests?_cve\w*",
    r"sec(?:urity)?(?:\([^)\n]*\))?!?:~(?:mov|renam|refactor|reorgani|deprecat|reformat|new~icons)\w*",
];

/// Words of a first line about a choice that users have.
const OPTIONS: &str = r"\b(?:options?|settings?|flags?|support\s+for)\b";

/// Words of a first line about declarations of types, or about tests.
const TYPES: &str = r"\btype\s+(?:checks?|hints?)\b|\btyping\b|\bfor\s+testing\b";

/// Recognises such messages.
pub(super) struct DoubtRules {
    negations: LazyPattern,
    analysers: LazyPattern,
    removals: LazyPattern,
    features: LazyPattern,
    remedies: LazyPattern,
    options: LazyPattern,
    types: LazyPattern,
    chores: LazyPattern,
    reworks: LazyPattern,
    also_fixes: LazyPattern,
    follow_ups: LazyPattern,
    others_advisory: LazyPattern,
    other_subjects: LazyPattern,
}

impl DoubtRules {
    pub(super) fn new() -> Self {
        Self {
            negations: lazy(|| compile_words(NEGATIONS)),
            analysers: lazy(|| compile_words(ANALYSERS)),
            removals: lazy(|| compile(REMOVALS)),
            features: lazy(|| compile(FEATURES)),
            remedies: lazy(|| compile(REMEDIES)),
            options: lazy(|| compile(OPTIONS)),
            types: lazy(|| compile(TYPES)),
            chores: lazy(|| compile(CHORES)),
            reworks: lazy(|| compile(REWORKS)),
            also_fixes: lazy(|| compile(ALSO_FIXES)),
            follow_ups: lazy(|| compile_words(FOLLOW_UPS)),
            others_advisory: lazy(|| compile_words(OTHERS_ADVISORY)),
            other_subjects: lazy(|| compile_words(&OTHER_SUBJECTS.join("|"))),
        }
    }

    /// Whether a message says that there is no danger, or its first line that the commit takes a protection away or adds
    /// a feature.
    pub(super) fn is_doubtful(&self, message: &[u8], subject: &[u8]) -> bool {
        // A word before a colon says what the line is about, as in `SECURITY: support sandboxes`.
        let is_statement = subject.len() > 9 && subject[..9].eq_ignore_ascii_case(b"security:");
        let is_choice = || self.options.is_match(subject) || !self.remedies.is_match(subject);
        self.negations.is_match(message)
            || self.removals.is_match(subject)
            || self.types.is_match(subject)
            || self.chores.is_match(subject)
            || self.is_rework(subject)
            || !is_statement && self.features.is_match(subject) && is_choice()
    }

    /// Whether a first line says that the commit makes code faster or simpler, and nothing about a fix.
    pub(super) fn is_rework(&self, subject: &[u8]) -> bool {
        self.reworks.is_match(subject) && !self.also_fixes.is_match(subject)
    }

    /// Whether a message is about the flaw of another commit, which this one follows, or names an advisory of others.
    pub(super) fn is_about_another(&self, message: &[u8], subject: &[u8]) -> bool {
        self.follow_ups.is_match(subject) || self.others_advisory.is_match(message)
    }

    /// Whether a first line is about the flaws of other programs, or about work around a fix.
    pub(super) fn is_of_others(&self, subject: &[u8]) -> bool {
        self.other_subjects.is_match(subject) && !self.also_fixes.is_match(subject)
    }

    /// Whether a tool found what the message is about by reading the code. Such findings are seldom reachable.
    pub(super) fn is_analysis(&self, message: &[u8]) -> bool {
        self.analysers.is_match(message)
    }
}

#[cfg(test)]
mod tests {
    use super::DoubtRules;

    #[test]
    fn words_of_a_fix_may_be_about_something_else() {
        let rules = DoubtRules::new();
        let is_doubtful = |message: &str| {
            rules.is_doubtful(message.as_bytes(), message.lines().next().unwrap_or_default().as_bytes())
        };
        for message in [
            "altsvc: reject bad dates\n\nThis makes for a bad experience, not a security\nproblem.",
            "Remove the XSS filter",
            "Add support for the X-XSS-Protection header",
            "Add a global option to skip certificate validation",
            "[Security] add port in access_control",
            "Make clear that the parser is not affected by ReDoS",
            "Use hash_equals if available",
            "Session fixation protection will cause problems with rewritten URLs",
            "perf(parser): read names faster, against XSS",
            "refactor: simplify the CSRF check",
            "Fix log injection found by CodeQL",
            "Handle errors\n\nThis does not fix a vulnerability.",
        ] {
            assert!(is_doubtful(message), "{message}");
        }
        for message in [
            "Fix XSS in the search form",
            "Add missing check of the length",
            "Remove hard-coded password",
            "Add protection against CSRF",
            "Disable external entities",
            "refactor: move the escaping and fix an XSS",
            "simplify the reader (found by oss-fuzz)",
            "Fix performance of the XSS filter",
        ] {
            assert!(!is_doubtful(message), "{message}");
        }
        let is_about_another = |message: &str| {
            let subject = message.lines().next().unwrap_or_default();
            rules.is_about_another(message.as_bytes(), subject.as_bytes())
        };
        assert!(is_about_another("Fix a regression in the fix for CVE-2024-1000"));
        assert!(is_about_another("Fix a crash\n\nOnly on builds with the CVE-2024-1000 patch."));
        assert!(!is_about_another("Fix CVE-2024-1000\n\nThe indentation of the block changes too."));
        assert!(rules.is_analysis(b"Fix warnings of Clang-Tidy"));
        assert!(!rules.is_analysis(b"Fix the analysis of packets"));
    }
}
