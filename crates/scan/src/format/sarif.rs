//! Findings as a log of SARIF 2.1.0: a result for each function and fix, a rule for each advisory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use streamguard_dataset::Severity;
use streamguard_sarif::escape::visible;
use streamguard_sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, LogicalLocation, MAX_RESULTS, PhysicalLocation,
    ReportingDescriptor, RuleProperties, SCHEMA_URL, SarifFix, SarifInvocation, SarifLocation,
    SarifNotification, SarifRegion, SarifReplacement, SarifResult, SarifTool, ToolComponent, escaped_json,
    message, path_uri,
};

use super::{of_repository, repository};
use crate::advisory_page::advisory_page;
use crate::finding::{Finding, Grade};
use crate::signature::SignatureOrigin;
use crate::verdict::Verdict;

/// Id of the rule of fixes that no advisory names.
const UNNAMED_RULE: &str = "fix-without-advisory";

/// Base of relative paths, a name that code scanning knows.
const ROOT_BASE: &str = "%SRCROOT%";

/// Most locations of statements beside a result.
const MAX_RELATED: usize = 10;

/// Writes findings as a log, in their order: at most as many as code scanning accepts, the gravest. `faults` are texts
/// about what could not be scanned.
pub fn sarif(findings: &[&Finding], faults: &[String], version: &str) -> Vec<u8> {
    let mut chosen: Vec<(usize, &Finding)> = findings.iter().copied().enumerate().collect();
    chosen.sort_by_key(|(at, finding)| (finding.verdict, finding.grade, *at));
    chosen.truncate(MAX_RESULTS);
    chosen.sort_by_key(|(at, _)| *at);
    let mut rules = ScanRules::default();
    let results: Vec<SarifResult> =
        chosen.iter().map(|(_, finding)| result(finding, rules.index(&finding.fix))).collect();
    let mut notifications: Vec<SarifNotification> =
        faults.iter().map(|fault| SarifNotification::new("warning", fault)).collect();
    if let Some(count @ 1..) = findings.len().checked_sub(MAX_RESULTS) {
        notifications
            .push(SarifNotification::new("warning", &format!("{count} more findings are not listed.")));
    }
    let invocation = SarifInvocation {
        command_line: None,
        start_time_utc: None,
        end_time_utc: None,
        execution_successful: notifications.is_empty(),
        tool_execution_notifications: notifications,
    };
    let root = ArtifactLocation {
        description: Some(message("The folder in which the scan was started.")),
        ..ArtifactLocation::default()
    };
    let driver = ToolComponent { name: "StreamGuard", version: version.to_owned(), rules: rules.descriptors };
    let log = json!({
        "$schema": SCHEMA_URL,
        "version": "2.1.0",
        "runs": [{
            "tool": SarifTool { driver },
            "invocations": [invocation],
            "originalUriBaseIds": { ROOT_BASE: root },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    [escaped_json(&log), b"\n".to_vec()].concat()
}

/// Rules of the results so far.
#[derive(Default)]
struct ScanRules {
    index: BTreeMap<String, usize>,
    descriptors: Vec<ReportingDescriptor>,
}

impl ScanRules {
    /// Returns the position of the rule of a fix.
    fn index(&mut self, fix: &SignatureOrigin) -> usize {
        let id = rule_id(fix);
        let next = self.descriptors.len();
        let index = *self.index.entry(id.clone()).or_insert(next);
        if index == next {
            self.descriptors.push(rule(id, fix));
        }
        index
    }
}

fn rule_id(fix: &SignatureOrigin) -> String {
    fix.advisories.first().map_or_else(|| UNNAMED_RULE.to_owned(), |id| visible(id).into_owned())
}

fn rule(id: String, fix: &SignatureOrigin) -> ReportingDescriptor {
    let mut tags = vec!["security".to_owned()];
    let (name, about, help_uri, severity) = match fix.advisories.as_slice() {
        [] => (
            "FixWithoutAdvisory",
            "The message of a commit says that it fixes a weakness, and the code lacks that commit."
                .to_owned(),
            None,
            None,
        ),
        ids => {
            // The form that code scanning filters by has three digits at least.
            let cwes = fix.cwes.iter().filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse::<u32>().ok());
            tags.extend(cwes.map(|cwe| format!("external/cwe/cwe-{cwe:03}")));
            let page = advisory_page(&ids[0]);
            let about = format!("The code lacks the fix of {}. It is described at {page}.", ids.join(", "));
            (
                if ids.len() == 1 { "KnownWeakness" } else { "KnownWeaknesses" },
                about,
                Some(page),
                fix.severity,
            )
        }
    };
    ReportingDescriptor {
        short_description: message(&match fix.advisories.is_empty() {
            true => "Lacks a fix that no advisory names.".to_owned(),
            false => format!("Lacks the fix of {id}."),
        }),
        id,
        name: name.to_owned(),
        full_description: message(&about),
        help_uri,
        help: message(&about),
        properties: RuleProperties { tags, security_severity: severity.map(score) },
    }
}

/// Returns the lowest score of a severity class (CVSS 3.1, §5).
fn score(severity: Severity) -> String {
    let score = match severity {
        Severity::None => "0.0",
        Severity::Low => "0.1",
        Severity::Medium => "4.0",
        Severity::High => "7.0",
        Severity::Critical => "9.0",
    };
    score.to_owned()
}

fn result<'a>(finding: &'a Finding, rule_index: usize) -> SarifResult<'a> {
    let fix = &finding.fix;
    let (kind, level) = match (finding.verdict, finding.grade) {
        (Verdict::Vulnerable, Grade::High) => (None, "error"),
        (Verdict::Vulnerable, Grade::Medium) => (None, "warning"),
        (Verdict::Vulnerable, Grade::Low | Grade::Note) => (None, "note"),
        // Only failures have a level (§3.27.10).
        (Verdict::Unclear, _) => (Some("review"), "none"),
        (Verdict::Fixed, _) => (Some("pass"), "none"),
    };
    let function =
        LogicalLocation { fully_qualified_name: visible(&finding.function).into_owned(), kind: "function" };
    let related = finding.present.iter().take(MAX_RELATED).map(|statement| SarifLocation {
        physical_location: PhysicalLocation {
            artifact_location: location(finding),
            region: Some(SarifRegion {
                start_line: statement.line,
                end_line: statement.line,
                ..SarifRegion::default()
            }),
        },
        logical_locations: Vec::new(),
        message: Some(message(&format!("The fix changes this statement: {}", statement.text))),
    });
    SarifResult {
        rule_id: rule_id(fix),
        rule_index,
        kind,
        level,
        message: message(&sentence(finding)),
        locations: [SarifLocation {
            physical_location: PhysicalLocation {
                artifact_location: location(finding),
                region: Some(region(finding)),
            },
            logical_locations: vec![function],
            message: None,
        }],
        related_locations: related.collect(),
        rank: (finding.verdict == Verdict::Vulnerable).then_some((finding.similarity * 100.0).round()),
        partial_fingerprints: BTreeMap::from([(
            "streamguardFix/v1",
            Cow::Borrowed(finding.fingerprint.as_str()),
        )]),
        fixes: upstream_fix(finding).into_iter().collect(),
        properties: properties(finding),
    }
}

fn location(finding: &Finding) -> ArtifactLocation {
    let uri = path_uri(&finding.path);
    let uri_base_id = (!uri.contains("://")).then(|| ROOT_BASE.to_owned());
    ArtifactLocation { uri: Some(uri), uri_base_id, description: None }
}

fn region(finding: &Finding) -> SarifRegion<'static> {
    SarifRegion {
        start_line: finding.start_line,
        start_column: Some(finding.start_column as usize),
        end_line: finding.end_line,
        end_column: Some(finding.end_column as usize),
        ..SarifRegion::default()
    }
}

