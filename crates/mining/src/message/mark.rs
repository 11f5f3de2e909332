//! Signs beside the vocabulary: who publishes, what mends, what is new.

/// A sign that is looked for in the text as it was written, without boundaries.
pub(super) struct Mark {
    pub(super) label: &'static str,
    pub(super) stems: &'static [&'static str],
    pub(super) pattern: &'static str,
}

/// Signs that weigh as much as [`super::term::Weight::Certain`].
pub(super) const MARKS: &[Mark] = &[
    // `fix(security): ...`, `SECURITY: ...`, `[security] ...`
    Mark {
        label: "security tag",
        stems: &["sec"],
        pattern: r"^(?:(?:fix|bugfix|hotfix|patch|bug)\(sec(?:urity)?\)|sec(?:urity)?(?:\([^)\n]*\))?)!?:|^\[sec(?:urity)?\]",
    },
    // Gitmoji's sign for a security fix.
    Mark { label: "security emoji", stems: &["\u{1f512}", ":lock:"], pattern: "^\\s*(?:\u{1f512}|:lock:)" },
    // A report of the fuzzing service, by its link.
    Mark {
        label: "fuzzing report",
        stems: &["oss-fuzz"],
        pattern: r"oss-fuzz/(?:issues/)?detail\?id=\d|issues\.oss-fuzz\.com/issues/\d|oss-fuzz\.com/testcase",
    },
    // Reports of bug bounties.
    Mark {
        label: "bounty report",
        stems: &["hackerone", "huntr"],
        pattern: r"hackerone\.com/reports/\d|huntr\.(?:dev|com)/bounties/|\bhackerone\b",
    },
];

/// Says that something was mended: lends weight to the terms of its paragraph.
pub(super) const MENDS: &str = r"(?:hot|bug)?fix(?:e[sd]|ing)?|prevent(?:s|ed|ing|ion)?|avoid(?:s|ed|ing)?|disallow\w*|reject(?:s|ed|ing)?|refuse[sd]?|patch(?:e[sd])?|harden(?:s|ed|ing)?|mitigat\w+|protect(?:s|ed|ing)?|block(?:s|ed|ing)?|resolv(?:e[sd]?|ing)|stop(?:s|ped)?|correct(?:s|ed|ly)?|ensur(?:e[sd]?|ing)|validat(?:e[sd]?|ing)|limit(?:s|ed|ing)?|guard(?:s|ed|ing)?|against|do~not|don't|never|remed(?:y|ies|ied)|forbid\w*|den(?:y|ies|ied)|restrict(?:s|ed|ing)?|enforc(?:e[sd]?|ing)|remov(?:e[sd]?|ing)|disabl(?:e[sd]?|ing)|handl(?:e[sd]?|ing)|check(?:s|ed|ing)?|escape|sanitize|no~longer|address(?:es|ed)|clos(?:e|es|ed|ing)~[a-z]\w*|rul(?:e|es|ed|ing)~out|keep(?:s|ing)?~(?:\w+~){1,3}out~of|quot(?:e|es|ed|ing)|work~around|detect";

/// Announces something new, which is not a fix unless the same paragraph mends.
pub(super) const ADDS: &str = r"^(?:\[[^\]\n]{1,30}\]\s*)?(?:[\w./-]+(?:\([^)\n]*\))?!?:\s*)?(?:add|implement|introduc|support|allow|feat|new|initial|creat|import|refactor|renam|move|mov|improv|rework|clean)\w*\b";
