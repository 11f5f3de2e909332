//! Messages of fixes, look-alikes, and hostile messages.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use streamguard_dataset::Language;
use streamguard_mining::message::{CommitClass, MessageBasis, MessageScorer, SELECTION_THRESHOLD};

use crate::message_samples::{FIXES, LOOKALIKES};

#[test]
fn fixes_are_selected_with_their_reasons() {
    let scorer = MessageScorer::new();
    for (message, evidence, weakness) in FIXES {
        let score = scorer.score(message, 1);
        assert!(score.selected, "{message}: {score:?}");
        assert!(score.points >= SELECTION_THRESHOLD);
        assert!(score.evidence.iter().any(|one| one == evidence), "{message}: {score:?}");
        assert_eq!(
            score.weaknesses.first().map_or("", |first| first.name),
            *weakness,
            "{message}: {score:?}"
        );
    }
}

#[test]
fn lookalikes_are_not_selected() {
    let scorer = MessageScorer::new();
    for message in LOOKALIKES {
        let parents = if message.starts_with("Merge") { 2 } else { 1 };
        let score = scorer.score(message, parents);
        assert!(!score.selected, "{message}: {score:?}");
    }
}

#[test]
fn classifies_commits() {
    use CommitClass::{
        Build, Changelog, DependencyBump, Documentation, Merge, Ordinary, Revert, Style, Test, VersionBump,
    };
    let scorer = MessageScorer::new();
    for (message, parents, class) in [
        ("Fix the parser", 1, Ordinary),
        ("", 0, Ordinary),
        ("Anything", 2, Merge),
        ("Merge branch 'next' into main", 1, Merge),
        ("Revert \"Fix\"", 1, Revert),
        ("v1.2.3", 1, VersionBump),
        ("Bump version to 2.0.0-rc.1", 1, VersionBump),
        ("Release 1.4.0", 1, VersionBump),
        ("Release of 1.4.0 (Security fix)", 1, VersionBump),
        ("Version bump to 1.4.0 (security fix)", 1, VersionBump),
        ("chore: release 1.4.0", 1, VersionBump),
        ("Bump rack from 2.0.1 to 2.0.2", 1, DependencyBump),
        ("chore(deps): update", 1, DependencyBump),
        ("Update dependency lodash to v4", 1, DependencyBump),
        ("Update changelog", 1, Changelog),
        ("Add CHANGELOG entry for #5", 1, Changelog),
        ("docs: say more", 1, Documentation),
        ("Fix typos in comments", 1, Documentation),
        ("Update README.md", 1, Documentation),
        ("tests: more", 1, Test),
        ("Add regression tests for #6", 1, Test),
        ("Add tests and fix the overflow", 1, Ordinary),
        ("Run rustfmt", 1, Style),
        ("style: indent", 1, Style),
        ("ci: newer runner", 1, Build),
        ("Update GitHub Actions", 1, Build),
    ] {
        assert_eq!(scorer.score(message, parents).class, class, "{message}");
    }
}

#[test]
fn a_merge_is_selected_only_from_the_fork_of_an_advisory() {
    let scorer = MessageScorer::new();
    let merge =
        scorer.score("Merge pull request from GHSA-73m2-3pwg-5fgc\n\nFix catastrophic backtracking", 2);
    assert_eq!(merge.class, CommitClass::Merge);
    assert!(merge.selected);
    assert!(!scorer.score("Merge branch 'CVE-2021-12345'", 2).selected);
}

#[test]
fn advisory_ids_are_canonical_and_in_order() {
    let scorer = MessageScorer::new();
    let score = scorer.score(
        "Fix can-2005-0664, ghsa-JJPW-65fv-8g48, cve-2021-12345 and CVE-2021-12345; rustsec-2020-0001 \
         pysec-2019-136 go-2021-0052; not CVE-21-1, xCVE-2021-1111, GHSA-aaaa-bbbb-cccc",
        1,
    );
    assert_eq!(
        score.advisory_ids,
        [
            "CVE-2005-0664",
            "GHSA-jjpw-65fv-8g48",
            "CVE-2021-12345",
            "RUSTSEC-2020-0001",
            "PYSEC-2019-136",
            "GO-2021-0052"
        ]
    );
}

#[test]
fn numbers_behind_a_cve_id_are_of_its_year() {
    let scorer = MessageScorer::new();
    for (message, ids) in [
        ("CVE-2016-7985,7986/Add checks", &["CVE-2016-7985", "CVE-2016-7986"][..]),
        ("Fix CVE-2016-7985, 7986, 12345.", &["CVE-2016-7985", "CVE-2016-7986", "CVE-2016-12345"]),
        ("Fix CVE-2016-7985,2017-1234 and more", &["CVE-2016-7985"]),
        ("Fix CVE-2016-7985, 2017", &["CVE-2016-7985"]),
        ("Fix CVE-2016-7985, 80 bytes", &["CVE-2016-7985"]),
    ] {
        assert_eq!(scorer.score(message, 1).advisory_ids, ids, "{message}");
    }
}

