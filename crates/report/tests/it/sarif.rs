//! Findings: validity, places, and limits.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use streamguard_dataset::{Sample, SampleKind, SampleLevel, Severity};
use streamguard_report::{RenderOptions, ReportFormat, StoredRun};
use tempfile::TempDir;

use crate::crosscheck::jobs_run;
use crate::golden::{Ending, HOSTILE, events, golden, samples, write_dataset, write_run};
use crate::readers;

fn written(run: &StoredRun) -> (PathBuf, Value) {
    let path = streamguard_report::write(run, ReportFormat::Sarif, &RenderOptions::default(), &run.folder)
        .unwrap()
        .remove(0);
    let log = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    (path, log)
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

/// Makes a run with these samples of one collector.
fn run_of(samples: Vec<Sample>) -> (TempDir, StoredRun) {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), &events(Ending::Partial));
    write_dataset(folder.path(), &[("repo", samples)]);
    let run = StoredRun::read(folder.path()).unwrap();
    (folder, run)
}

fn compressed(path: &Path) -> usize {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&std::fs::read(path).unwrap()).unwrap();
    gzip.finish().unwrap().len()
}

#[test]
fn every_log_keeps_to_the_standard() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/specs/sarif/sarif-schema-2.1.0.json");
    if !schema.is_file() {
        eprintln!("SKIPPED: no schema of SARIF in {}", schema.display());
        return;
    }
    let logs = [golden(Ending::Partial), golden(Ending::Cancelled), golden(Ending::Interrupted), jobs_run()]
        .map(|(_folder, run)| written(&run).1);
    let mut wrong = logs[0].clone();
    wrong["runs"][0]["columnKind"] = Value::from("bytes");
    readers::check_schema(&schema, &logs, &wrong);
}

#[test]
fn the_golden_log_is_as_it_was() {
    let (_folder, run) = golden(Ending::Partial);
    let now = std::fs::read(written(&run).0).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/collection_report.sarif");
    if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    assert!(
        std::fs::read(&file).unwrap() == now,
        "run this test with STREAMGUARD_UPDATE=1, and look at what has changed"
    );
}

