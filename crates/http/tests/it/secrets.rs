//! Redirects, credentials and where they never show up.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use streamguard_http::{
    AddressFilter, Credentials, Service, UpstreamAccess, UpstreamError, UpstreamRequest, UpstreamSettings,
};

use super::cache::files;
use super::server::{Do, Server, Waiting, client_of, json, read_json, request, settings, status};

const CANARY: &str = "sgcanary_7f3a9d";

type Caller = (UpstreamSettings, Credentials);

fn ask((settings, credentials): &Caller, request: &UpstreamRequest) -> Result<String, UpstreamError> {
    client_of(settings, credentials).ask(request, &mut Waiting::default(), &mut read_json)
}

/// Somebody with all credentials.
fn somebody() -> (tempfile::TempDir, Caller) {
    let (folder, settings) = settings();
    let credentials = Credentials { github: Some(CANARY.into()), nvd: Some(CANARY.into()) };
    (folder, (settings, credentials))
}

fn redirect(code: &str, to: &str) -> Vec<u8> {
    status(code, &format!("Location: {to}\r\n"), "")
}

#[test]
fn credentials_go_to_their_services_only() {
    for (service, header, value) in [
        (Service::Nvd, "apikey", Some(CANARY.to_owned())),
        (Service::GitHub, "authorization", Some(format!("Bearer {CANARY}"))),
        (Service::Osv, "authorization", None),
        (Service::NvdFeeds, "apikey", None),
        (Service::ExploitDb, "apikey", None),
        (Service::GitHost, "authorization", None),
    ] {
        let server = Server::saying(json("", "[1]"));
        let (_folder, caller) = somebody();
        ask(&caller, &request(service, server.url("/a"))).unwrap();
        let heard = &server.heard()[0];
        assert_eq!(heard.header(header), value, "{service:?}");
        assert!(heard.header("user-agent").unwrap().starts_with("streamguard/"));
        assert!(value.is_some() || !heard.head.contains(CANARY));
    }
}

#[test]
fn nothing_follows_to_another_origin() {
    for code in ["301 A", "302 A", "303 A", "307 A", "308 A"] {
        for service in [Service::Nvd, Service::GitHub, Service::Osv] {
            let evil = Server::saying(json("", "[\"evil\"]"));
            let server = Server::saying(redirect(code, &evil.url("/b")));
            let (_folder, caller) = somebody();
            let error = ask(&caller, &request(service, server.url("/a"))).unwrap_err();
            let text = error.to_string();
            assert!(matches!(&error, UpstreamError::Moved { to, .. } if *to == evil.url("/b")), "{text}");
            assert!(text.ends_with("which is not followed") && !text.contains(CANARY), "{text}");
            assert_eq!((server.count(), evil.count()), (1, 0));
        }
    }
    for to in ["file:///etc/passwd", "https://127.0.0.1/", "//evil.test/a", "gopher://a/"] {
        let server = Server::saying(redirect("302 A", to));
        let (_folder, caller) = somebody();
        let error = ask(&caller, &request(Service::GitHub, server.url("/a"))).unwrap_err();
        assert!(matches!(error, UpstreamError::Moved { .. }), "{error}");
    }
}

