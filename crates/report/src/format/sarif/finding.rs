//! Makes a finding of a sample.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use streamguard_dataset::{Language, QualityFlag, Sample, SampleKind, SampleLevel, Severity};
use streamguard_sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, LogicalLocation, PhysicalLocation, SarifFix,
    SarifLocation, SarifRegion, SarifReplacement, SarifResult, message, relative_uri,
};

use super::revisions::{RevisionIndex, SourceRevision};
use super::rules::{RuleIndex, RuleKey, score};
use crate::bounded_text::bounded;
use crate::escape::visible;

/// Longest code of a finding, in bytes. Longer code is left out. No collector emits longer code, but a dataset of
/// another program may contain it.
const MAX_CODE_BYTES: usize = 64 * 1024;

/// Largest number of entries of a list.
const MAX_LIST_ENTRIES: usize = 20;

/// Place of a finding: lines of a file in a repository, or of a made-up file.
#[derive(Clone, Debug)]
pub(super) struct FindingPlace {
    /// Repository and commit; `None` if the repository, the file or the lines are not known or not valid.
    pub(super) revision: Option<SourceRevision>,
    /// File, as a relative URI.
    uri: String,
    /// First and last line, from 1.
    lines: (u32, u32),
}

impl FindingPlace {
    pub(super) fn of(sample: &Sample) -> Self {
        Self::in_repository(sample).unwrap_or_else(|| Self::in_dataset(sample))
    }

    fn in_repository(sample: &Sample) -> Option<Self> {
        let repository = bounded(sample.repository.as_deref()?);
        let uri = relative_uri(sample.path_before.as_deref()?)?;
        let (start, end) = (sample.start_line_before?, sample.end_line_before?);
        // Readers hold line numbers as signed 32-bit integers.
        let is_sound = start >= 1 && start <= end && i32::try_from(end).is_ok();
        let commit = sample.parent_commit.as_deref().map(|commit| visible(&bounded(commit)).into_owned());
        is_sound.then_some(Self {
            revision: Some(SourceRevision { repository, commit }),
            uri,
            lines: (start, end),
        })
    }

    /// Makes up the name of a file for code that is not in a known file of a repository.
    fn in_dataset(sample: &Sample) -> Self {
        let id = &sample.id[..sample.id.floor_char_boundary(12)];
        let extension = sample.language.map_or("txt", Language::extension);
        let uri = relative_uri(&format!("{}/{id}.{extension}", sample.collector));
        let lines = sample.vulnerable_code.as_deref().map_or(1, |code| code.lines().count());
        Self {
            revision: None,
            uri: uri.unwrap_or_else(|| "sample".to_owned()),
            lines: (1, u32::try_from(lines).unwrap_or(1).max(1)),
        }
    }

    fn artifact_location(&self, revisions: &RevisionIndex) -> ArtifactLocation {
        ArtifactLocation {
            uri: Some(self.uri.clone()),
            uri_base_id: Some(revisions.base(self.revision.as_ref())),
            description: None,
        }
    }

    /// Returns the region of the code. The code may begin in the middle of its first line. So the end column is known
    /// only if there is a later line: that one is contained from its first column on. A region without columns covers
    /// whole lines, except for the last line feed.
    fn region(&self, code: &str) -> SarifRegion<'static> {
        let (start_line, end_line) = self.lines;
        let last = code.rsplit_once('\n').map(|(_, last)| last.strip_suffix('\r').unwrap_or(last));
        // If the code has more or fewer lines than its place, such as a hunk with lines left out, its last line is
        // not the last line of the place.
        let fills_lines = code.split('\n').count() as u64 == u64::from(end_line - start_line) + 1;
        SarifRegion {
            start_line,
            start_column: None,
            end_line,
            end_column: last.filter(|_| fills_lines).map(|last| last.encode_utf16().count() + 1),
            snippet: None,
            source_language: None,
        }
    }
}

