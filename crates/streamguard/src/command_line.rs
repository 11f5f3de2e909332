//! The command line as it was given, for reports: without secrets, ready to be pasted into a shell.

use streamguard::shell::quote;

/// Flags whose values are secrets.
const SECRET_FLAGS: [&str; 2] = ["--github-token", "--nvd-api-key"];

/// Returns the command that runs this program. Secret flags are left out with their values, and so are users,
/// passwords and queries of URLs.
pub(crate) fn command_line() -> String {
    redacted(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()))
}

fn redacted(mut arguments: impl Iterator<Item = String>) -> String {
    let mut words = vec!["streamguard".to_owned()];
    while let Some(argument) = arguments.next() {
        if SECRET_FLAGS.contains(&argument.as_str()) {
            // The value of the flag is the next argument, unless the flag has it behind an equals sign.
            arguments.next();
        } else if !argument.split_once('=').is_some_and(|(flag, _)| SECRET_FLAGS.contains(&flag)) {
            words.push(quote(&without_user(&argument)));
        }
    }
    words.join(" ")
}

/// Removes users, passwords and queries of the URLs in an argument.
fn without_user(argument: &str) -> String {
    let mut parts = argument.split("://");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.find(['/', '?', '#']).unwrap_or(part.len());
        // The last one, since people write passwords with an @ that is not encoded.
        let host = part[..authority].rfind('@').map_or(0, |at| at + 1);
        let end = part.find('?').unwrap_or(part.len());
        kept.push_str("://");
        kept.push_str(part.get(host..end).unwrap_or_default());
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_and_words_are_quoted() {
        let given = [
            "collect",
            "--github-token",
            "ghp_secret",
            "--nvd-api-key=secret",
            "--repositories",
            "https://me:secret@git.example/a?b=c@d",
            "--output-dir",
            "it's here",
        ];
        assert_eq!(
            redacted(given.into_iter().map(str::to_owned)),
            r"streamguard collect --repositories https://git.example/a --output-dir 'it'\''s here'"
        );
    }
}
