//! Pull and merge requests, as the messages of the commits that end them name them.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use gix::ObjectId;
use regex::Regex;

use super::Found;
use crate::reference::{bitbucket, forge, github, gitlab, key};

/// How well a message tells, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// In words that the host itself writes.
    Merge,
    /// `Subject (#1)`, as GitHub and Gitea write it for squashed ones.
    Squash,
    /// In a line of its own, by its URL.
    Trailer,
    /// In words of people that end it. `Fixes #1` is not among them: it is mostly about issues, and
    /// in old histories about those of another tracker.
    Closes,
}

/// The commits that end pull requests.
#[derive(Debug)]
pub(super) struct Pulls {
    /// The best commit for each number, with what makes it the best: the form, whether it is
    /// beside the main line, and its time.
    best: BTreeMap<u64, ((Form, bool, i64), Found)>,
    main_line: HashSet<ObjectId>,
    /// Where the pull requests of this repository are, as trailers name them.
    origin: Option<String>,
    /// Messages by hosts that number issues apart, such as GitLab, and by those that do not.
    apart: u64,
    together: u64,
}

/// What each host writes, with the number as the only group.
struct Forms {
    /// First lines of merges: GitHub's with those of merge bots (bors, homu), and Gitea's.
    merges: [Regex; 2],
    bitbucket: Regex,
    gitlab: Regex,
    squash: Regex,
    trailer: Regex,
    closes: Regex,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let compiled =
        |pattern| Regex::new(pattern).expect("the patterns are valid, and every test compiles them");
    Forms {
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

impl Pulls {
    pub(super) fn new(repository: &gix::Repository, main_line: HashSet<ObjectId>) -> Self {
        let origin = repository.config_snapshot().string("remote.origin.url").map(|url| {
            let url = url.to_string();
            key(url.strip_suffix(".git").unwrap_or(&url))
        });
        Self { best: BTreeMap::new(), main_line, origin, apart: 0, together: 0 }
    }

    /// Remembers what a message says.
    pub(super) fn note(&mut self, commit: ObjectId, time: i64, message: &str) {
        let forms = &*FORMS;
        let subject = message.lines().next().unwrap_or_default().trim_end();
        let apart =
            [("pull:merge-body", &forms.gitlab, message), ("pull:merge-subject", &forms.bitbucket, subject)];
        for (evidence, form, text) in apart {
            if let Some(number) = number(form, text) {
                self.apart += 1;
                return self.offer(number, Form::Merge, time, Found { commit, evidence });
            }
        }
        if let Some(number) = forms.merges.iter().find_map(|form| number(form, subject)) {
            self.together += 1;
            return self.offer(number, Form::Merge, time, Found { commit, evidence: "pull:merge-subject" });
        }
        // That of a revert is its own, the last one: the number of what it takes back is in quotes.
        if let Some(number) = number(&forms.squash, subject) {
            self.together += 1;
            return self.offer(number, Form::Squash, time, Found { commit, evidence: "pull:squash-subject" });
        }
        for found in forms.trailer.captures_iter(message) {
            let is_here = self.origin.as_ref().is_some_and(|origin| *origin == key(&found[1]));
            if let Ok(number) = found[2].parse::<u64>()
                && is_here
            {
                self.offer(number, Form::Trailer, time, Found { commit, evidence: "pull:trailer" });
            }
        }
        if subject.starts_with("Revert ") || message.contains("This reverts commit") {
            return;
        }
        for found in forms.closes.captures_iter(message) {
            if let Ok(number) = found[1].parse() {
                self.offer(number, Form::Closes, time, Found { commit, evidence: "pull:closes" });
            }
        }
    }

    /// Keeps a commit for a number if none is better: by a better form, then on the main line,
    /// then earlier, since later ones are ports to other branches.
    fn offer(&mut self, number: u64, form: Form, time: i64, found: Found) {
        let rank = (form, !self.main_line.contains(&found.commit), time);
        let best = self.best.entry(number).or_insert((rank, found));
        *best = (*best).min((rank, found));
    }

    pub(super) fn find(&self, number: u64) -> Option<Found> {
        let ((form, ..), found) = self.best.get(&number)?;
        // Where issues have numbers of their own, one that people wrote is that of an issue.
        (*form == Form::Merge || !self.numbers_apart()).then_some(*found)
    }

    /// Whether issues and pull requests may have the same number: as the host has it that the
    /// clone comes from, or else most messages.
    fn numbers_apart(&self) -> bool {
        let host = self.origin.as_deref().and_then(|url| url.strip_prefix("https://")?.split('/').next());
        match host {
            Some(host) if host == github::HOST || forge::is_gitea(host) => false,
            Some(host) if host == bitbucket::HOST || gitlab::is_host(host) => true,
            _ => self.apart > self.together,
        }
    }
}

fn number(form: &Regex, text: &str) -> Option<u64> {
    form.captures(text)?[1].parse().ok()
}
