//! Findings as a document of [OpenVEX 0.2.0](https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md).

use serde_json::{Value, json};
use streamguard_sarif::escape::visible;
use streamguard_sarif::escaped_json;

use super::advisory_status::{AdvisoryStatus, advisory_statuses};
use super::document_id::document_id;
use crate::finding::Finding;
use crate::verdict::Verdict;

/// Returns a statement for each advisory: that the product is affected, that it has the fix, or that somebody has to
/// look. `None` if no finding names an advisory, since the format has no document without statements.
///
/// `product` is an IRI such as a package URL; `timestamp` is the time of issue (RFC 3339), which the format demands.
pub fn openvex(findings: &[Finding], product: &str, timestamp: &str, version: &str) -> Option<Vec<u8>> {
    let statements: Vec<Value> =
        advisory_statuses(findings).iter().map(|status| statement(status, product)).collect();
    if statements.is_empty() {
        return None;
    }
    let id = document_id(&escaped_json(&json!([product, timestamp, statements])));
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": id,
        "author": "StreamGuard",
        "role": "Scanner",
        "timestamp": timestamp,
        "version": 1,
        "tooling": format!("StreamGuard {version}"),
        "statements": statements,
    });
    Some([escaped_json(&document), b"\n".to_vec()].concat())
}

fn statement(status: &AdvisoryStatus, product: &str) -> Value {
    let mut vulnerability = json!({ "name": visible(status.id) });
    if !status.aliases.is_empty() {
        vulnerability["aliases"] = status.aliases.iter().map(|id| visible(id)).collect();
    }
    let mut statement = json!({
        "vulnerability": vulnerability,
        "products": [{ "@id": product }],
        "status": match status.verdict {
            Verdict::Vulnerable => "affected",
            Verdict::Unclear => "under_investigation",
            Verdict::Fixed => "fixed",
        },
        "status_notes": visible(&status.evidence()),
    });
    if status.verdict == Verdict::Vulnerable {
        statement["action_statement"] = visible(&status.advice()).into();
    }
    statement
}
