//! Who may ask how often.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use streamguard_cache::HostSlot;
use streamguard_http::{InvalidAnswer, Service, UpstreamRequest, UpstreamSettings};

use super::server::{Do, Server, Waiting, client, json, read_json, request, settings, status};

/// Asks in `threads` threads, each with a client of its own, for `each` different things.
fn ask_in_threads(
    settings: &UpstreamSettings,
    threads: usize,
    each: usize,
    ask: &(dyn Fn(usize) -> UpstreamRequest + Sync),
) {
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let client = client(&settings.clone());
                for n in 0..each {
                    let request = ask(thread * each + n);
                    client.ask(&request, &mut Waiting::default(), &mut read_json).unwrap();
                }
            });
        }
    });
}

#[test]
fn nvd_never_counts_too_many() {
    // Answers take differently long, and only the server knows when it counts.
    let server = Server::start(|n, _| {
        vec![Do::Pause(Duration::from_millis(1 + n as u64 * 37 % 100)), Do::Say(json("", "[1]"))]
    });
    let (_folder, mut settings) = settings();
    settings.rate_scale = 0.02;
    ask_in_threads(&settings, 4, 6, &|n| request(Service::Nvd, server.url(&format!("/{n}"))));
    let mut times: Vec<Instant> = server.heard().iter().map(|heard| heard.began).collect();
    times.sort();
    let window = Duration::from_secs(30).mul_f64(0.02);
    for (at, first) in times.iter().enumerate() {
        let within = times[at..].iter().take_while(|time| **time - *first <= window).count();
        assert!(within <= 5, "{within} requests within {window:?}");
    }
    assert_eq!(times.len(), 24);
}

#[test]
fn retry_after_holds_everybody_back() {
    let told = Mutex::new(None);
    let server = Server::start(move |n, heard| {
        let mut told = told.lock().unwrap();
        match (n, *told) {
            (0, _) => {
                *told = Some(Instant::now());
                vec![Do::Say(status("429 Slow", "Retry-After: 1\r\n", ""))]
            }
            (_, Some(told)) if heard.began < told + Duration::from_secs(1) => {
                vec![Do::Say(status("418 Too early", "", ""))]
            }
            _ => vec![Do::Say(json("", "[1]"))],
        }
    });
    let (_folder, settings) = settings();
    thread::scope(|scope| {
        scope.spawn(|| ask_in_threads(&settings, 1, 1, &|_| request(Service::Osv, server.url("/a"))));
        thread::sleep(Duration::from_millis(300));
        ask_in_threads(&settings, 3, 2, &|n| request(Service::Osv, server.url(&format!("/{n}"))));
    });
    assert_eq!(server.count(), 8);
}

