//! Whether there is a network, asked before a run begins: without one, every source and every repository would fail by
//! itself, after all of its retries.

use std::collections::BTreeSet;
use std::net::ToSocketAddrs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use serde_json::Value;

/// Most hosts that are looked up: if none of so many can be found, the others cannot either.
const MAX_HOSTS: usize = 6;

/// Longest time that a lookup may take. A slow answer is no reason not to begin.
const MAX_LOOKUP: Duration = Duration::from_secs(3);

/// Pause between two looks whether git has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Setting of jobs that names mirrors of git hosts.
const MIRRORS_KEY: &str = "git-mirrors";

/// Variables that name a proxy, which finds hosts in the place of this machine.
const PROXY_VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Refuses to begin if the settings of the jobs name hosts, and none of them can be found.
pub(super) fn check(settings: &[Value]) -> Result<()> {
    // Mirrors may be folders of this machine.
    if settings.iter().any(|settings| settings[MIRRORS_KEY].as_array().is_some_and(|all| !all.is_empty())) {
        return Ok(());
    }
    let mut hosts = BTreeSet::new();
    settings.iter().for_each(|settings| add_hosts(settings, &mut hosts));
    if hosts.is_empty() || any_is_found(&hosts) || has_proxy() {
        return Ok(());
    }
    let named = hosts.iter().take(2).map(|(host, _)| host.as_str()).collect::<Vec<_>>().join(" and ");
    Err(anyhow!(
        "there is no network: {named} cannot be found. Nothing was begun. To collect from the demo world without a \
         network: streamguard collect --offline"
    ))
}

/// Adds the hosts of all URLs in a value, with their ports.
fn add_hosts(value: &Value, hosts: &mut BTreeSet<(String, u16)>) {
    match value {
        Value::String(text) => hosts.extend(host(text)),
        Value::Array(items) => items.iter().for_each(|item| add_hosts(item, hosts)),
        Value::Object(items) => items.values().for_each(|item| add_hosts(item, hosts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns the host of a URL with its port.
fn host(text: &str) -> Option<(String, u16)> {
    let (rest, port) = match text.strip_prefix("https://") {
        Some(rest) => (rest, 443),
        None => (text.strip_prefix("http://")?, 80),
    };
    let authority = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, digits.parse().ok()?)
        }
        _ => (authority, port),
    };
    (!host.is_empty()).then(|| (host.trim_matches(['[', ']']).to_owned(), port))
}

/// Whether one of the hosts is found, or the answers take too long to tell.
fn any_is_found(hosts: &BTreeSet<(String, u16)>) -> bool {
    let (sender, answers) = mpsc::channel();
    let hosts: Vec<_> = hosts.iter().take(MAX_HOSTS).cloned().collect();
    let count = hosts.len();
    for host in hosts {
        let sender = sender.clone();
        // Nobody waits for a lookup that hangs: the thread ends by itself.
        thread::spawn(move || sender.send(host.to_socket_addrs().is_ok()));
    }
    (0..count).any(|_| answers.recv_timeout(MAX_LOOKUP).unwrap_or(true))
}

/// Whether a proxy may find hosts that this machine does not, by the environment or by git's configuration.
fn has_proxy() -> bool {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PROXY_VARIABLES.iter().any(is_set) || git_has_proxy()
}

/// Whether git's configuration of this machine or its user names a proxy or other hosts, or takes too long to tell.
fn git_has_proxy() -> bool {
    let keys = r"^(http\..*proxy|url\..*\.insteadof)$";
    let mut command = Command::new("git");
    // In the current folder it would also read the configuration of a repository, which may be a stranger's.
    command.args(["config", "--get-regexp", keys]).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    streamguard_engine::kill_with_parent(&mut command);
    let Ok(mut child) = command.spawn() else { return false };
    let started = Instant::now();
    while started.elapsed() < MAX_LOOKUP {
        match child.try_wait() {
            Ok(None) => thread::sleep(POLL_INTERVAL),
            ended => return ended.is_ok_and(|status| status.is_some_and(|status| status.success())),
        }
    }
    // Fails if it has just ended.
    let _ = child.kill();
    let _ = child.wait();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_urls_are_found() {
        let found = |text: &str| host(text).map(|(host, port)| format!("{host} {port}"));
        for (text, wanted) in [
            ("https://api.osv.dev/v1", Some("api.osv.dev 443")),
            ("http://user@127.0.0.1:8080/a?b=c", Some("127.0.0.1 8080")),
            ("https://[::1]:7/", Some("::1 7")),
            ("git@github.com:a/b.git", None),
            ("/srv/repo", None),
            ("https:///", None),
        ] {
            assert_eq!(found(text).as_deref(), wanted, "{text}");
        }
    }
}
