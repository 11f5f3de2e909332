//! Ray's REST API of jobs ("Ray Jobs REST API" in its documentation), and what else is asked of the server
//! that has it.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::blocking::{Body, Client, RequestBuilder};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamguard::env::{Environment, RAY_AUTH_TOKEN, RAY_JOB_HEADERS};
use streamguard::exit::UsageError;
use streamguard_engine::cluster::ClusterError;
use url::Url;

/// How long an answer may take, and the sending of the program.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(900));

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes: what a job has printed comes as one.
const LONGEST: u64 = 64 << 20;

/// Longest excerpt of a refusal, in characters.
const EXCERPT: usize = 300;

/// A server of jobs.
#[derive(Debug)]
pub(super) struct Api {
    http: Client,
    base: Url,
    headers: HeaderMap,
}

/// What Ray knows of a job.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    /// `PENDING`, `RUNNING`, `SUCCEEDED`, `FAILED` or `STOPPED`.
    pub(super) status: String,
    /// More of that, in words.
    #[serde(default)]
    pub(super) message: Option<String>,
}

impl Job {
    /// Whether nothing of it runs or will run.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "SUCCEEDED" | "FAILED" | "STOPPED")
    }
}

impl Api {
    /// The server at an address, spoken to with the credentials of the environment, of `.env` and of a file.
    ///
    /// # Errors
    /// An address that is none of such a server; credentials that cannot be sent.
    pub(super) fn new(address: &str, token_file: Option<&Path>) -> Result<Self> {
        let base = base(address)?;
        let mut environment = Environment::read(Path::new("."))?;
        if let Some(path) = token_file {
            environment.read_secrets(path)?;
        }
        let headers = headers(environment.secret(RAY_AUTH_TOKEN), environment.secret(RAY_JOB_HEADERS))?;
        // It fails if there is one already, and then that one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .user_agent(concat!("streamguard/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .build()
            .context("cannot make an HTTP client: are the system's certificates installed?")?;
        Ok(Self { http, base, headers })
    }

    /// The version of Ray.
    pub(super) fn version(&self) -> Result<String, ClusterError> {
        #[derive(Deserialize)]
        struct Version {
            ray_version: String,
        }
        let version: Option<Version> = self.get("api/version")?;
        version.map(|version| version.ray_version).ok_or_else(|| {
            ClusterError(format!(
                "what answers at {} is no dashboard of Ray: it has no api/version",
                self.base
            ))
        })
    }

    /// How many processors its nodes have, if it says so: this part of the API is no promise of Ray's.
    pub(super) fn processors(&self) -> Option<usize> {
        let nodes: Value = self.get("api/v0/nodes").ok()??;
        let nodes = nodes.pointer("/data/result/result")?.as_array()?;
        let alive = nodes.iter().filter(|node| node["state"] == "ALIVE");
        let processors: f64 = alive.filter_map(|node| node["resources_total"]["CPU"].as_f64()).sum();
        // Counts of processors are small.
        Some(processors as usize)
    }

    /// Whether the cluster holds a package; if so, it keeps it for the next minutes.
    pub(super) fn has_package(&self, name: &str) -> Result<bool, ClusterError> {
        let asked = self.http.get(self.url(&["api", "packages", "gcs", name]));
        Ok(self.ask(asked, PATIENCE.0)?.is_some())
    }

    /// Gives a package to the cluster.
    pub(super) fn put_package(&self, name: &str, package: Vec<u8>) -> Result<(), ClusterError> {
        let asked = self.http.put(self.url(&["api", "packages", "gcs", name])).body(Body::from(package));
        self.expect(asked, PATIENCE.1).map(drop)
    }

