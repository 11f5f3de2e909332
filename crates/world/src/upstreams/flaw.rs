//! What advisories say of weaknesses: how they call them, what they lead to, how bad they are.

use streamguard_dataset::{Severity, Weakness};

/// The words and the rating for one kind of weakness.
#[derive(Debug)]
pub(super) struct Flaw {
    weakness: &'static str,
    /// What it is called in running text.
    pub(super) phrase: &'static str,
    /// What an attacker can do by it, behind "to".
    pub(super) outcome: &'static str,
    /// How bad it is.
    pub(super) rating: &'static Rating,
}

/// One rating in three versions of CVSS: vector and base score.
#[derive(Debug, PartialEq)]
pub(super) struct Rating {
    pub(super) v2: (&'static str, f64),
    pub(super) v3: (&'static str, f64),
    pub(super) v4: (&'static str, f64),
}

impl Rating {
    /// The class of the score in version 3.1.
    pub(super) fn severity(&self) -> Severity {
        severity(self.v3.1)
    }
}

/// The class of a score, by sections 5 and 6 of the specifications of versions 3.1 and 4.0.
pub(super) fn severity(score: f64) -> Severity {
    match score {
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        0.1.. => Severity::Low,
        _ => Severity::None,
    }
}

/// The words that NVD has for classes.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::None => "NONE",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// Anything can be done, by anybody.
const TAKEN: Rating = Rating {
    v2: ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
};

/// The same, by somebody who has an account.
pub(super) const SIGNED_IN: Rating = Rating {
    v2: ("AV:N/AC:L/Au:S/C:P/I:P/A:P", 6.5),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.7),
};

/// Somebody else's browser does what it should not.
const BROWSER: Rating = Rating {
    v2: ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1),
};

/// Secrets can be read.
const READ: Rating = Rating {
    v2: ("AV:N/AC:L/Au:N/C:P/I:N/A:N", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7),
};

/// Secrets can be read with luck and patience.
const PATIENCE: Rating = Rating {
    v2: ("AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3),
    v3: ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9),
    v4: ("CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.2),
};

/// The program stops.
const DOWN: Rating = Rating {
    v2: ("AV:N/AC:L/Au:N/C:N/I:N/A:P", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", 8.7),
};

/// A prepared file does anything.
const FILE: Rating = Rating {
    v2: ("AV:N/AC:M/Au:N/C:P/I:P/A:P", 6.8),
    v3: ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
    v4: ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.5),
};

/// Something small is changed.
const FORGED: Rating = Rating {
    v2: ("AV:N/AC:L/Au:N/C:N/I:P/A:N", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N", 5.3),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 6.9),
};

const fn flaw(
    weakness: &'static str,
    phrase: &'static str,
    outcome: &'static str,
    rating: &'static Rating,
) -> Flaw {
    Flaw { weakness, phrase, outcome, rating }
}

const ANY: Flaw = flaw("", "improper handling of untrusted input", "cause unintended behaviour", &FORGED);

const ALL: &[Flaw] = &[
    flaw("path_traversal", "path traversal", "read files outside of the intended folder", &READ),
    flaw("command_injection", "OS command injection", "execute arbitrary commands", &TAKEN),
    flaw("xss", "cross-site scripting", "run scripts in the browsers of other users", &BROWSER),
    flaw("sql_injection", "SQL injection", "execute arbitrary SQL statements", &TAKEN),
    flaw("ldap_injection", "LDAP injection", "change the filter of a search in the directory", &READ),
    flaw("code_injection", "code injection", "execute arbitrary code", &TAKEN),
    flaw("header_injection", "HTTP header injection", "add header fields to responses", &FORGED),
    flaw("log_injection", "log injection", "forge entries of the log", &FORGED),
    flaw("memory_corruption", "memory corruption", "execute arbitrary code by a crafted message", &TAKEN),
    flaw("buffer_overflow", "buffer overflow", "execute arbitrary code by a long field", &TAKEN),
    flaw("out_of_bounds_read", "out-of-bounds read", "obtain parts of the memory", &READ),
    flaw("out_of_bounds_write", "out-of-bounds write", "execute arbitrary code by a crafted file", &FILE),
    flaw("format_string", "format string", "crash the program or write to its memory", &TAKEN),
    flaw("integer_overflow", "integer overflow", "corrupt the heap by a large count", &FILE),
    flaw("double_free", "double free", "crash the program by a crafted file", &FILE),
    flaw("use_after_free", "use after free", "execute arbitrary code by closing a session early", &FILE),
    flaw("null_dereference", "NULL pointer dereference", "crash the program", &DOWN),
    flaw("denial_of_service", "uncontrolled resource consumption", "exhaust the memory", &DOWN),
    flaw("timing_attack", "observable timing discrepancy", "guess a token byte by byte", &PATIENCE),
    flaw("race_condition", "race condition", "replace a file between check and use", &PATIENCE),
    flaw("certificate_validation", "improper certificate validation", "read what is sent", &PATIENCE),
    flaw("weak_cryptography", "use of a broken cipher", "decrypt stored records", &PATIENCE),
    flaw("weak_hash", "use of a weak hash", "recover passwords from their digests", &PATIENCE),
    flaw("insecure_random", "use of predictable random values", "predict tokens", &PATIENCE),
    flaw("unrestricted_upload", "unrestricted file upload", "store executable files", &SIGNED_IN),
    flaw("deserialization", "deserialization of untrusted data", "execute arbitrary code", &TAKEN),
    flaw("open_redirect", "open redirect", "send users to other sites", &BROWSER),
    flaw("xxe", "XML external entity", "read local files by a crafted document", &READ),
    flaw("hardcoded_secret", "hard-coded credentials", "sign in without an account", &TAKEN),
    flaw("ssrf", "server-side request forgery", "reach services of the internal network", &READ),
    flaw("prototype_pollution", "prototype pollution", "change properties of all objects", &TAKEN),
    flaw("template_injection", "template injection", "execute arbitrary code on the server", &TAKEN),
    flaw("authentication_bypass", "authentication bypass", "act as any user", &TAKEN),
];

/// What is said of a weakness.
pub(super) fn of(weakness: &Weakness) -> &'static Flaw {
    ALL.iter().find(|flaw| flaw.weakness == weakness.name).unwrap_or(&ANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaknesses_have_their_names() {
        for flaw in ALL {
            assert!(Weakness::by_name(flaw.weakness).is_some(), "{}", flaw.weakness);
        }
    }

    #[test]
    fn scores_are_of_their_class() {
        assert_eq!(TAKEN.severity(), Severity::Critical);
        assert_eq!(word(severity(4.0)), "MEDIUM");
        assert_eq!(word(severity(0.0)), "NONE");
    }
}
