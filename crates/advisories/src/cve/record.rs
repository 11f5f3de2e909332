//! Records of the CVE API 2.0 and of the feeds, by NVD's schema `cve_api_json_2.0`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use streamguard_dataset::{Advisory, AdvisoryReference, CvssRating, Severity};

use crate::lenient::{self, LenientRecord};
use crate::references::merge_references;
use crate::{cvss, fields, ids};

/// Name of the source, in its advisories.
pub(super) const SOURCE_NAME: &str = "cve";

/// Element of `vulnerabilities`.
#[derive(Deserialize)]
struct CveItem<'a> {
    #[serde(borrow)]
    cve: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CveRecord {
    id: String,
    #[serde(default, deserialize_with = "fields::date")]
    published: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
    last_modified: Option<String>,
    vuln_status: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
    cisa_exploit_add: Option<String>,
    #[serde(default)]
    descriptions: Vec<LocalizedText>,
    /// By version: `cvssMetricV31` and the like.
    #[serde(default)]
    metrics: BTreeMap<String, Vec<CveMetric>>,
    #[serde(default)]
    weaknesses: Vec<CveWeakness>,
    #[serde(default)]
    references: Vec<CveReference>,
}

#[derive(Deserialize)]
struct LocalizedText {
    lang: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CveMetric {
    r#type: Option<String>,
    /// Severity of version 2.0, which defines none: NVD's own.
    #[serde(default, deserialize_with = "fields::severity")]
    base_severity: Option<Severity>,
    /// Missing in rating systems other than CVSS.
    cvss_data: Option<CvssData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssData {
    version: String,
    vector_string: String,
    #[serde(default, deserialize_with = "fields::score")]
    base_score: Option<f64>,
    #[serde(default, deserialize_with = "fields::severity")]
    base_severity: Option<Severity>,
}

#[derive(Deserialize)]
struct CveWeakness {
    #[serde(default)]
    description: Vec<LocalizedText>,
}

#[derive(Deserialize)]
struct CveReference {
    url: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// Reads one element of `vulnerabilities`, without the parts that are not as documented. Returns `None` if it
/// is not a CVE record.
pub fn read(json: &str) -> Option<Advisory> {
    read_lenient(json).map(|read| read.record)
}

/// Reads one element of `vulnerabilities` like [`read`], and returns what was left out as well.
pub fn read_lenient(json: &str) -> Option<LenientRecord<Advisory>> {
    let CveItem { cve } = serde_json::from_str(json).ok()?;
    lenient::read(cve.get().as_bytes())?.and_then(to_advisory)
}

fn to_advisory(cve: CveRecord) -> Option<Advisory> {
    if !ids::is_cve(&cve.id) {
        return None;
    }
    let CveRecord { last_modified: modified, published, .. } = cve;
    let is_rejected = cve.vuln_status.as_deref() == Some("Rejected");
    // NVD does not date the rejection, but a rejected record does not change any more.
    let withdrawn = is_rejected.then(|| fields::withdrawal_date(modified.as_ref(), published.as_ref()));
    let (cvss, severity) = rating(&cve.metrics);
    let severity = severity.or_else(|| {
        let cvss = cvss.as_ref()?;
        Some(cvss::severity_of_score(&cvss.version, cvss.score?))
    });
    let texts = cve.weaknesses.iter().flat_map(|weakness| &weakness.description);
    let cwes = ids::unique_cwes(texts.map(|text| text.value.as_str()));
    let aliases = cve.references.iter().filter_map(|link| ghsa_id(&link.url)).map(str::to_owned);
    Some(Advisory {
        aliases: ids::unique_aliases(&cve.id, aliases),
        id: cve.id,
        collector: SOURCE_NAME.to_owned(),
        published,
        modified,
        withdrawn,
        summary: None,
        description: cve.descriptions.into_iter().find(|text| text.lang == "en").map(|text| text.value),
        severity,
        cvss,
        cwes,
        exploited_since: cve.cisa_exploit_add,
        references: merge_references(
            cve.references.into_iter().map(|link| AdvisoryReference { url: link.url, tags: link.tags }),
        ),
        affected: Vec::new(),
    })
}

/// Returns the rating that counts, with the severity that NVD gives it.
fn rating(metrics: &BTreeMap<String, Vec<CveMetric>>) -> (Option<CvssRating>, Option<Severity>) {
    let all = metrics.values().flatten().filter_map(|metric| Some((metric, metric.cvss_data.as_ref()?)));
    let ratings =
        all.clone().map(|(metric, data)| (to_cvss(data), metric.r#type.as_deref() == Some("Primary")));
    let preferred = cvss::preferred(ratings);
    let chosen = all.filter(|(_, data)| preferred.as_ref().is_some_and(|cvss| to_cvss(data) == *cvss));
    let severity = |(metric, data): (&CveMetric, &CvssData)| data.base_severity.or(metric.base_severity);
    let severity = chosen.filter_map(severity).next();
    (preferred, severity)
}

fn to_cvss(data: &CvssData) -> CvssRating {
    CvssRating { version: data.version.clone(), vector: data.vector_string.clone(), score: data.base_score }
}

/// Returns the id in the URL of an advisory at GitHub: `/advisories/GHSA-..` in the database, or
/// `/<owner>/<name>/security/advisories/GHSA-..` in a repository. NVD lists no aliases, but links
/// these pages.
fn ghsa_id(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://github.com/")?;
    let (before, id) = rest.rsplit_once("advisories/")?;
    let id = id.split(['/', '?', '#']).next().unwrap_or(id);
    let is_advisory_page = before.is_empty() || before.ends_with("/security/");
    (is_advisory_page && ids::is_ghsa(id)).then_some(id)
}
