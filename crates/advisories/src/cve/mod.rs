//! The source `cve`: records of the National Vulnerability Database (NVD), by its CVE API 2.0
//! (nvd.nist.gov/developers/vulnerabilities) or, where all of it is wanted, by its feeds.
//!
//! This product uses the NVD API but is not endorsed or certified by the NVD.

mod feeds;
pub mod record;
mod walk;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{JobError, ShardError};

use crate::{Advisories, AdvisorySource, moment, name};
use streamguard_http::Access;
use streamguard_http::address::{address, base};
use walk::{End, Walk};

/// Name of the source.
const NAME: &str = "cve";

/// What a quick run searches for: one word or phrase for each common kind of flaw.
pub const TWELVE_KEYWORDS: [&str; 12] = [
    "SQL injection",
    "cross-site scripting",
    "buffer overflow",
    "command injection",
    "path traversal",
    "use after free",
    "integer overflow",
    "deserialization",
    "XML external entity",
    "server-side request forgery",
    "authentication bypass",
    "race condition",
];

/// Above so many records the feeds are faster: some 25 files instead of 20 pages and more, of
/// which each takes six seconds of an anonymous budget.
const MANY: u64 = 40_000;

/// Longest range of dates in one question (NVD: "120 consecutive days").
const WINDOW: SignedDuration = SignedDuration::from_hours(120 * 24);

/// Settings of the source `cve`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Cve {
    /// How many samples from the fixes of CVE records to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().cve_samples)]
    pub cve_samples: u64,
    /// Only CVE records that hold all words of one of these phrases [default: all records]
    #[arg(long, value_name = "PHRASE", num_args = 1.., value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub keywords: Vec<String>,
    /// Only CVE records with one of these weaknesses, such as CWE-79 [default: all records]
    #[arg(long, value_name = "CWE", num_args = 1.., value_parser = weakness)]
    pub cwes: Vec<String>,
    /// Where the CVE API 2.0 is
    #[arg(long, value_name = "URL", default_value_t = Self::default().nvd_url, value_parser = base)]
    pub nvd_url: String,
    /// Where NVD's feeds are
    #[arg(long, value_name = "URL", default_value_t = Self::default().nvd_feeds_url, value_parser = base)]
    pub nvd_feeds_url: String,
    /// Only records that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// The way to NVD
    #[arg(skip)]
    pub access: Access,
}

impl Default for Cve {
    fn default() -> Self {
        Self {
            cve_samples: 15_000,
            keywords: Vec::new(),
            cwes: Vec::new(),
            nvd_url: "https://services.nvd.nist.gov".to_owned(),
            nvd_feeds_url: "https://nvd.nist.gov/feeds".to_owned(),
            since: None,
            access: Access::default(),
        }
    }
}

/// An id such as `CWE-79`, or its number.
fn weakness(text: &str) -> Result<String, String> {
    name::cwe(text).ok_or_else(|| format!("{text:?} is no weakness: write CWE-79"))
}

/// What the one shard lists.
#[derive(Debug, Serialize, Deserialize)]
struct Piece {
    clock_ms: u64,
    /// Only what changed since then.
    start: Option<String>,
}

/// A parameter of a question, with its value.
type Parameter = (&'static str, String);

impl AdvisorySource for Cve {
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
        for url in [&self.nvd_url, &self.nvd_feeds_url] {
            address(url, &[], &[]).map_err(JobError::Failed)?;
        }
        for cwe in &self.cwes {
            weakness(cwe).map_err(JobError::Failed)?;
        }
        moment::at(clock_ms)?;
        let start = moment::start(self.since.as_deref(), earlier)?;
        // One shard: the budget of the API is for one caller, and pages follow each other.
        Ok(vec![json!(Piece { clock_ms, start })])
    }

    fn list(&self, payload: &Value, advisories: &mut Advisories<'_, '_>) -> Result<(), ShardError> {
        let Piece { clock_ms, start } = Piece::deserialize(payload).map_err(ShardError::failed)?;
        let now = moment::at(clock_ms).map_err(ShardError::failed)?;
        let mut walk = Walk::new(&self.nvd_url, self.access.client()?, clock_ms);
        let filters = self.filters();
        let from = start.as_deref().and_then(moment::read);
        let windows = from.map_or_else(|| vec![Vec::new()], |from| windows(from, now));
        let wants_all = from.is_none() && filters.iter().all(Vec::is_empty);
        for filter in &filters {
            for window in &windows {
                let query = [filter.as_slice(), window].concat();
                let enough = if wants_all { MANY } else { u64::MAX };
                match walk.all(&query, enough, advisories)? {
                    End::Reached => {}
                    End::TooMany => feeds::read(self, clock_ms, now, &mut walk, advisories)?,
                }
            }
        }
        Ok(())
    }
}

impl Cve {
    /// The questions, but for their dates: each keyword with each weakness.
    fn filters(&self) -> Vec<Vec<Parameter>> {
        let choices = |name: &'static str, values: &[String]| -> Vec<Vec<Parameter>> {
            match values {
                [] => vec![Vec::new()],
                values => values.iter().map(|value| vec![(name, value.clone())]).collect(),
            }
        };
        let cwes = choices("cweId", &self.cwes);
        let keywords = choices("keywordSearch", &self.keywords);
        keywords.iter().flat_map(|keyword| cwes.iter().map(move |cwe| [&keyword[..], cwe].concat())).collect()
    }
}

/// The time between two moments in ranges that one question may have.
fn windows(mut from: Timestamp, now: Timestamp) -> Vec<Vec<Parameter>> {
    // Without a zone UTC is meant, and nothing has to be encoded.
    let text = |moment: Timestamp| moment::form(moment).trim_end_matches('Z').to_owned();
    let mut windows = Vec::new();
    while from < now {
        let to = from.checked_add(WINDOW).map_or(now, |to| to.min(now));
        windows.push(vec![("lastModStartDate", text(from)), ("lastModEndDate", text(to))]);
        from = to;
    }
    windows
}
