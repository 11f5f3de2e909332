//! Records of the CVE API 2.0 and of the feeds, by NVD's schema `cve_api_json_2.0`.

use std::collections::BTreeMap;

use serde::Deserialize;
use streamguard_dataset::{Advisory, AdvisoryReference, CvssRating};

use crate::references::merge_references;
use crate::{cvss, ids, timestamp};

/// Name of the source, in its advisories.
pub(super) const SOURCE_NAME: &str = "cve";

/// Element of `vulnerabilities`.
#[derive(Deserialize)]
struct CveItem {
    cve: CveRecord,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CveRecord {
    id: String,
    published: Option<String>,
    last_modified: Option<String>,
    vuln_status: Option<String>,
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
    base_severity: Option<String>,
    /// Missing in rating systems other than CVSS.
    cvss_data: Option<CvssData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssData {
    version: String,
    vector_string: String,
    base_score: Option<f64>,
    base_severity: Option<String>,
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

/// Reads one element of `vulnerabilities`. Returns `None` if it is not a CVE record.
pub fn read(json: &str) -> Option<Advisory> {
    let CveItem { cve } = serde_json::from_str(json).ok()?;
    if !ids::is_cve(&cve.id) {
        return None;
    }
    let modified = cve.last_modified.as_deref().and_then(timestamp::normalize);
    let published = cve.published.as_deref().and_then(timestamp::normalize);
    let is_rejected = cve.vuln_status.as_deref() == Some("Rejected");
    // NVD does not date the rejection, but a rejected record does not change any more.
    let withdrawn = is_rejected.then(|| modified.clone().or_else(|| published.clone())).flatten();
    let (cvss, severity) = rating(&cve.metrics);
    let severity = severity.as_deref().and_then(cvss::parse_severity).or_else(|| {
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
        exploited_since: cve.cisa_exploit_add.as_deref().and_then(timestamp::normalize),
        references: merge_references(
            cve.references.into_iter().map(|link| AdvisoryReference { url: link.url, tags: link.tags }),
        ),
        affected: Vec::new(),
    })
}

/// Returns the rating that counts, with the severity that NVD gives it.
fn rating(metrics: &BTreeMap<String, Vec<CveMetric>>) -> (Option<CvssRating>, Option<String>) {
    let all = metrics.values().flatten().filter_map(|metric| Some((metric, metric.cvss_data.as_ref()?)));
    let ratings =
        all.clone().map(|(metric, data)| (to_cvss(data), metric.r#type.as_deref() == Some("Primary")));
    let preferred = cvss::preferred(ratings);
    let chosen = all.filter(|(_, data)| preferred.as_ref().is_some_and(|cvss| to_cvss(data) == *cvss));
    let severity = |(metric, data): (&CveMetric, &CvssData)| {
        data.base_severity.clone().or_else(|| metric.base_severity.clone())
    };
    let severity = chosen.filter_map(severity).next();
    (preferred, severity)
}

fn to_cvss(data: &CvssData) -> CvssRating {
    let score = data.base_score.filter(|score| (0.0..=10.0).contains(score));
    CvssRating { version: data.version.clone(), vector: data.vector_string.clone(), score }
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
