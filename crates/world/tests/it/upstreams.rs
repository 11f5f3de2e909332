//! Answers of upstreams.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::{Value, json};
use streamguard_world::{Upstreams, World, WorldSettings};

const NVD: &str = "https://services.nvd.nist.gov/rest/json/cves/2.0";
const OSV: &str = "https://storage.googleapis.com/osv-vulnerabilities";
const EXPLOITDB: &str = "https://gitlab.com/exploit-database/exploitdb/-/raw/main";

fn upstreams(seed: u64) -> Upstreams {
    World::new(WorldSettings { seed, ..WorldSettings::default() }).upstreams().expect("a world")
}

fn bytes(upstreams: &Upstreams, url: &str) -> Vec<u8> {
    let answer = upstreams.answer(url, None).unwrap_or_else(|| panic!("{url}"));
    assert_eq!(answer.status, 200, "{url}");
    answer.bytes
}

fn text(upstreams: &Upstreams, url: &str) -> String {
    String::from_utf8(bytes(upstreams, url)).expect("text")
}

fn nvd(upstreams: &Upstreams, query: &str) -> (u64, Vec<String>) {
    let page: Value = serde_json::from_slice(&bytes(upstreams, &format!("{NVD}?{query}"))).expect("JSON");
    let records = page["vulnerabilities"].as_array().expect("records");
    assert_eq!(page["resultsPerPage"], records.len());
    let id = |record: &Value| record["cve"]["id"].as_str().expect("an id").to_owned();
    (page["totalResults"].as_u64().expect("a number"), records.iter().map(id).collect())
}

/// Returns the ids of the advisories that a collector should find.
fn known(upstreams: &Upstreams, collector: &str, prefix: &str) -> BTreeSet<String> {
    let truth = upstreams.truth();
    let of_collector =
        truth.iter().filter(|advisory| advisory.collectors.iter().any(|name| name == collector));
    of_collector.flat_map(|advisory| &advisory.ids).filter(|id| id.starts_with(prefix)).cloned().collect()
}

#[test]
fn the_same_seed_gives_the_same_answers() {
    let [one, same, other] = [81, 81, 82].map(upstreams);
    for url in [
        NVD.to_owned(),
        format!("{OSV}/all.zip"),
        format!("{OSV}/modified_id.csv"),
        format!("{EXPLOITDB}/files_exploits.csv"),
    ] {
        assert_eq!(bytes(&one, &url), bytes(&same, &url));
        assert_ne!(bytes(&one, &url), bytes(&other, &url));
    }
}

#[test]
fn nvd_answers_by_pages() {
    let upstreams = upstreams(83);
    let (total, all) = nvd(&upstreams, "resultsPerPage=2000&startIndex=0");
    assert_eq!(total, all.len() as u64);
    assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), known(&upstreams, "cve", "CVE-"));
    let mut paged = Vec::new();
    for start in (0..total + 10).step_by(10) {
        paged.extend(nvd(&upstreams, &format!("resultsPerPage=10&startIndex={start}")).1);
    }
    assert_eq!(paged, all);
    assert!(upstreams.answer(&format!("{NVD}?resultsPerPage=2001"), None).unwrap().status == 404);
    assert!(upstreams.answer(&format!("{NVD}?surprise=1"), None).unwrap().status == 404);
}

#[test]
fn nvd_filters() {
    let upstreams = upstreams(84);
    let (all, _) = nvd(&upstreams, "");
    let (injections, ids) = nvd(&upstreams, "keywordSearch=sql%20INJECTION");
    assert!(injections > 0 && injections < all);
    assert_eq!(nvd(&upstreams, &format!("cveId={}", ids[0])), (1, vec![ids[0].clone()]));
    let (weak, _) = nvd(&upstreams, "cweId=CWE-89");
    assert!(weak > 0 && weak <= injections);
    assert!(nvd(&upstreams, "hasKev").0 > 0);
    let window = "lastModStartDate=2000-01-01T00:00:00.000&lastModEndDate=2026-01-01T00:00:00.000";
    assert_eq!(nvd(&upstreams, window).0, all);
    let window = "lastModStartDate=2026-01-01T00:00:00.000&lastModEndDate=2026-02-01T00:00:00.000";
    assert_eq!(nvd(&upstreams, window).0, 0);
}

