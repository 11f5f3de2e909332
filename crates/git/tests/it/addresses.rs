//! Which hosts and addresses may be asked.

use std::fs;
use std::path::Path;

use streamguard_git::{FetchContext, GitError, MirrorRule, fetch_commits, fetch_history, is_public};

use super::{World, unknown};

fn fetching<'a>(cache: &'a Path, hosts: &'a [String]) -> FetchContext<'a> {
    FetchContext {
        offline: false,
        cache,
        mirrors: &[],
        hosts,
        max_bytes: 1 << 20,
        // Who gets as far as asking is stopped there.
        stop: &|| true,
        progress: None,
        locate: None,
    }
}

#[test]
fn hostile_addresses_reach_nobody() {
    let Some(world) = World::new() else { return };
    let marker = world.at("marker");
    let touch = format!("touch {}", marker.display());
    let local = world.serve("owner/name");
    let mut urls: Vec<String> = [
        "",
        "-",
        "--upload-pack=id",
        "-oProxyCommand=id",
        "file:///etc",
        "/etc",
        ".",
        "git://github.com/a/b",
        "ssh://github.com/a/b",
        "git@github.com:a/b",
        "http://github.com/a/b",
        "HTTPS://github.com/a/b",
        "https://github.com",
        "https://github.com/../../etc/passwd",
        "https://github.com/-a/b",
        "https://github.com/a/b?service=x",
        "https://github.com/a/b#c",
        "https://github.com/a/b\nc",
        "https://github.com/a/b\0",
        "https://github.com/%2e%2e/b",
        "https://user:secret@github.com/a/b",
        "https://github.com@evil.example/a/b",
        "https://github.com.evil.example/a/b",
        "https://evilgithub.com/a/b",
        "https://googlesource.com/a/b",
        "https://github.com:22/a/b",
        "https://github.com./a/b",
        "https://localhost/a/b",
        "https://127.0.0.1/a/b",
        "https://127.1/a/b",
        "https://0x7f000001/a/b",
        "https://2130706433/a/b",
        "https://[::1]/a/b",
        "https://169.254.169.254/latest/meta-data",
        "https://gith\u{443}b.com/a/b",
    ]
    .map(str::to_owned)
    .into();
    urls.push(format!("ext::sh -c '{touch}'"));
    urls.push(format!("ssh://-oProxyCommand={touch}/a/b"));
    urls.push(format!("--upload-pack={touch}"));
    urls.push(format!("https://github.com/a/$({touch})"));
    urls.push(local.display().to_string());
    urls.push(format!("file://{}", local.display()));
    let cache = world.cache();
    for url in &urls {
        for result in [
            fetch_history(url, &fetching(&cache, &[])),
            fetch_commits(url, &[unknown(1)], &fetching(&cache, &[])),
        ] {
            let error = result.unwrap_err();
            let is_refused = matches!(&error, GitError::Source(_) | GitError::HostNotAllowed { .. });
            assert!(is_refused && !error.may_pass(), "{url:?}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
    assert!(!marker.exists());
    assert!(!cache.exists());
}

#[test]
fn known_and_named_hosts_are_asked() {
    let Some(world) = World::new() else { return };
    let hosts = ["git.example.org".to_owned(), "*.Example.com".to_owned(), "h.example:8443".to_owned()];
    for (host, is_allowed) in [
        ("github.com", true),
        ("GitHub.com", true),
        ("gitlab.com", true),
        ("android.googlesource.com", true),
        ("git.example.org", true),
        ("git.example.org:8443", false),
        ("a.git.example.org", false),
        ("a.b.example.com", true),
        ("example.com", false),
        ("badexample.com", false),
        ("h.example:8443", true),
        ("h.example", false),
    ] {
        let cache = world.cache();
        // Something else writes the mirror, hence nobody is asked in this test.
        let name = format!("{}+a+b.git.lock", host.replace(':', "+"));
        fs::create_dir_all(cache.join("git")).unwrap();
        let lock = fs::File::create(cache.join("git").join(name)).unwrap();
        lock.lock().unwrap();
        match fetch_history(&format!("https://{host}/a/b"), &fetching(&cache, &hosts)) {
            Err(GitError::Stopped) => assert!(is_allowed, "{host}"),
            Err(error @ GitError::HostNotAllowed { .. }) => {
                assert!(!is_allowed, "{host}");
                assert!(error.to_string().contains("git-hosts"), "{error}");
            }
            other => panic!("{host}: {other:?}"),
        }
    }
}

#[test]
fn a_named_host_inside_a_network_is_not_asked() {
    let Some(world) = World::new() else { return };
    let hosts = ["127.0.0.1:9", "localhost", "169.254.169.254", "10.0.0.1"].map(str::to_owned);
    for host in &hosts {
        let error =
            fetch_history(&format!("https://{host}/a/b"), &fetching(&world.cache(), &hosts)).unwrap_err();
        // Behind a proxy, names are not looked up here.
        let is_refused = matches!(&error, GitError::NotPublic { .. });
        let has_proxy = ["HTTPS_PROXY", "https_proxy"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(is_refused || has_proxy, "{host}: {error}");
    }
}

#[test]
fn only_public_addresses_are_public() {
    for (address, expected) in [
        ("0.0.0.0", false),
        ("0.1.2.3", false),
        ("10.0.0.1", false),
        ("10.255.255.255", false),
        ("100.63.255.255", true),
        ("100.64.0.1", false),
        ("100.127.255.255", false),
        ("100.128.0.1", true),
        ("127.0.0.1", false),
        ("127.255.255.254", false),
        ("140.82.121.4", true),
        ("169.253.0.1", true),
        ("169.254.0.1", false),
        ("169.254.169.254", false),
        ("172.15.255.255", true),
        ("172.16.0.1", false),
        ("172.31.255.255", false),
        ("172.32.0.1", true),
        ("192.0.0.8", false),
        ("192.0.2.1", false),
        ("192.88.99.1", false),
        ("192.167.1.1", true),
        ("192.168.0.1", false),
        ("192.169.0.1", true),
        ("198.17.0.1", true),
        ("198.18.0.1", false),
        ("198.19.255.255", false),
        ("198.51.100.7", false),
        ("203.0.113.9", false),
        ("223.255.255.255", true),
        ("224.0.0.1", false),
        ("239.255.255.250", false),
        ("240.0.0.1", false),
        ("255.255.255.255", false),
        ("1.1.1.1", true),
        ("8.8.8.8", true),
        ("::", false),
        ("::1", false),
        ("::127.0.0.1", false),
        ("::8.8.8.8", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:10.0.0.1", false),
        ("::ffff:169.254.169.254", false),
        ("::ffff:8.8.8.8", true),
        ("64:ff9b::7f00:1", false),
        ("64:ff9b::a9fe:a9fe", false),
        ("64:ff9b::808:808", true),
        ("64:ff9b:1::808:808", false),
        ("100::1", false),
        ("2001::1", false),
        ("2001:1ff::1", false),
        ("2001:4860:4860::8888", true),
        ("2001:db8::1", false),
        ("2002:7f00:1::", false),
        ("2002:c0a8:101::1", false),
        ("2002:808:808::1", true),
        ("2606:50c0:8000::153", true),
        ("2a00:1450:4001::200e", true),
        ("3fff::1", false),
        ("4000::1", false),
        ("5f00::1", false),
        ("fc00::1", false),
        ("fd00:ec2::254", false),
        ("fe80::1", false),
        ("fec0::1", false),
        ("ff02::1", false),
    ] {
        assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
    }
}

#[test]
fn mirrors_are_read_and_written() {
    for text in [
        "https://github.com=http://127.0.0.1:8080/git",
        "https://github.com=/srv/git",
        "https://github.com/a/b=https://git.example.org/a/b",
    ] {
        let mirror: MirrorRule = text.parse().unwrap();
        assert_eq!(mirror.to_string(), text);
        let json = serde_json::to_string(&mirror).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(serde_json::from_str::<MirrorRule>(&json).unwrap(), mirror);
    }
    assert_eq!("https://a.b/=http://c/".parse::<MirrorRule>().unwrap().to_string(), "https://a.b=http://c");
    for text in [
        "",
        "=",
        "https://github.com",
        "https://github.com=",
        "http://github.com=https://a.b",
        "https://=https://a.b",
        "https://github.com=http://",
        "https://github.com=srv/git",
        "https://github.com=--upload-pack",
        "https://github.com=ext::sh -c id",
        "https://github.com=ssh://a.b/c",
        "https://github.com=https://user:secret@a.b",
        "https://github.com=/srv/a=b",
        "https://github.com=/srv/a\nb",
    ] {
        assert!(text.parse::<MirrorRule>().is_err(), "{text:?}");
    }
    for (from, to) in [
        ("https://github.com", "https://user:sgcanary@a.b"),
        ("https://github.com", "http://user:sgcanary=@a.b"),
        ("https://github.com", "ssh://user:sgcanary@a.b"),
        ("https://user:sgcanary@github.com", "https://a.b"),
        ("http://user:sgcanary@github.com", "https://a.b"),
        ("https://github.com", "user:sgcanary@a.b"),
        ("https://github.com", "https://user:sg/canary@a.b"),
    ] {
        let refusal = format!("{from}={to}").parse::<MirrorRule>().unwrap_err();
        assert!(!refusal.contains("canary") && refusal.contains("give FROM=TO such as"), "{refusal}");
    }
}
