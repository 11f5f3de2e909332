//! Names, effects and ratings of weaknesses in advisories.

use streamguard_dataset::{Severity, Weakness};
use streamguard_synthetic::split_mix::mix64;

/// Words and rating for one kind of weakness.
#[derive(Debug)]
pub(super) struct WeaknessEffect {
    weakness: &'static str,
    /// Name in running text.
    pub(super) phrase: &'static str,
    /// Effect of an attack, to follow "to".
    pub(super) outcome: &'static str,
    /// Ratings of the attack: how bad it is depends on where the flaw is.
    ratings: &'static [&'static CvssRating],
}

impl WeaknessEffect {
    /// Returns the rating of the flaw number `number`.
    pub(super) fn rating(&self, number: usize) -> &'static CvssRating {
        // Mixed, so that no other property that follows from the number goes along with the rating.
        self.ratings[(mix64(number as u64) >> 32) as usize % self.ratings.len()]
    }
}

/// A rating in three versions of CVSS, each with vector and base score.
#[derive(Debug, PartialEq)]
pub(super) struct CvssRating {
    pub(super) v2: (&'static str, f64),
    pub(super) v3: (&'static str, f64),
    pub(super) v4: (&'static str, f64),
}

impl CvssRating {
    /// Returns the class of the score in version 3.1.
    pub(super) fn severity(&self) -> Severity {
        severity(self.v3.1)
    }
}

/// Returns the class of a score (section 5 of the specification of CVSS 3.1, section 6 of that of 4.0).
pub(super) fn severity(score: f64) -> Severity {
    match score {
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        0.1.. => Severity::Low,
        _ => Severity::None,
    }
}

/// Returns NVD's word for a class.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::None => "NONE",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

/// Anybody can do anything.
pub(super) const FULL_CONTROL: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
};

/// Anybody with an account can do anything.
pub(super) const FULL_CONTROL_WITH_ACCOUNT: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:S/C:P/I:P/A:P", 6.5),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.7),
};

/// The browser of another user runs a script.
const OTHER_BROWSER: CvssRating = CvssRating {
    v2: ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1),
};

/// Secrets can be read.
const SECRETS_READ: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:N/C:P/I:N/A:N", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7),
};

/// Secrets can be read with some effort.
const SECRETS_READ_WITH_EFFORT: CvssRating = CvssRating {
    v2: ("AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3),
    v3: ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9),
    v4: ("CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.2),
};

/// Anybody can read and change everything.
const ALL_READ_AND_CHANGED: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:N/C:P/I:P/A:N", 6.4),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N", 9.1),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N", 9.3),
};

/// Small parts of secrets can be guessed with some effort.
const TRACES_READ_WITH_EFFORT: CvssRating = CvssRating {
    v2: ("AV:N/AC:H/Au:N/C:P/I:N/A:N", 2.6),
    v3: ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 3.7),
    v4: ("CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 6.3),
};

/// The program stops.
const PROGRAM_STOPS: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:N/C:N/I:N/A:P", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", 8.7),
};

/// A crafted file can do anything.
const CRAFTED_FILE: CvssRating = CvssRating {
    v2: ("AV:N/AC:M/Au:N/C:P/I:P/A:P", 6.8),
    v3: ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
    v4: ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.5),
};

/// Small changes are possible.
const SMALL_CHANGE: CvssRating = CvssRating {
    v2: ("AV:N/AC:L/Au:N/C:N/I:P/A:N", 5.0),
    v3: ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N", 5.3),
    v4: ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 6.9),
};

const fn flaw(
    weakness: &'static str,
    phrase: &'static str,
    outcome: &'static str,
    ratings: &'static [&'static CvssRating],
) -> WeaknessEffect {
    WeaknessEffect { weakness, phrase, outcome, ratings }
}

const OTHER_EFFECT: WeaknessEffect =
    flaw("", "improper handling of untrusted input", "cause unintended behaviour", &[&SMALL_CHANGE]);

