//! CVE API 2.0 of NVD (nvd.nist.gov/developers/vulnerabilities), with records by the schema
//! `cve_api_json_2.0`.

use serde_json::{Value, json};
use url::Url;

use super::advisory::WorldAdvisory;
use super::advisory::{CVSS2_UNTIL, CVSS4_SINCE};
use super::answer::{CLOCK_MS, UpstreamAnswer};
use super::weakness_effect::{CvssRating, severity, word};
use crate::timestamp;

/// Largest number of records on a page.
const MAX_PAGE_RECORDS: usize = 2000;

/// Length of a time without fractions of a second.
const SECONDS_PREFIX: usize = "2000-01-01T00:00:00".len();

/// Source of NVD's own statements.
const NVD_SOURCE: &str = "nvd@nist.gov";

/// Source of the records.
const ISSUER_SOURCE: &str = "cve@harbor.example";

/// Parameters of a request.
#[derive(Debug)]
struct NvdQuery {
    start: usize,
    size: usize,
    /// Starts of words in the description, in lower case.
    keywords: Vec<String>,
    cwe: Option<String>,
    cve: Option<String>,
    /// First and last time of the last change and of publication, in NVD's form.
    modified: [Option<String>; 2],
    published: [Option<String>; 2],
    without_rejected: bool,
    only_exploited: bool,
}

impl NvdQuery {
    /// Reads the parameters. Returns nothing if one is not known or has a bad value.
    fn read(url: &Url) -> Option<Self> {
        let mut question = Self {
            start: 0,
            size: MAX_PAGE_RECORDS,
            keywords: Vec::new(),
            cwe: None,
            cve: None,
            modified: [None, None],
            published: [None, None],
            without_rejected: false,
            only_exploited: false,
        };
        for (name, value) in url.query_pairs() {
            match &*name {
                "startIndex" => question.start = value.parse().ok()?,
                "resultsPerPage" => {
                    question.size =
                        value.parse().ok().filter(|size| (1..=MAX_PAGE_RECORDS).contains(size))?;
                }
                "keywordSearch" => question.keywords = words(&value),
                "cweId" => question.cwe = Some(value.into_owned()),
                "cveId" => question.cve = Some(value.into_owned()),
                "lastModStartDate" => question.modified[0] = Some(to_second(&value)?),
                "lastModEndDate" => question.modified[1] = Some(to_second(&value)?),
                "pubStartDate" => question.published[0] = Some(to_second(&value)?),
                "pubEndDate" => question.published[1] = Some(to_second(&value)?),
                "noRejected" => question.without_rejected = true,
                "hasKev" => question.only_exploited = true,
                _ => return None,
            }
        }
        Some(question)
    }

    fn asks_for(&self, advisory: &WorldAdvisory) -> bool {
        let has_words = |text: &str| {
            let there = words(text);
            self.keywords.iter().all(|wanted| there.iter().any(|word| word.starts_with(wanted)))
        };
        let is_in = |[from, to]: &[Option<String>; 2], seconds| {
            let moment = timestamp::plain(seconds);
            let moment = &moment[..SECONDS_PREFIX];
            from.as_deref().is_none_or(|from| from <= moment) && to.as_deref().is_none_or(|to| moment <= to)
        };
        let is = |wanted: &Option<String>, there: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(there))
        };
        has_words(&advisory.description)
            // A rejected record has no weakness left.
            && (self.cwe.is_none() || advisory.withdrawn.is_none() && is(&self.cwe, &cwe(advisory)))
            && is(&self.cve, advisory.cve.as_deref().unwrap_or_default())
            && is_in(&self.modified, advisory.modified)
            && is_in(&self.published, advisory.published)
            && !(self.without_rejected && advisory.withdrawn.is_some())
            && !(self.only_exploited && advisory.exploited.is_none())
    }
}

/// Returns the words of a text, in lower case.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|character: char| !character.is_alphanumeric() && character != '-');
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

/// Returns a time without fractions of a second and without its zone, which is always UTC here.
fn to_second(text: &str) -> Option<String> {
    let is_moment = text.as_bytes().get(10) == Some(&b'T');
    text.get(..SECONDS_PREFIX).filter(|_| is_moment).map(str::to_owned)
}

