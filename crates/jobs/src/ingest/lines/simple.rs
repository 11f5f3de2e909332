//! `[METHOD] /path, status=200, time=1.662137ms user-agent=…`

use memchr::{memchr, memchr2, memchr3};

use super::duration::duration;
use super::{Malformed, Method, Request, status};

/// What stands between path and status.
const STATUS: &[u8; 9] = b", status=";

/// Reads the line `[METHOD] /path, status=XXX, time=X.XXXms user-agent=X` that the first `length`
/// bytes of some lines are. The path ends at the first `, status=`; the user agent is all that
/// follows, commas, quotes and brackets included. That there is text behind the line makes it
/// cheap to read near its end.
///
/// # Errors
/// [`Malformed`].
#[inline(always)]
pub fn simple(lines: &[u8], length: usize) -> Result<Request<'_>, Malformed> {
    if length == 0 {
        return Err(Malformed::Empty);
    }
    // A path that leaves the line (there was no comma) leads to a user agent outside; nothing else
    // that is read before holds a line end.
    let (method, rest) = method(lines).ok_or(Malformed::NoMethod)?;
    let (path, rest) =
        path(rest).filter(|(_, rest)| lines.len() - rest.len() <= length).ok_or(Malformed::NoStatus)?;
    let (status, rest) = status_and_label(rest)?;
    let (time, rest) = duration(rest)?;
    let Some((b" user-agent=", rest)) = rest.split_first_chunk() else { return Err(Malformed::NoAgent) };
    let agent = lines.get(lines.len() - rest.len()..length).ok_or(Malformed::NoAgent)?;
    Ok(Request { method, path, status, time: Some(time), bytes: None, agent: Some(agent), hour: None })
}

/// The status, and what follows `, time=`.
#[inline(always)]
fn status_and_label(text: &[u8]) -> Result<(u16, &[u8]), Malformed> {
    let Some((head, rest)) = text.split_first_chunk::<10>() else {
        let is_status = text.first_chunk().is_some_and(|digits| super::status(*digits).is_some());
        return Err(if is_status { Malformed::NoTime } else { Malformed::Status });
    };
    let status = status([head[0], head[1], head[2]]).ok_or(Malformed::Status)?;
    // Seven bytes are compared at once, as the upper part of eight.
    let label = u64::from_le_bytes([head[2], head[3], head[4], head[5], head[6], head[7], head[8], head[9]]);
    if label >> 8 == u64::from_le_bytes(*b", time=\0") { Ok((status, rest)) } else { Err(Malformed::NoTime) }
}

/// The word in brackets, and what follows it and a space.
#[inline(always)]
fn method(line: &[u8]) -> Option<(Method<'_>, &[u8])> {
    if let Some((&[b'[', ref head @ ..], rest)) = line.split_first_chunk::<9>() {
        let end = first_bracket(*head);
        let word = u64::from_le_bytes(*head) & ((1 << (8 * (end % 8))) - 1);
        if let Some(name) = Method::named(word)
            && end < 8
        {
            let rest = if end == 7 { rest } else { &line[end + 2..] };
            return Some((Method::Named(name), rest.strip_prefix(b" ")?));
        }
    }
    any_method(line)
}

#[cold]
fn any_method(line: &[u8]) -> Option<(Method<'_>, &[u8])> {
    let rest = line.strip_prefix(b"[")?;
    let end = memchr(b']', &rest[..rest.len().min(Method::LONGEST + 1)])?;
    let (word, rest) = rest.split_at(end);
    Some((Method::of(word)?, rest.strip_prefix(b"] ")?))
}

/// Where the first `]` of eight bytes is; 8 if there is none.
#[inline(always)]
fn first_bracket(bytes: [u8; 8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let others = u64::from_le_bytes(bytes) ^ (b']' as u64 * EACH);
    // The lowest zero byte gets the top bit; those above it may get one wrongly.
    let zeros = others.wrapping_sub(EACH) & !others & (0x80 * EACH);
    (zeros.trailing_zeros() / 8) as usize
}

/// The path without its query, and what follows `, status=`.
#[inline(always)]
fn path(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr2(b',', b'?', rest)?;
    let (path, tail) = rest.split_at(at);
    match tail.split_first_chunk() {
        Some((STATUS, tail)) => Some((path, tail)),
        _ => odd_path(rest, at),
    }
}

/// The same if there is a comma or a question mark at `at` that is not the end of it.
#[cold]
fn odd_path(rest: &[u8], mut at: usize) -> Option<(&[u8], &[u8])> {
    let mut end = None;
    loop {
        let (path, tail) = rest.split_at(at);
        match tail.split_first_chunk() {
            Some((STATUS, tail)) => return Some((end.map_or(path, |end| &rest[..end]), tail)),
            _ if tail[0] == b'\n' => return None,
            _ if tail[0] == b'?' => end = end.or(Some(at)),
            _ => {}
        }
        at += 1;
        at += memchr3(b',', b'?', b'\n', &rest[at..])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(&str, &str, u16, u64, &str), Malformed> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        let length = line.find('\n').unwrap_or(line.len());
        simple(line.as_bytes(), length).map(|request| {
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
            ("\n[GET] /, status=200, time=1ms user-agent=x", Malformed::Empty),
            ("[GE\n", Malformed::NoMethod),
            ("[GET] /a\n[GET] /, status=200, time=1ms user-agent=x", Malformed::NoStatus),
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
            let followed = format!("{line}\n[GET] /, status=200, time=1ms user-agent=x, status=200");
            assert_eq!(read(&followed), Err(reason), "{line}");
        }
    }
}
