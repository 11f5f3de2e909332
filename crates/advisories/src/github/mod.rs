//! The source `github`: the GitHub Advisory Database, through GitHub's GraphQL API
//! (docs.github.com/graphql).

pub(crate) mod query;
pub mod record;

use std::collections::HashSet;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard_dataset::{Advisory, AffectedRange};
use streamguard_engine::{JobError, ShardError};

use crate::{AdvisorySource, ListingWindow, SourceContext, cvss};
use query::{GithubPage, GithubQuery};
use record::{ECOSYSTEMS, osv_ecosystem};
use streamguard_http::base_url::{check_base_url, join_url};
use streamguard_http::{Accept, Freshness, Service, UpstreamRequest, UpstreamSettings};

/// Most pages of one query: ten times as many as the whole database takes.
const MAX_PAGES: usize = 5000;

/// Most bytes of a page; some 1 MiB is usual.
const MAX_PAGE_BYTES: u64 = 64 << 20;

/// Severities that GitHub knows (`SecurityAdvisorySeverity`).
const SEVERITIES: [&str; 4] = ["LOW", "MODERATE", "HIGH", "CRITICAL"];

/// Settings of the source `github`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct GithubSource {
    /// How many samples from the fixes of GitHub advisories to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().github_samples)]
    pub github_samples: u64,
    /// Only advisories on packages of these ecosystems, in GitHub's names such as PIP or NPM [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = parse_ecosystem)]
    pub ecosystems: Vec<String>,
    /// Only advisories of these severities: LOW, MODERATE, HIGH, CRITICAL [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = parse_severity)]
    pub severities: Vec<String>,
    /// Where GitHub's API is
    #[arg(long, value_name = "URL", default_value_t = Self::default().github_url, value_parser = check_base_url)]
    pub github_url: String,
    /// Only advisories that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// Settings of the upstream
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for GithubSource {
    fn default() -> Self {
        Self {
            github_samples: 10_000,
            ecosystems: Vec::new(),
            severities: Vec::new(),
            github_url: "https://api.github.com".to_owned(),
            since: None,
            upstream: UpstreamSettings::default(),
        }
    }
}

fn parse_ecosystem(text: &str) -> Result<String, String> {
    one_of(text, "an ecosystem", ECOSYSTEMS.map(|(name, _)| name))
}

fn parse_severity(text: &str) -> Result<String, String> {
    one_of(text, "a severity", SEVERITIES)
}