#[test]
fn github_answers_its_connections() {
    let upstreams = upstreams(85);
    let ask = |field: &str, variables: Value| {
        let query = format!("query {{ page: {field}(first: 100) {{ nodes {{ ...fields }} }} }}");
        let body = json!({"query": query, "variables": variables}).to_string();
        let answer = upstreams.answer("https://api.github.com/graphql", Some(&body)).expect("an answer");
        serde_json::from_slice::<Value>(&answer.bytes).expect("JSON")["data"]["page"].clone()
    };
    let id = |node: &Value| node["ghsaId"].as_str().expect("an id").to_owned();
    let all = ask("securityAdvisories", json!({}));
    let ids: BTreeSet<String> = all["nodes"].as_array().expect("nodes").iter().map(id).collect();
    assert_eq!(ids, known(&upstreams, "github", "GHSA-"));
    assert_eq!(all["pageInfo"]["hasNextPage"], false);
    let rest = ask("securityAdvisories", json!({"cursor": "3"}));
    assert_eq!(rest["nodes"].as_array().expect("nodes").len(), ids.len() - 3);
    let pip = ask("securityVulnerabilities", json!({"ecosystem": "PIP", "severities": ["CRITICAL", "HIGH"]}));
    let pip = pip["nodes"].as_array().expect("nodes");
    assert!(!pip.is_empty());
    for node in pip {
        assert_eq!(node["package"]["ecosystem"], "PIP");
        assert!(ids.contains(&id(&node["advisory"])));
    }
    assert_eq!(ask("securityAdvisories", json!({"start": "2026-01-01T00:00:00.000Z"}))["totalCount"], 0);
}

#[test]
fn osv_has_archives_that_can_be_read() {
    let upstreams = upstreams(86);
    let mut ids = BTreeSet::new();
    let names = text(&upstreams, &format!("{OSV}/ecosystems.txt"));
    assert!(names.lines().count() > 5, "{names}");
    for name in names.lines() {
        let archive = bytes(&upstreams, &format!("{OSV}/{name}/all.zip"));
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("a zip");
        let listed = text(&upstreams, &format!("{OSV}/{name}/modified_id.csv"));
        assert_eq!(listed.lines().count(), archive.len());
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).expect("an entry");
            let mut json = String::new();
            entry.read_to_string(&mut json).expect("text");
            let record: Value = serde_json::from_str(&json).expect("JSON");
            let id = record["id"].as_str().expect("an id").to_owned();
            assert_eq!(entry.name().expect("a name"), format!("{id}.json"));
            assert!(
                listed.lines().any(|line| line == format!("{},{id}", record["modified"].as_str().unwrap()))
            );
            assert_eq!(bytes(&upstreams, &format!("{OSV}/{name}/{id}.json")), json.as_bytes());
            ids.insert(id);
        }
    }
    let advisories = upstreams.truth();
    let of_osv = advisories.iter().filter(|advisory| advisory.collectors.iter().any(|name| name == "osv"));
    assert!(of_osv.clone().all(|advisory| advisory.ids.iter().any(|id| ids.contains(id))));
    assert_eq!(of_osv.count(), ids.len());
}

#[test]
fn listed_exploits_exist() {
    let upstreams = upstreams(87);
    let index = text(&upstreams, &format!("{EXPLOITDB}/files_exploits.csv"));
    let columns = index.lines().next().expect("a head").split(',').count();
    let mut extensions = BTreeSet::new();
    for row in index.lines().skip(1) {
        assert_eq!(row.split(',').count(), columns, "{row}");
        let path = row.split(',').nth(1).expect("a path");
        let program = text(&upstreams, &format!("{EXPLOITDB}/{path}"));
        assert!(program.contains("is made up") && !program.contains('\u{1b}'), "{program}");
        for placeholder in ["{title}", "{date}", "{cve}", "{project}", "{function}", "{phrase}", "{outcome}"]
        {
            assert!(!program.contains(placeholder), "{path}: {placeholder}");
        }
        extensions.insert(path.rsplit('.').next().expect("an extension").to_owned());
    }
    assert!(index.lines().count() > 20 && extensions.len() > 5, "{extensions:?}");
}

#[test]
fn other_addresses_have_no_answer() {
    let upstreams = upstreams(88);
    for url in [
        "https://services.nvd.nist.gov/rest/json/cves/1.0",
        "http://services.nvd.nist.gov/rest/json/cves/2.0",
        "https://api.github.com/graphql",
        "https://storage.googleapis.com/osv-vulnerabilities/None/all.zip",
        "https://gitlab.com/exploit-database/exploitdb/-/raw/main/exploits/1.py",
        "https://harbor.example/",
        "nonsense",
    ] {
        assert_eq!(upstreams.answer(url, None), None, "{url}");
    }
}
