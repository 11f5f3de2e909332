//! Limits that answers report in their headers.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::header::{HeaderMap, RETRY_AFTER};

use crate::rate_budget::LimitReport;
use crate::request_ledger::RateQuota;

/// Longest wait that is believed: GitHub's period. A service that asks for that much is given up anyway.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// Returns the value of a header, if it is text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Returns the time of the server's clock, to which its other times belong; without a `Date`, that of our own.
fn server_time(headers: &HeaderMap) -> Timestamp {
    header_text(headers, "date").and_then(http_date).unwrap_or_else(Timestamp::now)
}

/// Parses a date as in RFC 9110, section 5.6.7: that of RFC 2822, in GMT.
fn http_date(text: &str) -> Option<Timestamp> {
    // The day of the week adds nothing to a date, and a wrong one does not make the time useless.
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// Returns the wait of `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. Nonsense counts as nothing.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = header_text(headers, RETRY_AFTER.as_str())?;
    let length = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long wait all the same.
        text.parse().map_or(MAX_WAIT, Duration::from_secs)
    } else {
        let until = http_date(text)?;
        // A date in the past stands for no wait.
        Duration::try_from(until.duration_since(server_time(headers))).unwrap_or(Duration::ZERO)
    };
    Some(length.min(MAX_WAIT))
}

/// Returns the quota of GitHub's headers ("Rate limits for the REST API"): requests or points left until `reset`, in
/// seconds of Unix time. In the result, `reset` is relative: milliseconds from now.
pub(crate) fn quota(headers: &HeaderMap) -> Option<RateQuota> {
    let number = |name| header_text(headers, name)?.parse::<u64>().ok();
    let reset =
        i64::try_from(number("x-ratelimit-reset")?).ok().and_then(|at| Timestamp::from_second(at).ok())?;
    let left = Duration::try_from(reset.duration_since(server_time(headers))).unwrap_or(Duration::ZERO);
    Some(RateQuota {
        limit: number("x-ratelimit-limit")?,
        remaining: number("x-ratelimit-remaining")?,
        // Both times are cut to whole seconds, hence one more.
        reset: (left.min(MAX_WAIT) + Duration::from_secs(1)).as_millis() as u64,
    })
}

/// Collects the limits that the headers of an answer report.
pub(crate) fn limit_report(status: u16, headers: &HeaderMap, quota_name: &str) -> LimitReport {
    // GitHub sends the header with refusals, others with overload.
    let block = matches!(status, 403 | 429 | 500..=599)
        .then(|| retry_after(headers))
        .flatten()
        .map(|length| (length, format!("HTTP {status} asked for that")));
    // The name goes into the file of the budget, so its length is bounded.
    let name =
        header_text(headers, "x-ratelimit-resource").filter(|name| name.len() <= 40).unwrap_or(quota_name);
    LimitReport { quota: quota(headers).map(|quota| (name.to_owned(), quota)), block, must_serialize: false }
}

#[cfg(test)]
mod tests {
    use ureq::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (value, expected) in [
            ("2", Some(2)),
            ("0", Some(0)),
            ("1000000000", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("-1", None),
            ("", None),
            ("soon", None),
            ("1.5", None),
            ("Sun, 06 Nov 1994 08:49:39 GMT", Some(2)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Sun, 06 Nov 2094 08:49:00 GMT", Some(3600)),
        ] {
            let wait = retry_after(&headers(&[date, ("retry-after", value)]));
            assert_eq!(wait, expected.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn a_quota_is_dated_by_the_servers_clock() {
        let headers = headers(&[
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "784111779"),
        ]);
        assert_eq!(quota(&headers), Some(RateQuota { limit: 5000, remaining: 0, reset: 3_000 }));
    }
}