const EFFECTS: &[WeaknessEffect] = &[
    flaw(
        "path_traversal",
        "path traversal",
        "read files outside of the intended folder",
        &[&SECRETS_READ, &ALL_READ_AND_CHANGED],
    ),
    flaw("command_injection", "OS command injection", "execute arbitrary commands", &[&FULL_CONTROL]),
    flaw("xss", "cross-site scripting", "run scripts in the browsers of other users", &[&OTHER_BROWSER]),
    flaw("sql_injection", "SQL injection", "execute arbitrary SQL statements", &[&FULL_CONTROL]),
    flaw(
        "ldap_injection",
        "LDAP injection",
        "change the filter of a search in the directory",
        &[&SECRETS_READ, &ALL_READ_AND_CHANGED],
    ),
    flaw("code_injection", "code injection", "execute arbitrary code", &[&FULL_CONTROL]),
    flaw("header_injection", "HTTP header injection", "add header fields to responses", &[&SMALL_CHANGE]),
    flaw("log_injection", "log injection", "forge entries of the log", &[&SMALL_CHANGE]),
    flaw(
        "memory_corruption",
        "memory corruption",
        "execute arbitrary code by a crafted message",
        &[&FULL_CONTROL],
    ),
    flaw("buffer_overflow", "buffer overflow", "execute arbitrary code by a long field", &[&FULL_CONTROL]),
    flaw("out_of_bounds_read", "out-of-bounds read", "obtain parts of the memory", &[&SECRETS_READ]),
    flaw(
        "out_of_bounds_write",
        "out-of-bounds write",
        "execute arbitrary code by a crafted file",
        &[&CRAFTED_FILE],
    ),
    flaw("format_string", "format string", "crash the program or write to its memory", &[&FULL_CONTROL]),
    flaw("integer_overflow", "integer overflow", "corrupt the heap by a large count", &[&CRAFTED_FILE]),
    flaw("double_free", "double free", "crash the program by a crafted file", &[&CRAFTED_FILE]),
    flaw(
        "use_after_free",
        "use after free",
        "execute arbitrary code by closing a session early",
        &[&CRAFTED_FILE],
    ),
    flaw("null_dereference", "NULL pointer dereference", "crash the program", &[&PROGRAM_STOPS]),
    flaw("denial_of_service", "uncontrolled resource consumption", "exhaust the memory", &[&PROGRAM_STOPS]),
    flaw(
        "timing_attack",
        "observable timing discrepancy",
        "guess a token byte by byte",
        &[&SECRETS_READ_WITH_EFFORT, &TRACES_READ_WITH_EFFORT],
    ),
    flaw(
        "race_condition",
        "race condition",
        "replace a file between check and use",
        &[&SECRETS_READ_WITH_EFFORT],
    ),
    flaw(
        "certificate_validation",
        "improper certificate validation",
        "read what is sent",
        &[&SECRETS_READ_WITH_EFFORT],
    ),
    flaw(
        "weak_cryptography",
        "use of a broken cipher",
        "decrypt stored records",
        &[&SECRETS_READ_WITH_EFFORT],
    ),
    flaw(
        "weak_hash",
        "use of a weak hash",
        "recover passwords from their digests",
        &[&SECRETS_READ_WITH_EFFORT, &TRACES_READ_WITH_EFFORT],
    ),
    flaw(
        "insecure_random",
        "use of predictable random values",
        "predict tokens",
        &[&SECRETS_READ_WITH_EFFORT, &ALL_READ_AND_CHANGED],
    ),
    flaw(
        "unrestricted_upload",
        "unrestricted file upload",
        "store executable files",
        &[&FULL_CONTROL_WITH_ACCOUNT, &FULL_CONTROL],
    ),
    flaw("deserialization", "deserialization of untrusted data", "execute arbitrary code", &[&FULL_CONTROL]),
    flaw("open_redirect", "open redirect", "send users to other sites", &[&OTHER_BROWSER]),
    flaw(
        "xxe",
        "XML external entity",
        "read local files by a crafted document",
        &[&SECRETS_READ, &ALL_READ_AND_CHANGED],
    ),
    flaw("hardcoded_secret", "hard-coded credentials", "sign in without an account", &[&FULL_CONTROL]),
    flaw(
        "ssrf",
        "server-side request forgery",
        "reach services of the internal network",
        &[&SECRETS_READ, &ALL_READ_AND_CHANGED],
    ),
    flaw("prototype_pollution", "prototype pollution", "change properties of all objects", &[&FULL_CONTROL]),
    flaw(
        "template_injection",
        "template injection",
        "execute arbitrary code on the server",
        &[&FULL_CONTROL],
    ),
    flaw("authentication_bypass", "authentication bypass", "act as any user", &[&FULL_CONTROL]),
];

/// Returns words and rating for a weakness.
pub(super) fn of(weakness: &Weakness) -> &'static WeaknessEffect {
    EFFECTS.iter().find(|flaw| flaw.weakness == weakness.name).unwrap_or(&OTHER_EFFECT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaknesses_have_their_names() {
        for flaw in EFFECTS {
            assert!(Weakness::by_name(flaw.weakness).is_some(), "{}", flaw.weakness);
        }
    }

    #[test]
    fn vectors_have_their_scores() {
        for rating in EFFECTS.iter().flat_map(|effect| effect.ratings) {
            for (vector, score) in [rating.v2, rating.v3, rating.v4] {
                let cvss = streamguard_advisories::cvss::parse_vector(vector);
                assert_eq!(cvss.and_then(|cvss| cvss.score), Some(score), "{vector}");
            }
        }
    }

    #[test]
    fn every_class_occurs() {
        let ratings = EFFECTS.iter().flat_map(|effect| effect.ratings);
        let classes: std::collections::BTreeSet<_> = ratings.map(|rating| rating.severity()).collect();
        assert_eq!(classes.len(), 4, "{classes:?}");
        assert_eq!(FULL_CONTROL.severity(), Severity::Critical);
        assert_eq!(word(severity(4.0)), "MEDIUM");
        assert_eq!(word(severity(0.0)), "NONE");
    }
}
