//! Security markers: tags, emojis and links by which projects mark security fixes.

/// A marker, searched for in the text as written and without word boundaries.
pub(super) struct SecurityMarker {
    /// Name in the evidence.
    pub(super) label: &'static str,
    /// Letters of which every match contains at least one.
    pub(super) stems: &'static [&'static str],
    pub(super) pattern: &'static str,
}

/// The markers. Each has the weight of [`super::term::TermWeight::Certain`].
pub(super) const SECURITY_MARKERS: &[SecurityMarker] = &[
    // `fix(security): ...`, `SECURITY: ...`, `[security] ...`
    SecurityMarker {
        label: "security tag",
        stems: &["sec"],
        pattern: r"^(?:(?:fix|bugfix|hotfix|patch|bug)\(sec(?:urity)?\)|sec(?:urity)?(?:\([^)\n]*\))?)!?:|^\[sec(?:urity)?\]",
    },
    // The gitmoji for a security fix (gitmoji.dev).
    SecurityMarker {
        label: "security emoji",
        stems: &["\u{1f512}", ":lock:"],
        pattern: "^\\s*(?:\u{1f512}|:lock:)",
    },
    // Links to reports of OSS-Fuzz.
    SecurityMarker {
        label: "fuzzing report",
        stems: &["oss-fuzz"],
        pattern: r"oss-fuzz/(?:issues/)?detail\?id=\d|issues\.oss-fuzz\.com/issues/\d|oss-fuzz\.com/testcase",
    },
    // Links to bug bounty reports.
    SecurityMarker {
        label: "bounty report",
        stems: &["hackerone", "huntr"],
        pattern: r"hackerone\.com/reports/\d|huntr\.(?:dev|com)/bounties/|\bhackerone\b",
    },
];
