//! Faults of upstreams: transient ones leave no trace, lasting ones are reported, and nothing else suffers.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Files, Services, run_to_end, values};
use crate::{stderr, stdout};

/// Services, by their names in the simulator.
const ALL: [&str; 5] = ["nvd-api", "github-graphql", "osv-bulk", "exploitdb", "git"];

/// Transient faults, and the services that have them.
const PASSING: [(&str, &[&str]); 17] = [
    ("http500", &ALL),
    ("http503", &ALL),
    ("http524", &ALL),
    ("wrong-content-type", &ALL),
    ("hang:seconds=1", &ALL),
    ("retry-after:seconds=1", &ALL),
    ("secondary-limit", &["github-graphql"]),
    ("deep-json", &ALL),
    ("conn-reset", &ALL),
    ("slow-body:seconds=1", &ALL),
    // Archives are requested without compression.
    ("corrupt-gzip", &["nvd-api", "github-graphql", "exploitdb", "git"]),
    // Missing or odd text of an exploit cannot be told from its real text.
    ("truncated-json", &["nvd-api", "github-graphql", "osv-bulk", "git"]),
    ("truncated-json:path=files_exploits", &["exploitdb"]),
    ("invalid-utf8", &["nvd-api", "github-graphql", "osv-bulk", "git"]),
    ("gzip-bomb", &["git"]),
    ("short-page", &["nvd-api"]),
    ("shrinking-total", &["nvd-api"]),
];

/// Returns a fault with further options.
fn fault(profile: &str, options: &str) -> String {
    let separator = if profile.contains(':') { ',' } else { ':' };
    format!("{profile}{separator}{options}")
}

/// Returns the name of a profile with options.
fn name(profile: &str) -> &str {
    profile.split(':').next().unwrap_or(profile)
}

#[test]
fn transient_faults_leave_no_trace() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    for (profile, befallen) in PASSING {
        // The first or the second request to a service: there are at least two of each.
        let every = if profile.contains("path=") { 1 } else { 2 };
        let once = |service: &&str| fault(profile, &format!("service={service},every={every},max=1"));
        services.simulator.faults(&befallen.iter().map(once).collect::<Vec<_>>());
        let folder = tempfile::tempdir().unwrap();
        let output = run_to_end(services.collect(folder.path()), folder.path());
        assert_eq!(output.status.code(), Some(0), "{profile}: {}{}", stdout(&output), stderr(&output));
        expected.assert_same(&Files::of(folder.path()), profile);
        let stats = services.simulator.stats();
        stats.assert_civil();
        for service in befallen {
            assert_eq!(stats.struck(service, name(profile)), 1, "{profile} of {service}");
        }
    }
}

#[test]
fn odd_answers_leave_no_trace() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    for (profile, said) in [
        ("duplicate-records", ""),
        ("zip-slip", "is not the name of a record"),
        ("zip-bomb:size=209715200", "ZIPBOMB-0000-1.json has more than"),
    ] {
        services.simulator.faults(&[profile.to_owned()]);
        let folder = tempfile::tempdir().unwrap();
        let output = run_to_end(services.collect(folder.path()), folder.path());
        assert_eq!(output.status.code(), Some(0), "{profile}: {}{}", stdout(&output), stderr(&output));
        expected.assert_same(&Files::of(folder.path()), profile);
        assert!(stderr(&output).contains(said), "{profile}: {}", stderr(&output));
        services.simulator.stats().assert_civil();
    }
}

#[test]
fn one_request_in_ten_may_fail_in_any_way() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    let mut faults = Vec::new();
    for (profile, befallen) in PASSING {
        for service in befallen.iter().filter(|service| **service != "git") {
            let rate = if name(profile) == "retry-after" { "0.03" } else { "0.008" };
            // A client that gets the answers of another host twice gives up.
            let limit = if ["wrong-content-type", "deep-json", "shrinking-total"].contains(&name(profile)) {
                ",max=1"
            } else {
                ""
            };
            faults.push(fault(profile, &format!("service={service},rate={rate}{limit}")));
        }
    }
    // A repository is tried five times, and one of its ten requests fails.
    for profile in ["http503", "conn-reset", "corrupt-gzip", "truncated-json"] {
        faults.push(fault(profile, "service=git,rate=0.1,max=1"));
    }
    for mode in ["process", "threading"] {
        services.simulator.faults(&faults);
        let folder = tempfile::tempdir().unwrap();
        let mut command = services.collect(folder.path());
        command.args(["--mode", mode]);
        let output = run_to_end(command, folder.path());
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        expected.assert_same(&Files::of(folder.path()), mode);
        services.simulator.stats().assert_civil();
    }
}