#[test]
fn the_basis_of_a_message_tells_how_sure_its_claim_is() {
    let scorer = MessageScorer::new();
    for (basis, message) in [
        (MessageBasis::Advisory, "Fix CVE-2021-12345"),
        (MessageBasis::Advisory, "Remove the check, see CVE-2021-12345"),
        (MessageBasis::MemoryError, "Fix heap buffer overflow in the parser"),
        (MessageBasis::MemoryError, "Fix out-of-bounds read\n\nFound by Coverity."),
        (MessageBasis::MemoryError, "Make sure that the index is not past the end (found by oss-fuzz)"),
        (MessageBasis::Doubtful, "Avoid memory leak on error. Found by oss-fuzz"),
        (MessageBasis::Attack, "Fix XSS in the search form"),
        (MessageBasis::Doubtful, "Fix XSS in the search form, not a security\nissue"),
        (MessageBasis::Doubtful, "Fix a regression in the fix for CVE-2024-1000"),
        (MessageBasis::Doubtful, "perf: bunch up regular expressions, against ReDoS"),
        (MessageBasis::Attack, "chore: fix XSS in the search form"),
        (MessageBasis::Doubtful, "Fix catastrophic backtracking\n\nIt is in dead code. No security issue."),
        (MessageBasis::Doubtful, "Add an option for the XSS filter, against XSS attacks"),
        (MessageBasis::Announcement, "Security fix for the parser"),
        (MessageBasis::Announcement, "Restrict names\n\nhttps://hackerone.com/reports/2519936"),
        (MessageBasis::Doubtful, "Ignore CVE-2021-1234 in trivy"),
        (MessageBasis::Doubtful, "fix: address review comments: log injection, names"),
        (MessageBasis::Attack, "Fix the form\n\n* fix XSS in names\n* move the button"),
        (MessageBasis::Doubtful, "Rework the form\n\n* fix XSS in names\n* move the button\n* new colours"),
        (MessageBasis::Doubtful, "refactor: escape names against XSS attacks"),
        (MessageBasis::Doubtful, "Fix null pointer dereference"),
        (MessageBasis::Doubtful, "Fix integer overflow"),
        (MessageBasis::Doubtful, "Make XSS protection optional"),
    ] {
        assert_eq!(scorer.score(message, 1).basis, basis, "{message}");
    }
    let share = |basis: MessageBasis| basis.fix_share(Language::C);
    let order = [
        MessageBasis::Advisory,
        MessageBasis::MemoryError,
        MessageBasis::Attack,
        MessageBasis::Announcement,
        MessageBasis::Doubtful,
    ];
    assert!(order.map(share).is_sorted_by(|one, next| one >= next));
    // The basis of such a commit may be that of its merge.
    let mut rework = scorer.score("perf: read names faster", 1);
    rework.basis = MessageBasis::Attack;
    assert!(rework.fix_share(Language::C) < share(MessageBasis::Attack));
    // Java throws where C reads other memory.
    assert!(MessageBasis::MemoryError.fix_share(Language::Java) < share(MessageBasis::MemoryError));
}

#[test]
fn specific_weaknesses_come_before_general_ones() {
    let scorer = MessageScorer::new();
    let names = |message| scorer.score(message, 1).weaknesses.iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names("Fix denial of service by SQL injection"), ["sql_injection", "denial_of_service"]);
    assert_eq!(names("Fix XSS\n\nIt came with CSRF and SQL injection."), ["xss", "sql_injection", "csrf"]);
}

#[test]
fn hostile_messages_are_bounded() {
    let scorer = MessageScorer::new();
    let start = Instant::now();
    for unit in [
        "a",
        "\0",
        "\x1b[31m",
        "sql ",
        "sql injection ",
        "ignore ",
        "\n",
        "\u{202e}\u{1f512}",
        "/",
        "fuzz ",
        "(((",
    ] {
        let message = unit.repeat((16 << 20) / unit.len());
        let score = scorer.score(&message, 1);
        assert!(score.evidence.len() < 100);
        assert!(score.evidence.iter().all(|one| one.chars().all(|c| !c.is_control())));
    }
    // 16 KiB of each are read, which takes far less on any machine and in any profile.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // The limit may be inside a character.
    scorer.score(&format!("{}{}", "a".repeat((16 << 10) - 1), "\u{1f512}"), 1);
}

#[test]
fn line_ends_of_editors_change_no_score() {
    let message = "Update the getter (#12)\n\nThis also prevents an XSS in the page.";
    let score = shared_scorer().score(message, 1);
    assert_eq!(shared_scorer().score(&message.replace('\n', "\r\n"), 1).points, score.points);
}

#[test]
fn text_beyond_the_limit_is_not_read() {
    let score = MessageScorer::new().score(&format!("{}CVE-2021-12345", "a ".repeat(8 << 10)), 1);
    assert_eq!((score.points, score.selected), (0, false));
}

#[test]
fn a_scorer_is_shared_and_gives_equal_scores() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (scorer, other) = (MessageScorer::new(), MessageScorer::new());
    shared(&scorer);
    for (message, ..) in FIXES {
        assert_eq!(scorer.score(message, 1), other.score(message, 1));
    }
}

proptest! {
    #[test]
    fn any_text_is_scored(message in "(?s).{0,300}", parents in 0usize..3) {
        let scorer = shared_scorer();
        let score = scorer.score(&message, parents);
        prop_assert_eq!(&score, &scorer.score(&message, parents));
        prop_assert!(!score.selected || score.points >= SELECTION_THRESHOLD);
    }
}

fn shared_scorer() -> &'static MessageScorer {
    static SCORER: std::sync::OnceLock<MessageScorer> = std::sync::OnceLock::new();
    SCORER.get_or_init(MessageScorer::new)
}
