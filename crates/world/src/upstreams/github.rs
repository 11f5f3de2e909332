//! GitHub Advisory Database in the form of GitHub's GraphQL API (docs.github.com/graphql): the connections
//! `securityAdvisories` and `securityVulnerabilities`. Fields are not selected: every node has all of them.

use serde::Deserialize;
use serde_json::{Value, json};
use streamguard_dataset::{Language, Severity};

use super::advisory::CVSS4_SINCE;
use super::advisory::{AffectedPackage, WorldAdvisory};
use super::answer::UpstreamAnswer;
use super::weakness_effect::word;
use crate::timestamp;

/// Records of a page: GitHub's limit.
const MAX_PAGE_RECORDS: usize = 100;

/// Body of a request.
#[derive(Deserialize)]
struct GraphqlRequest {
    query: String,
    #[serde(default)]
    variables: QueryVariables,
}

/// Variables of a query, under the names of GitHub's arguments except for the last two.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct QueryVariables {
    ecosystem: Option<String>,
    severities: Option<Vec<String>>,
    /// Argument `after`.
    cursor: Option<String>,
    /// Argument `updatedSince`.
    start: Option<String>,
}

/// Returns one page, in the order of the last change.
pub(super) fn answer(advisories: &[WorldAdvisory], body: &str) -> UpstreamAnswer {
    let Ok(GraphqlRequest { query, variables }) = serde_json::from_str(body) else {
        return UpstreamAnswer::refused(400);
    };
    let connection = ["securityAdvisories", "securityVulnerabilities"]
        .into_iter()
        .find_map(|field| response_key(&query, field).map(|key| (field, key)));
    let Some((field, key)) = connection else {
        let error =
            json!({"message": "The world answers only for security advisories", "type": "undefinedField"});
        return UpstreamAnswer::json(&json!({ "errors": [error] }));
    };
    let mut found: Vec<&WorldAdvisory> = advisories
        .iter()
        .filter(|advisory| advisory.known.github && is_wanted(advisory, &variables))
        .collect();
    // The number breaks ties, so that no record is on two pages or on none.
    found.sort_by_key(|advisory| (advisory.modified, advisory.number));
    let start = variables.cursor.as_deref().and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    let page = found.iter().skip(start).take(MAX_PAGE_RECORDS);
    let nodes: Vec<Value> = match field {
        "securityAdvisories" => page.map(|advisory| node(advisory)).collect(),
        // Every advisory of the world is about at most one package.
        _ => page
            .filter_map(|advisory| Some((advisory, advisory.package.as_ref()?)))
            .map(about_package)
            .collect(),
    };
    let end = (start + MAX_PAGE_RECORDS).min(found.len());
    let mut data = json!({
        "rateLimit": {"limit": 5000, "cost": 1, "remaining": 4999, "resetAt": "2026-01-01T01:00:00Z"},
    });
    data[key] = json!({
        "totalCount": found.len(),
        "pageInfo": {"hasNextPage": end < found.len(), "endCursor": (end > start).then(|| end.to_string())},
        "nodes": nodes,
    });
    UpstreamAnswer::json(&json!({ "data": data }))
}

/// Returns the key of a field in the answer: its alias, or its own name.
fn response_key(query: &str, field: &str) -> Option<String> {
    let before = query[..query.find(&format!("{field}("))?].trim_end();
    let alias = before.strip_suffix(':').map(|before| {
        let start = before.rfind(|character: char| !character.is_alphanumeric() && character != '_');
        before[start.map_or(0, |start| start + 1)..].to_owned()
    });
    Some(alias.unwrap_or_else(|| field.to_owned()))
}

fn is_wanted(advisory: &WorldAdvisory, wanted: &QueryVariables) -> bool {
    let since = wanted.start.as_deref().and_then(|start| start.parse::<jiff::Timestamp>().ok());
    let package = advisory.package.as_ref().map(|package| ecosystem(package.language));
    since.is_none_or(|since| since.as_second() <= advisory.modified)
        && wanted.ecosystem.as_deref().is_none_or(|wanted| package == Some(wanted))
        && wanted.severities.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name == class(advisory)))
}

