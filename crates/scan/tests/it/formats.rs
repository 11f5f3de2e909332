//! Formats for other programs: validity, stable bytes, hostile text.

use serde_json::Value;
use streamguard_scan::format::{cyclonedx, html, openvex, sarif};
use streamguard_scan::{FileScanner, Finding, Signature, SignatureIndex, StatementReader, Verdict, build};

use super::{BEFORE, fixed, readers, sample};

const SARIF_SCRIPT: &str = "../report/tests/it/readers/sarif_log.py";
const SCHEMA_SCRIPT: &str = "../report/tests/it/readers/json_schema.py";
const PRODUCT: &str = "pkg:generic/acme/app@1.0";
const ISSUED: &str = "2026-01-01T00:00:00Z";

/// Returns findings in a vulnerable copy, a fixed copy and hostile names, with the code of the fix.
fn findings() -> Vec<Finding> {
    let mut named = sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z");
    named.advisory_ids.push("GHSA-aaaa".to_owned());
    named.cwes = vec!["CWE-89".to_owned(), "CWE-x".to_owned()];
    named.repository = Some("https://user:secret@git.example/team/app".to_owned());
    let after = fixed().replace("return kind;", "return check(kind);");
    let mut unnamed = sample(&fixed(), &after, "CVE-2021-1", "2021-01-01T00:00:00Z");
    unnamed.advisory_ids.clear();
    unnamed.commit = Some("{0}\u{202e}](x".to_owned());
    let mut reader = StatementReader::default();
    let signatures = [named, unnamed].iter().filter_map(|s| Signature::of(s, &mut reader, true)).collect();
    let index = SignatureIndex::from_bytes(&build(signatures)).expect("an index");
    let mut scanner = FileScanner::new(&index);
    let indented = format!("\n  {}", BEFORE.trim_end());
    let mut found = scanner.scan("third party/a\u{202e}{b}.c", indented.as_bytes()).findings;
    found.extend(scanner.scan("new/b.c", fixed().as_bytes()).findings);
    found.extend(scanner.scan("/srv/c.c", BEFORE.replace("log_record", "report").as_bytes()).findings);
    found
}

fn log(findings: &[Finding]) -> Value {
    let shown: Vec<&Finding> = findings.iter().collect();
    serde_json::from_slice(&sarif(&shown, &["x.c: {larger}".to_owned()], "1.0")).expect("JSON")
}

#[test]
fn a_log_has_a_result_for_each_function_and_fix() {
    let findings = findings();
    let log = log(&findings);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(&findings) {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["partialFingerprints"]["streamguardFix/v1"], finding.fingerprint);
        assert_eq!(result["level"] == "none", finding.verdict != Verdict::Vulnerable);
    }
    let named = |result: &&Value| result["ruleId"] == "CVE-2020-1";
    let first = results.iter().find(named).expect("a result of the advisory");
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "third%20party/a%E2%80%AE%7Bb%7D.c");
    let region = &place["region"];
    // The copy begins in the third column of the second line, and ends with its brace.
    assert_eq!((&region["startLine"], &region["startColumn"]), (&2.into(), &3.into()));
    assert_eq!((&region["endLine"], &region["endColumn"]), (&12.into(), &2.into()));
    assert_eq!(first["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"], *region);
    let inserted = &first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"];
    assert_eq!(inserted.as_str(), Some(fixed().as_str()));
    assert_eq!(first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 8);
    let rule = &run["tool"]["driver"]["rules"][first["ruleIndex"].as_u64().expect("an index") as usize];
    assert_eq!(rule["properties"]["tags"][1], "external/cwe/cwe-089");
}

#[test]
fn a_copy_that_differs_gets_no_fix_that_would_overwrite_it() {
    let log = log(&findings());
    let results = log["runs"][0]["results"].as_array().expect("results");
    let changed: Vec<&Value> = results
        .iter()
        .filter(|result| {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///srv/c.c"
        })
        .collect();
    assert!(!changed.is_empty());
    assert!(changed.iter().all(|result| result["fixes"].is_null()));
}

