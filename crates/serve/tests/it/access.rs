//! Who may ask.

use streamguard_serve::{AccessToken, ScanServer, ServerError, ServerOptions};

use super::{options, send, with_server};

#[test]
fn other_machines_need_a_token() {
    let open = ServerOptions::new("0.0.0.0:0".parse().expect("an address"));
    assert!(matches!(ScanServer::bind(open), Err(ServerError::NeedsToken(_))));
    let token = AccessToken::new("0123456789abcdef").expect("a token");
    with_server(ServerOptions { token: Some(token), ..options() }, |address| {
        let ask = |path: &str, header: &str| {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: scan.example\r\n{header}Connection: close\r\n\r\n");
            send(address, request.as_bytes()).status
        };
        assert_eq!(ask("/v1/advisories/CVE-1", ""), 401);
        assert_eq!(ask("/metrics", "Authorization: Bearer 0123456789abcdeX\r\n"), 401);
        assert_eq!(ask("/v1/advisories/CVE-1", "Authorization: Bearer 0123456789abcdef\r\n"), 404);
        assert_eq!(ask("/healthz", ""), 200);
    });
}

#[test]
fn a_page_of_another_host_gets_nothing() {
    with_server(options(), |address| {
        for host in ["Host: evil.example\r\n", ""] {
            let request = format!("GET /v1/advisories/CVE-1 HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
            assert_eq!(send(address, request.as_bytes()).status, 421);
        }
    });
}
