//! Commits that copy another one to a branch of releases, as their messages say.

use streamguard_git::may_be_commit_id;

/// Words before the id of the copied commit: those of git-cherry-pick(1), of the stable branches of Linux (`[ Upstream
/// commit ID ]`), and of bots.
const MARKS: [&str; 7] = [
    "cherry picked from ",
    "cherry-picked from ",
    "upstream commit ",
    "backport of ",
    "backported from ",
    "backports ",
    "backport commit ",
];

/// Returns the id of the commit that one with this message copies, in lower case. If it was copied several times, that is
/// the first one.
pub(crate) fn original_commit(message: &str) -> Option<String> {
    message.lines().find_map(|line| {
        let line = line.trim().to_ascii_lowercase();
        let marked = MARKS.iter().find_map(|mark| line.split_once(mark).map(|(_, rest)| rest));
        // In Linux: `commit ID upstream.`
        let named = marked.or_else(|| Some(line.as_str()).filter(|line| line.contains(" upstream")))?;
        leading_id(named.strip_prefix("commit ").unwrap_or(named)).map(str::to_owned)
    })
}

/// Returns the commit id that a text begins with. Words of the letters a to f have no digit.
fn leading_id(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(text.len());
    let id = &text[..end];
    let is_id = may_be_commit_id(id) && id.bytes().any(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::original_commit;

    #[test]
    fn the_copied_commit_is_the_one_that_the_message_names() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        for message in [
            format!("Fix overflow\n\n(cherry picked from commit {id})"),
            format!("Fix overflow\n\n(cherry picked from commit {id})\n(cherry picked from commit abcdef12)"),
            format!("Fix overflow\n\ncommit {id} upstream.\n\nCheck it."),
            format!("Fix overflow\n\n[ Upstream commit {} ]", id.to_uppercase()),
            format!("[1.x] Fix overflow (backport of {id})"),
            format!("Fix overflow\n\nBackports commit {id} to 2.0"),
        ] {
            assert_eq!(original_commit(&message).as_deref(), Some(id), "{message}");
        }
        for message in [
            "Fix overflow",
            "Backport of defaced pages",
            "This reverts commit 0123456789abcdef0123456789abcdef01234567.",
            "commit upstream",
            "Backport of #1234567",
            "The change of 0123456789 went upstream",
        ] {
            assert_eq!(original_commit(message), None, "{message}");
        }
    }
}
