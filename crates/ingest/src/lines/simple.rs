//! `[METHOD] /path, status=200, time=1.662137ms user-agent=…`

use memchr::{memchr, memmem};

use super::duration::duration;
use super::{Malformed, Method, Request, status, without_query};

/// What stands between path and status.
const STATUS: &[u8] = b", status=";

/// Reads the line `[METHOD] /path, status=XXX, time=X.XXXms user-agent=X`. The path ends at the first
/// `, status=`; the user agent is all that follows, commas, quotes and brackets included.
///
/// # Errors
/// [`Malformed`].
pub fn simple(line: &[u8]) -> Result<Request<'_>, Malformed> {
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    let (method, rest) = method(line).ok_or(Malformed::NoMethod)?;
    let (target, rest) = rest.split_at(memmem::find(rest, STATUS).ok_or(Malformed::NoStatus)?);
    let (digits, rest) = rest[STATUS.len()..].split_first_chunk().ok_or(Malformed::Status)?;
    let status = status(*digits).ok_or(Malformed::Status)?;
    let rest = rest.strip_prefix(b", time=").ok_or(Malformed::NoTime)?;
    let (time, rest) = duration(rest)?;
    let agent = rest.strip_prefix(b" user-agent=").ok_or(Malformed::NoAgent)?;
    let path = without_query(target);
    Ok(Request { method, path, status, time: Some(time), bytes: None, agent: Some(agent), hour: None })
}

/// The word in brackets, and what follows it and a space.
fn method(line: &[u8]) -> Option<(Method<'_>, &[u8])> {
    let rest = line.strip_prefix(b"[")?;
    let end = memchr(b']', &rest[..rest.len().min(Method::LONGEST + 1)])?;
    let (word, rest) = rest.split_at(end);
    Some((Method::of(word)?, rest.strip_prefix(b"] ")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(&str, &str, u16, u64, &str), Malformed> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        simple(line.as_bytes()).map(|request| {
            let agent = request.agent.map(text).unwrap();
            (text(request.method.word()), text(request.path), request.status, request.time.unwrap(), agent)
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
            ("[GET] /a, status=200", Malformed::NoTime),
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
