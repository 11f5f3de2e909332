//! `[METHOD] /path, status=200, time=1.662137ms user-agent=…`

use memchr::{memchr, memchr2};

use super::duration::duration;
use super::{Malformed, Request, is_method, status};

/// What stands between path and status.
const STATUS: &[u8; 9] = b", status=";

/// Reads a line `[METHOD] /path, status=XXX, time=X.XXXms user-agent=X`. The path ends at the
/// first `, status=`; the user agent is all that follows, commas, quotes and brackets included.
///
/// # Errors
/// [`Malformed`].
#[inline]
pub fn simple(line: &[u8]) -> Result<Request<'_>, Malformed> {
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    let (method, rest) = method(line).ok_or(Malformed::NoMethod)?;
    let (path, rest) = path(rest).ok_or(Malformed::NoStatus)?;
    let (&code, rest) = rest.split_first_chunk().ok_or(Malformed::Status)?;
    let status = status(code).ok_or(Malformed::Status)?;
    let (b", time=", rest) = rest.split_first_chunk().ok_or(Malformed::NoTime)? else {
        return Err(Malformed::NoTime);
    };
    let (time, rest) = duration(rest)?;
    let Some((b" user-agent=", agent)) = rest.split_first_chunk() else {
        return Err(Malformed::NoAgent);
    };
    Ok(Request { method, path, status, time: Some(time), agent: Some(agent), ..Request::default() })
}

/// The word in brackets, and what follows it and a space.
#[inline]
fn method(line: &[u8]) -> Option<(&[u8], &[u8])> {
    // Most requests are of these.
    for (head, length) in [(b"[GET] ", 3), (b"[PUT] ", 3)] {
        if let Some(rest) = line.strip_prefix(head) {
            return Some((&line[1..=length], rest));
        }
    }
    if let Some(rest) = line.strip_prefix(b"[POST] ") {
        return Some((&line[1..5], rest));
    }
    let rest = line.strip_prefix(b"[")?;
    let end = rest.iter().position(|byte| *byte == b']').filter(|end| is_method(&rest[..*end]))?;
    Some((&rest[..end], rest[end + 1..].strip_prefix(b" ")?))
}

/// The path without its query, and what follows `, status=`.
#[inline]
fn path(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut comma = memchr2(b',', b'?', rest)?;
    let mut end = None;
    if rest[comma] == b'?' {
        end = Some(comma);
        comma += memchr(b',', &rest[comma..])?;
    }
    loop {
        let (path, tail) = rest.split_at(comma);
        if let Some((STATUS, tail)) = tail.split_first_chunk() {
            return Some((end.map_or(path, |end| &rest[..end]), tail));
        }
        let passed = comma + 1;
        let next = passed + memchr(b',', &rest[passed..])?;
        if end.is_none() {
            end = memchr(b'?', &rest[passed..next]).map(|query| passed + query);
        }
        comma = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(&str, &str, u16, u64, &str), Malformed> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        simple(line.as_bytes()).map(|request| {
            let agent = request.agent.map(text).unwrap();
            (text(request.method), text(request.path), request.status, request.time.unwrap(), agent)
        })
    }

    #[test]
    fn lines_of_every_form_are_read() {
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
    fn what_is_wrong_is_said() {
        for (line, reason) in [
            ("", Malformed::Empty),
            ("[GE", Malformed::NoMethod),
            ("[GET]/", Malformed::NoMethod),
            ("[get] /, status=200", Malformed::NoMethod),
            ("panic: index out of range [1] with length 3", Malformed::NoMethod),
            ("[GET] /a status=200, time=1ms user-agent=x", Malformed::NoStatus),
            ("[GET] /a", Malformed::NoStatus),
            ("[GET] /a, status=20", Malformed::Status),
            ("[GET] /a, status=x200, time=1ms user-agent=x", Malformed::Status),
            ("[GET] /a, status=099, time=1ms user-agent=x", Malformed::Status),
            ("[GET] /a, status=2000, time=1ms user-agent=x", Malformed::NoTime),
            ("[GET] /a, status=200, time=1?? user-agent=x", Malformed::Time),
            ("[GET] /a, status=200, time=1ms", Malformed::NoAgent),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
