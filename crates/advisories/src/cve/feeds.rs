//! NVD's feeds: all records in one file a year, and what changed in the last eight days
//! (nvd.nist.gov/vuln/data-feeds).

use std::io::Read;

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use streamguard_engine::ShardError;

use super::Cve;
use super::walk::{Records, Walk};
use crate::Advisories;
use streamguard_http::address::address;
use streamguard_http::{Accept, Answer, Freshness, Progress, Request, Service, Unfit, UpstreamError};

/// The first feed; it holds all years before as well.
const FIRST: i16 = 2002;

/// Most bytes of a feed before and after decompression; the largest have some 20 and 250 MB.
const PACKED: u64 = 256 << 20;
const UNPACKED: u64 = 1 << 30;

/// Most bytes of the file that describes a feed; it has some 200.
const META: u64 = 64 << 10;

/// Records that are held at once besides the feed that they stand in.
const CHUNK: usize = 1000;

#[derive(Deserialize)]
struct Feed<'a> {
    #[serde(borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

/// Emits the records of all feeds up to the year of `now`.
pub(super) fn read(
    settings: &Cve,
    clock_ms: u64,
    now: Timestamp,
    walk: &mut Walk<'_>,
    advisories: &mut Advisories<'_, '_>,
) -> Result<(), ShardError> {
    let this_year = now.to_zoned(TimeZone::UTC).year();
    // The yearly files are made anew once a day; the last one has what changed since.
    let years = (FIRST..=this_year).map(|year| year.to_string());
    for name in years.chain(["modified".to_owned()]) {
        let unpacked = match fetch(settings, &name, clock_ms, walk, advisories) {
            // A passing difference: the feed was made anew between the two questions.
            Err(UpstreamError::Failed { .. }) => fetch(settings, &name, clock_ms + 1, walk, advisories),
            other => other,
        };
        let unpacked = match unpacked {
            Err(UpstreamError::NotFound { url }) if name == this_year.to_string() => {
                advisories.warn(format!("{url}: not there yet, the year is young"));
                continue;
            }
            other => other?,
        };
        let feed: Feed<'_> = serde_json::from_slice(&unpacked)
            .map_err(|error| ShardError::failed(format!("NVD's feed {name} cannot be read: {error}")))?;
        for items in feed.vulnerabilities.chunks(CHUNK) {
            let records = Records::read(items);
            advisories.count("records.malformed", records.malformed);
            walk.emit(records, advisories)?;
        }
    }
    Ok(())
}

/// The JSON of a feed, as whole as its description says.
fn fetch(
    settings: &Cve,
    name: &str,
    mark: u64,
    walk: &Walk<'_>,
    advisories: &mut Advisories<'_, '_>,
) -> Result<Vec<u8>, UpstreamError> {
    let request = |ending: &str, accept, max_bytes| {
        let file = format!("nvdcve-2.0-{name}.{ending}");
        address(&settings.nvd_feeds_url, &["json", "cve", "2.0", &file], &[])
            .map_err(|reason| UpstreamError::Refused { url: settings.nvd_feeds_url.clone(), reason })
            .map(|url| Request {
                service: Service::NvdFeeds,
                url,
                body: None,
                accept,
                freshness: Freshness::Run(mark),
                max_bytes,
            })
    };
    let meta = request("meta", Accept::Text, META)?;
    let digest = walk.client.ask(&meta, advisories, &mut digest)?;
    let feed = request("json.gz", Accept::Archive, PACKED)?;
    walk.client.ask(&feed, advisories, &mut |answer| unpack(answer, &digest))
}

/// The SHA-256 of the unpacked feed, out of its description, in lower case.
fn digest(answer: &Answer) -> Result<String, Unfit> {
    let bytes = answer.bytes().map_err(|error| Unfit::Damaged(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines()
        .find_map(|line| line.trim().strip_prefix("sha256:"))
        .filter(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(str::to_ascii_lowercase)
        .ok_or_else(|| Unfit::Damaged("a description of a feed without its sha256".to_owned()))
}

fn unpack(answer: &Answer, digest: &str) -> Result<Vec<u8>, Unfit> {
    let damaged = |reason: String| Unfit::Damaged(format!("a feed that cannot be unpacked: {reason}"));
    let packed = answer.open().map_err(|error| damaged(error.to_string()))?;
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(std::io::BufReader::new(packed)).take(UNPACKED + 1);
    reader.read_to_end(&mut unpacked).map_err(|error| damaged(error.to_string()))?;
    if unpacked.len() as u64 > UNPACKED {
        return Err(damaged(format!("more than {UNPACKED} bytes")));
    }
    let found: String = Sha256::digest(&unpacked).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != digest {
        return Err(Unfit::Damaged(format!("a feed with SHA-256 {found}, not {digest}")));
    }
    Ok(unpacked)
}