/// Returns the function after the fix, if it can take the place of this one as it is.
fn upstream_fix(finding: &Finding) -> Option<SarifFix<'_>> {
    let code = finding.fix.code.as_ref()?;
    let is_applicable = finding.verdict == Verdict::Vulnerable && finding.identical;
    is_applicable.then(|| SarifFix {
        description: message(&format!("The function after commit {}.", finding.fix.commit)),
        artifact_changes: [ArtifactChange {
            artifact_location: location(finding),
            replacements: [SarifReplacement {
                deleted_region: region(finding),
                inserted_content: ArtifactContent { text: &code.fixed },
            }],
        }],
    })
}

fn sentence(finding: &Finding) -> String {
    let fix = &finding.fix;
    let name = match fix.advisories.as_slice() {
        [] => "a fix without an advisory".to_owned(),
        ids => format!("the fix of {}", ids.join(", ")),
    };
    let (verdict, similarity) = match finding.verdict {
        Verdict::Vulnerable => ("lacks", finding.similarity),
        Verdict::Unclear => {
            ("cannot be told to be a side of", finding.similarity.max(finding.fixed_similarity))
        }
        Verdict::Fixed => ("has", finding.fixed_similarity),
    };
    format!(
        "{} {verdict} {name} ({:.0} % alike). It was fixed in {} of {} by commit {}{}.",
        finding.function,
        100.0 * similarity,
        fix.function,
        fix.path,
        fix.commit,
        of_repository(fix)
    )
}

fn properties(finding: &Finding) -> BTreeMap<&'static str, Value> {
    let fix = &finding.fix;
    let list = |texts: &[String]| texts.iter().map(|text| Value::from(visible(text))).collect::<Value>();
    let missing: Vec<String> = finding.missing.iter().map(|statement| statement.text.clone()).collect();
    let all = [
        ("advisories", list(&fix.advisories)),
        ("cwes", list(&fix.cwes)),
        ("severity", json!(fix.severity.map(Severity::name))),
        ("similarity", json!(finding.similarity)),
        ("missing", list(&missing)),
        ("repository", visible(&repository(fix)).into()),
        ("commit", visible(&fix.commit).into()),
        ("commit_date", visible(&fix.date).into()),
        ("path", visible(&fix.path).into()),
        ("function", visible(&fix.function).into()),
        ("source", json!(fix.source.as_deref().map(visible))),
        ("licence", json!(fix.licence.as_deref().map(visible))),
    ];
    let is_known = |value: &Value| {
        !value.is_null()
            && value.as_array().is_none_or(|list| !list.is_empty())
            && value.as_str().is_none_or(|text| !text.is_empty())
    };
    all.into_iter().filter(|(_, value)| is_known(value)).collect()
}
