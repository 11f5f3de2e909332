//! The pages of the CVE API: all of them, although the database changes while they are read.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use streamguard_dataset::Advisory;
use streamguard_engine::ShardError;

use super::record;
use crate::{LenientRecord, RecordFaults, SourceContext};
use streamguard_http::base_url::join_url;
use streamguard_http::{
    Accept, Freshness, InvalidAnswer, Service, UpstreamAnswer, UpstreamError, UpstreamRequest,
};

/// Records of one page: the most that NVD gives.
const PAGE_RECORDS: u64 = 2000;

/// Records of one page while NVD refuses larger ones, as it does at times of high load.
const SMALL_PAGE_RECORDS: u64 = 1000;

/// Most pages of one query: ten times as many as all records of NVD take.
const MAX_PAGES: u64 = 1500;

/// Most bytes of a page: some 20 MiB is usual, records with long lists of versions are larger.
const MAX_PAGE_BYTES: u64 = 256 << 20;

/// Parameter of a query, with its value.
pub(super) type QueryParameter = (&'static str, String);

/// End of reading the pages of a query.
pub(super) enum PagesEnd {
    /// All pages were read.
    Complete,
    /// Only the first page was read: there are more records than are wanted page by page.
    TooMany,
}

/// Reader of pages, which knows what was emitted before.
pub(super) struct PageReader<'a> {
    url: &'a str,
    clock_ms: u64,
    /// Records of one page.
    page_records: u64,
    /// Id and date of change of all emitted records: queries overlap, and pages repeat records.
    emitted: HashSet<(String, Option<String>)>,
}

/// Records of one query, counted over its pages.
#[derive(Default)]
struct QueryTally {
    ids: HashSet<String>,
    /// Elements that are not CVE records.
    dropped: RecordFaults,
    /// Total number of records according to the first and to the last page.
    totals: Option<(u64, u64)>,
}

impl QueryTally {
    fn missing(&self) -> u64 {
        let total = self.totals.map_or(0, |(_, last)| last);
        total.saturating_sub(self.ids.len() as u64 + self.dropped.dropped())
    }

    /// Reports whether the database changed between the first and the last page, so that records
    /// may have moved over the border of two pages unseen.
    fn has_drifted(&self) -> bool {
        self.totals.is_some_and(|(first, last)| first != last) || self.missing() > 0
    }
}

impl<'a> PageReader<'a> {
    pub(super) fn new(url: &'a str, clock_ms: u64) -> Self {
        Self { url, clock_ms, page_records: PAGE_RECORDS, emitted: HashSet::new() }
    }

