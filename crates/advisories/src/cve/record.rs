//! Records of the CVE API 2.0 and of its feeds, by NVD's schema `cve_api_json_2.0`.

use std::collections::BTreeMap;

use serde::Deserialize;
use streamguard_dataset::{Advisory, Cvss, Reference};

use crate::{cvss, moment, name};

/// An element of `vulnerabilities`.
#[derive(Deserialize)]
struct Item {
    cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve {
    id: String,
    published: Option<String>,
    last_modified: Option<String>,
    vuln_status: Option<String>,
    cisa_exploit_add: Option<String>,
    #[serde(default)]
    descriptions: Vec<Text>,
    /// By version: `cvssMetricV31` and the like.
    #[serde(default)]
    metrics: BTreeMap<String, Vec<Metric>>,
    #[serde(default)]
    weaknesses: Vec<Weakness>,
    #[serde(default)]
    references: Vec<Link>,
}

#[derive(Deserialize)]
struct Text {
    lang: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    r#type: Option<String>,
    /// Of version 2.0, which has no class of its own: NVD's.
    base_severity: Option<String>,
    /// None for rating systems other than CVSS.
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
struct Weakness {
    #[serde(default)]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Link {
    url: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// The advisory in one element of `vulnerabilities`; none if it is no CVE record.
pub fn read(json: &str) -> Option<Advisory> {
    let Item { cve } = serde_json::from_str(json).ok()?;
    if !name::is_cve(&cve.id) {
        return None;
    }
    let modified = cve.last_modified.as_deref().and_then(moment::utc);
    let published = cve.published.as_deref().and_then(moment::utc);
    let is_rejected = cve.vuln_status.as_deref() == Some("Rejected");
    // NVD does not say when it was; it has not changed since.
    let withdrawn = is_rejected.then(|| modified.clone().or_else(|| published.clone())).flatten();
    let (cvss, class) = rating(&cve.metrics);
    let severity = class.as_deref().and_then(cvss::class).or_else(|| {
        let cvss = cvss.as_ref()?;
        Some(cvss::severity(&cvss.version, cvss.score?))
    });
    let texts = cve.weaknesses.iter().flat_map(|weakness| &weakness.description);
    let cwes = name::cwes(texts.map(|text| text.value.as_str()));
    let ids = cve.references.iter().filter_map(|link| ghsa(&link.url)).map(str::to_owned);
    Some(Advisory {
        aliases: name::aliases(&cve.id, ids),
        id: cve.id,
        collector: super::NAME.to_owned(),
        published,
        modified,
        withdrawn,
        summary: None,
        description: cve.descriptions.into_iter().find(|text| text.lang == "en").map(|text| text.value),
        severity,
        cvss,
        cwes,
        exploited_since: cve.cisa_exploit_add.as_deref().and_then(moment::utc),
        references: name::references(
            cve.references.into_iter().map(|link| Reference { url: link.url, tags: link.tags }),
        ),
        affected: Vec::new(),
    })
}

/// The rating that counts, with the class that NVD gives it.
fn rating(metrics: &BTreeMap<String, Vec<Metric>>) -> (Option<Cvss>, Option<String>) {
    let all = metrics.values().flatten().filter_map(|metric| Some((metric, metric.cvss_data.as_ref()?)));
    let ratings = all.clone().map(|(metric, data)| (of(data), metric.r#type.as_deref() == Some("Primary")));
    let best = cvss::best(ratings);
    let chosen = all.filter(|(_, data)| best.as_ref().is_some_and(|best| of(data) == *best));
    let class = |(metric, data): (&Metric, &CvssData)| {
        data.base_severity.clone().or_else(|| metric.base_severity.clone())
    };
    let class = chosen.filter_map(class).next();
    (best, class)
}

fn of(data: &CvssData) -> Cvss {
    let score = data.base_score.filter(|score| (0.0..=10.0).contains(score));
    Cvss { version: data.version.clone(), vector: data.vector_string.clone(), score }
}

/// The id in the URL of an advisory at GitHub: `/advisories/GHSA-..` in its database, or
/// `/<owner>/<name>/security/advisories/GHSA-..` in a repository.
fn ghsa(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://github.com/")?;
    let (before, id) = rest.rsplit_once("advisories/")?;
    let id = id.split(['/', '?', '#']).next().unwrap_or(id);
    let is_place = before.is_empty() || before.ends_with("/security/");
    (is_place && name::is_ghsa(id)).then_some(id)
}
