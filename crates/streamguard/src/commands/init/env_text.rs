//! The text of `.env`: its own lines stay, tokens are set.

use streamguard::exit::UsageError;

/// Beginning of a new file.
const HEADER: &str = "\
# Tokens for StreamGuard. Keep this file to yourself: do not commit it.
# GitHub, without any scope: https://github.com/settings/tokens
# GITHUB_TOKEN=
# NVD: https://nvd.nist.gov/developers/request-an-api-key
# NVD_API_KEY=
";

/// Returns the new text of the file, with these tokens by the names of their variables. `old` is its text so
/// far, if it exists.
pub(super) fn env_text(old: Option<&str>, tokens: &[(&str, &str)]) -> Result<String, UsageError> {
    let mut text = String::new();
    let mut left = tokens.to_vec();
    for line in old.unwrap_or(HEADER).split_inclusive('\n') {
        let set = |(name, _): &(&str, &str)| {
            // In a new file, the place is the comment that names the variable.
            let line = if old.is_none() { line.trim_start_matches("# ") } else { line };
            let line = line.trim_start();
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        match tokens.iter().find(|token| set(token)) {
            None => text.push_str(line),
            // A second line for the same variable would win over the first one, so it goes.
            Some(token) => {
                if let Some(at) = left.iter().position(|other| other.0 == token.0) {
                    left.remove(at);
                    text += &format!("{}={}\n", token.0, token.1);
                }
            }
        }
    }
    if !left.is_empty() && !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for (name, token) in left {
        text += &format!("{name}={token}\n");
    }
    match tokens.is_empty() || is_understood(&text, tokens) {
        true => Ok(text),
        false => Err(UsageError(
            "the lines of .env that are there already keep the tokens from being read: correct them, or remove \
             the file"
                .to_owned(),
        )),
    }
}

/// Whether the program will find the tokens in the file, whatever else is in it.
fn is_understood(text: &str, tokens: &[(&str, &str)]) -> bool {
    let read: Result<Vec<(String, String)>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
    read.is_ok_and(|read| {
        tokens.iter().all(|(name, token)| {
            read.iter().rev().find(|(found, _)| found == name).is_some_and(|(_, value)| value == token)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_stay() {
        let tokens = [("GITHUB_TOKEN", "new"), ("NVD_API_KEY", "key")];
        let old = "# mine\nA=1\nexport GITHUB_TOKEN=old\nGITHUB_TOKEN = older\nGITHUB_TOKEN_2=x";
        let text = env_text(Some(old), &tokens).unwrap();
        assert_eq!(text, "# mine\nA=1\nGITHUB_TOKEN=new\nGITHUB_TOKEN_2=x\nNVD_API_KEY=key\n");
        assert_eq!(env_text(Some(old), &[]).unwrap(), old);
        assert_eq!(env_text(Some(""), &tokens[..1]).unwrap(), "GITHUB_TOKEN=new\n");
        let new = env_text(None, &tokens).unwrap();
        assert!(new.contains("\nGITHUB_TOKEN=new\n# NVD:") && new.ends_with("NVD_API_KEY=key\n"), "{new}");
        assert_eq!(env_text(None, &[]).unwrap(), HEADER);
        let error = env_text(Some("A='open\n"), &tokens).unwrap_err().0;
        assert!(!error.contains("new") && !error.contains("key"), "{error}");
    }
}
