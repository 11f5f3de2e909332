//! Client of Ray's REST API of jobs ("Ray Jobs REST API" in its documentation), and of further paths of the
//! server that offers it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamguard::env::{Environment, RAY_AUTH_TOKEN, RAY_JOB_HEADERS};
use streamguard::exit::UsageError;
use streamguard_engine::cluster::ClusterError;
use streamguard_http::agent::SystemAgent;
use streamguard_http::is_confidential;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use ureq::http::{Method, Request};
use url::Url;

/// Longest duration of a whole exchange.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest duration of an exchange that sends the program.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(900);

/// Longest duration of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes: all that a job has printed comes as one answer.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// Longest excerpt of a refusal, in characters.
const MAX_EXCERPT_CHARS: usize = 300;

/// Client of one server.
#[derive(Debug)]
pub(super) struct RayApi {
    agent: SystemAgent,
    upload_agent: SystemAgent,
    base: Url,
    headers: HeaderMap,
}

/// A job, as Ray describes it.
#[derive(Debug, Deserialize)]
pub(super) struct RayJob {
    /// `PENDING`, `RUNNING`, `SUCCEEDED`, `FAILED` or `STOPPED`.
    pub(super) status: String,
    /// Explanation of the status.
    #[serde(default)]
    pub(super) message: Option<String>,
}

impl RayJob {
    /// Whether nothing of the job runs or will run.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "SUCCEEDED" | "FAILED" | "STOPPED")
    }
}

impl RayApi {
    /// Creates a client of the server at an address, with the credentials of the environment, of `.env` and of a
    /// file.
    ///
    /// # Errors
    /// An address that is not one of such a server; credentials that cannot be sent.
    pub(super) fn new(address: &str, token_file: Option<&Path>) -> Result<Self> {
        let base = base(address)?;
        let mut environment = Environment::read(Path::new("."))?;
        if let Some(path) = token_file {
            environment.read_secrets(path)?;
        }
        let headers = headers(environment.secret(RAY_AUTH_TOKEN), environment.secret(RAY_JOB_HEADERS))?;
        check_wire(&base, &headers)?;
        let agent = |timeout| {
            SystemAgent::new(|config| {
                config
                    .user_agent(concat!("streamguard/", env!("CARGO_PKG_VERSION")))
                    .timeout_connect(Some(CONNECT_TIMEOUT))
                    .timeout_global(Some(timeout))
            })
            .context("cannot make an HTTP client")
        };
        Ok(Self { agent: agent(EXCHANGE_TIMEOUT)?, upload_agent: agent(UPLOAD_TIMEOUT)?, base, headers })
    }

    /// Returns the version of Ray.
    pub(super) fn version(&self) -> Result<String, ClusterError> {
        #[derive(Deserialize)]
        struct Version {
            ray_version: String,
        }
        let version: Option<Version> = self.get("api/version")?;
        version.map(|version| version.ray_version).ok_or_else(|| {
            ClusterError(format!(
                "the server at {} is not a dashboard of Ray: it has no api/version",
                self.base
            ))
        })
    }

    /// Returns the number of processors of all nodes, if the server tells: Ray does not promise this part of its
    /// API.
    pub(super) fn processors(&self) -> Option<usize> {
        let nodes: Value = self.get("api/v0/nodes").ok()??;
        let nodes = nodes.pointer("/data/result/result")?.as_array()?;
        let alive = nodes.iter().filter(|node| node["state"] == "ALIVE");
        let processors: f64 = alive.filter_map(|node| node["resources_total"]["CPU"].as_f64()).sum();
        // Counts of processors are small.
        Some(processors as usize)
    }

    /// Whether the cluster holds a package. If so, it keeps the package for the next minutes.
    pub(super) fn has_package(&self, name: &str) -> Result<bool, ClusterError> {
        let url = self.url(&["api", "packages", "gcs", name]);
        Ok(self.exchange(Method::GET, &url, None)?.is_some())
    }

    /// Uploads a package to the cluster.
    pub(super) fn put_package(&self, name: &str, package: Vec<u8>) -> Result<(), ClusterError> {
        let url = self.url(&["api", "packages", "gcs", name]);
        self.send(Method::PUT, &url, Content::Package(package))
    }

    /// Submits a job under a name that no other job has.
    pub(super) fn submit(
        &self,
        id: &str,
        entrypoint: &str,
        package: &str,
        variables: &BTreeMap<&str, String>,
    ) -> Result<(), ClusterError> {
        let job = json!({
            "submission_id": id,
            "entrypoint": entrypoint,
            // GCS is the Global Control Service of Ray here, not a storage of Google's.
            "runtime_env": {"working_dir": format!("gcs://{package}"), "env_vars": variables},
        });
        // Ray's route ends with a slash.
        self.send(Method::POST, &self.url(&["api", "jobs", ""]), Content::Json(job))
    }

