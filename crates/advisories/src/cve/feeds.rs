//! NVD's feeds: one file a year with all records, and one with the changes of the last eight days
//! (nvd.nist.gov/vuln/data-feeds).

use std::io::Read;

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use streamguard_engine::ShardError;

use super::paging::{CveRecords, PageReader};
use crate::SourceContext;
use streamguard_http::base_url::join_url;
use streamguard_http::{
    Accept, Freshness, InvalidAnswer, Service, UpstreamAnswer, UpstreamError, UpstreamRequest,
};

/// Year of the first feed, which also holds all records of the years before.
const FIRST_YEAR: i16 = 2002;

/// Most bytes of a compressed feed; the largest have some 20 MB.
const MAX_PACKED_BYTES: u64 = 256 << 20;

/// Most bytes of a feed after decompression; the largest have some 250 MB.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;

/// Most bytes of the file that describes a feed; it has some 200.
const MAX_META_BYTES: u64 = 64 << 10;

/// Records that are parsed at once. All of a feed would take several times its size in memory.
const RECORDS_PER_CHUNK: usize = 1000;

#[derive(Deserialize)]
struct FeedJson<'a> {
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

/// Emits the records of all feeds up to the year of `now`.
pub(super) fn read(
    feeds_url: &str,
    clock_ms: u64,
    now: Timestamp,
    pages: &mut PageReader<'_>,
    context: &mut SourceContext<'_, '_>,
) -> Result<(), ShardError> {
    let this_year = now.to_zoned(TimeZone::UTC).year();
    // The yearly files are made anew once a day; `modified` has what changed since.
    let years = (FIRST_YEAR..=this_year).map(|year| year.to_string());
    for name in years.chain(["modified".to_owned()]) {
        let unpacked = match fetch(feeds_url, &name, clock_ms, context) {
            // NVD may have made the feed anew between the requests for its description and for the
            // feed itself. Another mark makes the client ask for both again.
            Err(UpstreamError::Failed { .. }) => fetch(feeds_url, &name, clock_ms + 1, context),
            other => other,
        };
        let unpacked = match unpacked {
            Err(UpstreamError::NotFound { url }) if name == this_year.to_string() => {
                context.warn(format!("{url}: does not exist yet, the year has just begun"));
                continue;
            }
            other => other?,
        };
        let feed: FeedJson<'_> = serde_json::from_slice(&unpacked)
            .map_err(|error| ShardError::failed(format!("cannot read NVD's feed {name}: {error}")))?;
        let (mut usable, total) = (0, feed.vulnerabilities.len());
        for items in feed.vulnerabilities.chunks(RECORDS_PER_CHUNK) {
            let records = CveRecords::read(items);
            usable += records.advisories.len();
            context.add_faults(records.dropped);
            pages.emit(records.advisories, context)?;
        }
        if usable == 0 && total > 1 {
            context.incomplete(format!("none of the {total} records of NVD's feed {name} can be used"));
        }
    }
    Ok(())
}

/// Fetches the JSON of a feed, and checks it against the digest in its description.
fn fetch(
    feeds_url: &str,
    name: &str,
    mark: u64,
    context: &mut SourceContext<'_, '_>,
) -> Result<Vec<u8>, UpstreamError> {
    let request = |ending: &str, accept, max_bytes| {
        let file = format!("nvdcve-2.0-{name}.{ending}");
        join_url(feeds_url, &["json", "cve", "2.0", &file], &[])
            .map_err(|reason| UpstreamError::Refused { url: feeds_url.to_owned(), reason })
            .map(|url| UpstreamRequest {
                service: Service::NvdFeeds,
                url,
                body: None,
                accept,
                freshness: Freshness::Run(mark),
                max_bytes,
            })
    };
    let meta = request("meta", Accept::Text, MAX_META_BYTES)?;
    let digest = context.ask(&meta, &mut read_digest)?;
    let feed = request("json.gz", Accept::Archive, MAX_PACKED_BYTES)?;
    context.ask(&feed, &mut |answer| unpack(answer, &digest))
}

/// Reads the SHA-256 of the unpacked feed from its description, in lower case.
fn read_digest(answer: &UpstreamAnswer) -> Result<String, InvalidAnswer> {
    let bytes = answer.bytes().map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines()
        .find_map(|line| line.trim().strip_prefix("sha256:"))
        .filter(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(str::to_ascii_lowercase)
        .ok_or_else(|| InvalidAnswer::Damaged("the description of a feed has no sha256".to_owned()))
}

fn unpack(answer: &UpstreamAnswer, digest: &str) -> Result<Vec<u8>, InvalidAnswer> {
    let damaged = |reason: String| InvalidAnswer::Damaged(format!("cannot unpack the feed: {reason}"));
    let packed = answer.open().map_err(|error| damaged(error.to_string()))?;
    let mut unpacked = Vec::new();
    // One byte more than allowed tells a feed that is too large from one that just fits.
    let mut reader = MultiGzDecoder::new(std::io::BufReader::new(packed)).take(MAX_UNPACKED_BYTES + 1);
    reader.read_to_end(&mut unpacked).map_err(|error| damaged(error.to_string()))?;
    if unpacked.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(damaged(format!("it has more than {MAX_UNPACKED_BYTES} bytes")));
    }
    let found: String = Sha256::digest(&unpacked).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != digest {
        return Err(InvalidAnswer::Damaged(format!("the feed has SHA-256 {found}, not {digest}")));
    }
    Ok(unpacked)
}
