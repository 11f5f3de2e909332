//! The simple format: `[METHOD] /path, status=200, time=1.662137ms user-agent=…`

use memchr::{memchr, memmem};

use super::duration::parse_duration;
use super::method::HttpMethod;
use super::request::{LoggedRequest, MalformedLine, status, without_query};

/// Text between path and status.
const STATUS_LABEL: &[u8] = b", status=";

/// Reads the line `[METHOD] /path, status=XXX, time=X.XXXms user-agent=X`.
///
/// The path ends at the first `, status=`. The user agent is the rest of the line, commas, quotes and
/// brackets included.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub fn parse_simple(line: &[u8]) -> Result<LoggedRequest<'_>, MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let (method, rest) = split_method(line).ok_or(MalformedLine::MissingMethod)?;
    let (target, rest) = rest.split_at(memmem::find(rest, STATUS_LABEL).ok_or(MalformedLine::MissingStatus)?);
    let (digits, rest) =
        rest[STATUS_LABEL.len()..].split_first_chunk().ok_or(MalformedLine::InvalidStatus)?;
    let status = status(*digits).ok_or(MalformedLine::InvalidStatus)?;
    let rest = rest.strip_prefix(b", time=").ok_or(MalformedLine::MissingLatency)?;
    let (latency, rest) = parse_duration(rest)?;
    let agent = rest.strip_prefix(b" user-agent=").ok_or(MalformedLine::MissingAgent)?;
    let path = without_query(target);
    Ok(LoggedRequest {
        method,
        path,
        status,
        latency: Some(latency),
        agent: Some(agent),
        ..LoggedRequest::UNKNOWN
    })
}

/// Splits off the word in brackets and the space behind it.
fn split_method(line: &[u8]) -> Option<(HttpMethod<'_>, &[u8])> {
    let rest = line.strip_prefix(b"[")?;
    let end = memchr(b']', &rest[..rest.len().min(HttpMethod::MAX_BYTES + 1)])?;
    let (word, rest) = rest.split_at(end);
    Some((HttpMethod::parse(word)?, rest.strip_prefix(b"] ")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(&str, &str, u16, u64, &str), MalformedLine> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        parse_simple(line.as_bytes()).map(|request| {
            let agent = request.agent.map(text).unwrap();
            (
                text(request.method.as_bytes()),
                text(request.path),
                request.status,
                request.latency.unwrap(),
                agent,
            )
        })
    }

    #[test]
    fn lines_of_every_form_are_parsed() {
        assert_eq!(
            read("[GET] /a/b, status=200, time=1.662137ms user-agent=Mozilla/5.0 (X, \"y\") [z], status=1"),
            Ok(("GET", "/a/b", 200, 1_662_137, "Mozilla/5.0 (X, \"y\") [z], status=1"))
        );
        assert_eq!(
            read("[OPTIONS] /a,b?c=d,e, status=404, time=3us user-agent="),
            Ok(("OPTIONS", "/a,b", 404, 3000, ""))
        );
        assert_eq!(
            read("[POST] /?a, stat, status=201, time=2s user-agent=-"),
            Ok(("POST", "/", 201, 2_000_000_000, "-"))
        );
        assert_eq!(read("[PUT] , status=599, time=0ns user-agent=x"), Ok(("PUT", "", 599, 0, "x")));
        assert_eq!(
            read("[M-SEARCH] *, status=200, time=1ms user-agent=x"),
            Ok(("M-SEARCH", "*", 200, 1_000_000, "x"))
        );
    }

    #[test]
    fn errors_name_the_reason() {
        for (line, reason) in [
            ("", MalformedLine::Empty),
            ("[GE", MalformedLine::MissingMethod),
            ("[GET]/", MalformedLine::MissingMethod),
            ("[get] /, status=200", MalformedLine::MissingMethod),
            ("panic: index out of range [1] with length 3", MalformedLine::MissingMethod),
            ("[GET] /a status=200, time=1ms user-agent=x", MalformedLine::MissingStatus),
            ("[GET] /a", MalformedLine::MissingStatus),
            ("[GET] /a, status=20", MalformedLine::InvalidStatus),
            ("[GET] /a, status=200", MalformedLine::MissingLatency),
            ("[GET] /a, status=x200, time=1ms user-agent=x", MalformedLine::InvalidStatus),
            ("[GET] /a, status=099, time=1ms user-agent=x", MalformedLine::InvalidStatus),
            ("[GET] /a, status=2000, time=1ms user-agent=x", MalformedLine::MissingLatency),
            ("[GET] /a, status=200, time=1?? user-agent=x", MalformedLine::InvalidLatency),
            ("[GET] /a, status=200, time=1ms", MalformedLine::MissingAgent),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