/// Returns one page of the matching records, in the order of publication.
pub(super) fn answer(advisories: &[WorldAdvisory], url: &Url) -> UpstreamAnswer {
    // NVD answers every bad question with 404.
    let Some(question) = NvdQuery::read(url) else { return UpstreamAnswer::refused(404) };
    let mut found: Vec<&WorldAdvisory> =
        advisories.iter().filter(|advisory| advisory.known.nvd && question.asks_for(advisory)).collect();
    found.sort_by_key(|advisory| (advisory.published, advisory.number));
    let page: Vec<Value> =
        found.iter().skip(question.start).take(question.size).map(|advisory| record(advisory)).collect();
    UpstreamAnswer::json(&json!({
        "resultsPerPage": page.len(),
        "startIndex": question.start,
        "totalResults": found.len(),
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": timestamp::plain((CLOCK_MS / 1000) as i64),
        "vulnerabilities": page,
    }))
}

fn cwe(advisory: &WorldAdvisory) -> String {
    if advisory.nvd_is_vague { "NVD-CWE-noinfo".to_owned() } else { advisory.weakness.id() }
}

fn record(advisory: &WorldAdvisory) -> Value {
    let (status, metrics, weaknesses) = match advisory.withdrawn {
        // NVD takes ratings and weaknesses away from rejected records.
        Some(_) => ("Rejected", json!({}), json!([])),
        None => ("Analyzed", metrics(advisory), weaknesses(advisory)),
    };
    let references = match advisory.withdrawn {
        Some(_) => Vec::new(),
        None => references(advisory),
    };
    let mut cve = json!({
        "id": advisory.cve,
        "sourceIdentifier": ISSUER_SOURCE,
        "published": timestamp::plain(advisory.published),
        "lastModified": timestamp::plain(advisory.modified),
        "vulnStatus": status,
        "cveTags": [],
        "descriptions": [{"lang": "en", "value": advisory.description}],
        "metrics": metrics,
        "weaknesses": weaknesses,
        "references": references,
    });
    if let Some(since) = advisory.exploited {
        cve["cisaExploitAdd"] = timestamp::date(since).into();
        cve["cisaActionDue"] = timestamp::date(since + 21 * timestamp::DAY).into();
        cve["cisaRequiredAction"] = "Apply updates per vendor instructions.".into();
        cve["cisaVulnerabilityName"] = advisory.title.clone().into();
    }
    json!({ "cve": cve })
}

fn metrics(advisory: &WorldAdvisory) -> Value {
    let CvssRating { v2, v3, v4 } = advisory.rating;
    let metric = |version: &str, (vector, score): (&str, f64)| {
        json!([{
            "source": NVD_SOURCE,
            "type": "Primary",
            "cvssData": {
                "version": version,
                "vectorString": vector,
                "baseScore": score,
                "baseSeverity": word(severity(score)),
            },
        }])
    };
    let mut metrics = json!({ "cvssMetricV31": metric("3.1", *v3) });
    if advisory.published >= CVSS4_SINCE {
        metrics["cvssMetricV40"] = metric("4.0", *v4);
    }
    if advisory.published < CVSS2_UNTIL {
        let (vector, score) = *v2;
        metrics["cvssMetricV2"] = json!([{
            "source": NVD_SOURCE,
            "type": "Primary",
            "cvssData": {"version": "2.0", "vectorString": vector, "baseScore": score},
            // NVD's own classes end at HIGH.
            "baseSeverity": word(severity(score).min(streamguard_dataset::Severity::High)),
        }]);
    }
    metrics
}

fn weaknesses(advisory: &WorldAdvisory) -> Value {
    json!([{
        "source": NVD_SOURCE,
        "type": "Primary",
        "description": [{"lang": "en", "value": cwe(advisory)}],
    }])
}

fn references(advisory: &WorldAdvisory) -> Vec<Value> {
    let links = advisory.links.iter();
    let mut references: Vec<Value> =
        links.map(|link| json!({"url": link.url, "source": ISSUER_SOURCE, "tags": link.tags})).collect();
    if let Some(ghsa) = advisory.ghsa.as_ref().filter(|_| advisory.known.github) {
        let url = format!("https://github.com/advisories/{ghsa}");
        references.push(json!({"url": url, "source": ISSUER_SOURCE, "tags": ["Third Party Advisory"]}));
    }
    references
}
