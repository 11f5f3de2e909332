//! Findings as a VEX document of [CycloneDX 1.6](https://cyclonedx.org/docs/1.6/json/).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use streamguard_dataset::Severity;
use streamguard_sarif::escape::visible;
use streamguard_sarif::escaped_json;

use super::advisory_status::{AdvisoryStatus, advisory_statuses};
use super::document_id::document_id;
use crate::advisory_page::advisory_page;
use crate::finding::Finding;
use crate::verdict::Verdict;

/// Returns the analysis of each advisory for a product, whose `product` is a package URL.
pub fn cyclonedx(findings: &[Finding], product: &str, version: &str) -> Vec<u8> {
    let vulnerabilities: Vec<Value> =
        advisory_statuses(findings).iter().map(|status| vulnerability(status, product)).collect();
    let serial = document_id(&escaped_json(&json!([product, vulnerabilities])));
    let name = product.rsplit('/').next().unwrap_or(product);
    let mut component = json!({ "type": "application", "name": name, "bom-ref": product });
    if product.starts_with("pkg:") {
        component["purl"] = product.into();
    }
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial,
        "version": 1,
        "metadata": {
            "tools": { "components": [{ "type": "application", "name": "StreamGuard", "version": version }] },
            "component": component,
        },
        "vulnerabilities": vulnerabilities,
    });
    [escaped_json(&document), b"\n".to_vec()].concat()
}

fn vulnerability(status: &AdvisoryStatus, product: &str) -> Value {
    let cwes: BTreeSet<u32> = status
        .findings
        .iter()
        .flat_map(|finding| &finding.fix.cwes)
        .filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse().ok().filter(|cwe| *cwe > 0))
        .collect();
    let severity = status.findings.iter().filter_map(|finding| finding.fix.severity).max();
    // The code is there; whether anything reaches it was not looked at.
    let (state, response) = match status.verdict {
        Verdict::Vulnerable => ("exploitable", &["update"][..]),
        Verdict::Unclear => ("in_triage", &[][..]),
        Verdict::Fixed => ("resolved", &[][..]),
    };
    let mut analysis = json!({ "state": state, "detail": visible(&status.evidence()) });
    if !response.is_empty() {
        analysis["response"] = json!(response);
    }
    let page = advisory_page(status.id);
    let mut vulnerability = json!({
        "bom-ref": visible(status.id),
        "id": visible(status.id),
        "source": { "url": page },
        "cwes": cwes,
        "advisories": [{ "url": page }],
        "analysis": analysis,
        "affects": [{ "ref": product }],
    });
    if !status.aliases.is_empty() {
        let references = status.aliases.iter();
        vulnerability["references"] = references
            .map(|id| json!({ "id": visible(id), "source": { "url": advisory_page(id) } }))
            .collect();
    }
    if let Some(severity) = severity {
        vulnerability["ratings"] = json!([{ "severity": severity_name(severity) }]);
    }
    if status.verdict == Verdict::Vulnerable {
        vulnerability["recommendation"] = visible(&status.advice()).into();
    }
    vulnerability
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::None => "none",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
