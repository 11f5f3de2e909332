//! Pull and merge requests, found by the messages of the commits that merge or close them.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use gix::ObjectId;
use regex::Regex;

use super::found_commit::FoundCommit;
use crate::reference::repository_key::repository_key;
use crate::reference::{bitbucket, forge, github, gitlab};

/// Rule by which people's own words name the pull request that a commit closes.
pub(crate) const CLOSING_WORDS: &str = "pull:closes";

/// Form in which a message names a pull request, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MentionForm {
    /// Words that the host itself writes.
    Merge,
    /// `Subject (#1)`, as GitHub and Gitea write it for squashed ones.
    Squash,
    /// URL in a line of its own.
    Trailer,
    /// Words of people who close it. `Fixes #1` does not count: it mostly means an issue, and in old
    /// histories one of another tracker.
    Closes,
}

/// Commits that merge or close pull requests.
#[derive(Debug)]
pub(super) struct PullRequests {
    /// The best commit for each number, with its rank: the form, whether it is beside the main line,
    /// and its time.
    best: BTreeMap<u64, ((MentionForm, bool, i64), FoundCommit)>,
    main_line: HashSet<ObjectId>,
    /// Key of the repository, to recognize its own pull requests in trailers.
    origin: Option<String>,
    /// Number of messages by hosts that number pull requests apart from issues, such as GitLab.
    separate_numbers: u64,
    /// Number of messages by hosts that number them together, such as GitHub.
    shared_numbers: u64,
}

/// Patterns of the forms of each host; the number is the only group, or in trailers the second.
struct MentionPatterns {
    /// First lines of merges: those of GitHub and of merge bots (bors, homu), and those of Gitea.
    merges: [Regex; 2],
    bitbucket: Regex,
    gitlab: Regex,
    squash: Regex,
    trailer: Regex,
    closes: Regex,
}

static PATTERNS: LazyLock<MentionPatterns> = LazyLock::new(|| {
    let compiled =
        |pattern| Regex::new(pattern).expect("the patterns are valid, and every test compiles them");
    MentionPatterns {
        merges: [
            compiled(r"^(?:Merge pull request|Merge PR|Merge|Auto merge of) #(\d{1,9})\b"),
            compiled(r"^Merge pull request .* \(#(\d{1,9})\) from \S"),
        ],
        bitbucket: compiled(r"^Merged in .* \(pull request #(\d{1,9})\)$"),
        gitlab: compiled(r"(?m)^See merge request (?:[\w./-]+)?!(\d{1,9})\r?$"),
        squash: compiled(r"\(#(\d{1,9})\)$"),
        trailer: compiled(
            r"(?mi)^(?:PR-URL|Pull-Request|Pull request):\s*(https://[\w./-]+)/pulls?/(\d{1,9})\r?$",
        ),
        closes: compiled(r"(?i)\b(?:close[sd]?|merge[sd]?(?: PR| pull request)?):? (?:#|GH-)(\d{1,9})\b"),
    }
});

impl PullRequests {
    pub(super) fn new(repository: &gix::Repository, main_line: HashSet<ObjectId>) -> Self {
        let origin = repository.config_snapshot().string("remote.origin.url").map(|url| {
            let url = url.to_string();
            repository_key(url.strip_suffix(".git").unwrap_or(&url))
        });
        Self { best: BTreeMap::new(), main_line, origin, separate_numbers: 0, shared_numbers: 0 }
    }

    /// Adds the message of a commit.
    pub(super) fn add(&mut self, commit: ObjectId, time: i64, message: &str) {
        let patterns = &*PATTERNS;
        let subject = message.lines().next().unwrap_or_default().trim_end();
        let separate = [
            ("pull:merge-body", &patterns.gitlab, message),
            ("pull:merge-subject", &patterns.bitbucket, subject),
        ];
        for (evidence, pattern, text) in separate {
            if let Some(number) = number(pattern, text) {
                self.separate_numbers += 1;
                return self.offer(number, MentionForm::Merge, time, FoundCommit { commit, evidence });
            }
        }
        if let Some(number) = patterns.merges.iter().find_map(|pattern| number(pattern, subject)) {
            self.shared_numbers += 1;
            return self.offer(
                number,
                MentionForm::Merge,
                time,
                FoundCommit { commit, evidence: "pull:merge-subject" },
            );
        }
        // The subject of a revert quotes the reverted one with its number, so the last number counts.
        if let Some(number) = number(&patterns.squash, subject) {
            self.shared_numbers += 1;
            return self.offer(
                number,
                MentionForm::Squash,
                time,
                FoundCommit { commit, evidence: "pull:squash-subject" },
            );
        }
        for found in patterns.trailer.captures_iter(message) {
            let is_here = self.origin.as_ref().is_some_and(|origin| *origin == repository_key(&found[1]));
            if let Ok(number) = found[2].parse::<u64>()
                && is_here
            {
                self.offer(
                    number,
                    MentionForm::Trailer,
                    time,
                    FoundCommit { commit, evidence: "pull:trailer" },
                );
            }
        }
        // A revert repeats the words of the reverted message.
        if subject.starts_with("Revert ") || message.contains("This reverts commit") {
            return;
        }
        for found in patterns.closes.captures_iter(message) {
            if let Ok(number) = found[1].parse() {
                self.offer(
                    number,
                    MentionForm::Closes,
                    time,
                    FoundCommit { commit, evidence: CLOSING_WORDS },
                );
            }
        }
    }

    /// Keeps a commit for a number if none is better: by its form, then on the main line, then by
    /// time, since later commits are ports to other branches.
    fn offer(&mut self, number: u64, form: MentionForm, time: i64, found: FoundCommit) {
        let rank = (form, !self.main_line.contains(&found.commit), time);
        let best = self.best.entry(number).or_insert((rank, found));
        *best = (*best).min((rank, found));
    }

    /// Returns the commit that merged or closed a pull request.
    pub(super) fn find(&self, number: u64) -> Option<FoundCommit> {
        let ((form, ..), found) = self.best.get(&number)?;
        // If issues have numbers of their own, a number that people wrote is that of an issue.
        (*form == MentionForm::Merge || !self.has_separate_numbers()).then_some(*found)
    }

    /// Reports whether an issue and a pull request may have the same number. The host that the clone
    /// comes from decides, or else the majority of the messages.
    fn has_separate_numbers(&self) -> bool {
        let host = self.origin.as_deref().and_then(|url| url.strip_prefix("https://")?.split('/').next());
        match host {
            Some(host) if host == github::HOST || forge::is_gitea(host) => false,
            Some(host) if host == bitbucket::HOST || gitlab::is_host(host) => true,
            _ => self.separate_numbers > self.shared_numbers,
        }
    }
}

fn number(pattern: &Regex, text: &str) -> Option<u64> {
    pattern.captures(text)?[1].parse().ok()
}
