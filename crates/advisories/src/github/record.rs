//! Advisories as GitHub's GraphQL API gives them (`SecurityAdvisory`).

use serde::Deserialize;
use serde_json::value::RawValue;
use streamguard_dataset::{Advisory, AdvisoryReference, AffectedRange, CvssRating, Severity};

use crate::lenient::{self, LenientRecord};
use crate::references::merge_references;
use crate::{cvss, fields, ids};

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

/// Node of the query of vulnerabilities, each with its advisory. A node of the other query is an advisory itself.
#[derive(Deserialize)]
struct GithubNode<'a> {
    #[serde(borrow)]
    advisory: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GithubAdvisory {
    ghsa_id: String,
    summary: Option<String>,
    description: Option<String>,
    #[serde(default, deserialize_with = "fields::severity")]
    severity: Option<Severity>,
    #[serde(default, deserialize_with = "fields::date")]
    published_at: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
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
    #[serde(default, deserialize_with = "fields::score")]
    score: Option<f64>,
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

/// Reads a node, without the parts that are not as documented. Returns `None` if it is not an advisory.
pub fn read(json: &str) -> Option<(Advisory, Completeness)> {
    read_lenient(json).map(|(read, completeness)| (read.record, completeness))
}

/// Reads a node like [`read`], and returns what was left out as well.
pub fn read_lenient(json: &str) -> Option<(LenientRecord<Advisory>, Completeness)> {
    let node: GithubNode<'_> = serde_json::from_str(json).ok()?;
    let advisory = node.advisory.map_or(json, RawValue::get);
    let LenientRecord { record, left_out } = lenient::read(advisory.as_bytes())?;
    let (record, completeness) = to_advisory(record, &left_out)?;
    let mut read = LenientRecord { record, left_out };
    fields::keep_withdrawal(&mut read, "withdrawnAt");
    Some((read, completeness))
}

fn to_advisory(advisory: GithubAdvisory, left_out: &[String]) -> Option<(Advisory, Completeness)> {
    if !ids::is_ghsa(&advisory.ghsa_id) {
        return None;
    }
    // What was left out is not what the answer does not hold.
    let left_out_of = |list: &str| left_out.iter().filter(|part| part.starts_with(list)).count();
    let (cwes, has_more_cwes) = nodes_of(advisory.cwes, left_out_of("cwes.nodes["));
    let (vulnerabilities, has_more) =
        nodes_of(advisory.vulnerabilities, left_out_of("vulnerabilities.nodes["));
    let completeness =
        if has_more || has_more_cwes { Completeness::Truncated } else { Completeness::Complete };
    let names = advisory.identifiers.into_iter().map(|identifier| identifier.value);
    let links =
        advisory.references.into_iter().map(|link| AdvisoryReference { url: link.url, tags: Vec::new() });
    let advisory = Advisory {
        aliases: ids::unique_aliases(&advisory.ghsa_id, names),
        id: advisory.ghsa_id,
        collector: SOURCE_NAME.to_owned(),
        published: advisory.published_at,
        modified: advisory.updated_at,
        withdrawn: advisory.withdrawn_at,
        summary: advisory.summary,
        description: advisory.description,
        severity: advisory.severity,
        cvss: advisory.cvss_severities.and_then(rating),
        cwes: ids::unique_cwes(cwes.iter().map(|cwe| cwe.cwe_id.as_str())),
        exploited_since: None,
        references: merge_references(links),
        affected: vulnerabilities.into_iter().map(affected).collect(),
    };
    Some((advisory, completeness))
}

/// Returns the nodes of a list, and whether there are more than it holds; `left_out` of them were left out.
fn nodes_of<T>(list: Option<NodeList<T>>, left_out: usize) -> (Vec<T>, bool) {
    let Some(NodeList { total_count, nodes }) = list else { return (Vec::new(), false) };
    let nodes: Vec<T> = nodes.into_iter().flatten().flatten().collect();
    let has_more = ((nodes.len() + left_out) as u64) < total_count;
    (nodes, has_more)
}

fn rating(ratings: GithubRatings) -> Option<CvssRating> {
    let ratings = [ratings.cvss_v4, ratings.cvss_v3].into_iter().flatten().filter_map(|rating| {
        let mut cvss = cvss::parse_vector(&rating.vector_string?)?;
        // GitHub writes 0.0 where there is no score.
        let given = rating.score.filter(|score| *score > 0.0);
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
        ..AffectedRange::default()
    }
}
