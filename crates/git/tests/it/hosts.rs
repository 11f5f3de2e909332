//! What hosts answer: nothing, no, elsewhere.

use std::fs;
use std::time::{Duration, Instant};

use streamguard_git::{FetchContext, GitError, fetch_blobs, fetch_commits, fetch_history};

use super::hosting::{Listener, location};
use super::{URL, World, id, mirror, unknown, versions};
use streamguard_simulator::Simulator;

/// A world that the simulator serves.
fn hosted() -> Option<(World, Simulator, Vec<String>)> {
    let mut world = World::new()?;
    let (_, ids) = world.serve_fix("owner/name");
    fs::write(world.at("served/renames.csv"), "old/name,former/name\nformer/name,owner/name\n").unwrap();
    let simulator = Simulator::start(&["--git-root", &world.at("served").display().to_string()])?;
    world.mirrors = vec![mirror(&simulator.url("git"))];
    Some((world, simulator, ids))
}

#[test]
fn one_request_fetches_all_commits_and_none_fetches_them_again() {
    let Some((world, simulator, ids)) = hosted() else { return };
    let fetched = world.commits(&ids[2..]);
    // One to list the tags, one for the commits.
    assert_eq!((simulator.asked_git("POST"), &fetched.missing), (2, &vec![]));
    fetch_blobs(&fetched, ids[2..].iter().map(|hex| id(hex)), &world.fetching(&world.cache())).unwrap();
    assert_eq!(simulator.asked_git("POST"), 3);
    let asked = (simulator.asked_git("GET"), simulator.asked_git("POST"));
    assert_eq!(world.commits(&ids[2..]), fetched);
    fetch_blobs(&fetched, ids[2..].iter().map(|hex| id(hex)), &world.fetching(&world.cache())).unwrap();
    assert_eq!((simulator.asked_git("GET"), simulator.asked_git("POST")), asked);
    assert!(versions(&fetched.path, &ids[3]).is_some());
    // Each that it does not have costs one more, with a list of the tags.
    let missing = [unknown(1), unknown(2)];
    assert_eq!(world.commits(&[&ids[..], &missing].concat()).missing, missing);
    assert_eq!(simulator.asked_git("POST"), 9);
}

#[test]
fn a_repository_that_is_not_there_is_gone_and_nobody_is_prompted() {
    let Some((world, _simulator, ids)) = hosted() else { return };
    let cache = world.cache();
    let start = Instant::now();
    for error in [
        fetch_commits("https://github.com/no/body", &ids, &world.fetching(&cache)).unwrap_err(),
        fetch_history("https://github.com/no/body", &world.fetching(&cache)).unwrap_err(),
    ] {
        assert!(matches!(&error, GitError::Gone { .. }) && !error.may_pass(), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(fs::read_dir(cache.join("git")).unwrap().count(), 2, "two locks");
}

#[test]
fn a_repository_that_moved_is_followed() {
    let Some((world, simulator, ids)) = hosted() else { return };
    let (cache, old) = (world.cache(), "https://github.com/old/name");
    let fetching = || world.fetching(&cache);
    let error = fetch_commits(old, &ids, &fetching()).unwrap_err();
    assert!(matches!(&error, GitError::Moved { .. }) && !error.may_pass(), "{error}");
    let followed = || FetchContext { locate: Some(&location), ..fetching() };
    let fetched = fetch_commits(old, &ids, &followed()).unwrap();
    assert_eq!((&*fetched.url, fetched.moved_from.as_deref()), (URL, Some(old)));
    // From now on it is known, also to those who cannot follow.
    let asked = simulator.asked_git("GET");
    assert_eq!(fetch_commits(old, &ids, &fetching()).unwrap(), fetched);
    assert_eq!(simulator.asked_git("GET"), asked);
    fetch_blobs(&fetched, [id(&ids[3])], &fetching()).unwrap();
    assert!(versions(&fetched.path, &ids[3]).is_some());
    let all = fetch_history(old, &followed()).unwrap();
    assert_eq!((&*all.url, all.moved_from.as_deref()), (URL, Some(old)));
}

#[test]
fn nobody_is_led_astray() {
    let Some(mut world) = World::new() else { return };
    let elsewhere = Listener::answering(500, "");
    let header = format!("Location: {}/owner/name/info/refs?service=git-upload-pack\r\n", elsewhere.url());
    let cache = world.cache();
    for status in [301, 302, 303, 307, 308] {
        let listener = Listener::answering(status, &header);
        world.mirrors = vec![mirror(&listener.url())];
        for place in [
            "https://evil.example/owner/name/info/refs?service=git-upload-pack",
            "https://127.0.0.1/owner/name/info/refs",
            "https://github.com@evil.example/owner/name/info/refs",
            "//evil.example/owner/name/info/refs",
            "http://github.com/owner/name/info/refs",
            "file:///owner/name/info/refs",
            "ext::sh -c id/info/refs",
            "https://github.com/-o/name/info/refs",
            "https://github.com/login",
            // Back to where it came from.
            "/owner/name/info/refs",
            "https://github.com/owner/name.git/info/refs",
            "",
        ] {
            let locate = |_: &str, _| Some(place.to_owned());
            let fetching = FetchContext { locate: Some(&locate), ..world.fetching(&cache) };
            let error = fetch_history(URL, &fetching).unwrap_err();
            let is_refused = matches!(&error, GitError::Moved { .. } | GitError::HostNotAllowed { .. });
            assert!(is_refused, "{status} {place}: {error}");
        }
        // In circles.
        let locate = |asked: &str, _| {
            let (a, b) = ("/owner/name/info/refs", "/name/owner/info/refs");
            Some(if asked.contains(a) { b } else { a }.to_owned())
        };
        let before = listener.asked();
        let fetching = FetchContext { locate: Some(&locate), ..world.fetching(&cache) };
        assert!(matches!(fetch_history(URL, &fetching), Err(GitError::Moved { .. })));
        assert!(listener.asked() - before <= 4);
    }
    assert_eq!(elsewhere.asked(), 0);
}

#[test]
fn what_lasts_is_not_tried_again() {
    let Some(mut world) = World::new() else { return };
    let cache = world.cache();
    for (status, header, is_gone) in [
        (401, "WWW-Authenticate: Basic realm=\"x\"\r\n", true),
        (403, "", true),
        (404, "", true),
        (410, "", true),
        (451, "", true),
        (429, "", false),
        (500, "", false),
        (503, "", false),
    ] {
        world.mirrors = vec![mirror(&Listener::answering(status, header).url())];
        let error = fetch_history(URL, &world.fetching(&cache)).unwrap_err();
        assert_eq!(matches!(&error, GitError::Gone { .. }), is_gone, "{status}: {error}");
        assert_eq!(error.may_pass(), !is_gone, "{status}: {error}");
        assert!(error.to_string().contains(URL), "{error}");
    }
    // Nobody listens there: the port was given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.mirrors = vec![mirror(&format!("http://{}", listener.local_addr().unwrap()))];
    drop(listener);
    assert!(fetch_history(URL, &world.fetching(&cache)).unwrap_err().may_pass());
}
