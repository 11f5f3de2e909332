//! Keys of repositories, to tell whether two URLs mean the same one.

use super::{bitbucket, forge, github, gitlab};

/// Returns a key that is equal for two URLs of one repository. It is in lower case on hosts that
/// ignore case.
pub fn repository_key(repository: &str) -> String {
    let host = repository.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let ignores_case = host.is_some_and(|host| {
        host == github::HOST || host == bitbucket::HOST || gitlab::is_host(host) || forge::is_gitea(host)
    });
    if ignores_case { repository.to_ascii_lowercase() } else { repository.to_owned() }
}
