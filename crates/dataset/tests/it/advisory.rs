//! Merging of the records of several sources.

use proptest::prelude::*;
use streamguard_dataset::{Advisory, AdvisoryReference, AffectedRange, CvssRating, Severity, merge_by_alias};

fn advisory(collector: &str, id: &str, aliases: &[&str]) -> Advisory {
    Advisory {
        id: id.to_owned(),
        collector: collector.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        ..Advisory::default()
    }
}

fn reference(url: &str, tags: &[&str]) -> AdvisoryReference {
    AdvisoryReference { url: url.to_owned(), tags: tags.iter().map(|tag| (*tag).to_owned()).collect() }
}

#[test]
fn merged_fields_have_sources_and_conflicts() {
    let cve = Advisory {
        severity: Some(Severity::High),
        cwes: vec!["CWE-89".to_owned()],
        description: Some("from NVD".to_owned()),
        references: vec![reference("https://a.example/fix", &["Patch"])],
        modified: Some("2024-01-01T00:00:00.000Z".to_owned()),
        ..advisory("cve", "CVE-2024-0001", &[])
    };
    let github = Advisory {
        severity: Some(Severity::Medium),
        cwes: vec!["CWE-89".to_owned()],
        summary: Some("from GitHub".to_owned()),
        cvss: Some(CvssRating { version: "3.1".to_owned(), vector: "v".to_owned(), score: Some(5.0) }),
        references: vec![reference("https://a.example/fix", &[])],
        modified: Some("2024-02-02T00:00:00.000Z".to_owned()),
        ..advisory("github", "GHSA-aaaa-bbbb-cccc", &["CVE-2024-0001"])
    };
    let osv = Advisory {
        cwes: vec!["CWE-20".to_owned()],
        affected: vec![AffectedRange { fixed: vec!["1.2".to_owned()], ..AffectedRange::default() }],
        ..advisory("osv", "PYSEC-2024-1", &["GHSA-aaaa-bbbb-cccc"])
    };
    let merged = merge_by_alias(vec![cve, advisory("cve", "CVE-2024-0002", &[]), github, osv]);
    assert_eq!(merged.len(), 2);
    let one = &merged[0];
    assert_eq!((one.id.as_str(), one.collectors.join(" ").as_str()), ("CVE-2024-0001", "cve github osv"));
    assert_eq!(one.aliases, ["GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"]);
    assert_eq!((one.severity, one.cwes.join(" ").as_str()), (Some(Severity::High), "CWE-89"));
    assert_eq!(one.modified.as_deref(), Some("2024-02-02T00:00:00.000Z"));
    assert_eq!(one.field_sources["summary"], "github:GHSA-aaaa-bbbb-cccc");
    assert_eq!(one.field_sources["severity"], "cve:CVE-2024-0001");
    let conflicts: Vec<_> =
        one.conflicts.iter().map(|c| (c.field.as_str(), c.source.as_str(), c.value.as_str())).collect();
    let expected =
        [("severity", "github:GHSA-aaaa-bbbb-cccc", "MEDIUM"), ("cwes", "osv:PYSEC-2024-1", "CWE-20")];
    assert_eq!(conflicts, expected);
    assert_eq!(one.references.len(), 1);
    assert_eq!(one.references[0].tags, ["cve:Patch", "github:reference"]);
}

#[test]
fn two_cves_stay_two_with_a_third_record_of_both() {
    let both = advisory("osv", "GO-2024-1", &["CVE-2024-0001", "CVE-2024-0002"]);
    let merged = merge_by_alias(vec![
        advisory("cve", "CVE-2024-0001", &[]),
        advisory("cve", "CVE-2024-0002", &[]),
        both,
    ]);
    assert_eq!(merged.len(), 2);
    assert_eq!(merged[0].collectors, ["cve", "osv"]);
    assert_eq!(merged[1].collectors, ["cve"]);
}

#[test]
fn a_vulnerability_is_withdrawn_if_all_records_are() {
    let gone = |advisory: Advisory| Advisory { withdrawn: Some("2024".to_owned()), ..advisory };
    let cve = || advisory("cve", "CVE-2024-0001", &[]);
    let ghsa = || advisory("github", "GHSA-aaaa-bbbb-cccc", &["CVE-2024-0001"]);
    assert!(merge_by_alias(vec![gone(cve()), gone(ghsa())])[0].withdrawn.is_some());
    let merged = merge_by_alias(vec![gone(cve()), ghsa()]);
    assert!(merged[0].withdrawn.is_none());
    assert_eq!(merged[0].conflicts[0].field, "withdrawn");
}

proptest! {
    // Every record is in exactly one vulnerability, no vulnerability has two CVE ids of records, and
    // records that name each other are together unless that would join two CVE ids.
    #[test]
    fn records_are_neither_lost_nor_counted_twice(
        links in prop::collection::vec((0_usize..12, prop::collection::vec(0_usize..12, 0..3)), 1..20)
    ) {
        let name = |n: usize| if n < 4 { format!("CVE-2024-{n:04}") } else { format!("X-{n}") };
        let records: Vec<Advisory> = links
            .iter()
            .map(|(id, aliases)| {
                let aliases: Vec<String> = aliases.iter().map(|alias| name(*alias)).collect();
                advisory("osv", &name(*id), &aliases.iter().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        let merged = merge_by_alias(records.clone());
        prop_assert_eq!(merge_by_alias(records.clone()), merged.clone());
        for record in &records {
            let homes = merged.iter().filter(|one| one.id == record.id || one.aliases.contains(&record.id));
            prop_assert!(homes.count() >= 1);
        }
        let mut ids: Vec<&String> = merged.iter().map(|one| &one.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert!(ids.len() <= merged.len());
    }
}
