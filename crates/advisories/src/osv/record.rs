//! Records in the OSV format (ossf.github.io/osv-schema), as its databases use it.

use serde::{Deserialize, Deserializer};
use streamguard_dataset::{Advisory, Affected, Cvss, Reference, Severity};

use crate::{cvss, moment, name};

#[derive(Deserialize)]
struct Record {
    id: String,
    modified: Option<String>,
    published: Option<String>,
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    aliases: Vec<String>,
    summary: Option<String>,
    details: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    severity: Vec<Rating>,
    #[serde(default, deserialize_with = "or_empty")]
    affected: Vec<Concerned>,
    #[serde(default, deserialize_with = "or_empty")]
    references: Vec<Link>,
    #[serde(default, deserialize_with = "or_empty")]
    database_specific: Specific,
}

#[derive(Deserialize)]
struct Rating {
    score: String,
}

#[derive(Deserialize)]
struct Link {
    r#type: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct Concerned {
    package: Option<Package>,
    #[serde(default, deserialize_with = "or_empty")]
    severity: Vec<Rating>,
    #[serde(default, deserialize_with = "or_empty")]
    ranges: Vec<Range>,
    #[serde(default, deserialize_with = "or_empty")]
    ecosystem_specific: Specific,
    #[serde(default, deserialize_with = "or_empty")]
    database_specific: Specific,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Range {
    r#type: String,
    repo: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
}

/// What databases say beyond the format; anything that is not as known is left out.
#[derive(Default, Deserialize)]
struct Specific {
    /// GitHub's class, in `database_specific`; that of OSS-Fuzz, in `ecosystem_specific`.
    #[serde(default, deserialize_with = "or_none")]
    severity: Option<String>,
    /// GitHub's.
    #[serde(default, deserialize_with = "or_none")]
    cwe_ids: Option<Vec<String>>,
    /// RustSec's vector.
    #[serde(default, deserialize_with = "or_none")]
    cvss: Option<String>,
}

/// What is null counts as empty.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What is of another type counts as absent.
fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Known<T> {
        Yes(T),
        No(serde::de::IgnoredAny),
    }
    Ok(match Known::deserialize(from)? {
        Known::Yes(value) => Some(value),
        Known::No(_) => None,
    })
}

/// The advisory in a record; none if it is no record.
pub fn read(json: &[u8]) -> Option<Advisory> {
    let record: Record = serde_json::from_slice(json).ok()?;
    if !name::is_osv(&record.id) {
        return None;
    }
    let cvss = rating(&record);
    let severity = class(&record, cvss.as_ref());
    let specific = record.affected.iter().map(|concerned| &concerned.database_specific);
    let cwes = specific.chain([&record.database_specific]).filter_map(|specific| specific.cwe_ids.as_ref());
    let cwes = name::cwes(cwes.flatten().map(String::as_str));
    let links = record
        .references
        .into_iter()
        .map(|link| Reference { url: link.url, tags: link.r#type.into_iter().collect() });
    Some(Advisory {
        aliases: name::aliases(&record.id, record.aliases),
        id: record.id,
        collector: super::NAME.to_owned(),
        published: record.published.as_deref().and_then(moment::utc),
        modified: record.modified.as_deref().and_then(moment::utc),
        withdrawn: record.withdrawn.as_deref().and_then(moment::utc),
        summary: record.summary,
        description: record.details,
        severity,
        cvss,
        cwes,
        exploited_since: None,
        references: name::references(links),
        affected: record.affected.into_iter().flat_map(affected).collect(),
    })
}

/// The rating of the record, or else of what it concerns.
fn rating(record: &Record) -> Option<Cvss> {
    let best = |vectors: &mut dyn Iterator<Item = &str>| {
        cvss::best(vectors.filter_map(cvss::rating).map(|cvss| (cvss, true)))
    };
    let concerned = || record.affected.iter();
    let own = &mut record.severity.iter().map(|rating| rating.score.as_str());
    let theirs = &mut concerned().flat_map(|one| &one.severity).map(|rating| rating.score.as_str());
    let specific = &mut concerned().filter_map(|one| one.database_specific.cvss.as_deref());
    best(own).or_else(|| best(theirs)).or_else(|| best(specific))
}

/// The class that the database gives, or else that of the score.
fn class(record: &Record, cvss: Option<&Cvss>) -> Option<Severity> {
    let named = record.affected.iter().filter_map(|one| one.ecosystem_specific.severity.as_deref());
    let named = record.database_specific.severity.as_deref().into_iter().chain(named);
    named.filter_map(cvss::class).next().or_else(|| {
        let cvss = cvss?;
        Some(cvss::severity(&cvss.version, cvss.score?))
    })
}

/// One entry for each range.
fn affected(concerned: Concerned) -> Vec<Affected> {
    let (ecosystem, package) = match concerned.package {
        Some(package) => (package.ecosystem, package.name),
        None => (None, None),
    };
    let whole = Affected { ecosystem, package, ..Affected::default() };
    if concerned.ranges.is_empty() {
        return vec![whole];
    }
    // Without its repository a commit says nothing.
    let ranges = concerned.ranges.into_iter().filter(|range| range.r#type != "GIT" || range.repo.is_some());
    ranges
        .map(|range| {
            let mut one = whole.clone();
            one.repository = range.repo.filter(|_| range.r#type == "GIT");
            for event in range.events {
                // 0 stands for the beginning, and names no version and no commit.
                one.introduced.extend(event.introduced.filter(|version| version != "0"));
                one.fixed.extend(event.fixed);
            }
            one
        })
        .collect()
}