#[test]
fn whoever_wants_too_long_a_wait_is_given_up() {
    let server = Server::saying(status("503 No", "Retry-After: 1000000000\r\n", ""));
    let (_folder, settings) = settings();
    for path in ["/a", "/b"] {
        let began = Instant::now();
        let asked = client(&settings).ask(
            &request(Service::Osv, server.url(path)),
            &mut Waiting::default(),
            &mut read_json,
        );
        let error = asked.unwrap_err().to_string();
        assert!(error.contains("rate limited until 2"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    assert_eq!(server.count(), 1, "and not asked by others either");
}

#[test]
fn a_spent_quota_is_waited_for_by_the_servers_clock() {
    // It is 1994 there. The quota comes back after two seconds.
    let spent = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-RateLimit-Limit: 60\r\n\
                 X-RateLimit-Remaining: 10\r\nX-RateLimit-Reset: 784111779\r\n";
    let server = Server::saying_each(vec![json(spent, "[1]"), json("", "[2]")]);
    let (_folder, settings) = settings();
    let client = client(&settings);
    let mut waiting = Waiting::default();
    for path in ["/a", "/b"] {
        client.ask(&request(Service::GitHub, server.url(path)), &mut waiting, &mut read_json).unwrap();
    }
    let heard = server.heard();
    let gap = heard[1].began - heard[0].began;
    assert!((2..60).contains(&gap.as_secs()), "{gap:?}");
    assert!(
        waiting.notes[0].contains("for the rate limit (10 of 60 requests are left)"),
        "{:?}",
        waiting.notes
    );
    let doing = waiting.doing.take();
    let [Some(until), None] = &doing[..] else { panic!("{doing:?}") };
    assert!(until.starts_with("GitHub: rate limit until ") && until.ends_with(" UTC"), "{until}");
}

#[test]
fn a_limit_that_only_the_body_tells_is_waited_for() {
    let server =
        Server::saying_each(vec![json("", "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]}"), json("", "[1]")]);
    let (_folder, settings) = settings();
    let asked = client(&settings).ask(
        &UpstreamRequest { body: Some("{}".into()), ..request(Service::GitHub, server.url("/graphql")) },
        &mut Waiting::default(),
        &mut |answer| match read_json(answer)? {
            text if text.contains("RATE_LIMITED") => Err(InvalidAnswer::Limited { reason: text, wait: None }),
            text => Ok(text),
        },
    );
    assert_eq!(asked.unwrap(), "[1]");
    let heard = server.heard();
    assert!(heard[1].began - heard[0].began >= Duration::from_millis(600));
}

#[test]
fn limits_that_come_as_refusals_are_waited_for() {
    for (service, refusal, least) in [
        (Service::Nvd, status("403 Forbidden", "Content-Type: text/html\r\n", "<h1>"), 300),
        (Service::GitHub, status("403 No", "", "You have exceeded a secondary rate limit."), 600),
        (Service::GitHub, status("429 No", "Retry-After: 1\r\n", "exceeded a secondary rate limit"), 1000),
    ] {
        let server =
            Server::start(move |n, _| vec![Do::Say(if n == 0 { refusal.clone() } else { json("", "[1]") })]);
        let (_folder, settings) = settings();
        ask_in_threads(&settings, 1, 1, &|_| request(service, server.url("/a")));
        let heard = server.heard();
        assert!(heard[1].began - heard[0].began >= Duration::from_millis(least), "{service:?}");
        if service == Service::GitHub {
            ask_in_threads(&settings, 4, 2, &|n| request(service, server.url(&format!("/{n}"))));
            assert!(server.heard().iter().all(|heard| heard.at_once == 1), "one at a time from now on");
        }
    }
}

#[test]
fn lanes_are_few_and_come_back() {
    let (_folder, settings) = settings();
    let mut waiting = Waiting::default();
    let first = HostSlot::acquire(&settings.cache, "github.com", 2, &mut waiting).unwrap();
    let _second = HostSlot::acquire(&settings.cache, "github.com", 2, &mut waiting).unwrap();
    let _elsewhere = HostSlot::acquire(&settings.cache, "gitlab.com", 2, &mut waiting).unwrap();
    waiting.is_stopped.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(
        HostSlot::acquire(&settings.cache, "github.com", 2, &mut waiting),
        Err(streamguard_cache::CacheError::Stopped)
    ));
    drop(first);
    HostSlot::acquire(&settings.cache, "github.com", 2, &mut Waiting::default()).unwrap();
}

/// What a child process is to ask, and with which cache.
const CHILD: [&str; 2] = ["STREAMGUARD_TEST_URL", "STREAMGUARD_TEST_CACHE"];

/// Not a test: what the child processes of the tests below do.
#[test]
#[ignore = "is run by other tests, in a process of its own"]
fn a_child_asks_nvd() {
    let [Ok(url), Ok(cache)] = CHILD.map(std::env::var) else { return };
    let (_folder, mut settings) = settings();
    settings.cache = cache.into();
    let client = streamguard_http::HttpClient::new(&settings, &Default::default()).unwrap();
    for n in 0..4 {
        let url = format!("{url}/{}/{n}", std::process::id());
        client.ask(&request(Service::Nvd, url), &mut Waiting::default(), &mut read_json).unwrap();
    }
}

fn child(settings: &UpstreamSettings, server: &Server) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "limits::a_child_asks_nvd", "--ignored"])
        .env(CHILD[0], server.url(""))
        .env(CHILD[1], &settings.cache)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn processes_share_a_window() {
    let server = Server::saying(json("", "[1]"));
    let (_folder, settings) = settings();
    let mut children: Vec<Child> = (0..3).map(|_| child(&settings, &server)).collect();
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    let mut times: Vec<Instant> = server.heard().iter().map(|heard| heard.began).collect();
    times.sort();
    assert_eq!(times.len(), 12);
    for six in times.windows(6) {
        let took = six[5] - six[0];
        assert!(took > Duration::from_millis(300), "{took:?}");
    }
}

#[test]
fn a_killed_process_leaves_no_budget_behind_that_is_spent_for_ever() {
    let server = Server::start(|n, _| match n {
        0..5 => vec![Do::Pause(Duration::from_secs(60))],
        _ => vec![Do::Say(json("", "[1]"))],
    });
    let (_folder, settings) = settings();
    let mut children: Vec<Child> = (0..5).map(|_| child(&settings, &server)).collect();
    let began = Instant::now();
    while server.count() < 5 && began.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(10));
    }
    // All five requests of the window are under way, and none will ever end.
    let killed = Instant::now();
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    ask_in_threads(&settings, 1, 1, &|_| request(Service::Nvd, server.url("/a")));
    let waited = server.heard()[5].began - killed;
    assert!(waited >= Duration::from_millis(300), "the server may have counted until then: {waited:?}");
    assert!(waited < Duration::from_secs(20), "{waited:?}");
}
