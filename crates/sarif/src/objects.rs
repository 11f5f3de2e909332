//! Objects of SARIF 2.1.0 (OASIS, errata 01) that a log of findings needs, with the fields that it uses. The standard
//! explains them; section numbers refer to it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// Message (§3.11).
#[derive(Clone, Debug, Serialize)]
pub struct SarifMessage {
    /// Plain text, see [`crate::message`].
    pub text: String,
}

/// Location of a file, or the base of such locations (§3.4).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    /// URI, relative to the base if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Name of the base in `originalUriBaseIds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<String>,
    /// Description of a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<SarifMessage>,
}

/// Content of a file or of a part of it (§3.3).
#[derive(Clone, Debug, Serialize)]
pub struct ArtifactContent<'a> {
    /// The content, unescaped.
    pub text: &'a str,
}

/// Part of a file (§3.30). Lines from 1, both ends inclusive; the end column is that behind the last character.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifRegion<'a> {
    /// First line.
    pub start_line: u32,
    /// Column of the first character, in the unit that the run names; 1 if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<usize>,
    /// Last line.
    pub end_line: u32,
    /// Column behind the last character; the end of the line if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
    /// Content of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<ArtifactContent<'a>>,
    /// Name of the language in SARIF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_language: Option<&'static str>,
}

/// Place in a file (§3.29).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation<'a> {
    /// File.
    pub artifact_location: ArtifactLocation,
    /// Part of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<SarifRegion<'a>>,
}

/// Place in a program (§3.33).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicalLocation {
    /// Name, such as that of a function.
    pub fully_qualified_name: String,
    /// Kind of the construct.
    pub kind: &'static str,
}

/// Location (§3.28).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifLocation<'a> {
    /// Place in a file.
    pub physical_location: PhysicalLocation<'a>,
    /// Places in the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation>,
    /// Relation of the location to the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<SarifMessage>,
}

/// Replacement of a region (§3.57).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifReplacement<'a> {
    /// Region that is replaced.
    pub deleted_region: SarifRegion<'a>,
    /// Content that takes its place.
    pub inserted_content: ArtifactContent<'a>,
}

/// Change of a file (§3.56).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactChange<'a> {
    /// File.
    pub artifact_location: ArtifactLocation,
    /// Replacements in it.
    pub replacements: [SarifReplacement<'a>; 1],
}

/// Proposed fix (§3.55).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifFix<'a> {
    /// Description of the fix.
    pub description: SarifMessage,
    /// Changes that make it up.
    pub artifact_changes: [ArtifactChange<'a>; 1],
}

/// Result (§3.27).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifResult<'a> {
    /// Id of the rule.
    pub rule_id: String,
    /// Position of the rule in the driver.
    pub rule_index: usize,
    /// Nature of the result; `fail` if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// Level of a failure.
    pub level: &'static str,
    /// Text for people.
    pub message: SarifMessage,
    /// Place of the result.
    pub locations: [SarifLocation<'a>; 1],
    /// Other places that explain it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<SarifLocation<'a>>,
    /// Importance, from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<f64>,
    /// Texts by which the result is recognised in another run.
    pub partial_fingerprints: BTreeMap<&'static str, Cow<'a, str>>,
    /// Proposed fixes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<SarifFix<'a>>,
    /// Further facts.
    pub properties: BTreeMap<&'static str, Value>,
}

/// Rule: a `reportingDescriptor` (§3.49).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportingDescriptor {
    /// Id, the same in every run.
    pub id: String,
    /// Name in one word.
    pub name: String,
    /// Description in one sentence.
    pub short_description: SarifMessage,
    /// Whole description.
    pub full_description: SarifMessage,
    /// Page about the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    /// Advice.
    pub help: SarifMessage,
    /// Further facts.
    pub properties: RuleProperties,
}

/// Properties of a rule that code scanning reads (GitHub, SARIF support for code scanning).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleProperties {
    /// Tags, such as `security`.
    pub tags: Vec<String>,
    /// From 0.0 to 10.0, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_severity: Option<String>,
}

/// Tool (§3.18).
#[derive(Clone, Debug, Serialize)]
pub struct SarifTool {
    /// Its main component.
    pub driver: ToolComponent,
}

/// Component of a tool (§3.19).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolComponent {
    /// Name of the tool.
    pub name: &'static str,
    /// Version of the tool.
    pub version: String,
    /// Rules of the results.
    pub rules: Vec<ReportingDescriptor>,
}

/// Notification about the run itself (§3.58).
#[derive(Clone, Debug, Serialize)]
pub struct SarifNotification {
    /// `note`, `warning` or `error`.
    pub level: &'static str,
    /// Text for people.
    pub message: SarifMessage,
}

impl SarifNotification {
    /// Creates a notification of plain text.
    pub fn new(level: &'static str, text: &str) -> Self {
        Self { level, message: crate::message(text) }
    }
}

/// Invocation of the tool (§3.20).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifInvocation {
    /// Command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Time at which it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time_utc: Option<String>,
    /// Time at which it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time_utc: Option<String>,
    /// Whether it looked at everything.
    pub execution_successful: bool,
    /// What happened.
    pub tool_execution_notifications: Vec<SarifNotification>,
}

/// Revision of a repository (§3.23).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionControlDetails {
    /// Address of the repository.
    pub repository_uri: String,
    /// Id of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// Base of the locations in the checkout.
    pub mapped_to: ArtifactLocation,
}
