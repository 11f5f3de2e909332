//! Bulk files of OSV (google.github.io/osv.dev/data), with records by the OSV schema 1.7
//! (ossf.github.io/osv-schema).

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::advisory::CVSS4_SINCE;
use super::advisory::{AffectedPackage, WorldAdvisory};
use super::answer::UpstreamAnswer;
use super::weakness_effect::word;
use crate::timestamp;

/// Records by ecosystem, each with its id.
type RecordsByEcosystem<'a> = BTreeMap<&'static str, Vec<(&'a str, &'a WorldAdvisory)>>;

fn ecosystems(advisories: &[WorldAdvisory]) -> RecordsByEcosystem<'_> {
    // OSV has more ecosystems than the world has languages; their archives are empty.
    let mut all: RecordsByEcosystem<'_> =
        streamguard_advisories::osv::DEFAULT_ECOSYSTEMS.iter().map(|name| (*name, Vec::new())).collect();
    for advisory in advisories.iter().filter(|advisory| advisory.known.osv) {
        let Some((id, ecosystem)) = &advisory.osv else { continue };
        all.entry(ecosystem).or_default().push((id, advisory));
        // Records with a range of commits are in the ecosystem GIT as well.
        if advisory.range.is_some() && *ecosystem != "GIT" {
            all.entry("GIT").or_default().push((id, advisory));
        }
    }
    for records in all.values_mut() {
        records.sort_by_key(|(id, _)| *id);
    }
    all
}

/// Returns a file of the bucket, if it exists.
pub(super) fn answer(advisories: &[WorldAdvisory], path: &[&str]) -> Option<UpstreamAnswer> {
    let all = ecosystems(advisories);
    match path {
        ["ecosystems.txt"] => {
            let names: String = all.keys().map(|name| format!("{name}\n")).collect();
            Some(UpstreamAnswer::ok("text/plain", names))
        }
        ["all.zip"] => {
            // A record with a range of commits is in two ecosystems; the archive of all has it
            // once.
            let records: BTreeMap<&str, &WorldAdvisory> = all.into_values().flatten().collect();
            archive(&records.into_iter().collect::<Vec<_>>())
        }
        ["modified_id.csv"] => {
            let rows = all.iter().flat_map(|(name, records)| {
                records.iter().map(move |(id, advisory)| (advisory.modified, format!("{name}/{id}")))
            });
            Some(changes(rows.collect()))
        }
        [name, file] => {
            let records = all.get(name)?;
            match *file {
                "all.zip" => archive(records),
                "modified_id.csv" => Some(changes(
                    records.iter().map(|(id, advisory)| (advisory.modified, (*id).to_owned())).collect(),
                )),
                _ => {
                    let wanted = file.strip_suffix(".json")?;
                    let (id, advisory) = records.iter().find(|(id, _)| *id == wanted)?;
                    Some(UpstreamAnswer::json(&record(id, advisory)))
                }
            }
        }
        _ => None,
    }
}

/// Returns the list of changes, the newest first.
fn changes(mut rows: Vec<(i64, String)>) -> UpstreamAnswer {
    rows.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cmp(other)));
    let lines: String = rows.iter().map(|(at, id)| format!("{},{id}\n", timestamp::utc(*at))).collect();
    UpstreamAnswer::ok("text/csv", lines)
}

/// Returns the records of an ecosystem in one archive. Records are stored without compression: their bytes
/// are the same on every machine, and a snapshot as a whole compresses better.
fn archive(records: &[(&str, &WorldAdvisory)]) -> Option<UpstreamAnswer> {
    // Entries without a time get that of the format's start, 1980, and not that of the clock.
    let stored =
        SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored).unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (id, advisory) in records {
        archive.start_file(format!("{id}.json"), stored).ok()?;
        archive.write_all(record(id, advisory).to_string().as_bytes()).ok()?;
    }
    Some(UpstreamAnswer::ok("application/zip", archive.finish().ok()?.into_inner()))
}

fn record(id: &str, advisory: &WorldAdvisory) -> Value {
    let mut record = json!({
        "schema_version": "1.7.3",
        "id": id,
        "published": timestamp::utc(advisory.published),
        "modified": timestamp::utc(advisory.modified),
        "aliases": advisory.aliases(id),
        "summary": advisory.title,
        "details": advisory.description,
        "severity": severity(advisory),
        "affected": affected(advisory),
        "references": references(advisory),
        "database_specific": {
            "cwe_ids": [advisory.weakness.id()],
            "severity": word(advisory.rating.severity()),
        },
    });
    if let Some(at) = advisory.withdrawn {
        record["withdrawn"] = timestamp::utc(at).into();
    }
    record
}

fn severity(advisory: &WorldAdvisory) -> Value {
    let mut severity = vec![json!({"type": "CVSS_V3", "score": advisory.rating.v3.0})];
    if advisory.published >= CVSS4_SINCE {
        severity.push(json!({"type": "CVSS_V4", "score": advisory.rating.v4.0}));
    }
    severity.into()
}

fn affected(advisory: &WorldAdvisory) -> Value {
    let mut ranges = Vec::new();
    if let Some(AffectedPackage { fixed, .. }) = &advisory.package {
        let fixed = fixed.iter().map(|version| json!({ "fixed": version }));
        let events: Vec<Value> = [json!({"introduced": "0"})].into_iter().chain(fixed).collect();
        ranges.push(json!({"type": "ECOSYSTEM", "events": events}));
    }
    if let Some(range) = &advisory.range {
        let events = [json!({"introduced": "0"}), json!({"fixed": range.fixed})];
        ranges.push(json!({"type": "GIT", "repo": range.repository, "events": events}));
    }
    let ecosystem = advisory.osv.as_ref().map(|(_, ecosystem)| *ecosystem);
    let mut affected = json!({ "ranges": ranges });
    if let Some(package) = &advisory.package {
        affected["package"] = json!({"ecosystem": ecosystem, "name": package.name});
    }
    json!([affected])
}

fn references(advisory: &WorldAdvisory) -> Vec<Value> {
    let mut references: Vec<Value> =
        advisory.links.iter().map(|link| json!({"type": link.kind, "url": link.url})).collect();
    if let Some(cve) = advisory.cve.as_ref().filter(|_| advisory.known.nvd) {
        references
            .push(json!({"type": "ADVISORY", "url": format!("https://nvd.nist.gov/vuln/detail/{cve}")}));
    }
    references
}