/// Makes the finding of a sample; `None` if the sample has no vulnerable code.
pub(super) fn finding<'a>(
    sample: &'a Sample,
    place: &FindingPlace,
    rules: &RuleIndex,
    revisions: &RevisionIndex,
) -> Option<SarifResult<'a>> {
    let code = sample.vulnerable_code.as_deref()?;
    let key = RuleKey::of(sample);
    let region = SarifRegion {
        snippet: content_if_short(code),
        source_language: sample.language.map(source_language),
        ..place.region(code)
    };
    let function = sample.function.as_deref().map(|name| LogicalLocation {
        fully_qualified_name: visible(&bounded(name)).into_owned(),
        kind: "function",
    });
    let location = SarifLocation {
        physical_location: PhysicalLocation {
            artifact_location: place.artifact_location(revisions),
            region: Some(region),
        },
        logical_locations: function.into_iter().collect(),
        message: None,
    };
    let fix = sample.fixed_code.as_deref().and_then(content_if_short).map(|fixed| SarifFix {
        description: message(match sample.level {
            SampleLevel::Function => "The function after the fix, from its first character to its last.",
            SampleLevel::File => "The file after the fix.",
            SampleLevel::Hunk => "The lines after the fix.",
        }),
        artifact_changes: [ArtifactChange {
            artifact_location: place.artifact_location(revisions),
            replacements: [SarifReplacement { deleted_region: place.region(code), inserted_content: fixed }],
        }],
    });
    Some(SarifResult {
        rule_id: key.id(),
        rule_index: rules.index(key),
        kind: None,
        level: level(sample.severity),
        message: message(&sentence(sample, key)),
        locations: [location],
        related_locations: Vec::new(),
        // SARIF ranks go from 0 to 100, CVSS scores from 0 to 10.
        rank: score(sample).map(|score| (score * 10.0).round()),
        // For tools that compare logs. Code scanning itself only compares `primaryLocationLineHash`.
        partial_fingerprints: BTreeMap::from([("streamguardSample/v1", visible(&sample.id))]),
        fixes: fix.into_iter().collect(),
        properties: properties(sample),
    })
}

/// Tells whether the vulnerable or the fixed code of a sample is too long for its finding, and left out.
pub(super) fn is_code_left_out(sample: &Sample) -> bool {
    [&sample.vulnerable_code, &sample.fixed_code]
        .into_iter()
        .flatten()
        .any(|code| content_if_short(code).is_none())
}

/// Returns the code for the log; `None` if it is too long.
fn content_if_short(code: &str) -> Option<ArtifactContent<'_>> {
    (code.len() <= MAX_CODE_BYTES).then_some(ArtifactContent { text: code })
}

/// Returns the text of a finding: the weakness, the function, and the description of the sample.
fn sentence(sample: &Sample, key: RuleKey) -> String {
    let title = key.title();
    let subject = match sample.kind {
        SampleKind::Exploit => format!("Exploit code: {title}"),
        SampleKind::Pair | SampleKind::Vulnerable | SampleKind::Fixed | SampleKind::Benign => title,
    };
    let function = sample.function.as_deref().map(|name| format!(" in {}", bounded(name)));
    let description = sample.description.as_deref().map(|text| format!(" {}", bounded(text)));
    format!("{subject}{}.{}", function.unwrap_or_default(), description.unwrap_or_default())
}

/// Returns the level of a result. Code whose severity is unknown may be harmful, so it is a warning.
fn level(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical | Severity::High) => "error",
        Some(Severity::Medium) | None => "warning",
        Some(Severity::Low | Severity::None) => "note",
    }
}

/// Returns the name of a language in SARIF; such names contain no punctuation (§3.24.10).
fn source_language(language: Language) -> &'static str {
    match language {
        Language::Cpp => "cplusplus",
        other => other.name(),
    }
}

/// Returns the fields of the sample for the property bag of the result, under their names in the dataset. Fields that
/// are null or empty are left out.
fn properties(sample: &Sample) -> BTreeMap<&'static str, Value> {
    let text =
        |text: &Option<String>| json!(text.as_deref().map(|text| visible(&bounded(text)).into_owned()));
    let list = |texts: &[String]| {
        texts
            .iter()
            .take(MAX_LIST_ENTRIES)
            .map(|text| Value::from(visible(&bounded(text))))
            .collect::<Value>()
    };
    let flags = sample
        .quality_flags
        .iter()
        .take(MAX_LIST_ENTRIES)
        .map(|flag| QualityFlag::name(*flag))
        .collect::<Value>();
    let all = [
        ("id", Value::from(visible(&sample.id))),
        ("collector", Value::from(visible(&bounded(&sample.collector)))),
        ("kind", sample.kind.name().into()),
        ("level", sample.level.name().into()),
        ("language", json!(sample.language.map(Language::name))),
        ("vulnerability_type", text(&sample.vulnerability_type)),
        ("cwes", list(&sample.cwes)),
        ("severity", json!(sample.severity.map(Severity::name))),
        ("cvss_score", json!(sample.cvss_score)),
        ("cvss_vector", text(&sample.cvss_vector)),
        ("advisory_ids", list(&sample.advisory_ids)),
        ("published_date", text(&sample.published_date)),
        ("repository", text(&sample.repository)),
        ("path_before", text(&sample.path_before)),
        (
            "path_after",
            // Left out if it is the same path, as for most fixes, to keep the log small.
            text(&sample.path_after.clone().filter(|path| Some(path) != sample.path_before.as_ref())),
        ),
        ("commit", text(&sample.commit)),
        ("parent_commit", text(&sample.parent_commit)),
        ("licence", text(&sample.licence)),
        ("source", text(&sample.source)),
        ("label_evidence", list(&sample.label_evidence)),
        ("label_confidence", json!(sample.label_confidence)),
        ("quality_flags", flags),
    ];
    let is_known = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    all.into_iter().filter(|(_, value)| is_known(value)).collect()
}
