//! Paths of the server.

use crate::request::Request;
use crate::response::Response;
use crate::scan_service::ScanService;

/// Policy of the page: only its own script and style, and requests to this server (CSP Level 3).
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Answers a request.
pub(crate) fn answer(request: &Request, service: &ScanService<'_>) -> Response {
    if let Some(refusal) = refusal(request, service) {
        return refusal;
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => Response::new("text/html; charset=utf-8", include_str!("page/page.html"))
            .with_header("Content-Security-Policy", PAGE_POLICY),
        ("GET", "/page.css") => Response::new("text/css; charset=utf-8", include_str!("page/page.css")),
        ("GET", "/page.js") => Response::new("text/javascript; charset=utf-8", include_str!("page/page.js")),
        ("GET", "/healthz") => Response::new("text/plain; charset=utf-8", "ok\n"),
        ("GET", "/openapi.json") => Response::new("application/json", include_str!("page/openapi.json")),
        ("GET", "/metrics") => {
            Response::new("text/plain; version=0.0.4; charset=utf-8", service.metrics.text())
        }
        ("POST", "/v1/scan") => service.scan(&name(&request.query), &request.body),
        ("GET", path) if path.starts_with("/v1/advisories/") => {
            service.advisory(&percent_decoded(&path["/v1/advisories/".len()..]))
        }
        (_, "/v1/scan") => Response::error(405, "send the file by POST").with_header("Allow", "POST"),
        ("GET", _) => Response::error(404, "there is nothing here: /openapi.json tells what is where"),
        _ => Response::error(405, "only GET is answered here").with_header("Allow", "GET"),
    }
}

/// Refuses a request of somebody who is not meant.
fn refusal(request: &Request, service: &ScanService<'_>) -> Option<Response> {
    match &service.token {
        Some(token) => {
            let is_open = matches!(
                request.path.as_str(),
                "/" | "/page.css" | "/page.js" | "/healthz" | "/openapi.json"
            );
            let is_refused = !is_open && !token.is_in(request.authorization.as_deref());
            is_refused.then(|| {
                Response::error(401, "send the token as Authorization: Bearer TOKEN")
                    .with_header("WWW-Authenticate", "Bearer")
            })
        }
        // A page of somebody else can let its own name stand for this machine (DNS rebinding), but cannot hide that
        // name.
        None if !names_this_machine(request.host.as_deref()) => {
            Some(Response::error(421, "the Host of the request is not this machine"))
        }
        None => None,
    }
}

fn names_this_machine(host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

/// Returns the name of the file that a query gives.
fn name(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("name="));
    percent_decoded(&value.unwrap_or_default().replace('+', " "))
}

/// Replaces `%` and two digits by the byte that they stand for
/// ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)).
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        match (first, digit(0).zip(digit(1))) {
            (b'%', Some((high, low))) => {
                bytes.push((16 * high + low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded() {
        assert_eq!(name("x=1&name=src%2Fa+b.c%"), "src/a b.c%");
        assert_eq!(name(""), "");
    }

    #[test]
    fn only_names_of_this_machine_are_its_host() {
        for own in ["localhost", "LOCALHOST:80", "127.0.0.1:8642", "[::1]:1", "[::1]"] {
            assert!(names_this_machine(Some(own)), "{own}");
        }
        for other in ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "::1", ""] {
            assert!(!names_this_machine(Some(other)), "{other}");
        }
        assert!(!names_this_machine(None));
    }
}
