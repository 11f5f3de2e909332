//! Address of the page of a sample's commit, and the program that opens it.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use streamguard_dataset::Sample;
use url::Url;

use crate::env::SECRETS;

/// Returns the address of the page that shows the commit, or else of another page about the sample. Only http
/// and https: everything else in a dataset might start any program.
pub(super) fn commit_url(sample: &Sample) -> Option<String> {
    let source = sample.source.as_deref().and_then(web_url);
    let repository = sample.repository.as_deref().and_then(web_url);
    let commit = sample.commit.as_deref().filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let page = || {
        let (repository, commit) = (repository.as_ref()?, commit?);
        let between = match repository.host_str()? {
            "github.com" | "codeberg.org" => "commit",
            "gitlab.com" => "-/commit",
            "bitbucket.org" => "commits",
            _ => return None,
        };
        let base = repository.as_str().trim_end_matches('/');
        Some(format!("{}/{between}/{commit}", base.strip_suffix(".git").unwrap_or(base)))
    };
    page().or(source.map(String::from)).or(repository.map(String::from))
}

/// Parses an address of the web. The text of the result is ASCII without spaces.
fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Starts the user's browser, and returns it with its name. `None` if there is none to start.
pub(super) fn open(url: &str) -> Option<io::Result<(Child, String)>> {
    let words = browser(&|name| env::var_os(name))?;
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    // No shell reads the address: it is one argument, as it is.
    let has_place = arguments.iter().any(|argument| argument.contains("%s"));
    command.args(arguments.iter().map(|argument| argument.replace("%s", url)));
    if !has_place {
        command.arg(url);
    }
    for secret in SECRETS {
        command.env_remove(secret);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // In a group of its own: Ctrl+C is for this program, and a browser for terminals cannot take the keys.
    command.process_group(0);
    Some(command.spawn().map(|child| (child, program.clone())))
}

/// Returns the words of the command that opens an address: the first of `$BROWSER`, or `xdg-open` if there is a
/// display. Without a display xdg-open would start a browser for terminals, on this very terminal.
fn browser(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<Vec<String>> {
    let set = |name: &str| variable(name)?.into_string().ok().filter(|value| !value.trim().is_empty());
    if let Some(list) = set("BROWSER") {
        let first = list.split(':').find(|entry| !entry.trim().is_empty())?;
        return Some(first.split_whitespace().map(str::to_owned).collect());
    }
    let path = set("PATH")?;
    let is_there = env::split_paths(&path).any(|folder| folder.join("xdg-open").is_file());
    let has_display = set("DISPLAY").or_else(|| set("WAYLAND_DISPLAY")).is_some();
    (is_there && has_display).then(|| vec!["xdg-open".to_owned()])
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{SampleKind, SampleLevel};

    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_opened() {
        let url = |repository: &str, commit: &str, source: &str| {
            let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
            let set = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            (sample.repository, sample.commit, sample.source) = (set(repository), set(commit), set(source));
            commit_url(&sample)
        };
        let github = "https://github.com/a/b";
        assert_eq!(url(&format!("{github}.git"), "c0ffee", ""), Some(format!("{github}/commit/c0ffee")));
        let lines = format!("{github}/blob/c0ffee/x.c#L1-L2");
        assert_eq!(url(github, "c0ffee", &lines), Some(format!("{github}/commit/c0ffee")));
        assert_eq!(url(github, "$(id)", ""), Some(github.to_owned()));
        assert_eq!(url("", "", "https://h.test/a b;id"), Some("https://h.test/a%20b;id".to_owned()));
        assert_eq!(url("/srv/git/a", "c0ffee", "https://h.test/x"), Some("https://h.test/x".to_owned()));
        for hostile in ["file:///etc/passwd", "javascript:alert(1)", "--help", "ssh://git@h.test/a", "https:"]
        {
            assert_eq!(url(hostile, "c0ffee", hostile), None, "{hostile}");
        }
    }

    #[test]
    fn the_browser_is_the_users_choice() {
        let with = |name: &str, value: &str| -> Option<Vec<String>> {
            browser(&|wanted| (wanted == name).then(|| OsString::from(value)))
        };
        assert_eq!(
            with("BROWSER", "firefox --new-tab:lynx"),
            Some(vec!["firefox".into(), "--new-tab".into()])
        );
        assert_eq!(with("BROWSER", " "), None);
        assert_eq!(with("DISPLAY", ":0"), None, "there is no PATH");
    }
}