/// Finds a name in any case, and returns it in GitHub's spelling.
fn one_of<const N: usize>(text: &str, what: &str, names: [&'static str; N]) -> Result<String, String> {
    let name = names.into_iter().find(|name| name.eq_ignore_ascii_case(text));
    let reason = || format!("{text:?} is not {what} that GitHub knows: choose from {}", names.join(", "));
    name.map(str::to_owned).ok_or_else(reason)
}

/// Payload of one shard: one query with all its pages.
#[derive(Debug, Serialize, Deserialize)]
pub struct GithubShard {
    clock_ms: u64,
    /// Time of the oldest change that is wanted; `None` for all advisories.
    start: Option<String>,
    ecosystem: Option<String>,
    severity: Option<String>,
}

impl AdvisorySource for GithubSource {
    type Shard = GithubShard;

    fn name(&self) -> &'static str {
        record::SOURCE_NAME
    }

    fn title(&self) -> &'static str {
        "GitHub"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.upstream
    }

    fn plan(&self, window: &ListingWindow) -> Result<Vec<GithubShard>, JobError> {
        join_url(&self.github_url, &[], &[]).map_err(JobError::Failed)?;
        let start = window.start(self.since.as_deref())?;
        let mut shards = Vec::new();
        for ecosystem in choices(&self.ecosystems, parse_ecosystem)? {
            for severity in choices(&self.severities, parse_severity)? {
                let (start, ecosystem) = (start.clone(), ecosystem.clone());
                shards.push(GithubShard { clock_ms: window.clock_ms, start, ecosystem, severity });
            }
        }
        Ok(shards)
    }

    fn list(&self, shard: &GithubShard, context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        let access = context.access();
        if access.credentials().github.is_none() && !access.settings().is_replay() {
            return Err(ShardError::failed(
                "GitHub's GraphQL API answers only with a token: create one at \
                 https://github.com/settings/tokens (it needs no scopes), and set GITHUB_TOKEN or give \
                 --token-file; the other collectors go on without it",
            ));
        }
        let mut cursor = None;
        let mut cursors = HashSet::new();
        let mut seen = HashSet::new();
        for _ in 0..MAX_PAGES {
            let page = self.page(shard, cursor.as_deref(), context)?;
            context.add_faults(page.dropped);
            context.count("records.cut", page.truncated);
            context.count("github.points", page.cost);
            for read in page.advisories {
                let advisory = &read.record;
                // The query by ecosystem or severity has no parameter for the date of change.
                let wanted = shard.start.is_none() || shard.start <= advisory.modified;
                // It lists vulnerabilities, of which an advisory has one for each package.
                if wanted && seen.insert((advisory.id.clone(), advisory.modified.clone())) {
                    context.emit_read(&read)?;
                }
            }
            let Some(next) = page.next else { return Ok(()) };
            if !cursors.insert(next.clone()) {
                return Err(ShardError::failed("GitHub's pages lead back to one that was read before"));
            }
            cursor = Some(next);
        }
        Err(ShardError::failed(format!("GitHub's pages do not end: {MAX_PAGES} were read")))
    }

    fn unfiltered(&self, _shard: &GithubShard) -> Option<Self> {
        let is_filtered = !self.ecosystems.is_empty() || !self.severities.is_empty() || self.since.is_some();
        is_filtered.then(|| Self {
            ecosystems: Vec::new(),
            severities: Vec::new(),
            since: None,
            ..self.clone()
        })
    }

    fn selects(&self, shard: &GithubShard, advisory: &Advisory) -> bool {
        let severity = shard.severity.as_deref().map(cvss::parse_severity);
        let ecosystem = shard.ecosystem.as_deref().map(osv_ecosystem);
        // Either filter makes it a query of packages, which an advisory without any does not answer.
        let by_package = severity.is_some() || ecosystem.is_some();
        let is_package =
            |one: &AffectedRange| ecosystem.is_none_or(|name| one.ecosystem.as_deref() == Some(name));
        severity.is_none_or(|class| class == advisory.severity)
            && (!by_package || advisory.affected.iter().any(is_package))
            && (shard.start.is_none() || shard.start <= advisory.modified)
    }
}

impl GithubSource {
    /// Asks for one page of a shard's query.
    fn page(
        &self,
        shard: &GithubShard,
        cursor: Option<&str>,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<GithubPage, ShardError> {
        let query = GithubQuery {
            ecosystem: shard.ecosystem.as_deref(),
            severity: shard.severity.as_deref(),
            start: shard.start.as_deref(),
            cursor,
        };
        let request = UpstreamRequest {
            service: Service::GitHub,
            url: join_url(&self.github_url, &["graphql"], &[]).map_err(ShardError::Failed)?,
            body: Some(query.body()),
            accept: Accept::Json,
            freshness: Freshness::Run(shard.clock_ms),
            max_bytes: MAX_PAGE_BYTES,
        };
        let is_filtered = shard.start.is_some() || shard.ecosystem.is_some() || shard.severity.is_some();
        let may_be_empty = cursor.is_some() || is_filtered || context.is_replay();
        Ok(context.ask(&request, &mut |answer| query::read(answer, may_be_empty))?)
    }
}

/// Checks the values of a filter, and returns each once; only `None`, which stands for any value, if
/// there are none.
fn choices(
    values: &[String],
    check: fn(&str) -> Result<String, String>,
) -> Result<Vec<Option<String>>, JobError> {
    let mut choices = Vec::new();
    for value in values {
        let choice = Some(check(value).map_err(JobError::Failed)?);
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    if choices.is_empty() {
        choices.push(None);
    }
    Ok(choices)
}
