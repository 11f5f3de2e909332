//! Records in the OSV format (ossf.github.io/osv-schema), as its databases use it.

mod extras;

use serde::Deserialize;
use streamguard_dataset::{Advisory, AdvisoryReference, AffectedRange, CvssRating, Severity};

use crate::fields::{self, or_empty};
use crate::lenient::{self, LenientRecord};
use crate::references::merge_references;
use crate::{cvss, ids};
use extras::OsvExtras;

/// Name of the source, in its advisories.
pub(super) const SOURCE_NAME: &str = "osv";

#[derive(Deserialize)]
struct OsvRecord {
    id: String,
    #[serde(default, deserialize_with = "fields::date")]
    modified: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
    published: Option<String>,
    #[serde(default, deserialize_with = "fields::date")]
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    aliases: Vec<String>,
    summary: Option<String>,
    details: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    severity: Vec<OsvSeverity>,
    #[serde(default, deserialize_with = "or_empty")]
    affected: Vec<OsvAffected>,
    #[serde(default, deserialize_with = "or_empty")]
    references: Vec<OsvReference>,
    #[serde(default, deserialize_with = "or_empty")]
    database_specific: OsvExtras,
}

/// Rating; as documented, its score is a vector if its type is a version of CVSS.
#[derive(Deserialize)]
#[serde(try_from = "RawOsvSeverity")]
struct OsvSeverity {
    /// `None` if the rating is not one of CVSS.
    cvss: Option<CvssRating>,
}

#[derive(Deserialize)]
struct RawOsvSeverity {
    r#type: Option<String>,
    score: String,
}

impl TryFrom<RawOsvSeverity> for OsvSeverity {
    type Error = String;

    fn try_from(RawOsvSeverity { r#type, score }: RawOsvSeverity) -> Result<Self, String> {
        let cvss = cvss::parse_vector(&score);
        match r#type {
            Some(version) if cvss.is_none() && version.starts_with("CVSS") => {
                Err(format!("{score:?} is not a vector of {version:?}"))
            }
            _ => Ok(Self { cvss }),
        }
    }
}

#[derive(Deserialize)]
struct OsvReference {
    r#type: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct OsvAffected {
    package: Option<OsvPackage>,
    #[serde(default, deserialize_with = "or_empty")]
    severity: Vec<OsvSeverity>,
    #[serde(default, deserialize_with = "or_empty")]
    ranges: Vec<OsvRange>,
    #[serde(default, deserialize_with = "or_empty")]
    ecosystem_specific: OsvExtras,
    #[serde(default, deserialize_with = "or_empty")]
    database_specific: OsvExtras,
}

#[derive(Deserialize)]
struct OsvPackage {
    ecosystem: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct OsvRange {
    r#type: OsvRangeType,
    repo: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    events: Vec<OsvEvent>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum OsvRangeType {
    Git,
    Semver,
    Ecosystem,
}

#[derive(Deserialize)]
struct OsvEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

/// Reads a record, without the parts that are not as documented. Returns `None` if it is not one.
pub fn read(json: &[u8]) -> Option<Advisory> {
    read_lenient(json).map(|read| read.record)
}

/// Reads a record like [`read`], and returns what was left out as well.
pub fn read_lenient(json: &[u8]) -> Option<LenientRecord<Advisory>> {
    let mut read = lenient::read(json)?.and_then(to_advisory)?;
    fields::keep_withdrawal(&mut read, "withdrawn");
    Some(read)
}

/// Reads the record with this id like [`read_lenient`].
pub(super) fn read_named(json: &[u8], id: &str) -> Option<LenientRecord<Advisory>> {
    read_lenient(json).filter(|read| read.record.id == id)
}

fn to_advisory(record: OsvRecord) -> Option<Advisory> {
    if !ids::is_osv(&record.id) {
        return None;
    }
    let cvss = rating(&record);
    let severity = severity(&record, cvss.as_ref());
    let extras = record.affected.iter().map(|affected| &affected.database_specific);
    let cwes = extras.chain([&record.database_specific]).filter_map(|extras| extras.cwe_ids.as_ref());
    let cwes = ids::unique_cwes(cwes.flatten().map(String::as_str));
    let links = record
        .references
        .into_iter()
        .map(|link| AdvisoryReference { url: link.url, tags: link.r#type.into_iter().collect() });
    Some(Advisory {
        aliases: ids::unique_aliases(&record.id, record.aliases),
        id: record.id,
        collector: SOURCE_NAME.to_owned(),
        published: record.published,
        modified: record.modified,
        withdrawn: record.withdrawn,
        summary: record.summary,
        description: record.details,
        severity,
        cvss,
        cwes,
        exploited_since: None,
        references: merge_references(links),
        affected: record.affected.into_iter().flat_map(affected).collect(),
    })
}

/// Returns the rating of the record, or else of the packages that it affects.
fn rating(record: &OsvRecord) -> Option<CvssRating> {
    let preferred =
        |ratings: &mut dyn Iterator<Item = CvssRating>| cvss::preferred(ratings.map(|cvss| (cvss, true)));
    let affected = || record.affected.iter();
    let of_record = &mut record.severity.iter().filter_map(|severity| severity.cvss.clone());
    let of_packages =
        &mut affected().flat_map(|one| &one.severity).filter_map(|severity| severity.cvss.clone());
    let of_database =
        &mut affected().filter_map(|one| cvss::parse_vector(one.database_specific.cvss.as_deref()?));
    preferred(of_record).or_else(|| preferred(of_packages)).or_else(|| preferred(of_database))
}

/// Returns the severity that the database gives, or else that of the score.
fn severity(record: &OsvRecord, cvss: Option<&CvssRating>) -> Option<Severity> {
    let named = record.affected.iter().filter_map(|one| one.ecosystem_specific.severity.as_deref());
    let named = record.database_specific.severity.as_deref().into_iter().chain(named);
    named.filter_map(cvss::parse_severity).next().or_else(|| {
        let cvss = cvss?;
        Some(cvss::severity_of_score(&cvss.version, cvss.score?))
    })
}

/// Converts a package, to one entry for each of its ranges.
fn affected(entry: OsvAffected) -> Vec<AffectedRange> {
    let (ecosystem, package) = match entry.package {
        Some(package) => (package.ecosystem, package.name),
        None => (None, None),
    };
    let mut functions = Vec::new();
    for function in [entry.ecosystem_specific, entry.database_specific].iter().flat_map(OsvExtras::functions)
    {
        if !functions.contains(&function) {
            functions.push(function);
        }
    }
    let whole = AffectedRange { ecosystem, package, functions, ..AffectedRange::default() };
    if entry.ranges.is_empty() {
        return vec![whole];
    }
    // A commit without its repository cannot be found.
    let ranges =
        entry.ranges.into_iter().filter(|range| range.r#type != OsvRangeType::Git || range.repo.is_some());
    ranges
        .map(|range| {
            let mut one = whole.clone();
            one.repository = range.repo.filter(|_| range.r#type == OsvRangeType::Git);
            for event in range.events {
                // "0" stands for the beginning; it is neither a version nor a commit.
                one.introduced.extend(event.introduced.filter(|version| version != "0"));
                one.fixed.extend(event.fixed);
                one.last_affected.extend(event.last_affected);
            }
            one
        })
        .collect()
}