/// Returns GitHub's name of the ecosystem of a language.
fn ecosystem(language: Language) -> &'static str {
    match language {
        Language::Python => "PIP",
        Language::JavaScript => "NPM",
        Language::Java => "MAVEN",
        Language::Php => "COMPOSER",
        Language::Go => "GO",
        _ => "RUST",
    }
}

/// Returns GitHub's class of severity.
fn class(advisory: &WorldAdvisory) -> &'static str {
    match advisory.github_rating.severity() {
        Severity::Medium => "MODERATE",
        severity => word(severity),
    }
}

fn node(advisory: &WorldAdvisory) -> Value {
    let (ghsa, rating) = (advisory.ghsa.as_deref().unwrap_or_default(), advisory.github_rating);
    let kind = |id: &&str| if id.starts_with("CVE-") { "CVE" } else { "GHSA" };
    // GitHub does not know the ids of others.
    let ids = advisory.ids().into_iter().filter(|id| id.starts_with("CVE-") || id.starts_with("GHSA-"));
    let identifiers: Vec<Value> = ids.map(|id| json!({"type": kind(&id), "value": id})).collect();
    let mut links: Vec<String> = advisory.links.iter().map(|link| link.url.clone()).collect();
    if let Some(cve) = advisory.cve.as_ref().filter(|_| advisory.known.nvd) {
        links.push(format!("https://nvd.nist.gov/vuln/detail/{cve}"));
    }
    links.push(format!("https://github.com/advisories/{ghsa}"));
    let references: Vec<Value> = links.iter().map(|url| json!({ "url": url })).collect();
    let score = |(vector, score): (&str, f64)| json!({"score": score, "vectorString": vector});
    // GitHub has a score of zero where there is no rating.
    let four = if advisory.published >= CVSS4_SINCE {
        score(rating.v4)
    } else {
        json!({"score": 0.0, "vectorString": null})
    };
    let vulnerabilities: Vec<Value> =
        advisory.package.iter().map(|package| vulnerability(advisory, package)).collect();
    json!({
        "ghsaId": ghsa,
        "summary": advisory.title,
        "description": advisory.description,
        "classification": "GENERAL",
        "severity": class(advisory),
        "publishedAt": timestamp::utc(advisory.published),
        "updatedAt": timestamp::utc(advisory.modified),
        "withdrawnAt": advisory.withdrawn.map(timestamp::utc),
        "permalink": format!("https://github.com/advisories/{ghsa}"),
        "identifiers": identifiers,
        "references": references,
        "cvss": score(rating.v3),
        "cvssSeverities": {"cvssV3": score(rating.v3), "cvssV4": four},
        "cwes": {
            "totalCount": 1,
            "nodes": [{"cweId": advisory.weakness.id(), "name": advisory.weakness.title}],
        },
        "vulnerabilities": {"totalCount": vulnerabilities.len(), "nodes": vulnerabilities},
    })
}

fn vulnerability(advisory: &WorldAdvisory, package: &AffectedPackage) -> Value {
    let range = package.fixed.as_ref().map_or_else(|| ">= 0".to_owned(), |fixed| format!("< {fixed}"));
    json!({
        "package": {"ecosystem": ecosystem(package.language), "name": package.name},
        "severity": class(advisory),
        "updatedAt": timestamp::utc(advisory.modified),
        "vulnerableVersionRange": range,
        "firstPatchedVersion": package.fixed.as_ref().map(|fixed| json!({ "identifier": fixed })),
    })
}

fn about_package((advisory, package): (&&WorldAdvisory, &AffectedPackage)) -> Value {
    let mut node_of_package = vulnerability(advisory, package);
    node_of_package["advisory"] = node(advisory);
    node_of_package
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_name_the_answer() {
        let key = |query| response_key(query, "securityAdvisories");
        assert_eq!(key("{ securityAdvisories(first: 1) { x } }").as_deref(), Some("securityAdvisories"));
        assert_eq!(key("{ page: securityAdvisories(first: 1) { x } }").as_deref(), Some("page"));
        assert_eq!(key("{ viewer { login } }"), None);
    }
}
