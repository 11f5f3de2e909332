//! Advisories as GitHub's GraphQL API gives them (`SecurityAdvisory`).

use serde::Deserialize;
use streamguard_dataset::{Advisory, AdvisoryReference, AffectedRange, CvssRating};

use crate::references::merge_references;
use crate::{cvss, ids, timestamp};

/// Name of the source, in its advisories.
pub(super) const SOURCE_NAME: &str = "github";

/// Ecosystems that GitHub knows (`SecurityAdvisoryEcosystem`), each with its name in OSV.
pub(super) const ECOSYSTEMS: [(&str, &str); 12] = [
    ("COMPOSER", "Packagist"),
    ("ERLANG", "Hex"),
    ("ACTIONS", "GitHub Actions"),
    ("GO", "Go"),
    ("MAVEN", "Maven"),
    ("NPM", "npm"),
    ("NUGET", "NuGet"),
    ("PIP", "PyPI"),
    ("PUB", "Pub"),
    ("RUBYGEMS", "RubyGems"),
    ("RUST", "crates.io"),
    ("SWIFT", "SwiftURL"),
];

/// Returns the name of an ecosystem in OSV.
pub(super) fn osv_ecosystem(name: &str) -> &str {
    ECOSYSTEMS.iter().find(|(github, _)| *github == name).map_or(name, |(_, osv)| osv)
}

/// Node of either query: an advisory, or a vulnerability with its advisory.
#[derive(Deserialize)]
#[serde(untagged)]
enum GithubNode {
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
    identifiers: Vec<GithubIdentifier>,
    #[serde(default)]
    references: Vec<GithubReference>,
    cvss_severities: Option<GithubRatings>,
    cwes: Option<NodeList<GithubCwe>>,
    vulnerabilities: Option<NodeList<GithubVulnerability>>,
}

#[derive(Deserialize)]
struct GithubIdentifier {
    value: String,
}

#[derive(Deserialize)]
struct GithubReference {
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubRatings {
    cvss_v3: Option<GithubRating>,
    cvss_v4: Option<GithubRating>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubRating {
    score: f64,
    vector_string: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeList<T> {
    #[serde(default)]
    total_count: u64,
    nodes: Option<Vec<Option<T>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubCwe {
    cwe_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubVulnerability {
    package: Option<GithubPackage>,
    vulnerable_version_range: Option<String>,
    first_patched_version: Option<GithubVersion>,
}

#[derive(Deserialize)]
struct GithubPackage {
    ecosystem: Option<String>,
    name: String,
}

#[derive(Deserialize)]
struct GithubVersion {
    identifier: String,
}

/// Completeness of an advisory: the query asks for a limited number of packages and weaknesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// The answer holds all of it.
    Complete,
    /// It has more packages or weaknesses than the answer holds.
    Truncated,
}

/// Reads a node. Returns `None` if it is not an advisory.
pub fn read(json: &str) -> Option<(Advisory, Completeness)> {
    let (GithubNode::Vulnerability { advisory } | GithubNode::Advisory(advisory)) =
        serde_json::from_str(json).ok()?;
    if !ids::is_ghsa(&advisory.ghsa_id) {
        return None;
    }
    let (cwes, has_more_cwes) = nodes_of(advisory.cwes);
    let (vulnerabilities, has_more) = nodes_of(advisory.vulnerabilities);
    let completeness =
        if has_more || has_more_cwes { Completeness::Truncated } else { Completeness::Complete };
    let names = advisory.identifiers.into_iter().map(|identifier| identifier.value);
    let links =
        advisory.references.into_iter().map(|link| AdvisoryReference { url: link.url, tags: Vec::new() });
    let advisory = Advisory {
        aliases: ids::unique_aliases(&advisory.ghsa_id, names),
        id: advisory.ghsa_id,
        collector: SOURCE_NAME.to_owned(),
        published: advisory.published_at.as_deref().and_then(timestamp::normalize),
        modified: advisory.updated_at.as_deref().and_then(timestamp::normalize),
        withdrawn: advisory.withdrawn_at.as_deref().and_then(timestamp::normalize),
        summary: advisory.summary,
        description: advisory.description,
        severity: advisory.severity.as_deref().and_then(cvss::parse_severity),
        cvss: advisory.cvss_severities.and_then(rating),
        cwes: ids::unique_cwes(cwes.iter().map(|cwe| cwe.cwe_id.as_str())),
        exploited_since: None,
        references: merge_references(links),
        affected: vulnerabilities.into_iter().map(affected).collect(),
    };
    Some((advisory, completeness))
}

/// Returns the nodes of a list, and whether there are more than it holds.
fn nodes_of<T>(list: Option<NodeList<T>>) -> (Vec<T>, bool) {
    let Some(NodeList { total_count, nodes }) = list else { return (Vec::new(), false) };
    let nodes: Vec<T> = nodes.into_iter().flatten().flatten().collect();
    let has_more = (nodes.len() as u64) < total_count;
    (nodes, has_more)
}

fn rating(ratings: GithubRatings) -> Option<CvssRating> {
    let ratings = [ratings.cvss_v4, ratings.cvss_v3].into_iter().flatten().filter_map(|rating| {
        let mut cvss = cvss::parse_vector(&rating.vector_string?)?;
        // GitHub writes 0.0 where there is no score.
        let given = Some(rating.score).filter(|score| *score > 0.0 && *score <= 10.0);
        cvss.score = given.or(cvss.score);
        Some((cvss, true))
    });
    cvss::preferred(ratings)
}

fn affected(vulnerability: GithubVulnerability) -> AffectedRange {
    let (ecosystem, package) = match vulnerability.package {
        Some(package) => (package.ecosystem, Some(package.name)),
        None => (None, None),
    };
    // In `>= 1.0, < 1.2` the version of the inclusive lower bound has the flaw itself.
    let range = vulnerability.vulnerable_version_range.unwrap_or_default();
    let bounds = range.split(',').filter_map(|bound| bound.trim().strip_prefix(">="));
    AffectedRange {
        ecosystem: ecosystem.map(|name| osv_ecosystem(&name).to_owned()),
        package,
        repository: None,
        introduced: bounds.map(|version| version.trim().to_owned()).collect(),
        fixed: vulnerability.first_patched_version.into_iter().map(|version| version.identifier).collect(),
    }
}