#[test]
fn hostile_text_does_nothing() {
    let findings = findings();
    let shown: Vec<&Finding> = findings.iter().collect();
    let documents = [
        sarif(&shown, &[], "1.0"),
        openvex(&findings, PRODUCT, ISSUED, "1.0").expect("statements"),
        cyclonedx(&findings, PRODUCT, "1.0"),
        html(&shown, &["a\u{202e}.c: <b>".to_owned()], "1.0"),
    ];
    for document in documents {
        let text = String::from_utf8(document).expect("UTF-8");
        assert!(!text.contains("secret"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
    }
    // Messages of SARIF may hold links and placeholders: neither comes from outside.
    let log = log(&findings);
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let text = result["message"]["text"].as_str().expect("a text");
        assert!(!text.contains("](") && !text.replace("{{", "").contains('{'), "{text}");
    }
}

#[test]
fn vex_documents_tell_the_worst_verdict_of_each_advisory() {
    let findings = findings();
    let document: Value =
        serde_json::from_slice(&openvex(&findings, PRODUCT, ISSUED, "1.0").expect("statements"))
            .expect("JSON");
    let statements = document["statements"].as_array().expect("statements");
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0]["vulnerability"]["name"], "CVE-2020-1");
    assert_eq!(statements[0]["vulnerability"]["aliases"][0], "GHSA-aaaa");
    assert_eq!(statements[0]["status"], "affected");
    let fixed: Vec<Finding> =
        findings.iter().filter(|finding| finding.verdict == Verdict::Fixed).cloned().collect();
    let document: Value =
        serde_json::from_slice(&openvex(&fixed, PRODUCT, ISSUED, "1.0").expect("statements")).expect("JSON");
    assert_eq!(document["statements"][0]["status"], "fixed");
    assert_eq!(openvex(&[], PRODUCT, ISSUED, "1.0"), None);
    let bom: Value = serde_json::from_slice(&cyclonedx(&fixed, PRODUCT, "1.0")).expect("JSON");
    assert_eq!(bom["vulnerabilities"][0]["analysis"]["state"], "resolved");
}

#[test]
fn the_documents_keep_to_their_schemas() {
    let findings = findings();
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let log = log(&findings);
    let sarif_path = write("a.sarif", log.to_string().as_bytes());
    let mut wrong = log.clone();
    wrong["runs"][0]["columnKind"] = Value::from("bytes");
    let wrong_sarif = write("wrong.sarif", wrong.to_string().as_bytes());
    let vex = openvex(&findings, PRODUCT, ISSUED, "1.0").expect("statements");
    let mut wrong: Value = serde_json::from_slice(&vex).expect("JSON");
    wrong["statements"][0]["status"] = Value::from("maybe");
    let vex_path = write("a.openvex.json", &vex);
    let wrong_vex = write("wrong.openvex.json", wrong.to_string().as_bytes());
    let schemas = [
        ("STREAMGUARD_TEST_SARIF_SCHEMA", "sarif/sarif-schema-2.1.0.json", sarif_path.clone(), wrong_sarif),
        ("STREAMGUARD_TEST_OPENVEX_SCHEMA", "openvex/openvex_json_schema.json", vex_path, wrong_vex),
    ];
    for (variable, shared, sound, wrong) in schemas {
        let Some(schema) = readers::schema(variable, shared) else { continue };
        for (verdict, document) in [("valid", sound), ("invalid", wrong)] {
            let Some(mut reader) = readers::python(SCHEMA_SCRIPT, "jsonschema") else { return };
            readers::succeeds(reader.arg(&schema).arg(verdict).arg(document));
        }
    }
    if let Some(mut reader) = readers::python(SARIF_SCRIPT, "sarif") {
        // Those that are not failures are no rows.
        let rows = findings.iter().filter(|finding| finding.verdict == Verdict::Vulnerable).count();
        let shown: Vec<&Finding> =
            findings.iter().filter(|finding| finding.verdict == Verdict::Vulnerable).collect();
        let path = write("rows.sarif", &sarif(&shown, &[], "1.0"));
        readers::succeeds(reader.arg(path).arg(rows.to_string()));
    }
    let bom = cyclonedx(&findings, PRODUCT, "1.0");
    let mut wrong: Value = serde_json::from_slice(&bom).expect("JSON");
    wrong["vulnerabilities"][0]["analysis"]["state"] = Value::from("maybe");
    let (sound, wrong) = (write("bom.json", &bom), write("wrong.json", wrong.to_string().as_bytes()));
    for (verdict, document) in [("valid", sound), ("invalid", wrong)] {
        let Some(mut reader) = readers::python("tests/it/readers/cyclonedx_vex.py", "cyclonedx.schema._res")
        else {
            return;
        };
        readers::succeeds(reader.arg(document).arg(verdict));
    }
}

#[test]
fn the_page_shows_each_finding_and_runs_nothing() {
    let findings = findings();
    let shown: Vec<&Finding> = findings.iter().collect();
    let page = |faults: &[String]| String::from_utf8(html(&shown, faults, "1.0")).expect("UTF-8");
    let text = page(&["<script>alert(1)</script>".to_owned()]);
    assert_eq!(text.matches("<section class=\"finding\">").count(), findings.len() + 1);
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!text.contains("<script") && !text.contains("http://"), "{text}");
    assert!(text.contains("default-src 'none'"));
    assert_eq!(page(&[]), page(&[]));
}
