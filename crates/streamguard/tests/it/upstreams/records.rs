//! A small world, and the records of the advisory services about it, in the layout that the simulator reads.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use streamguard_world::{World, WorldSettings};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Records of NVD that name no repository. They come before all others, and make more than a page.
const OTHERS: usize = 2_000;

/// Number of the first record that names a fix.
const FIRST: usize = 5_000;

/// Number of exploits.
pub(super) const EXPLOITS: usize = 12;

/// Date of all records that have not changed.
pub(super) const LONG_AGO: &str = "2024-03-01T10:00:00";

/// Writes `git` and `data` into a folder. The records about the first fix changed at `changed`.
/// Returns the ids of the commits that records name.
pub(super) fn write(folder: &Path, changed: &str) -> BTreeSet<String> {
    let settings =
        WorldSettings { seed: 11, repositories: 4, fixes: 24, ordinary: 2, ..WorldSettings::default() };
    let truth = World::new(settings).write(&folder.join("git")).unwrap();
    let fixes: BTreeSet<(String, String)> =
        truth.planted.into_iter().map(|planted| (planted.repository, planted.commit)).collect();
    let (mut nvd, mut osv) = (Vec::new(), Vec::new());
    for (n, (repository, commit)) in (FIRST..).zip(&fixes) {
        let repository = repository.replace("https://git.example/", "https://github.com/");
        let modified = if n == FIRST { changed } else { LONG_AGO };
        let page = format!("{repository}/commit/{commit}");
        // In turn: in all databases; in OSV alone; in GitHub alone; in NVD alone.
        if matches!(n % 4, 0 | 3) {
            nvd.push(cve(n, modified, &page));
        }
        if matches!(n % 4, 0 | 1) {
            osv.push(pysec(n, modified, &repository, commit));
        }
        if matches!(n % 4, 0 | 2) {
            osv.push(ghsa(n, modified, &page));
        }
    }
    nvd.extend((0..OTHERS).map(|n| cve(n, LONG_AGO, "https://example.com/advisory")));
    // More than two of GitHub's pages.
    osv.extend((0..230).map(|n| ghsa(n, LONG_AGO, "https://example.com/advisory")));
    let data = folder.join("data");
    for part in ["nvd", "osv/PyPI", "exploitdb/exploits/linux/local"] {
        fs::create_dir_all(data.join(part)).unwrap();
    }
    write_nvd(&data, &nvd);
    write_osv(&data, &osv);
    write_exploits(&data.join("exploitdb"));
    fixes.into_iter().map(|(_, commit)| commit).collect()
}

fn cve_id(n: usize) -> String {
    format!("CVE-2024-{}", 10_000 + n)
}

/// GitHub's ids are three groups of four characters.
fn ghsa_id(n: usize) -> String {
    let alphabet = b"23456789cfghjmpqrvwx";
    let digit = |place: u32| char::from(alphabet[n / 20_usize.pow(place) % 20]);
    format!("GHSA-2222-2222-{}{}{}{}", digit(3), digit(2), digit(1), digit(0))
}

fn cve(n: usize, modified: &str, page: &str) -> Value {
    json!({"cve": {
        "id": cve_id(n),
        "sourceIdentifier": "cve@example.com",
        "published": format!("{LONG_AGO}.000"),
        "lastModified": format!("{modified}.000"),
        "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": format!("Flaw number {n} lets attackers run commands.")}],
        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
            "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "baseScore": 9.8, "baseSeverity": "CRITICAL",
        }}]},
        "weaknesses": [{"source": "nvd@nist.gov", "type": "Primary",
            "description": [{"lang": "en", "value": "CWE-78"}]}],
        "references": [{"url": page, "source": "cve@example.com", "tags": ["Patch"]}],
    }})
}

fn pysec(n: usize, modified: &str, repository: &str, commit: &str) -> Value {
    json!({
        "schema_version": "1.6.0",
        "id": format!("PYSEC-2024-{n}"),
        "aliases": [cve_id(n)],
        "published": format!("{LONG_AGO}Z"),
        "modified": format!("{modified}Z"),
        "details": format!("Flaw number {n}, as packagers see it."),
        "affected": [{
            "package": {"ecosystem": "PyPI", "name": format!("package-{n}")},
            "ranges": [{"type": "GIT", "repo": repository,
                "events": [{"introduced": "0"}, {"fixed": commit}]}],
        }],
    })
}

fn ghsa(n: usize, modified: &str, page: &str) -> Value {
    json!({
        "schema_version": "1.6.0",
        "id": ghsa_id(n),
        "aliases": [cve_id(n)],
        "published": format!("{LONG_AGO}Z"),
        "modified": format!("{modified}Z"),
        "summary": format!("Flaw number {n}"),
        "details": format!("Flaw number {n}, as GitHub sees it."),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{
            "package": {"ecosystem": "PyPI", "name": format!("package-{n}")},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}],
        }],
        "references": [{"type": "WEB", "url": page}],
        "database_specific": {"severity": "CRITICAL", "cwe_ids": ["CWE-78"]},
    })
}

fn write_nvd(data: &Path, records: &[Value]) {
    let file = File::create(data.join("nvd/records.jsonl.gz")).unwrap();
    let mut lines = GzEncoder::new(file, Compression::fast());
    for record in records {
        writeln!(lines, "{record}").unwrap();
    }
    lines.finish().unwrap();
}

fn write_osv(data: &Path, records: &[Value]) {
    let mut archive = ZipWriter::new(File::create(data.join("osv/PyPI/all.zip")).unwrap());
    for record in records {
        let name = format!("{}.json", record["id"].as_str().unwrap());
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(record.to_string().as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

fn write_exploits(folder: &Path) {
    let mut index = "id,file,description,date_published,author,type,platform,port,date_added,date_updated,\
         verified,codes,tags,aliases,screenshot_url,application_url,source_url\n"
        .to_owned();
    for n in 0..EXPLOITS {
        let (id, file) = (50_000 + n, format!("exploits/linux/local/{}.py", 50_000 + n));
        let code = format!("import os\n\n\ndef attack(host):\n    return os.system('nc ' + host + ' {n}')\n");
        fs::write(folder.join(&file), code).unwrap();
        let cve = cve_id(n);
        index += &format!(
            "{id},{file},\"Program {n} - Command Injection\",2024-03-01,someone,local,linux,,2024-03-01,\
             2024-03-01,1,{cve},,,,,\n"
        );
    }
    fs::write(folder.join("files_exploits.csv"), index).unwrap();
}