#[test]
fn lasting_faults_cost_one_collector_and_can_be_made_up_for() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    for (profile, failing, said) in [
        ("bad-token", &["cve", "github"][..], "GitHub does not accept the value of GITHUB_TOKEN"),
        ("bad-token:service=nvd-api", &["cve"], "Invalid apiKey. (check NVD_API_KEY)"),
        ("redirect-other-host:service=nvd", &["cve"], "which is not followed"),
        ("redirect-other-host:service=github", &["github"], "which is not followed"),
        ("redirect-other-host:service=osv", &["osv"], "which is not followed"),
        ("redirect-other-host:service=exploitdb", &["exploitdb"], "which is not followed"),
        ("http500:service=nvd,every=1", &["cve"], "HTTP 500 (tried 5 times)"),
        ("short-page:every=1", &["cve"], "1000 of 2000 records (tried 5 times)"),
        ("gzip-bomb:service=github,every=1", &["github"], "as a decompression bomb is"),
        ("wrong-content-type:service=osv,every=1", &["osv"], "expected an archive, got text/html"),
        ("deep-json:service=github,every=1", &["github"], "cannot read the answer"),
        ("truncated-json:service=osv,every=1", &["osv"], "cannot read the archive"),
        ("invalid-utf8:service=nvd,every=1", &["cve"], "cannot read the page"),
        ("secondary-limit:every=1", &["github"], "(tried 5 times)"),
        ("conn-reset:service=git,every=1", &["fixes"], "cannot fetch https://github.com/"),
    ] {
        services.simulator.faults(&[profile.to_owned()]);
        let folder = tempfile::tempdir().unwrap();
        let output = run_to_end(services.collect(folder.path()), folder.path());
        assert_eq!(output.status.code(), Some(3), "{profile}: {}{}", stdout(&output), stderr(&output));
        // The summary breaks long lines.
        let joined = |text: &str| text.split_whitespace().collect::<String>();
        assert!(joined(&stdout(&output)).contains(&joined(said)), "{profile}: {}", stdout(&output));
        services.simulator.stats().assert_civil();
        assert_eq!(incomplete(folder.path(), said), failing, "{profile}: {}", stdout(&output));

        services.simulator.faults(&[]);
        let mut command = services.collect(folder.path());
        command.arg("--resume");
        let output = run_to_end(command, folder.path());
        assert_eq!(output.status.code(), Some(0), "{profile}: {}{}", stdout(&output), stderr(&output));
        expected.assert_same(&Files::of(folder.path()), profile);
    }
}

/// Returns the collectors that the report calls incomplete, by name, and checks that it names the reason.
fn incomplete(folder: &Path, said: &str) -> Vec<String> {
    let report = fs::read(folder.join("data/raw/collection_results.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let collectors = report["by_collector"].as_object().unwrap().iter();
    let failing: Vec<_> = collectors.filter(|(_, collector)| collector["status"] != "complete").collect();
    let is_said = failing.iter().any(|(_, collector)| collector["reason"].as_str().unwrap().contains(said));
    assert!(is_said, "{said}: {report:#}");
    failing.into_iter().map(|(name, _)| name.clone()).collect()
}

#[test]
fn hostile_texts_and_addresses_are_only_data() {
    let Some(services) = Services::start() else { return };
    for faults in [
        &["hostile-text"][..],
        // On the pages of NVD that hold the fixes; one whole page of them is a compression bomb.
        &["hostile-urls:service=nvd,after=1", "hostile-urls:service=github", "hostile-urls:service=osv"],
    ] {
        let faults: Vec<String> = faults.iter().copied().map(str::to_owned).collect();
        services.simulator.faults(&faults);
        let folder = tempfile::tempdir().unwrap();
        let mut command = services.collect(folder.path());
        command.args(["--verbose", "--report-formats", "all"]);
        let output = run_to_end(command, folder.path());
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(0), "{faults:?}: {said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{9b}', '\r']), "{faults:?}: {said:?}");
        services.simulator.stats().assert_civil();
        let found = values(folder.path(), "commit");
        assert!(services.commits.is_subset(&found), "{faults:?}: {said}");
        for place in ["/tmp/owned", "/tmp/evil-absolute.json"] {
            assert!(!fs::exists(place).unwrap(), "{place}");
        }
    }
}

#[test]
#[ignore = "waits for as long as patience lasts: two minutes"]
fn a_silent_upstream_is_asked_again() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    // git has a run of its own: all faults together would take longer than a run may.
    for silent in [&ALL[..4], &ALL[4..]] {
        let silence = |service: &&str| format!("hang:service={service},every=1,max=1");
        services.simulator.faults(&silent.iter().map(silence).collect::<Vec<_>>());
        let folder = tempfile::tempdir().unwrap();
        let output = run_to_end(services.collect(folder.path()), folder.path());
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        expected.assert_same(&Files::of(folder.path()), "silence");
    }
}