/// Visits all texts except code, which is not escaped.
fn texts(value: &Value, key: &str, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(key, text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, key, visit)),
        Value::Object(values) => {
            for (key, value) in values {
                visit("a key", key);
                if !matches!(key.as_str(), "snippet" | "insertedContent") {
                    texts(value, key, visit);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn hostile_text_does_nothing() {
    let (_folder, run) = golden(Ending::Partial);
    let (path, log) = written(&run);
    let bytes = std::fs::read_to_string(path).unwrap();
    assert!(
        !bytes.contains(|c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{feff}".contains(c))
    );
    texts(&log, "", &mut |key, text| {
        let harm = |c: char| c.is_control() || "\u{202e}\u{2066}\u{feff}\u{2028}".contains(c);
        assert!(!text.contains(harm), "{key}: {text:?}");
        assert!(!text.contains("]("), "{key}: {text:?}");
        if key == "text" {
            assert!(!text.replace("{{", "").replace("}}", "").contains(['{', '}']), "{key}: {text}");
        }
        if key.to_lowercase().ends_with("uri") {
            assert!(text.is_ascii() && !text.contains([' ', '<', '"', '\\']), "{key}: {text}");
            assert!(text.starts_with("https://") || !text.contains(':'), "{key}: {text}");
        }
    });
    let run = &log["runs"][0];
    let provenance = run["versionControlProvenance"].as_array().unwrap();
    assert!(provenance.iter().all(|origin| origin["repositoryUri"] == "https://git.example/team/app"));
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert!(
        notifications[0]["message"]["text"].as_str().unwrap().starts_with("cve: failed, 0 advisories. =cmd")
    );
    assert_eq!((&notifications[0]["level"], &notifications[1]["level"]), (&"error".into(), &"note".into()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn findings_agree_with_the_samples() {
    let (_folder, run) = golden(Ending::Partial);
    let (_, log) = written(&run);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let bases = &log["runs"][0]["originalUriBaseIds"];
    let provenance = log["runs"][0]["versionControlProvenance"].as_array().unwrap();
    let samples: BTreeMap<String, Sample> =
        run.samples().unwrap().unwrap().map(|sample| sample.unwrap()).map(|s| (s.id.clone(), s)).collect();
    assert_eq!(results(&log).len(), samples.len());
    let mut order = Vec::new();
    for result in results(&log) {
        let sample = &samples[result["partialFingerprints"]["streamguardSample/v1"].as_str().unwrap()];
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        match sample.cwes.first() {
            Some(cwe) => assert_eq!(result["ruleId"], **cwe),
            None => assert_eq!(result["ruleId"], "unknown-weakness"),
        }
        order.push(sample.severity);
        let physical = &result["locations"][0]["physicalLocation"];
        let code = sample.vulnerable_code.as_deref().unwrap();
        assert_eq!(physical["region"]["snippet"]["text"], code);
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(
            change["replacements"][0]["insertedContent"]["text"].as_str(),
            sample.fixed_code.as_deref()
        );
        let base = physical["artifactLocation"]["uriBaseId"].as_str().unwrap();
        assert!(bases[base].is_object(), "{base}");
        let start = &physical["region"]["startLine"];
        // Text from outside may hold what a path does not.
        if sample.collector == "synthetic" || sample.path_before.as_ref().unwrap().contains('\0') {
            assert_eq!((base, start), ("DATASET", &1.into()));
            continue;
        }
        assert_eq!(start.as_u64(), sample.start_line_before.map(u64::from));
        assert_eq!(
            physical["artifactLocation"]["uri"],
            sample.path_before.as_ref().unwrap().replace(' ', "%20")
        );
        if sample.repository.as_deref() != Some(HOSTILE) {
            let origin = provenance.iter().find(|origin| origin["mappedTo"]["uriBaseId"] == base).unwrap();
            assert_eq!(origin["revisionId"].as_str(), sample.parent_commit.as_deref());
            assert_eq!(bases[base]["uri"], "https://git.example/team/app/");
        }
    }
    assert!(order.is_sorted_by(|a, b| a >= b), "the most severe come first");
    let sql = rules.iter().find(|rule| rule["id"] == "CWE-89").unwrap();
    assert_eq!(sql["name"], "SqlInjection");
    assert_eq!(sql["helpUri"], "https://cwe.mitre.org/data/definitions/89.html");
    assert_eq!(sql["properties"]["security-severity"], "7.5");
    assert_eq!(sql["properties"]["tags"][1], "external/cwe/cwe-089");
}

/// Applies a fix to a file (SARIF §3.57): lines and columns count from 1, columns in UTF-16 units.
fn fixed(file: &str, fix: &Value) -> String {
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    let (region, inserted) = (&replacement["deletedRegion"], &replacement["insertedContent"]["text"]);
    let line = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let offset = |line: usize| lines[..line].iter().map(|line| line.len()).sum::<usize>();
    let last: Vec<u16> = lines[line("endLine")].trim_end_matches(['\r', '\n']).encode_utf16().collect();
    let end = region["endColumn"].as_u64().map_or(last.len(), |column| usize::try_from(column).unwrap() - 1);
    let end = offset(line("endLine")) + String::from_utf16(&last[..end]).unwrap().len();
    format!("{}{}{}", &file[..offset(line("startLine"))], inserted.as_str().unwrap(), &file[end..])
}

#[test]
fn fixes_can_be_applied() {
    let before = "int f(char *s) {\n    return query(s); // 🦀 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  /* 🦀 */ }";
    let after = before.replace("query(s)", "query_with(\"?\", s)");
    let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
    sample.vulnerable_code = Some(before.to_owned());
    sample.fixed_code = Some(after.clone());
    sample.repository = Some("https://git.example/a/b.git".to_owned());
    sample.path_before = Some("a/ü.c".to_owned());
    (sample.start_line_before, sample.end_line_before) = (Some(2), Some(4));
    let (_folder, run) = run_of(vec![sample.with_id()]);
    let (_, log) = written(&run);
    let result = &results(&log)[0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a/%C3%BC.c");
    let file = format!("#include <x>\r\n{before}; // the end\r\nint g;\r\n");
    let expected = format!("#include <x>\r\n{after}; // the end\r\nint g;\r\n");
    assert_eq!(fixed(&file, &result["fixes"][0]), expected);
}

#[test]
fn paths_that_lead_elsewhere_are_not_followed() {
    for (path, lines) in
        [("../../etc/passwd", (1, 3)), ("a.c", (0, 3)), ("a.c", (3, 1)), ("a.c", (1, u32::MAX))]
    {
        let mut sample = samples("repo", 2).remove(1);
        sample.path_before = Some(path.to_owned());
        (sample.start_line_before, sample.end_line_before) = (Some(lines.0), Some(lines.1));
        let (_folder, run) = run_of(vec![sample.with_id()]);
        let (_, log) = written(&run);
        let location = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(location["uriBaseId"], "DATASET", "{path}");
        let uri = location["uri"].as_str().unwrap();
        assert!(uri.starts_with("repo/") && uri.ends_with(".py"), "{uri}");
    }
}

/// Returns text that compresses badly, equal for equal numbers.
fn noise(n: u32, length: usize) -> String {
    bytes(n).map(|digit| char::from(b'!' + (digit % 90))).take(length).collect()
}

/// Bytes of a small generator (xorshift64*), which do not compress.
fn bytes(n: u32) -> impl Iterator<Item = u8> {
    let mut state = u64::from(n) + 0x9e37_79b9_7f4a_7c15;
    std::iter::repeat_with(move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
    })
}

#[test]
fn the_log_says_what_does_not_fit() {
    let severities = [Some(Severity::Low), None, Some(Severity::Critical), Some(Severity::High)];
    let sample = |n: u32| {
        let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
        sample.vulnerable_code = Some(noise(2 * n, 9000));
        sample.fixed_code = Some(noise(2 * n + 1, 9000));
        sample.severity = severities[n as usize % 4];
        sample.with_id()
    };
    let (_folder, run) = run_of((0..1000).map(sample).collect());
    let (path, log) = written(&run);
    let size = compressed(&path);
    assert!((9_000_000..10_000_000).contains(&size), "{size}");
    let properties = &log["runs"][0]["properties"];
    let kept = results(&log).len() as u64;
    assert_eq!(properties["left_out"].as_u64().unwrap(), 1000 - kept);
    assert_eq!(properties["left_out_by_severity"]["CRITICAL"], Value::Null);
    assert_eq!(properties["left_out_by_severity"]["unknown"], 250);
    let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().last();
    let said = said.unwrap()["message"]["text"].as_str().unwrap();
    assert!(said.starts_with(&format!("Left out: {} samples", 1000 - kept)), "{said}");
}

#[test]
fn sarif_tools_reads_it() {
    for (_folder, run) in [golden(Ending::Partial), golden(Ending::Interrupted), jobs_run()] {
        let (path, log) = written(&run);
        let Some(mut reader) = readers::python("sarif_log.py", "sarif") else { return };
        readers::succeeds(reader.arg(&path).arg(results(&log).len().to_string()));
    }
}

#[test]
fn the_multitool_finds_no_error() {
    for (folder, run) in [golden(Ending::Partial), golden(Ending::Interrupted), jobs_run()] {
        let (path, _) = written(&run);
        let variable = "STREAMGUARD_TEST_SARIF_MULTITOOL";
        let Some(mut tool) = readers::program(variable, "sarif-multitool") else { return };
        let verdict = folder.path().join("verdict.sarif");
        // A program of .NET, which may lack the ICU library.
        tool.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(&path);
        // The exit code is not 0 for notes either, so the output decides.
        let said = tool.arg("--output").arg(&verdict).args(["--log", "ForceOverwrite"]).output().unwrap();
        let Ok(verdict) = std::fs::read(&verdict) else {
            eprintln!("SKIPPED: the multitool does not run here: {}", String::from_utf8_lossy(&said.stderr));
            return;
        };
        let verdict: Value = serde_json::from_slice(&verdict).unwrap();
        let errors: Vec<&Value> =
            results(&verdict).iter().filter(|result| result["level"] == "error").collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

/// Measures the tables and the findings of 50,000 samples. Run with `cargo test --release -p
/// streamguard-report -- --ignored --nocapture large`.
#[test]
#[ignore = "takes a while; for measuring"]
fn large_runs_are_reported_quickly() {
    let severities = [Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), None];
    let sample = |n: u32| {
        let mut sample = samples("repo", 1).remove(0);
        let lines =
            (0..40).map(|line| format!("    total_{} += read(buffer, {line});\n", (n * 7 + line) % 997));
        let body: String = lines.collect();
        sample.vulnerable_code =
            Some(format!("int f_{n}(char *buffer) {{\n{body}    return gets(buffer);\n}}"));
        sample.fixed_code = Some(format!("int f_{n}(char *buffer) {{\n{body}    return fgets(buffer);\n}}"));
        sample.repository = Some(format!("https://git.example/team/app{}", n % 500));
        sample.parent_commit = Some(format!("{:040x}", u128::from(n) * 0x9e37_79b9_7f4a_7c15_f39c));
        sample.severity = severities[n as usize % 4];
        sample.cvss_score = None;
        sample.path_before = Some(format!("src/part_{}/file_{n}.c", n % 40));
        (sample.start_line_before, sample.end_line_before) = (Some(n + 1), Some(n + 43));
        sample.with_id()
    };
    let (_folder, run) = run_of((0..50_000).map(sample).collect());
    let memory = |what: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with(what)).unwrap_or("memory: unknown").to_owned()
    };
    // Resets the peak that Linux keeps.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    eprintln!("before: {}", memory("VmRSS"));
    for format in [ReportFormat::Csv, ReportFormat::Sarif] {
        let start = Instant::now();
        let paths = streamguard_report::write(&run, format, &RenderOptions::default(), &run.folder).unwrap();
        let bytes: u64 = paths.iter().map(|path| path.metadata().unwrap().len()).sum();
        eprintln!("{format:?}: {:?}, {bytes} bytes, {}", start.elapsed(), memory("VmHWM"));
    }
    let (path, log) = written(&run);
    eprintln!("{} results, {} bytes compressed", results(&log).len(), compressed(&path));
    assert!(results(&log).len() <= 25_000 && compressed(&path) <= 10_000_000);
}