#[test]
fn redirects_within_the_origin_are_followed_for_a_while() {
    let server = Server::start(|n, heard| {
        assert!(heard.head.contains(CANARY) && heard.header("referer").is_none());
        vec![Do::Say(if n < 4 { redirect("302 A", &format!("/{n}")) } else { json("", "[1]") })]
    });
    let (_folder, caller) = somebody();
    assert_eq!(ask(&caller, &request(Service::GitHub, server.url("/a"))).unwrap(), "[1]");

    let server = Server::saying(redirect("301 A", "/a"));
    let error = ask(&caller, &request(Service::Osv, server.url("/a"))).unwrap_err().to_string();
    assert!(error.contains("more than 4 redirects"), "{error}");
    assert_eq!(server.count(), 5);

    for headers in ["", "Location:\r\n", "Location: \u{e9}\r\n"] {
        let server = Server::saying(status("302 A", headers, ""));
        let error = ask(&caller, &request(Service::Osv, server.url("/a"))).unwrap_err().to_string();
        assert!(error.contains("HTTP 302 redirects, but does not say where to"), "{headers:?}: {error}");
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn a_git_host_says_where_something_is_now() {
    let server = Server::saying(redirect("301 A", "/new/name"));
    let (_folder, settings) = settings();
    let caller = (settings, Credentials::default());
    let error = ask(&caller, &request(Service::GitHost, server.url("/old/name"))).unwrap_err();
    assert!(matches!(&error, UpstreamError::Moved { to, .. } if *to == server.url("/new/name")), "{error}");
}

#[test]
fn a_moved_repository_is_looked_for_at_allowed_addresses_only() {
    let server = Server::saying(redirect("301 A", "/new/name"));
    let asked = server.url("/old/name");
    // Each with a cache of its own, in which no host is marked as unreachable.
    let locate = |filter: Option<AddressFilter>, seconds: f64| {
        let (_folder, settings) = settings();
        let begin = Instant::now();
        let stop = || begin.elapsed() > Duration::from_secs_f64(seconds);
        UpstreamAccess::new(settings, Credentials::default()).redirect_target(&asked, filter, &stop)
    };
    // An address that was allowed may be another one by now: the name service has answered a second time.
    assert_eq!(locate(Some(|_| false), 0.5), None);
    assert_eq!(server.count(), 0);
    let new = Some(server.url("/new/name"));
    assert_eq!(locate(Some(|address| address.is_loopback()), 60.0), new);
    assert_eq!(locate(None, 60.0), new);
}

#[test]
fn a_credential_is_sent_over_https_or_to_this_machine_only() {
    let (_folder, caller) = somebody();
    // Addresses of documentation (RFC 5737) and names that do not exist (RFC 6761): nothing is sent to them.
    for url in [
        "http://192.0.2.1/a",
        "http://api.github.test/a",
        "http://127.0.0.1.test/a",
        "http://[2001:db8::1]/a",
    ] {
        for (service, name) in [(Service::GitHub, "GITHUB_TOKEN"), (Service::Nvd, "NVD_API_KEY")] {
            let error = ask(&caller, &request(service, url.to_owned())).unwrap_err();
            assert!(matches!(error, UpstreamError::Refused { .. }), "{url}: {error}");
            assert!(error.to_string().contains(&format!("{name} is sent over https only")), "{error}");
        }
    }
}

#[test]
fn two_credentials_do_not_share_answers() {
    let server = Server::start(|n, _| vec![Do::Say(json("", &n.to_string()))]);
    let (_folder, settings) = settings();
    let mut caller = (settings, Credentials::default());
    let asked = request(Service::GitHub, server.url("/a"));
    for (token, expected) in
        [(None, "0"), (Some("one"), "1"), (Some("two"), "2"), (Some("one"), "1"), (None, "0")]
    {
        caller.1.github = token.map(Into::into);
        assert_eq!(ask(&caller, &asked).unwrap(), expected);
    }
}

/// Whatever the pieces in which it comes, compressed or not: the credential would go from the body into the dataset.
#[test]
fn a_body_that_holds_the_credential_is_refused() {
    let body = format!("[\"{}{CANARY}{}\"]", "sgcanary_".repeat(1000), "x".repeat(1000));
    let at = body.find(CANARY).unwrap() + 4;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let gzip = status("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", packed);
    let plain = json("", &body);
    let (head, tail) = plain.split_at(plain.len() - body.len() + at);
    let pause = Duration::from_millis(100);
    let (head, tail) = (head.to_vec(), tail.to_vec());
    for server in [
        Server::saying(plain.clone()),
        Server::saying(gzip),
        Server::start(move |_, _| vec![Do::Say(head.clone()), Do::Pause(pause), Do::Say(tail.clone())]),
    ] {
        let (folder, caller) = somebody();
        let error = ask(&caller, &request(Service::GitHub, server.url("/a"))).unwrap_err().to_string();
        assert!(error.contains("holds the credential") && !error.contains(CANARY), "{error}");
        assert_eq!(server.count(), 1, "asked once");
        let kept =
            files(folder.path()).into_iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>().concat();
        assert!(!String::from_utf8_lossy(&kept).contains(CANARY));
        // Who sends no credential has none to look for.
        let anonymous = (caller.0, Credentials::default());
        assert!(ask(&anonymous, &request(Service::GitHub, server.url("/a"))).is_ok());
    }
}

#[test]
fn a_credential_is_nowhere() {
    let echo = format!("bad credentials: {CANARY}");
    let location = format!("https://evil.test/{CANARY}");
    for answer in [
        json("", "[1]"),
        status("401 No", "", &echo),
        status("403 No", "", &echo),
        status("400 No", "", &echo),
        status("404 No", &format!("message: Invalid {CANARY}\r\n"), ""),
        status("503 No", &format!("Retry-After: {CANARY}\r\n"), &echo),
        status("200 OK", "Content-Type: text/html\r\n", &echo),
        status("200 OK", &format!("Content-Type: {CANARY}\r\n"), ""),
        redirect("302 A", &location),
        json("", &format!("[\"{CANARY}\"]")),
    ] {
        for service in [Service::Nvd, Service::GitHub] {
            let (folder, caller) = somebody();
            let server = Server::saying(answer.clone());
            let client = client_of(&caller.0, &caller.1);
            let mut waiting = Waiting::default();
            let asked = request(service, server.url(&format!("/a?apiKey={CANARY}")));
            let result = client.ask(&asked, &mut waiting, &mut read_json);
            let mut said = vec![format!("{result:?} {client:?} {caller:?}")];
            said.extend(result.err().map(|error| error.to_string()));
            said.extend(waiting.notes);
            for path in files(folder.path()) {
                said.push(path.display().to_string());
                said.push(String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
            }
            for text in said {
                assert!(!text.contains(CANARY), "{text}");
            }
        }
    }
    // The rest of a header stays, since it may say what is wrong.
    for message in [format!("Invalid apiKey: {CANARY}"), CANARY.to_owned()] {
        let (_folder, caller) = somebody();
        let server = Server::saying(status("404 No", &format!("message: {message}\r\n"), ""));
        let error = ask(&caller, &request(Service::Nvd, server.url("/a"))).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!("{} (check NVD_API_KEY)", message.replace(CANARY, "***"))),
            "{error}"
        );
    }
    let (_folder, mut caller) = somebody();
    caller.1.github = Some(format!("{CANARY}\n").into());
    let error =
        ask(&caller, &request(Service::GitHub, "http://127.0.0.1:1/".into())).unwrap_err().to_string();
    assert!(error.contains("GITHUB_TOKEN") && !error.contains(CANARY), "{error}");
}
