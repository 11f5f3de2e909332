//! Merges of one topic: only their messages say something about each commit that they bring.

use crate::pattern::{CompiledPattern, compile};

/// Most commits of one topic. Merges of more bring whole lines of development.
pub(crate) const MAX_TOPIC_COMMITS: usize = 8;

/// Recognises merges of one topic.
pub(crate) struct MergeTopic {
    /// First lines of merges of a release, or of a branch where many topics meet.
    many_topics: CompiledPattern,
    list_item: CompiledPattern,
}

impl MergeTopic {
    /// Compiles the patterns.
    pub(crate) fn new() -> Self {
        Self {
            many_topics: compile(
                r"^merge\s+(?:(?:remote-tracking\s+)?(?:branch(?:es)?\s+)?['\x22]?(?:[\w.-]+/)*(?:master|main|trunk|default|develop(?:ment)?|devel|dev|next|stable|staging|integration|upstream|origin|release\S*|rc\S*|hotfix(?:es)?|maint\S*|lts\S*|v?\d+(?:\.[\dx]+)*\S*)(?:['\x22\s]|$)|tags?\s|branches\s|upstream\b|remote(?:s|-tracking\s+branches)\b)",
            ),
            list_item: compile(r"^\s*(?:[*+-]|\d+[.)])\s+\S"),
        }
    }

    /// Whether a merge with this message brings one topic, as far as the message tells: it is not that of a
    /// release or of a whole branch of development, and lists no changes.
    pub(crate) fn is_single(&self, message: &str) -> bool {
        let mut lines = message.trim_start().lines();
        let subject = lines.next().unwrap_or_default();
        let items = lines.filter(|line| self.list_item.is_match(line.as_bytes())).count();
        items < 2 && !self.many_topics.is_match(subject.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::MergeTopic;

    #[test]
    fn releases_branches_of_development_and_lists_are_many_topics() {
        let topic = MergeTopic::new();
        for message in [
            "Merge branch 'fix-xss'",
            "Merge pull request #4 from them/escape\n\nFix XSS in the search form",
            "Merge branch 'maria/parser-overflow' into main\n\n- Check the length",
            "Merge commit 'abc'",
        ] {
            assert!(topic.is_single(message), "{message}");
        }
        for message in [
            "Merge remote-tracking branch 'origin/develop'\n\nFix XXE",
            "Merge branch 'master' of https://github.com/o/r",
            "Merge branch '2.3.x' into main",
            "Merge branch 'release/1.2'",
            "Merge branches 'a' and 'b'",
            "Merge tag 'v1.2.3'",
            "Merge upstream changes",
            "Merge pull request #5 from them/next\n\n* Fix XXE\n* New icons",
        ] {
            assert!(!topic.is_single(message), "{message}");
        }
    }
}
