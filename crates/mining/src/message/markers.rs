//! Security markers: tags and links by which projects mark security fixes.

/// A marker, searched for in the text as written and without word boundaries.
pub(super) struct SecurityMarker {
    /// Name in the evidence.
    pub(super) label: &'static str,
    /// Letters of which every match contains at least one.
    pub(super) stems: &'static [&'static str],
    pub(super) pattern: &'static str,
}

/// Label of the marker for links to reports of fuzzers.
pub(super) const FUZZING_REPORT: &str = "fuzzing report";

/// The markers. Each has the weight of [`super::term::TermWeight::Certain`].
pub(super) const SECURITY_MARKERS: &[SecurityMarker] = &[
    // `fix(security): ...`, `SECURITY: ...`, `[security] ...`, and tickets of a private tracker: `[SECURITY-1266] ...`
    SecurityMarker {
        label: "security tag",
        stems: &["sec"],
        // Numbers of tickets (`SEC:1263:`) and components (`[Security][Http]`) are none.
        pattern: r"^(?:(?:fix|bugfix|hotfix|patch|bug)\(sec(?:urity)?\)|sec(?:urity)?(?:\([^)\n]*\))?)!?:(?:\D|$)|^\[sec(?:urity)?\](?:[^\[]|$)|^(?:\[(?:fix(?:ed)?\s+)?)?security-\d{2,5}\b",
    },
    // `Security update for the parser`, unlike `Apply security updates`.
    SecurityMarker {
        label: "security update",
        stems: &["security"],
        pattern: r"^(?:\[[^\]\n]{1,30}\]\s*)?security\s+(?:update|patch|fix|hotfix)(?:e?s)?\s*(?:(?:for|in|to|on)\b|[:(-])",
    },
    // Links to reports of OSS-Fuzz.
    SecurityMarker {
        label: FUZZING_REPORT,
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
