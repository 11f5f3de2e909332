//! Fuzz targets of formats that are private to this crate, for the package `fuzz`.

use std::collections::BTreeSet;

use streamguard_dataset::Advisory;

use crate::size_limits::cut_down;
use crate::{LenientRecord, cve, github, ids, osv, timestamp};

/// Any bytes are a page of NVD, or a record of one, or neither.
pub fn nvd_page(bytes: &[u8]) {
    if let Ok(page) = cve::paging::read_bytes(bytes, 0) {
        page.records.advisories.iter().for_each(check);
    }
    cve::record::read_lenient(&String::from_utf8_lossy(bytes)).iter().for_each(check);
}

/// Any bytes are an answer of GitHub, or a node of one, or neither.
pub fn github_page(bytes: &[u8]) {
    if let Ok(page) = github::query::read_bytes(bytes) {
        page.advisories.iter().for_each(check);
    }
    let node = github::record::read_lenient(&String::from_utf8_lossy(bytes));
    node.iter().for_each(|(read, _)| check(read));
}

/// Any bytes are a record of OSV or are not.
pub fn osv_record(bytes: &[u8]) {
    osv::record::read_lenient(bytes).iter().for_each(check);
}

/// A record is written as it was read, and all its parts have the form that those who come after rely on.
fn check(read: &LenientRecord<Advisory>) {
    let record = &read.record;
    let json = serde_json::to_vec(record).expect("an advisory is JSON");
    assert_eq!(&serde_json::from_slice::<Advisory>(&json).expect("its own JSON"), record);
    assert!(ids::is_osv(&record.id));
    assert!(record.aliases.iter().all(|alias| ids::is_osv(alias) && *alias != record.id));
    assert!(record.aliases.is_sorted_by(|one, next| one < next), "{:?}", record.aliases);
    for date in [&record.published, &record.modified, &record.withdrawn, &record.exploited_since] {
        assert_eq!(date.as_deref().and_then(timestamp::normalize), *date);
    }
    assert!(record.cwes.iter().all(|cwe| ids::parse_cwe(cwe).as_ref() == Some(cwe)));
    assert!(is_unique(record.cwes.iter()));
    assert!(is_unique(record.references.iter().map(|reference| &reference.url)));
    if let Some(cvss) = &record.cvss {
        assert!(cvss.score.is_none_or(|score| (0.0..=10.0).contains(&score)), "{cvss:?}");
    }
    if let Some((cut, left_out)) = cut_down(record) {
        assert!(!left_out.is_empty() && cut_down(&cut).is_none());
    }
}

fn is_unique<'a>(texts: impl Iterator<Item = &'a String> + Clone) -> bool {
    texts.clone().collect::<BTreeSet<_>>().len() == texts.count()
}
