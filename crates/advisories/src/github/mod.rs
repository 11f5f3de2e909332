//! The source `github`: the GitHub Advisory Database, by GitHub's GraphQL API
//! (docs.github.com/graphql).

mod query;
pub mod record;

use std::collections::HashSet;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{JobError, ShardError};

use crate::{Advisories, AdvisorySource, moment};
use query::{Page, Question};
use streamguard_http::address::{address, base};
use streamguard_http::{Accept, Access, Freshness, Request, Service};

/// Name of the source.
const NAME: &str = "github";

/// Most pages of one question: ten times what the database holds in all.
const PAGES: usize = 5000;

/// Most bytes of a page; some 1 MiB is usual.
const PAGE_BYTES: u64 = 64 << 20;

/// The ecosystems that GitHub knows (`SecurityAdvisoryEcosystem`), each with its name in OSV.
const ECOSYSTEMS: [(&str, &str); 12] = [
    ("COMPOSER", "Packagist"),
    ("ERLANG", "Hex"),
    ("ACTIONS", "GitHub Actions"),
    ("GO", "Go"),
    ("MAVEN", "Maven"),
    ("NPM", "npm"),
    ("NUGET", "NuGet"),
    ("PIP", "PyPI"),
    ("PUB", "Pub"),
    ("RUBYGEMS", "RubyGems"),
    ("RUST", "crates.io"),
    ("SWIFT", "SwiftURL"),
];

/// The severities that GitHub knows (`SecurityAdvisorySeverity`).
const SEVERITIES: [&str; 4] = ["LOW", "MODERATE", "HIGH", "CRITICAL"];

/// Settings of the source `github`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Github {
    /// How many samples from the fixes of GitHub advisories to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().github_samples)]
    pub github_samples: u64,
    /// Only advisories on packages of these ecosystems, in GitHub's names such as PIP or NPM [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = ecosystem)]
    pub ecosystems: Vec<String>,
    /// Only advisories of these severities: LOW, MODERATE, HIGH, CRITICAL [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = severity)]
    pub severities: Vec<String>,
    /// Where GitHub's API is
    #[arg(long, value_name = "URL", default_value_t = Self::default().github_url, value_parser = base)]
    pub github_url: String,
    /// Only advisories that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// The way to GitHub
    #[arg(skip)]
    pub access: Access,
}

impl Default for Github {
    fn default() -> Self {
        Self {
            github_samples: 10_000,
            ecosystems: Vec::new(),
            severities: Vec::new(),
            github_url: "https://api.github.com".to_owned(),
            since: None,
            access: Access::default(),
        }
    }
}

fn ecosystem(text: &str) -> Result<String, String> {
    one_of(text, "ecosystem", ECOSYSTEMS.map(|(name, _)| name))
}

fn severity(text: &str) -> Result<String, String> {
    one_of(text, "severity", SEVERITIES)
}

/// A name in GitHub's spelling, out of those that it knows.
fn one_of<const N: usize>(text: &str, what: &str, names: [&'static str; N]) -> Result<String, String> {
    let name = names.into_iter().find(|name| name.eq_ignore_ascii_case(text));
    let reason = || format!("{text:?} is no {what} of GitHub: it knows {}", names.join(", "));
    name.map(str::to_owned).ok_or_else(reason)
}

/// What a shard lists: one question with all its pages.
#[derive(Debug, Serialize, Deserialize)]
struct Piece {
    clock_ms: u64,
    /// Only what changed since then.
    start: Option<String>,
    ecosystem: Option<String>,
    severity: Option<String>,
}

impl AdvisorySource for Github {
    fn name(&self) -> &'static str {
        NAME
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn access_mut(&mut self) -> &mut Access {
        &mut self.access
    }

    fn plan(&self, clock_ms: u64, earlier: Option<u64>) -> Result<Vec<Value>, JobError> {
        address(&self.github_url, &[], &[]).map_err(JobError::Failed)?;
        let start = moment::start(self.since.as_deref(), earlier)?;
        let mut pieces = Vec::new();
        for ecosystem in choices(&self.ecosystems, ecosystem)? {
            for severity in choices(&self.severities, severity)? {
                let (start, ecosystem) = (start.clone(), ecosystem.clone());
                pieces.push(json!(Piece { clock_ms, start, ecosystem, severity }));
            }
        }
        Ok(pieces)
    }

    fn list(&self, payload: &Value, advisories: &mut Advisories<'_, '_>) -> Result<(), ShardError> {
        let piece = Piece::deserialize(payload).map_err(ShardError::failed)?;
        if self.access.credentials.github.is_none() && self.access.snapshot.is_none() {
            return Err(ShardError::failed(
                "GitHub's GraphQL API answers only with a token: make one at \
                 https://github.com/settings/tokens (it needs no scopes), and set GITHUB_TOKEN or give \
                 --token-file; the other collectors go on without it",
            ));
        }
        let mut cursor = None;
        let mut cursors = HashSet::new();
        let mut seen = HashSet::new();
        for _ in 0..PAGES {
            let page = self.page(&piece, cursor.as_deref(), advisories)?;
            advisories.count("records.malformed", page.malformed);
            advisories.count("records.cut", page.cut);
            advisories.count("github.points", page.cost);
            for advisory in page.advisories {
                // Vulnerabilities, by which a filtered question goes, repeat their advisory.
                let wanted = piece.start.is_none() || piece.start <= advisory.modified;
                if wanted && seen.insert((advisory.id.clone(), advisory.modified.clone())) {
                    advisories.emit(&advisory)?;
                }
            }
            let Some(next) = page.next else { return Ok(()) };
            if !cursors.insert(next.clone()) {
                return Err(ShardError::failed("GitHub's pages lead back to one that was read"));
            }
            cursor = Some(next);
        }
        Err(ShardError::failed(format!("GitHub's pages do not end: {PAGES} were read")))
    }
}

impl Github {
    fn page(
        &self,
        piece: &Piece,
        cursor: Option<&str>,
        advisories: &mut Advisories<'_, '_>,
    ) -> Result<Page, ShardError> {
        let question = Question {
            ecosystem: piece.ecosystem.as_deref(),
            severity: piece.severity.as_deref(),
            start: piece.start.as_deref(),
            cursor,
        };
        let request = Request {
            service: Service::GitHub,
            url: address(&self.github_url, &["graphql"], &[]).map_err(ShardError::Failed)?,
            body: Some(question.body()),
            accept: Accept::Json,
            freshness: Freshness::Run(piece.clock_ms),
            max_bytes: PAGE_BYTES,
        };
        Ok(self.access.client()?.ask(&request, advisories, &mut query::read)?)
    }
}

/// The values of a filter, each checked and once; nothing but "any" if there are none.
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
