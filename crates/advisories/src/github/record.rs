//! Advisories as GitHub's GraphQL API gives them (`SecurityAdvisory`).

use serde::Deserialize;
use streamguard_dataset::{Advisory, Affected, Cvss, Reference};

use super::ECOSYSTEMS;
use crate::{cvss, moment, name};

/// A node of either connection: an advisory, or a vulnerability with its advisory.
#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
    Vulnerability { advisory: Box<GithubAdvisory> },
    Advisory(Box<GithubAdvisory>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubAdvisory {
    ghsa_id: String,
    summary: Option<String>,
    description: Option<String>,
    severity: Option<String>,
    published_at: Option<String>,
    updated_at: Option<String>,
    withdrawn_at: Option<String>,
    #[serde(default)]
    identifiers: Vec<Identifier>,
    #[serde(default)]
    references: Vec<Link>,
    cvss_severities: Option<CvssSeverities>,
    cwes: Option<Connection<Cwe>>,
    vulnerabilities: Option<Connection<Vulnerability>>,
}

#[derive(Deserialize)]
struct Identifier {
    value: String,
}

#[derive(Deserialize)]
struct Link {
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvssSeverities {
    cvss_v3: Option<Rating>,
    cvss_v4: Option<Rating>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rating {
    score: f64,
    vector_string: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<T> {
    #[serde(default)]
    total_count: u64,
    nodes: Option<Vec<Option<T>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cwe {
    cwe_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerability {
    package: Option<Package>,
    vulnerable_version_range: Option<String>,
    first_patched_version: Option<Version>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: Option<String>,
    name: String,
}

#[derive(Deserialize)]
struct Version {
    identifier: String,
}

/// Whether an advisory says more than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It has more packages or weaknesses.
    Yes,
    /// All of it is there.
    No,
}

/// The advisory in a node, and whether all of it is there; none if it is no advisory.
pub fn read(json: &str) -> Option<(Advisory, Cut)> {
    let (Node::Vulnerability { advisory } | Node::Advisory(advisory)) = serde_json::from_str(json).ok()?;
    if !name::is_ghsa(&advisory.ghsa_id) {
        return None;
    }
    let (cwes, some_cwes) = all(advisory.cwes);
    let (vulnerabilities, some) = all(advisory.vulnerabilities);
    let cut = if some || some_cwes { Cut::Yes } else { Cut::No };
    let names = advisory.identifiers.into_iter().map(|identifier| identifier.value);
    let links = advisory.references.into_iter().map(|link| Reference { url: link.url, tags: Vec::new() });
    let advisory = Advisory {
        aliases: name::aliases(&advisory.ghsa_id, names),
        id: advisory.ghsa_id,
        collector: super::NAME.to_owned(),
        published: advisory.published_at.as_deref().and_then(moment::utc),
        modified: advisory.updated_at.as_deref().and_then(moment::utc),
        withdrawn: advisory.withdrawn_at.as_deref().and_then(moment::utc),
        summary: advisory.summary,
        description: advisory.description,
        severity: advisory.severity.as_deref().and_then(cvss::class),
        cvss: advisory.cvss_severities.and_then(rating),
        cwes: name::cwes(cwes.iter().map(|cwe| cwe.cwe_id.as_str())),
        exploited_since: None,
        references: name::references(links),
        affected: vulnerabilities.into_iter().map(affected).collect(),
    };
    Some((advisory, cut))
}

/// What a connection holds, and whether that is less than there is.
fn all<T>(connection: Option<Connection<T>>) -> (Vec<T>, bool) {
    let Some(Connection { total_count, nodes }) = connection else { return (Vec::new(), false) };
    let nodes: Vec<T> = nodes.into_iter().flatten().flatten().collect();
    let is_cut = (nodes.len() as u64) < total_count;
    (nodes, is_cut)
}

fn rating(severities: CvssSeverities) -> Option<Cvss> {
    let ratings = [severities.cvss_v4, severities.cvss_v3].into_iter().flatten().filter_map(|rating| {
        let mut cvss = cvss::rating(&rating.vector_string?)?;
        // A score of zero stands for none.
        let given = Some(rating.score).filter(|score| *score > 0.0 && *score <= 10.0);
        cvss.score = given.or(cvss.score);
        Some((cvss, true))
    });
    cvss::best(ratings)
}

fn affected(vulnerability: Vulnerability) -> Affected {
    let (ecosystem, package) = match vulnerability.package {
        Some(package) => (package.ecosystem, Some(package.name)),
        None => (None, None),
    };
    let osv_name = |name: String| {
        let known = ECOSYSTEMS.iter().find(|(github, _)| *github == name);
        known.map_or(name.clone(), |(_, osv)| (*osv).to_owned())
    };
    // `>= 1.0, < 1.2`: what an inclusive lower bound names has the flaw.
    let range = vulnerability.vulnerable_version_range.unwrap_or_default();
    let bounds = range.split(',').filter_map(|bound| bound.trim().strip_prefix(">="));
    Affected {
        ecosystem: ecosystem.map(osv_name),
        package,
        repository: None,
        introduced: bounds.map(|version| version.trim().to_owned()).collect(),
        fixed: vulnerability.first_patched_version.into_iter().map(|version| version.identifier).collect(),
    }
}
