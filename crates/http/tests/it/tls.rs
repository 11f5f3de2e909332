//! Servers that cannot prove who they are.

use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use streamguard_http::Service;

use super::server::{Waiting, client, read_json, request, settings};

/// Makes a certificate that nobody signed; false if there is no openssl to do that.
fn make_certificate(folder: &Path) -> bool {
    Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was not tested")]
fn a_certificate_that_nobody_signed_is_named_and_final() {
    let folder = tempfile::tempdir().unwrap();
    if !make_certificate(folder.path()) {
        eprintln!("SKIPPED a_certificate_that_nobody_signed_is_named_and_final: openssl cannot be run");
        return;
    }
    let certificate = CertificateDer::from_pem_file(folder.path().join("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut connection = ServerConnection::new(Arc::new(config.clone())).unwrap();
            let _ = connection.complete_io(&mut stream);
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    let (_folder, settings) = settings();
    let mut waiting = Waiting::default();
    let asked = request(Service::Osv, format!("https://localhost:{port}/a"));
    let error = client(&settings).ask(&asked, &mut waiting, &mut read_json).unwrap_err().to_string();
    assert!(error.contains("no secure connection to localhost: invalid peer certificate"), "{error}");
    assert!(waiting.notes.is_empty(), "no other try: {:?}", waiting.notes);
}
