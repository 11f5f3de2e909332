//! Answers of the server.

use std::io::{Cursor, Write};

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{VENDORED, get, options, post, with_server};

/// Makes a ZIP archive.
pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a member");
        archive.write_all(content).expect("memory");
    }
    archive.finish().expect("an archive").into_inner()
}

#[test]
fn a_file_and_an_archive_are_scanned() {
    with_server(options(), |address| {
        let answer = post(address, "/v1/scan?name=vendor%2Fnotes.c", VENDORED.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found = answer.json();
        assert_eq!(found["findings"][0]["path"], "vendor/notes.c");
        assert_eq!(found["findings"][0]["verdict"], "vulnerable");
        let archive = zip(&[("app/notes.c", VENDORED.as_bytes()), ("app/README", b"text")]);
        let packed = post(address, "/v1/scan", &archive).json();
        assert_eq!(packed["findings"][0]["path"], "app/notes.c");
        assert_eq!(packed["findings"][0]["fix"], found["findings"][0]["fix"]);

        let id = found["findings"][0]["fix"]["advisories"][0].as_str().expect("an advisory");
        let advisory = get(address, &format!("/v1/advisories/{id}"));
        assert_eq!(advisory.json()["fixes"][0]["commit"], found["findings"][0]["fix"]["commit"]);
        assert_eq!(get(address, "/v1/advisories/CVE-1999-0001").status, 404);

        let metrics = get(address, "/metrics").body;
        assert!(metrics.contains("streamguard_scans_total 2\n"), "{metrics}");
        assert!(metrics.contains("streamguard_answers_total{status=\"4xx\"} 1\n"), "{metrics}");
    });
}

#[test]
fn the_document_names_what_is_answered() {
    with_server(options(), |address| {
        let document = get(address, "/openapi.json").json();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let path = path.replace("{id}", "CVE-1");
            for method in methods.as_object().expect("methods").keys() {
                let answer = match method.as_str() {
                    "post" => post(address, &path, b""),
                    _ => get(address, &path),
                };
                let known = &methods[method]["responses"][answer.status.to_string()];
                assert_ne!(*known, Value::Null, "{method} {path}: {}", answer.status);
            }
        }
        assert_eq!(get(address, "/healthz").body, "ok\n");
    });
}

#[test]
fn the_page_may_run_its_own_script_only() {
    with_server(options(), |address| {
        let page = get(address, "/");
        assert!(
            page.head.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"),
            "{}",
            page.head
        );
        for path in ["/page.js", "/page.css"] {
            assert!(page.body.contains(path));
            assert_eq!(get(address, path).status, 200);
        }
        assert_eq!(get(address, "/other").status, 404);
        assert_eq!(get(address, "/v1/scan").status, 405);
    });
}
