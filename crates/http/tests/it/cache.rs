//! What is kept, for whom, and how two get it once.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use streamguard_cache::{CacheBucket, HostSlot, clear, prune, usage};
use streamguard_http::{
    Credentials, Freshness, HttpClient, InvalidAnswer, Service, UpstreamError, UpstreamRequest,
    UpstreamSettings,
};

use super::server::{Do, Server, Waiting, client, client_of, json, read_json, request, settings, status};

fn ask(client: &HttpClient, request: &UpstreamRequest) -> Result<String, UpstreamError> {
    client.ask(request, &mut Waiting::default(), &mut read_json)
}

/// All files below a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn only(folder: &Path, end: &str) -> PathBuf {
    let found: Vec<PathBuf> =
        files(folder).into_iter().filter(|path| path.to_string_lossy().ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn a_run_asks_once_and_the_next_one_whether_it_changed() {
    let server = Server::start(|_, heard| {
        let is_current = heard.header("if-none-match").as_deref() == Some("\"a\"")
            && heard.header("if-modified-since").is_some();
        vec![Do::Say(if is_current {
            status("304 Not Modified", "", "")
        } else {
            json("ETag: \"a\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "[1]")
        })]
    });
    let (_folder, settings) = settings();
    let first = request(Service::Osv, server.url("/a"));
    let next = UpstreamRequest { freshness: Freshness::Run(2), ..first.clone() };
    let whenever = UpstreamRequest { freshness: Freshness::Forever, ..first.clone() };
    for (request, asked) in [(&first, 1), (&first, 1), (&whenever, 1), (&next, 2), (&next, 2), (&first, 3)] {
        // A client of its own each time, as in a process that was started again.
        assert_eq!(ask(&client(&settings), request).unwrap(), "[1]");
        assert_eq!(server.count(), asked);
    }
}

#[test]
fn a_changed_answer_replaces_the_old_one() {
    let server = Server::saying_each(vec![json("ETag: \"a\"\r\n", "[1]"), json("ETag: \"b\"\r\n", "[2]")]);
    let (folder, settings) = settings();
    let first = request(Service::Osv, server.url("/a"));
    let next = UpstreamRequest { freshness: Freshness::Run(2), ..first.clone() };
    let client = client(&settings);
    assert_eq!(ask(&client, &first).unwrap(), "[1]");
    assert_eq!(ask(&client, &next).unwrap(), "[2]");
    assert_eq!(fs::read_to_string(only(folder.path(), ".body")).unwrap(), "[2]");
}

#[test]
fn what_is_not_there_is_asked_for_once_in_a_run() {
    let gone = || status("404 Not Found", "", "no such thing");
    let server = Server::saying_each(vec![gone(), json("ETag: \"a\"\r\n", "[1]"), gone(), gone()]);
    let (folder, settings) = settings();
    let ask = |freshness| {
        let request = UpstreamRequest { freshness, ..request(Service::Osv, server.url("/a")) };
        ask(&client(&settings), &request)
    };
    for (run, is_there, asked) in [(1, false, 1), (1, false, 1), (2, true, 2), (3, false, 3), (3, false, 3)] {
        match ask(Freshness::Run(run)) {
            Ok(text) => assert!(is_there && text == "[1]", "{text}"),
            Err(error) => {
                assert!(!is_there && matches!(error, UpstreamError::NotFound { .. }), "{error}");
            }
        }
        assert_eq!(server.count(), asked);
    }
    // What is not there says nothing of what will be, and has nothing to compare with.
    assert!(ask(Freshness::Forever).is_err());
    assert_eq!(server.count(), 4);
    assert_eq!(server.heard()[1].header("if-none-match"), None);
    let snapshot =
        UpstreamSettings { snapshot: Some(folder.path().to_owned()), ..UpstreamSettings::default() };
    let recorded = request(Service::Osv, server.url("/a"));
    let answer = client(&snapshot).ask(&recorded, &mut Waiting::default(), &mut read_json);
    assert!(matches!(answer, Err(UpstreamError::NotFound { .. })), "{answer:?}");
    assert_eq!(server.count(), 4);
}

/// A file that was missing for a moment would be missing for as long as it does not change.
#[test]
fn what_is_not_there_is_asked_for_in_each_run_whatever_its_version() {
    let server = Server::saying_each(vec![status("404 No", "", ""), json("", "[1]")]);
    let (_folder, settings) = settings();
    let asked = |run| UpstreamRequest {
        freshness: Freshness::Version { version: 7, run },
        ..request(Service::ExploitDb, server.url("/a"))
    };
    for (run, is_there, count) in [(1, false, 1), (1, false, 1), (2, true, 2), (3, true, 2), (1, true, 2)] {
        assert_eq!(ask(&client(&settings), &asked(run)).is_ok(), is_there, "{run}");
        assert_eq!(server.count(), count, "{run}");
    }
    let changed = UpstreamRequest { freshness: Freshness::Version { version: 8, run: 3 }, ..asked(3) };
    assert_eq!(ask(&client(&settings), &changed).unwrap(), "[1]");
    assert_eq!(server.count(), 3);
}

#[test]
fn what_was_posted_is_part_of_the_question() {
    let server = Server::start(|n, heard| {
        assert!(heard.head.starts_with("POST") && heard.header("if-none-match").is_none());
        vec![Do::Say(json("ETag: \"a\"\r\n", &n.to_string()))]
    });
    let (_folder, settings) = settings();
    let client = client(&settings);
    let one = UpstreamRequest { body: Some("{}".into()), ..request(Service::GitHub, server.url("/graphql")) };
    let other = UpstreamRequest { body: Some("{\"a\":1}".into()), ..one.clone() };
    let next = UpstreamRequest { freshness: Freshness::Run(2), ..one.clone() };
    for (request, expected) in [(&one, "0"), (&other, "1"), (&one, "0"), (&next, "2")] {
        assert_eq!(ask(&client, request).unwrap(), expected);
    }
}

#[test]
fn a_damaged_entry_is_fetched_again() {
    let server = Server::saying(json("ETag: \"a\"\r\n", "[\"sound\"]"));
    let (folder, settings) = settings();
    let client = client(&settings);
    let request = request(Service::Osv, server.url("/a"));
    ask(&client, &request).unwrap();
    let damages: [&dyn Fn(); 5] = [
        &|| fs::write(only(folder.path(), ".body"), "[\"wrong\"]").unwrap(),
        &|| fs::write(only(folder.path(), ".body"), "").unwrap(),
        &|| fs::remove_file(only(folder.path(), ".body")).unwrap(),
        &|| fs::write(only(&folder.path().join("answers"), ".json"), "{\"format\":").unwrap(),
        &|| {
            let path = only(&folder.path().join("answers"), ".json");
            let text = fs::read_to_string(&path).unwrap().replace("\"format\":1", "\"format\":9");
            fs::write(&path, text).unwrap();
        },
    ];
    for (at, damage) in damages.iter().enumerate() {
        damage();
        let mut waiting = Waiting::default();
        assert_eq!(client.ask(&request, &mut waiting, &mut read_json).unwrap(), "[\"sound\"]");
        assert_eq!((server.count(), waiting.notes.len()), (at + 2, 1), "{:?}", waiting.notes);
        assert_eq!(server.heard().last().unwrap().header("if-none-match"), None);
    }
}

#[test]
fn no_flipped_bit_in_a_description_goes_unnoticed() {
    let server = Server::saying(json("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "[\"sound\"]"));
    let (folder, settings) = settings();
    let client = client(&settings);
    let request = request(Service::Osv, server.url("/a"));
    ask(&client, &request).unwrap();
    let path = only(&folder.path().join("answers"), ".json");
    let bits = fs::read(&path).unwrap().len() * 8;
    for (asked, bit) in (0..bits).step_by(13).enumerate() {
        let mut damaged = fs::read(&path).unwrap();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, damaged).unwrap();
        assert_eq!(ask(&client, &request).unwrap(), "[\"sound\"]");
        assert_eq!(server.count(), asked + 2, "bit {bit}");
        assert_eq!(server.heard().last().unwrap().header("if-modified-since"), None, "bit {bit}");
    }
}

#[test]
fn many_that_ask_the_same_make_one_request() {
    let server = Server::start(|_, _| vec![Do::Pause(Duration::from_millis(200)), Do::Say(json("", "[1]"))]);
    let (_folder, settings) = settings();
    let request = request(Service::Osv, server.url("/a"));
    let shared = client(&settings);
    thread::scope(|scope| {
        for _ in 0..8 {
            // Locks are between open files: to them, clients are as good as processes.
            scope.spawn(|| assert_eq!(ask(&client(&settings), &request).unwrap(), "[1]"));
        }
        for _ in 0..4 {
            let (shared, request) = (&shared, &request);
            scope.spawn(move || assert_eq!(ask(shared, request).unwrap(), "[1]"));
        }
    });
    assert_eq!(server.count(), 1);
}

#[test]
fn many_threads_ask_one_client_for_different_things() {
    let server =
        Server::start(|n, _| vec![Do::Pause(Duration::from_millis(20)), Do::Say(json("", &n.to_string()))]);
    let (_folder, settings) = settings();
    let client = client(&settings);
    thread::scope(|scope| {
        for thread in 0..12 {
            let (client, server) = (&client, &server);
            scope.spawn(move || {
                for n in 0..10 {
                    ask(client, &request(Service::Osv, server.url(&format!("/{thread}/{n}")))).unwrap();
                }
            });
        }
    });
    assert_eq!(server.count(), 120);
    let most = server.heard().iter().map(|heard| heard.at_once).max().unwrap();
    assert!((2..=8).contains(&most), "{most}");
}

#[test]
fn what_its_reader_refuses_is_not_kept() {
    let server = Server::saying(json("", "[1]"));
    let (folder, settings) = settings();
    let request = request(Service::Osv, server.url("/a"));
    let error = client(&settings)
        .ask(&request, &mut Waiting::default(), &mut |_| Err::<(), _>(InvalidAnswer::Refused("no".into())))
        .unwrap_err();
    assert!(matches!(error, UpstreamError::Refused { .. }), "{error}");
    let kept = files(&folder.path().join("answers"));
    assert!(kept.iter().all(|path| path.extension().is_some_and(|end| end == "lock")), "{kept:?}");
    assert_eq!(server.count(), 1);
}

#[test]
fn a_snapshot_answers_without_network_and_stays_as_it_is() {
    let server = Server::saying(json("", "[1]"));
    let (folder, live) = settings();
    let credentials = Credentials { github: Some("sgcanary".into()), ..Credentials::default() };
    let asked = request(Service::GitHub, server.url("/a"));
    ask(&client_of(&live, &credentials), &asked).unwrap();
    let before = files(folder.path());

    let replay = UpstreamSettings::replaying("/nowhere".into(), folder.path().into(), 0);
    let client = HttpClient::new(&replay, &Credentials::default()).unwrap();
    let later = UpstreamRequest { freshness: Freshness::Run(9), ..asked.clone() };
    assert_eq!(ask(&client, &later).unwrap(), "[1]");
    let missing = request(Service::GitHub, server.url("/b"));
    let error = ask(&client, &missing).unwrap_err();
    assert!(
        matches!(error, UpstreamError::NotRecorded { .. }) && error.to_string().contains("/b"),
        "{error}"
    );
    assert_eq!((server.count(), files(folder.path())), (1, before));
}

#[test]
fn the_cache_is_counted_pruned_and_cleared() {
    let server = Server::saying(json("", "[1]"));
    let (folder, settings) = settings();
    let client = client(&settings);
    for path in ["/a", "/b"] {
        ask(&client, &request(Service::Osv, server.url(path))).unwrap();
    }
    fs::create_dir_all(folder.path().join("git/a+b.git/objects")).unwrap();
    fs::write(folder.path().join("git/a+b.git/objects/x"), [0; 1000]).unwrap();
    fs::write(folder.path().join("mine.txt"), "not yours").unwrap();
    let entries = || usage(folder.path()).unwrap().iter().map(|usage| usage.entries).collect::<Vec<_>>();
    assert_eq!(entries(), [2, 1, 1, 0, 0]);
    assert_eq!(usage(folder.path()).unwrap()[2].bytes, 1000);

    assert_eq!(prune(folder.path(), Duration::from_secs(3600)).unwrap().entries, 0);
    assert_eq!(prune(folder.path(), Duration::ZERO).unwrap().entries, 3);
    assert_eq!(entries(), [0, 1, 0, 0, 0]);
    ask(&client, &request(Service::Osv, server.url("/a"))).unwrap();
    let used = HostSlot::acquire(&settings.cache, "a", 1, &mut Waiting::default()).unwrap();
    // Budgets stay, whoever uses them: without them a limit could be exceeded.
    let cleared = clear(folder.path()).unwrap();
    assert_eq!((cleared.entries, cleared.in_use), (1, 0));
    drop(used);
    let is_there = |part: &CacheBucket| part.folder(folder.path()).exists();
    assert_eq!(CacheBucket::ALL.into_iter().filter(is_there).collect::<Vec<_>>(), [CacheBucket::Budgets]);
}

#[test]
fn a_scale_that_is_none_is_refused() {
    for scale in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
        let (_folder, mut settings) = settings();
        settings.rate_scale = scale;
        let error = HttpClient::new(&settings, &Credentials::default()).unwrap_err().to_string();
        assert!(error.starts_with("rate-scale: "), "{error}");
    }
}
