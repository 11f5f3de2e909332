//! What answers say about limits in their headers.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::header::{HeaderMap, RETRY_AFTER};

use super::budget::Told;
use super::ledger::Quota;

/// Nobody is believed who wants a longer wait than GitHub's period; a service that is waited for
/// that long has been given up anyway.
const LONGEST: Duration = Duration::from_secs(3600);

/// A header as text, if it is that.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The server's clock, which is the one that its other times belong to; without it ours.
fn server_time(headers: &HeaderMap) -> Timestamp {
    text(headers, "date").and_then(http_date).unwrap_or_else(Timestamp::now)
}

/// A date as in RFC 9110, section 5.6.7: that of RFC 2822, in GMT.
fn http_date(text: &str) -> Option<Timestamp> {
    // The day of the week adds nothing to a date, and a wrong one does not make the time useless.
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// `Retry-After`, RFC 9110, section 10.2.3: seconds or a date. Nonsense is as good as nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER.as_str())?;
    let length = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long wait all the same.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let until = http_date(text)?;
        // A date in the past means: at once.
        Duration::try_from(until.duration_since(server_time(headers))).unwrap_or(Duration::ZERO)
    };
    Some(length.min(LONGEST))
}

/// GitHub's quota, "Rate limits for the REST API": requests or points left until `reset`, in
/// seconds of Unix time. The quota's `reset` is relative here, in milliseconds from now.
pub(super) fn quota(headers: &HeaderMap) -> Option<Quota> {
    let number = |name| text(headers, name)?.parse::<u64>().ok();
    let reset =
        i64::try_from(number("x-ratelimit-reset")?).ok().and_then(|at| Timestamp::from_second(at).ok())?;
    let left = Duration::try_from(reset.duration_since(server_time(headers))).unwrap_or(Duration::ZERO);
    Some(Quota {
        limit: number("x-ratelimit-limit")?,
        remaining: number("x-ratelimit-remaining")?,
        // Both times are cut off to whole seconds.
        reset: (left.min(LONGEST) + Duration::from_secs(1)).as_millis() as u64,
    })
}

/// All that the headers of an answer of some status say about limits.
pub(super) fn told(status: u16, headers: &HeaderMap, quota_name: &str) -> Told {
    let block = matches!(status, 403 | 429 | 500..=599)
        .then(|| retry_after(headers))
        .flatten()
        .map(|length| (length, format!("HTTP {status} asked for that")));
    // The name goes into the file of the budget, so its length is bounded.
    let name = text(headers, "x-ratelimit-resource").filter(|name| name.len() <= 40).unwrap_or(quota_name);
    Told { quota: quota(headers).map(|quota| (name.to_owned(), quota)), block, is_crowded: false }
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
    fn retry_after_comes_in_two_forms_and_in_nonsense() {
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
        let told = headers(&[
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "784111779"),
        ]);
        assert_eq!(quota(&told), Some(Quota { limit: 5000, remaining: 0, reset: 3_000 }));
    }
}