    /// Returns a job, if Ray knows it.
    pub(super) fn job(&self, id: &str) -> Result<Option<RayJob>, ClusterError> {
        self.get(&format!("api/jobs/{id}"))
    }

    /// Returns the output of a job so far; an empty text if that is too long.
    pub(super) fn printed(&self, id: &str) -> Result<String, ClusterError> {
        #[derive(Deserialize)]
        struct Printed {
            logs: String,
        }
        let url = self.url(&["api", "jobs", id, "logs"]);
        let body = self.exchange(Method::GET, &url, None)?.unwrap_or_default();
        Ok(serde_json::from_slice(&body).map(|printed: Printed| printed.logs).unwrap_or_default())
    }

    /// Asks a job to stop.
    pub(super) fn stop(&self, id: &str) -> Result<(), ClusterError> {
        self.exchange(Method::POST, &self.url(&["api", "jobs", id, "stop"]), None).map(drop)
    }

    fn url(&self, path: &[&str]) -> Url {
        below(&self.base, path)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ClusterError> {
        let url = self.url(&path.split('/').collect::<Vec<_>>());
        let Some(body) = self.exchange(Method::GET, &url, None)? else { return Ok(None) };
        let not_understood =
            |error| ClusterError(format!("the answer of {url} cannot be understood: {error}"));
        serde_json::from_slice(&body).map(Some).map_err(not_understood)
    }

    /// Sends content to a path that has to exist.
    fn send(&self, method: Method, url: &Url, content: Content) -> Result<(), ClusterError> {
        self.exchange(method, url, Some(content))?.map(drop).ok_or_else(|| {
            ClusterError(format!("{url} does not exist (404): is {} the dashboard of Ray?", self.base))
        })
    }

    /// Sends a request and returns the body of the answer; none if the path does not exist.
    fn exchange(
        &self,
        method: Method,
        url: &Url,
        content: Option<Content>,
    ) -> Result<Option<Vec<u8>>, ClusterError> {
        let unreached = |error: &dyn Error| {
            ClusterError(format!("{} cannot be reached: {}", self.base, innermost_cause(error)))
        };
        // A POST without content declares a length of 0; a GET must not have a body.
        let empty = (method == Method::POST).then(Vec::new);
        let mut request = Request::builder().method(method).uri(url.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            if let Some(Content::Json(_)) = &content {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
        }
        let (agent, body) = match content {
            None => (&self.agent, empty),
            Some(Content::Json(json)) => (&self.agent, Some(json.to_string().into_bytes())),
            Some(Content::Package(package)) => (&self.upload_agent, Some(package)),
        };
        // Two branches, because a request without a body has another type than one with an empty
        // body.
        let answer = match body {
            None => request.body(()).map_err(ureq::Error::from).and_then(|request| agent.run(request)),
            Some(body) => {
                request.body(body).map_err(ureq::Error::from).and_then(|request| agent.run(request))
            }
        };
        let answer = answer.map_err(|error| unreached(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        answer.into_body().into_reader().take(MAX_ANSWER_BYTES).read_to_end(&mut body).map_err(|error| {
            ClusterError(format!("{} broke off its answer: {}", self.base, innermost_cause(&error)))
        })?;
        match status {
            200..=299 => Ok(Some(body)),
            404 => Ok(None),
            401 | 403 => Err(ClusterError(format!(
                "{} refuses access ({status}): set {RAY_AUTH_TOKEN} to the token of the cluster, or {RAY_JOB_HEADERS} \
                 to the headers that the proxy before it demands",
                self.base
            ))),
            300..=399 => Err(ClusterError(format!(
                "{} redirects ({status}): give the address that it redirects to, or the headers that it demands in \
                 {RAY_JOB_HEADERS}",
                self.base
            ))),
            _ => {
                // Ray answers with a traceback of Python: its last line names the error.
                let text = String::from_utf8_lossy(&body);
                let last = text.trim().lines().last().unwrap_or_default();
                let last: String = last.chars().take(MAX_EXCERPT_CHARS).collect();
                Err(ClusterError(format!("{} answered with {status}: {last}", self.base)))
            }
        }
    }
}

/// Content of a request.
enum Content {
    Json(Value),
    Package(Vec<u8>),
}

/// Returns the cause at the end of the chain: the outer errors only say that there is one.
fn innermost_cause<'a>(error: &'a (dyn Error + 'a)) -> &'a (dyn Error + 'a) {
    error.source().map_or(error, |source| innermost_cause(source))
}

/// Returns the URL of a path below another.
fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        // The address may end with a slash or not.
        segments.pop_if_empty().extend(path);
    }
    url
}

/// Parses an address as the URL above the API.
fn base(address: &str) -> Result<Url, UsageError> {
    let wrong = |why: &str| Err(UsageError(format!("--ray-address: {why}, such as http://head:8265")));
    match Url::parse(address) {
        // The text is not repeated: there may be a password in it.
        Ok(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => wrong(
            "put credentials into RAY_AUTH_TOKEN or RAY_JOB_HEADERS, and give the bare address of the dashboard",
        ),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => wrong("give the address of the cluster's dashboard"),
    }
}

/// Refuses to send credentials where everybody on the way could read them.
fn check_wire(base: &Url, headers: &HeaderMap) -> Result<(), UsageError> {
    if headers.is_empty() || is_confidential(base) {
        return Ok(());
    }
    let (host, port) = (base.host_str().unwrap_or_default(), base.port_or_known_default().unwrap_or(80));
    Err(UsageError(format!(
        "{RAY_AUTH_TOKEN} or {RAY_JOB_HEADERS} would travel to {host} without encryption: give --ray-address an https \
         address, or open a tunnel by `ssh -L {port}:localhost:{port} {host}` and give http://localhost:{port}"
    )))
}

/// Returns the headers of every request: the token as Ray's own authentication has it, and headers in the form
/// that Ray's command line takes, an object of JSON.
fn headers(token: Option<&SecretString>, others: Option<&SecretString>) -> Result<HeaderMap, UsageError> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str, variable: &str| {
        let unfit = || UsageError(format!("the value of {variable} cannot be sent in a header"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        // Keeps the value out of what Debug prints.
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok::<(), UsageError>(())
    };
    if let Some(token) = token {
        // A token that was read from a file may bring its line end along.
        let token = token.expose_secret().trim();
        add(AUTHORIZATION.as_str(), &format!("Bearer {token}"), RAY_AUTH_TOKEN)?;
    }
    if let Some(others) = others {
        let others: BTreeMap<String, String> =
            serde_json::from_str(others.expose_secret()).map_err(|_| {
                UsageError(format!(
                    "{RAY_JOB_HEADERS} is not a JSON object of texts, such as {{\"name\": \"value\"}}"
                ))
            })?;
        for (name, value) in &others {
            add(name, value, RAY_JOB_HEADERS)?;
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_passwords_not_repeated() {
        let url = |address: &str, path: &[&str]| below(&base(address).unwrap(), path).to_string();
        assert_eq!(url("http://head:8265", &["api", "jobs", ""]), "http://head:8265/api/jobs/");
        assert_eq!(url("https://x/ray/", &["api", "version"]), "https://x/ray/api/version");
        for wrong in [
            "ray://head:10001",
            "head:8265",
            "auto",
            "http://",
            "http://me:hunter2@head",
            "http://x/?key=hunter2",
        ] {
            let said = base(wrong).unwrap_err().to_string();
            assert!(said.contains("--ray-address") && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn credentials_become_headers_and_are_not_shown() {
        let secret = |text: &str| Some(SecretString::from(text));
        let sent =
            headers(secret("hunter2\n").as_ref(), secret(r#"{"Cookie": "a=hunter2"}"#).as_ref()).unwrap();
        assert_eq!(
            (sent["authorization"].as_bytes(), sent["cookie"].as_bytes()),
            (&b"Bearer hunter2"[..], &b"a=hunter2"[..])
        );
        assert!(!format!("{sent:?}").contains("hunter2"));
        for wrong in ["hunter2", r#"{"a": 1}"#, r#"{"no name": "hunter2"}"#, "{\"a\": \"\\u0000hunter2\"}"] {
            let said = headers(None, secret(wrong).as_ref()).unwrap_err().to_string();
            assert!(said.contains(RAY_JOB_HEADERS) && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn credentials_travel_encrypted_or_not_at_all() {
        let sent = headers(Some(&SecretString::from("hunter2")), None).unwrap();
        for address in ["https://head", "http://localhost:8265", "http://127.0.0.1:8265", "http://[::1]:8265"]
        {
            assert!(check_wire(&base(address).unwrap(), &sent).is_ok(), "{address}");
        }
        let open = base("http://head:8265").unwrap();
        let said = check_wire(&open, &sent).unwrap_err().to_string();
        assert!(said.contains("ssh -L 8265:localhost:8265 head") && !said.contains("hunter2"), "{said}");
        assert!(check_wire(&open, &HeaderMap::new()).is_ok());
    }
}
