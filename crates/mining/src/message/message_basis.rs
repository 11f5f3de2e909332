//! What the claim of a message rests on, and how often such claims are true.

use streamguard_dataset::Language;

use super::vocabulary::PRIVATE_FORK;

/// What the claim of a message, that its commit fixes a weakness, rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageBasis {
    /// Words that ordinary bugs, features and clean-ups have as well: a null dereference, an integer overflow, the report
    /// of a fuzzer.
    Doubtful,
    /// Words of security, without the kind of the weakness.
    Announcement,
    /// The name of an attack or of a weakness, such as XSS.
    Attack,
    /// An access to memory that is out of bounds or freed.
    MemoryError,
    /// The id of an advisory, or its private fork.
    Advisory,
}

/// Terms that name an access to memory that is out of bounds or freed. Languages that check memory throw instead.
const MEMORY_ERRORS: [&str; 8] = [
    "buffer overflow",
    "use after free",
    "double free",
    "sanitizer finding",
    "out-of-bounds write",
    "out-of-bounds read",
    "out of bounds",
    "missing bounds check",
];

/// Terms that name an attack or its result. Terms of the vocabulary that are not here were right in half of all cases.
const ATTACKS: [&str; 55] = [
    "framing header refused",
    "recursion limited",
    "script url refused",
    "prototype guard",
    "odd name refused",
    "was possible",
    "hard-coded secret",
    "missing certificate validation",
    "constant-time comparison",
    "weak hash",
    "insecure random",
    "signature forgery",
    "directory traversal",
    "sanitized path",
    "csrf",
    "sql injection",
    "nosql injection",
    "xss",
    "command injection",
    "code execution",
    "template injection",
    "ldap injection",
    "xpath injection",
    "header injection",
    "log injection",
    "csv injection",
    "injection prevented",
    "credentials sent elsewhere",
    "format string",
    "prototype pollution",
    "__proto__",
    "unsafe deserialization",
    "xxe",
    "path traversal",
    "symlink attack",
    "ssrf",
    "against csrf",
    "open redirect",
    "request smuggling",
    "clickjacking",
    "dns rebinding",
    "cache poisoning",
    "file upload",
    "arbitrary file",
    "authentication bypass",
    "access control",
    "privilege escalation",
    "information disclosure",
    "timing attack",
    "attack prevented",
    "attacker could",
    "heap corruption",
    "type confusion",
    "redos",
    "denial of service",
];

/// Terms that announce the fix of a weakness without its kind.
const ANNOUNCEMENTS: [&str; 8] = [
    "cause of security problems",
    "description of an advisory",
    "security fix",
    "security tag",
    "security update",
    "bounty report",
    "vulnerability",
    "weak cryptography",
];

impl MessageBasis {
    /// Returns what a term of the vocabulary, or a marker, is.
    pub(super) fn of_term(label: &str) -> Self {
        match label {
            PRIVATE_FORK => Self::Advisory,
            _ if MEMORY_ERRORS.contains(&label) => Self::MemoryError,
            _ if ATTACKS.contains(&label) => Self::Attack,
            _ if ANNOUNCEMENTS.contains(&label) => Self::Announcement,
            _ => Self::Doubtful,
        }
    }

    /// Returns the share of the commits with such a message that are security fixes, for code in a language: of the
    /// functions of 22 projects in `readings.csv`, judged by three readers. `cargo xtask fit-messages` measures it.
    pub fn fix_share(self, language: Language) -> f64 {
        match self {
            Self::Advisory => 0.97,
            Self::MemoryError if !is_memory_safe(language) => 0.83,
            Self::Attack | Self::Announcement => 0.82,
            Self::MemoryError | Self::Doubtful => 0.5,
        }
    }
}

/// Whether an index out of bounds is an error of the language, and no access to other memory.
fn is_memory_safe(language: Language) -> bool {
    use Language::{C, Cpp, Lex, ObjectiveC, Rust, Xs, Yacc, Zig};
    !matches!(language, C | Cpp | Lex | ObjectiveC | Rust | Xs | Yacc | Zig)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{markers::SECURITY_MARKERS, vocabulary::VOCABULARY};

    #[test]
    fn every_label_is_one_of_the_vocabulary() {
        let known: Vec<&str> = VOCABULARY
            .iter()
            .map(|term| term.label)
            .chain(SECURITY_MARKERS.iter().map(|marker| marker.label))
            .collect();
        for label in MEMORY_ERRORS.iter().chain(&ATTACKS).chain(&ANNOUNCEMENTS) {
            assert!(known.contains(label), "{label}");
        }
    }
}