    /// Emits all records of a query, unless there are more than `max_records`. If the database
    /// changed meanwhile, all pages are read once more; if records are missing then, the shard is incomplete.
    ///
    /// # Errors
    /// Any error of the upstream or the engine.
    pub(super) fn read_all(
        &mut self,
        query: &[QueryParameter],
        max_records: u64,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<PagesEnd, ShardError> {
        let Some(mut tally) = self.read_pages(query, self.clock_ms, max_records, context)? else {
            return Ok(PagesEnd::TooMany);
        };
        if tally.has_drifted() {
            // The pages in the cache carry the mark of this run; another mark has them fetched again. It is the present
            // time, so that a resumed run does not find the same pages again.
            let mark = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(self.clock_ms);
            tally = self.read_pages(query, mark, u64::MAX, context)?.unwrap_or_default();
            let missing = tally.missing();
            if missing > 0 {
                let records = if missing == 1 { "1 record is" } else { &format!("{missing} records are") };
                context.incomplete(format!("NVD changed twice while its pages were read: {records} missing"));
                context.count_missing(missing);
            }
        }
        context.add_faults(tally.dropped);
        Ok(PagesEnd::Complete)
    }

    /// Reads the pages of a query once. Returns `None` if there are more than `max_records`.
    fn read_pages(
        &mut self,
        query: &[QueryParameter],
        mark: u64,
        max_records: u64,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<Option<QueryTally>, ShardError> {
        let mut tally = QueryTally::default();
        let mut start = 0;
        for _ in 0..MAX_PAGES {
            let request = self.request(query, start, mark)?;
            let page = match context.ask(&request, &mut |answer| read_page(answer, start)) {
                Err(UpstreamError::Refused { reason, .. })
                    if self.page_records > SMALL_PAGE_RECORDS && reason.contains("resultsPerPage") =>
                {
                    self.page_records = SMALL_PAGE_RECORDS;
                    continue;
                }
                other => other?,
            };
            if page.total > max_records {
                return Ok(None);
            }
            let first = tally.totals.map_or(page.total, |(first, _)| first);
            tally.totals = Some((first, page.total));
            tally.ids.extend(page.records.advisories.iter().map(|read| read.record.id.clone()));
            tally.dropped.append(page.records.dropped);
            self.emit(page.records.advisories, context)?;
            // A page that holds records twice is longer than asked for, but the next page starts
            // where a page of the asked size ends.
            start += page.promised.min(self.page_records);
            if page.promised == 0 || start >= page.total {
                break;
            }
        }
        Ok(Some(tally))
    }

    /// Emits the records that were not emitted before.
    pub(super) fn emit(
        &mut self,
        advisories: Vec<LenientRecord<Advisory>>,
        context: &mut SourceContext<'_, '_>,
    ) -> Result<(), ShardError> {
        for read in advisories {
            if self.emitted.insert((read.record.id.clone(), read.record.modified.clone())) {
                context.emit_read(&read)?;
            }
        }
        Ok(())
    }

    fn request(
        &self,
        query: &[QueryParameter],
        start: u64,
        mark: u64,
    ) -> Result<UpstreamRequest, ShardError> {
        let (size, start) = (self.page_records.to_string(), start.to_string());
        let paging = [("resultsPerPage", size.as_str()), ("startIndex", start.as_str())];
        let query = query.iter().map(|(name, value)| (*name, value.as_str())).chain(paging);
        let url = join_url(self.url, &["rest", "json", "cves", "2.0"], &query.collect::<Vec<_>>())
            .map_err(ShardError::Failed)?;
        Ok(UpstreamRequest {
            service: Service::Nvd,
            url,
            body: None,
            accept: Accept::Json,
            freshness: Freshness::Run(mark),
            max_bytes: MAX_PAGE_BYTES,
        })
    }
}

/// Records of a page or of a part of a feed.
#[derive(Default)]
pub(crate) struct CveRecords {
    pub(crate) advisories: Vec<LenientRecord<Advisory>>,
    /// Elements that are not CVE records.
    pub(super) dropped: RecordFaults,
}

impl CveRecords {
    pub(super) fn read(items: &[&RawValue]) -> Self {
        let mut records = Self::default();
        for item in items {
            match record::read_lenient(item.get()) {
                Some(read) => records.advisories.push(read),
                None => records.dropped.add_dropped(item.get()),
            }
        }
        records
    }
}

/// Page of records.
pub(crate) struct CvePage {
    total: u64,
    /// Number of records that the page claims to hold; it holds at least as many.
    promised: u64,
    pub(crate) records: CveRecords,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CvePageJson<'a> {
    results_per_page: u64,
    start_index: u64,
    total_results: u64,
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

fn read_page(answer: &UpstreamAnswer, start: u64) -> Result<CvePage, InvalidAnswer> {
    read_bytes(&answer.bytes().map_err(|error| damaged(error.to_string()))?, start)
}

fn damaged(reason: String) -> InvalidAnswer {
    InvalidAnswer::Damaged(format!("cannot read the page: {reason}"))
}

/// Reads the page that starts with this record.
pub(crate) fn read_bytes(bytes: &[u8], start: u64) -> Result<CvePage, InvalidAnswer> {
    let page: CvePageJson<'_> = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if page.start_index != start {
        return Err(damaged(format!("it starts at {}, not at {start}", page.start_index)));
    }
    let held = page.vulnerabilities.len() as u64;
    if held < page.results_per_page {
        return Err(damaged(format!("it holds {held} of {} records", page.results_per_page)));
    }
    Ok(CvePage {
        total: page.total_results,
        promised: page.results_per_page,
        records: CveRecords::read(&page.vulnerabilities),
    })
}
