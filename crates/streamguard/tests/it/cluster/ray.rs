//! A real Ray.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::testbed::{Engine, Testbed, skipped, with};
use super::{everywhere, toy};
use crate::{run, stderr, stdout, streamguard};

#[test]
fn jobs_run_on_the_nodes_as_here() {
    with(Engine::Ray, &everywhere::ALL);
}

#[test]
fn a_cluster_may_demand_a_token() {
    const TOKEN: &str = "hunter2-5fdbd1c0";
    let cluster = match Testbed::start(Engine::Ray, Some(TOKEN)) {
        Ok(cluster) => cluster,
        Err(why) => return skipped(Engine::Ray, &why),
    };
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0", "0"]);
    let output = cluster.run(folder.path(), 1, &everywhere::TOY);
    assert!(stderr(&output).contains("set RAY_AUTH_TOKEN"), "{}", stderr(&output));
    // Only the driver is sent if the nodes have the program already.
    let arguments = [&everywhere::TOY[..], &["--remote-binary", env!("CARGO_BIN_EXE_streamguard")]].concat();
    let output = cluster.command(folder.path(), &arguments).env("RAY_AUTH_TOKEN", TOKEN).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("sending the driver") && !stderr(&output).contains(TOKEN),
        "{}",
        stderr(&output)
    );
    let left = Command::new("grep").args(["-r", TOKEN]).arg(folder.path()).output().unwrap();
    assert_eq!(stdout(&left), "");
}

/// Server that answers like a dashboard behind HTTPS and a proxy that demands a header. It prints its port.
const GATE: &str = r#"
import http.server, json, ssl, subprocess
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"],
    check=True, capture_output=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        passed = self.headers["X-Gate"] == "hunter2" and self.headers["Authorization"] == "Bearer hunter3"
        known = passed and self.path == "/ray/api/version"
        self.send_response(200 if known else 500 if passed else 403)
        answer = json.dumps({"ray_version": "2.60.0"}).encode() if known else b"Trace\nOut of order"
        self.send_header("Content-Length", len(answer))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"#;

/// Process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[test]
fn a_cluster_may_stand_behind_https_and_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0"]);
    let gate =
        Command::new("python3").args(["-c", GATE]).current_dir(folder.path()).stdout(Stdio::piped()).spawn();
    let mut gate = Ends(gate.unwrap());
    let mut port = String::new();
    BufReader::new(gate.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let address = format!("https://localhost:{}/ray", port.trim());
    let said = |code: i32, variables: &[(&str, &str)]| {
        let mut command = streamguard(folder.path());
        command.args(everywhere::TOY).args(["--mode", "ray", "--ray-address", &address]).args(["--fresh"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(!stderr(&output).contains("hunter"), "{}", stderr(&output));
        stderr(&output)
    };
    let certificate = folder.path().join("cert.pem").display().to_string();
    let trusts = ("SSL_CERT_FILE", certificate.as_str());
    let (header, token) = (("RAY_JOB_HEADERS", r#"{"X-Gate": "hunter2"}"#), ("RAY_AUTH_TOKEN", "hunter3"));
    let untrusted = said(1, &[header, token]);
    assert!(untrusted.contains("certificate"), "{untrusted}");
    let refused = said(1, &[trusts, token]);
    assert!(refused.contains("refuses access (403)"), "{refused}");
    // The proxy lets the program in, and the run starts.
    let submitted = said(4, &[trusts, header, token]);
    assert!(submitted.contains("answered with 500: Out of order"), "{submitted}");
}

#[test]
fn an_error_without_ray_names_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0"]);
    let said = |code: i32, address: &str| {
        let output = streamguard(folder.path())
            .args(everywhere::TOY)
            .args(["--mode", "ray", "--ray-address", address])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        stderr(&output)
    };
    // Nobody listens on the port of discard.
    let unreachable = said(1, "http://127.0.0.1:9");
    assert!(unreachable.contains("http://127.0.0.1:9/ cannot be reached"), "{unreachable}");
    let client = said(2, "ray://127.0.0.1:10001");
    assert!(client.contains("dashboard, such as http://head:8265"), "{client}");
    let output = run(folder.path(), &["prime", "--range", "1..2", "--mode", "ray"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--output-dir"), "{}", stderr(&output));
}
