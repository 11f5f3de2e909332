//! Walking the pages of the CVE API: all of them, although they move underfoot.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use streamguard_dataset::Advisory;
use streamguard_engine::ShardError;

use super::{Parameter, record};
use crate::Advisories;
use streamguard_http::address::address;
use streamguard_http::{Accept, Answer, Client, Freshness, Progress, Request, Service, Unfit, UpstreamError};

/// Records of one page, the most that NVD gives; at times it gives fewer, and refuses to be asked
/// for more.
const PAGE: u64 = 2000;
const SMALL_PAGE: u64 = 1000;

/// Most pages of one question: ten times what NVD holds in all.
const PAGES: u64 = 1500;

/// Most bytes of a page: some 20 MiB is usual, records with long lists of versions are larger.
const PAGE_BYTES: u64 = 256 << 20;

/// How a walk ended.
pub(super) enum End {
    /// With the last page.
    Reached,
    /// With the first page: there are more records than are wanted page by page.
    TooMany,
}

/// Pages that were read, and what was emitted on the way.
pub(super) struct Walk<'a> {
    url: &'a str,
    pub(super) client: &'a Client,
    clock_ms: u64,
    /// Records of one page.
    size: u64,
    /// Id and date of change of what was emitted: queries overlap, pages repeat records.
    emitted: HashSet<(String, Option<String>)>,
}

/// What one walk over the pages of a question found.
#[derive(Default)]
struct Tally {
    ids: HashSet<String>,
    malformed: u64,
    /// What the first and the last page said of the total.
    totals: Option<(u64, u64)>,
}

impl Tally {
    fn missing(&self) -> u64 {
        let total = self.totals.map_or(0, |(_, last)| last);
        total.saturating_sub(self.ids.len() as u64 + self.malformed)
    }

    fn drifted(&self) -> bool {
        self.totals.is_some_and(|(first, last)| first != last) || self.missing() > 0
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(url: &'a str, client: &'a Client, clock_ms: u64) -> Self {
        Self { url, client, clock_ms, size: PAGE, emitted: HashSet::new() }
    }

    /// Emits all records that answer a question, unless there are more than `enough`. If records
    /// moved meanwhile, the walk is made once more; what is missing then is counted.
    ///
    /// # Errors
    /// What the upstream or the engine says.
    pub(super) fn all(
        &mut self,
        query: &[Parameter],
        enough: u64,
        advisories: &mut Advisories<'_, '_>,
    ) -> Result<End, ShardError> {
        let Some(mut tally) = self.pages(query, self.clock_ms, enough, advisories)? else {
            return Ok(End::TooMany);
        };
        if tally.drifted() {
            // Another mark, so that the pages in the cache will not do.
            tally = self.pages(query, self.clock_ms + 1, u64::MAX, advisories)?.unwrap_or_default();
            if tally.drifted() {
                let missing = tally.missing();
                let text = format!("NVD changed while it was read, twice: {missing} records are missing");
                advisories.warn(text);
                advisories.count("records.missing", missing);
            }
        }
        advisories.count("records.malformed", tally.malformed);
        Ok(End::Reached)
    }

    /// One walk over the pages; none if there are more than `enough` records.
    fn pages(
        &mut self,
        query: &[Parameter],
        mark: u64,
        enough: u64,
        advisories: &mut Advisories<'_, '_>,
    ) -> Result<Option<Tally>, ShardError> {
        let mut tally = Tally::default();
        let mut start = 0;
        for _ in 0..PAGES {
            let request = self.request(query, start, mark)?;
            let page = match self.client.ask(&request, advisories, &mut |answer| read_page(answer, start)) {
                Err(UpstreamError::Refused { reason, .. })
                    if self.size > SMALL_PAGE && reason.contains("resultsPerPage") =>
                {
                    self.size = SMALL_PAGE;
                    continue;
                }
                other => other?,
            };
            if page.total > enough {
                return Ok(None);
            }
            let first = tally.totals.map_or(page.total, |(first, _)| first);
            tally.totals = Some((first, page.total));
            tally.malformed += page.records.malformed;
            tally.ids.extend(page.records.advisories.iter().map(|advisory| advisory.id.clone()));
            self.emit(page.records, advisories)?;
            // Records that stand twice on a page make it longer, and do not count as progress.
            start += page.promised.min(self.size);
            if page.promised == 0 || start >= page.total {
                break;
            }
        }
        Ok(Some(tally))
    }

    /// Emits what was not emitted before.
    pub(super) fn emit(
        &mut self,
        records: Records,
        advisories: &mut Advisories<'_, '_>,
    ) -> Result<(), ShardError> {
        for advisory in records.advisories {
            if self.emitted.insert((advisory.id.clone(), advisory.modified.clone())) {
                advisories.emit(&advisory)?;
            }
        }
        Ok(())
    }

    fn request(&self, query: &[Parameter], start: u64, mark: u64) -> Result<Request, ShardError> {
        let (size, start) = (self.size.to_string(), start.to_string());
        let paging = [("resultsPerPage", size.as_str()), ("startIndex", start.as_str())];
        let query = query.iter().map(|(name, value)| (*name, value.as_str())).chain(paging);
        let url = address(self.url, &["rest", "json", "cves", "2.0"], &query.collect::<Vec<_>>())
            .map_err(ShardError::Failed)?;
        Ok(Request {
            service: Service::Nvd,
            url,
            body: None,
            accept: Accept::Json,
            freshness: Freshness::Run(mark),
            max_bytes: PAGE_BYTES,
        })
    }
}

/// Records as read, one by one.
#[derive(Default)]
pub(super) struct Records {
    pub(super) advisories: Vec<Advisory>,
    /// How many are no CVE records.
    pub(super) malformed: u64,
}

impl Records {
    pub(super) fn read(items: &[&RawValue]) -> Self {
        let mut records = Self::default();
        for item in items {
            match record::read(item.get()) {
                Some(advisory) => records.advisories.push(advisory),
                None => records.malformed += 1,
            }
        }
        records
    }
}

struct Page {
    total: u64,
    /// How many records it says it holds; there are no fewer.
    promised: u64,
    records: Records,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageJson<'a> {
    results_per_page: u64,
    start_index: u64,
    total_results: u64,
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

fn read_page(answer: &Answer, start: u64) -> Result<Page, Unfit> {
    let damaged = |reason: String| Unfit::Damaged(format!("a page that cannot be read: {reason}"));
    let bytes = answer.bytes().map_err(|error| damaged(error.to_string()))?;
    let page: PageJson<'_> = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if page.start_index != start {
        return Err(damaged(format!("it starts at {}, not at {start}", page.start_index)));
    }
    let held = page.vulnerabilities.len() as u64;
    if held < page.results_per_page {
        return Err(damaged(format!("{held} of {} records", page.results_per_page)));
    }
    Ok(Page {
        total: page.total_results,
        promised: page.results_per_page,
        records: Records::read(&page.vulnerabilities),
    })
}