    /// Submits a job under a name that no other has.
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
            "runtime_env": {"working_dir": format!("gcs://{package}"), "env_vars": variables},
        });
        let asked = self.http.post(self.url(&["api", "jobs", ""])).header(CONTENT_TYPE, "application/json");
        self.expect(asked.body(job.to_string()), PATIENCE.0).map(drop)
    }

    /// What it knows of a job; nothing if it does not know it.
    pub(super) fn job(&self, id: &str) -> Result<Option<Job>, ClusterError> {
        self.get(&format!("api/jobs/{id}"))
    }

    /// What a job has printed so far; nothing if that is too much.
    pub(super) fn printed(&self, id: &str) -> Result<String, ClusterError> {
        #[derive(Deserialize)]
        struct Printed {
            logs: String,
        }
        let asked = self.http.get(self.url(&["api", "jobs", id, "logs"]));
        let body = self.ask(asked, PATIENCE.0)?.unwrap_or_default();
        Ok(serde_json::from_slice(&body).map(|printed: Printed| printed.logs).unwrap_or_default())
    }

    /// Tells a job to stop.
    pub(super) fn stop(&self, id: &str) -> Result<(), ClusterError> {
        self.ask(self.http.post(self.url(&["api", "jobs", id, "stop"])), PATIENCE.0).map(drop)
    }

    fn url(&self, path: &[&str]) -> Url {
        below(&self.base, path)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ClusterError> {
        let url = self.url(&path.split('/').collect::<Vec<_>>());
        let Some(body) = self.ask(self.http.get(url.clone()), PATIENCE.0)? else { return Ok(None) };
        let not_understood =
            |error| ClusterError(format!("{url} answered what cannot be understood: {error}"));
        serde_json::from_slice(&body).map(Some).map_err(not_understood)
    }

    fn expect(&self, asked: RequestBuilder, patience: Duration) -> Result<Vec<u8>, ClusterError> {
        self.ask(asked, patience)?.ok_or_else(|| {
            ClusterError(format!("{} has no such thing (404): is it Ray's dashboard?", self.base))
        })
    }

    /// Asks; nothing if there is no such thing.
    fn ask(&self, asked: RequestBuilder, patience: Duration) -> Result<Option<Vec<u8>>, ClusterError> {
        let asked = asked.headers(self.headers.clone()).timeout(patience).build();
        let answer = asked
            .and_then(|request| self.http.execute(request))
            .map_err(|error| ClusterError(format!("{} cannot be reached: {}", self.base, cause(&error))))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        answer.take(LONGEST).read_to_end(&mut body).map_err(|error| {
            ClusterError(format!("{} broke off its answer: {}", self.base, cause(&error)))
        })?;
        match status {
            200..=299 => Ok(Some(body)),
            404 => Ok(None),
            401 | 403 => Err(ClusterError(format!(
                "{} refuses us ({status}): set {RAY_AUTH_TOKEN} to the token of the cluster, or {RAY_JOB_HEADERS} to \
                 the headers that what stands before it wants",
                self.base
            ))),
            300..=399 => Err(ClusterError(format!(
                "{} leads elsewhere ({status}): give the address it leads to, or the headers it wants in \
                 {RAY_JOB_HEADERS}",
                self.base
            ))),
            _ => {
                // It answers with the trace of a program, whose last line tells.
                let text = String::from_utf8_lossy(&body);
                let last = text.trim().lines().last().unwrap_or_default();
                let last: String = last.chars().take(EXCERPT).collect();
                Err(ClusterError(format!("{} answered with {status}: {last}", self.base)))
            }
        }
    }
}

/// What is behind an error: the outermost only says that there is one.
fn cause(error: &dyn Error) -> &dyn Error {
    error.source().map_or(error, cause)
}

/// The URL of a path below another.
fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// An address as a URL below which the API is.
fn base(address: &str) -> Result<Url, UsageError> {
    let wrong = |why: &str| Err(UsageError(format!("--ray-address: {why}, such as http://head:8265")));
    match Url::parse(address) {
        // The text is not repeated: there may be a password in it.
        Ok(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => wrong(
            "credentials belong into RAY_AUTH_TOKEN or RAY_JOB_HEADERS; give the bare address of the dashboard",
        ),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => wrong("it wants the address of the cluster's dashboard"),
    }
}

/// What each request says of who asks: the token as Ray's own authentication has it, and headers in
/// the form that Ray's command line takes, an object of JSON.
fn headers(token: Option<&SecretString>, others: Option<&SecretString>) -> Result<HeaderMap, UsageError> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str, variable: &str| {
        let unfit = || UsageError(format!("{variable} holds what cannot be sent in a header"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok::<(), UsageError>(())
    };
    if let Some(token) = token {
        let token = token.expose_secret().trim();
        add(AUTHORIZATION.as_str(), &format!("Bearer {token}"), RAY_AUTH_TOKEN)?;
    }
    if let Some(others) = others {
        let others: BTreeMap<String, String> =
            serde_json::from_str(others.expose_secret()).map_err(|_| {
                UsageError(format!(
                    "{RAY_JOB_HEADERS} is no object of JSON with texts, such as {{\"name\": \"value\"}}"
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
}
