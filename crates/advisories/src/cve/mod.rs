//! The source `cve`: records of the National Vulnerability Database (NVD), through its CVE API 2.0
//! (nvd.nist.gov/developers/vulnerabilities) or, if all records are wanted, through its feeds.
//!
//! This product uses the NVD API but is not endorsed or certified by the NVD.

mod feeds;
mod keywords;
pub(crate) mod paging;
pub mod record;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use streamguard_dataset::Advisory;
use streamguard_engine::{JobError, ShardError};

use crate::{AdvisorySource, ListingWindow, SourceContext, ids, timestamp};
use paging::{PageReader, PagesEnd, QueryParameter};
use streamguard_http::UpstreamSettings;
use streamguard_http::base_url::{check_base_url, join_url};

/// Search phrases of a quick test: one for each common kind of flaw.
pub const QUICK_TEST_KEYWORDS: [&str; 12] = [
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

/// Largest number of records that is read page by page. The feeds are faster above it: some 25 files
/// instead of 20 pages and more, each of which takes six seconds of the rate budget without a key.
const MAX_RECORDS_BY_PAGE: u64 = 40_000;

/// Longest range of dates in one query (NVD: "120 consecutive days").
const MAX_DATE_RANGE: SignedDuration = SignedDuration::from_hours(120 * 24);

/// Settings of the source `cve`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CveSource {
    /// How many samples from the fixes of CVE records to collect at most
    #[arg(long, value_name = "N", default_value_t = Self::default().cve_samples)]
    pub cve_samples: u64,
    /// Only CVE records that hold all words of one of these phrases [default: all records]
    #[arg(long, value_name = "PHRASE", num_args = 1.., value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub keywords: Vec<String>,
    /// Only CVE records with one of these weaknesses, such as CWE-79 [default: all records]
    #[arg(long, value_name = "CWE", num_args = 1.., value_parser = parse_cwe)]
    pub cwes: Vec<String>,
    /// Where the CVE API 2.0 is
    #[arg(long, value_name = "URL", default_value_t = Self::default().nvd_url, value_parser = check_base_url)]
    pub nvd_url: String,
    /// Where NVD's feeds are
    #[arg(long, value_name = "URL", default_value_t = Self::default().nvd_feeds_url, value_parser = check_base_url)]
    pub nvd_feeds_url: String,
    /// Only records that changed since this date
    #[arg(skip)]
    pub since: Option<String>,
    /// Settings of the upstream
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for CveSource {
    fn default() -> Self {
        Self {
            cve_samples: 15_000,
            keywords: Vec::new(),
            cwes: Vec::new(),
            nvd_url: "https://services.nvd.nist.gov".to_owned(),
            nvd_feeds_url: "https://nvd.nist.gov/feeds".to_owned(),
            since: None,
            upstream: UpstreamSettings::default(),
        }
    }
}

/// Parses an id such as `CWE-79`, or its number.
fn parse_cwe(text: &str) -> Result<String, String> {
    ids::parse_cwe(text).ok_or_else(|| format!("{text:?} is not a weakness: write CWE-79"))
}

/// Payload of the one shard: everything that is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct CveShard {
    clock_ms: u64,
    /// Time of the oldest change that is wanted; `None` for all records.
    start: Option<String>,
}

impl AdvisorySource for CveSource {
    type Shard = CveShard;

    fn name(&self) -> &'static str {
        record::SOURCE_NAME
    }

    fn title(&self) -> &'static str {
        "NVD"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.upstream
    }

    fn plan(&self, window: &ListingWindow) -> Result<Vec<CveShard>, JobError> {
        for url in [&self.nvd_url, &self.nvd_feeds_url] {
            join_url(url, &[], &[]).map_err(JobError::Failed)?;
        }
        for cwe in &self.cwes {
            parse_cwe(cwe).map_err(JobError::Failed)?;
        }
        timestamp::from_clock(window.clock_ms)?;
        let start = window.start(self.since.as_deref())?;
        // One shard only: NVD grants one rate budget per caller, and each page is asked for after
        // the one before, so more shards would gain nothing.
        Ok(vec![CveShard { clock_ms: window.clock_ms, start }])
    }

    fn list(&self, shard: &CveShard, context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        let now = timestamp::from_clock(shard.clock_ms).map_err(ShardError::failed)?;
        let filters = self.filters();
        let start = shard.start.as_deref().and_then(timestamp::parse);
        let ranges = start.map_or_else(|| vec![Vec::new()], |start| date_ranges(start, now));
        let wants_all = start.is_none() && filters.iter().all(Vec::is_empty);
        let may_be_empty = !wants_all || context.is_replay();
        let mut pages = PageReader::new(&self.nvd_url, shard.clock_ms, may_be_empty);
        for filter in &filters {
            for range in &ranges {
                let query = [filter.as_slice(), range].concat();
                let max_records = if wants_all { MAX_RECORDS_BY_PAGE } else { u64::MAX };
                match pages.read_all(&query, max_records, context)? {
                    PagesEnd::Complete => {}
                    PagesEnd::TooMany => {
                        feeds::read(&self.nvd_feeds_url, shard.clock_ms, now, &mut pages, context)?
                    }
                }
            }
        }
        Ok(())
    }

    fn unfiltered(&self, _shard: &CveShard) -> Option<Self> {
        let is_filtered = !self.keywords.is_empty() || !self.cwes.is_empty() || self.since.is_some();
        is_filtered.then(|| Self { keywords: Vec::new(), cwes: Vec::new(), since: None, ..self.clone() })
    }

    fn selects(&self, shard: &CveShard, advisory: &Advisory) -> bool {
        let text = advisory.description.as_deref().unwrap_or_default();
        let has_cwe = |cwe: &String| parse_cwe(cwe).is_ok_and(|cwe| advisory.cwes.contains(&cwe));
        (self.keywords.is_empty() || self.keywords.iter().any(|phrase| keywords::match_text(phrase, text)))
            && (self.cwes.is_empty() || self.cwes.iter().any(has_cwe))
            && (shard.start.is_none() || shard.start <= advisory.modified)
    }
}

impl CveSource {
    /// Returns the queries without their dates: each keyword with each weakness. The API takes one
    /// of both at a time.
    fn filters(&self) -> Vec<Vec<QueryParameter>> {
        let choices = |name: &'static str, values: &[String]| -> Vec<Vec<QueryParameter>> {
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

/// Splits the time from `start` to `now` into ranges that one query may have.
fn date_ranges(mut start: Timestamp, now: Timestamp) -> Vec<Vec<QueryParameter>> {
    // NVD reads a time without a zone as UTC; without the `Z` nothing has to be encoded in the URL.
    let text = |time: Timestamp| timestamp::format(time).trim_end_matches('Z').to_owned();
    let mut ranges = Vec::new();
    while start < now {
        let end = start.checked_add(MAX_DATE_RANGE).map_or(now, |end| end.min(now));
        ranges.push(vec![("lastModStartDate", text(start)), ("lastModEndDate", text(end))]);
        start = end;
    }
    ranges
}
