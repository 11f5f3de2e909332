//! Settings of the collector.

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard_dataset::quality::MAX_CODE_CHARS;
use streamguard_git as git;
use streamguard_http::UpstreamSettings;

use super::branch_choice::BranchChoice;
use super::scoring::DEFAULT_MIN_CONFIDENCE;
use super::since::SinceDate;

/// Repositories that are mined if none is named.
pub const DEFAULT_REPOSITORIES: [&str; 12] = [
    "https://github.com/django/django",
    "https://github.com/pallets/flask",
    "https://github.com/sqlalchemy/sqlalchemy",
    "https://github.com/psf/requests",
    // It was tiangolo/fastapi until 2024; redirects are not followed.
    "https://github.com/fastapi/fastapi",
    "https://github.com/Pylons/pyramid",
    "https://github.com/expressjs/express",
    "https://github.com/nodejs/node",
    "https://github.com/koajs/koa",
    "https://github.com/fastify/fastify",
    "https://github.com/nestjs/nest",
    "https://github.com/hapijs/hapi",
];

/// The collector `repo`. Its value is its settings.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RepoCollector {
    /// Repositories to mine, as local paths or https:// URLs [default: twelve well-known web projects]
    #[arg(long, value_name = "PATH|URL", num_args = 1..)]
    pub repo: Vec<String>,
    /// How many samples to mine at most
    #[arg(long, value_name = "N", default_value_t = Self::default().repo_samples)]
    pub repo_samples: u64,
    /// Oldest commits to mine, and oldest changes of advisories to ask for: a date such as 2020-01-31, or
    /// `all` [default: commits of 3 years before the newest one of each repository, all advisories]
    #[arg(long, value_name = "DATE")]
    pub since: Option<SinceDate>,
    /// Branches to mine besides that of HEAD. The same change on several branches counts once
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Self::default().branches)]
    pub branches: BranchChoice,
    /// Least confidence, from 0 to 1, that a changed function belongs to the fix
    #[arg(long, value_name = "P", default_value_t = Self::default().min_confidence, value_parser = fraction)]
    pub min_confidence: f64,
    /// Longest function that is kept, in characters. Functions of more than 10,000 are flagged as `long_function`
    #[arg(long, value_name = "N", default_value_t = Self::default().max_code_chars)]
    pub max_code_chars: usize,
    /// Functions to take for each sample that its fix did not change, from the same file. They count towards the target of `repo`
    #[arg(long, value_name = "N", default_value_t = Self::default().benign)]
    pub benign: u32,
    /// Other places to fetch repositories below some URLs from
    #[arg(skip)]
    pub git_mirrors: Vec<git::MirrorRule>,
    /// Largest repository that is fetched, in MiB
    #[arg(skip)]
    pub max_repo_size: u64,
    /// Settings of the upstreams
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for RepoCollector {
    fn default() -> Self {
        Self {
            repo: Vec::new(),
            repo_samples: 20_000,
            since: None,
            branches: BranchChoice::default(),
            min_confidence: DEFAULT_MIN_CONFIDENCE,
            max_code_chars: MAX_CODE_CHARS,
            benign: 0,
            git_mirrors: Vec::new(),
            max_repo_size: git::MAX_BYTES >> 20,
            upstream: UpstreamSettings::default(),
        }
    }
}

/// Parses a number from 0 to 1, such as a confidence.
///
/// # Errors
/// A message for the user.
pub fn fraction(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number from 0 to 1"))
}
