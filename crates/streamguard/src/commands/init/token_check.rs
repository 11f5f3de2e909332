//! Test of the tokens: one cheap request with each.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use secrecy::SecretString;
use serde_json::Value;
use streamguard::env::{self, Environment};
use streamguard::ui::{self, escape::escape};
use streamguard_http::base_url::join_url;
use streamguard_http::{
    Accept, Credentials, Freshness, HttpClient, InvalidAnswer, Progress, Service, Timeouts, UpstreamError,
    UpstreamRequest, UpstreamSettings,
};

use super::answers::{Answers, choices};

/// Longest time for the test of one token.
const TIME_LIMIT: Duration = Duration::from_secs(8);

/// Longest time to connect, and to wait for an answer.
const STEP_LIMIT: Duration = Duration::from_secs(4);

/// Most bytes of an answer: a record of NVD, or a number of GitHub.
const MAX_ANSWER_BYTES: u64 = 4 << 20;

/// Result of a test.
enum TokenStatus {
    Valid,
    Refused(String),
    /// Nobody answered as expected.
    Untested(String),
}

/// Tests the tokens that are set, and prints the results. Nothing depends on them.
pub(super) fn check(environment: &Environment, answers: &Answers) -> Result<()> {
    let or_set =
        |given: &Option<SecretString>, name| given.clone().or_else(|| environment.secret(name).cloned());
    let credentials = Credentials {
        github: or_set(&answers.github, env::GITHUB_TOKEN),
        nvd: or_set(&answers.nvd, env::NVD_API_KEY),
    };
    for (name, is_set) in
        [(env::GITHUB_TOKEN, credentials.github.is_some()), (env::NVD_API_KEY, credentials.nvd.is_some())]
    {
        if !is_set {
            continue;
        }
        ui::print(&format!("{name}: "));
        ui::print(&match test(name, environment, &credentials) {
            TokenStatus::Valid => "valid\n".to_owned(),
            TokenStatus::Refused(reason) => format!("refused ({})\n", escape(&reason)),
            TokenStatus::Untested(reason) => format!("not tested, no network ({})\n", escape(&reason)),
        });
    }
    Ok(())
}

fn test(name: &str, environment: &Environment, credentials: &Credentials) -> TokenStatus {
    let untested = |error: &dyn ToString| TokenStatus::Untested(error.to_string());
    let request = match request(name, environment) {
        Ok(request) => request,
        Err(reason) => return untested(&reason),
    };
    let settings = UpstreamSettings::new(environment.cache_folder(), 1.0);
    let timeouts = Timeouts {
        connect: STEP_LIMIT,
        first_byte: STEP_LIMIT,
        idle: STEP_LIMIT,
        total: TIME_LIMIT,
        ..Timeouts::default()
    };
    let client = match HttpClient::with_timeouts(&settings, credentials, timeouts) {
        Ok(client) => client,
        Err(error) => return untested(&error),
    };
    let mut is_accepted = false;
    let answer = client.ask(&request, &mut Deadline(Instant::now() + TIME_LIMIT), &mut |answer| {
        let bytes = answer.bytes().map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
        let json: Value =
            serde_json::from_slice(&bytes).map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
        // GitHub reports some faults in an answer that is fine otherwise.
        is_accepted = json.get("errors").is_none();
        // An answer that is refused is not kept in the cache, where it would be of no use.
        Err::<(), _>(InvalidAnswer::Refused("it was read".to_owned()))
    });
    match answer {
        _ if is_accepted => TokenStatus::Valid,
        Err(UpstreamError::Refused { reason, .. }) => TokenStatus::Refused(reason),
        Err(UpstreamError::Stopped) => {
            TokenStatus::Untested(format!("no answer within {} seconds", TIME_LIMIT.as_secs()))
        }
        Err(error) => untested(&error),
        Ok(()) => TokenStatus::Valid,
    }
}

/// Returns the cheapest request that needs the token.
fn request(name: &str, environment: &Environment) -> Result<UpstreamRequest, String> {
    let (service, url, body) = match name {
        env::GITHUB_TOKEN => {
            let url = join_url(&base_url("github", "github-url", environment)?, &["graphql"], &[])?;
            let body = serde_json::json!({"query": "{rateLimit{limit}}"}).to_string();
            (Service::GitHub, url, Some(body))
        }
        _ => {
            let base = base_url("cve", "nvd-url", environment)?;
            let query = [("resultsPerPage", "1"), ("startIndex", "0")];
            (Service::Nvd, join_url(&base, &["rest", "json", "cves", "2.0"], &query)?, None)
        }
    };
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let clock_ms = u64::try_from(clock.as_millis()).unwrap_or(0);
    Ok(UpstreamRequest {
        service,
        url,
        body,
        accept: Accept::Json,
        freshness: Freshness::Run(clock_ms),
        max_bytes: MAX_ANSWER_BYTES,
    })
}

/// Returns the address of a service: that of the environment, or the default of the collector that asks it.
fn base_url(collector: &str, key: &str, environment: &Environment) -> Result<String, String> {
    // A file of the current folder may not send a token elsewhere.
    if let Some((_, url)) = environment.setting(key).filter(|(variable, _)| !environment.is_found(variable)) {
        return streamguard_http::base_url::check_base_url(url);
    }
    let entry = choices().find(|entry| entry.name == collector).ok_or("there is no such collector")?;
    let command = (entry.flags)(clap::Command::new("section").no_binary_name(true));
    let matches =
        command.try_get_matches_from(std::iter::empty::<String>()).map_err(|error| error.to_string())?;
    let settings = (entry.settings)(&matches).map_err(|error| error.to_string())?;
    settings[key].as_str().map(str::to_owned).ok_or_else(|| format!("{collector} has no {key}"))
}

/// Progress that ends waiting at a time.
struct Deadline(Instant);

impl Progress for Deadline {
    fn is_stopped(&self) -> bool {
        Instant::now() >= self.0
    }

    fn info(&mut self, _: String) {}

    fn warn(&mut self, _: String) {}
}
