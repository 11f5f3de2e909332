//! Simple lines as nearly all are, read in a few wide steps.

use fearless_simd::Simd;

use super::duration::{leading_digits, six_digits};
use super::{Method, Request, status};
use crate::scan::first_of;
use crate::short::Short;

/// Bytes that are looked at behind a path: all up to the user agent, with seven digits before the
/// point.
const BEHIND_PATH: usize = 48;

/// A request as nearly all are.
#[derive(Clone, Copy, Debug)]
pub struct Usual<'a> {
    /// The method, by its place among [`Method::NAMES`].
    pub method: usize,
    /// The path without its query.
    pub path: Short<'a>,
    /// The status code.
    pub status: u16,
    /// How long it took, in nanoseconds.
    pub time: u64,
    /// The user agent.
    pub agent: Short<'a>,
}

impl<'a> From<Usual<'a>> for Request<'a> {
    fn from(usual: Usual<'a>) -> Self {
        Self {
            method: Method::Named(usual.method),
            path: usual.path.bytes(),
            status: usual.status,
            time: Some(usual.time),
            bytes: None,
            agent: Some(usual.agent.bytes()),
            hour: None,
        }
    }
}

/// Reads a line, the first `length` bytes of `lines`, if it is quite
/// `[METHOD] /path, status=XXX, time=X.XXXXXXms user-agent=X`, with a well-known method, no comma in
/// the path and six digits behind the point. What is returned is what [`super::simple`] returns. None
/// says nothing about the line; it is also for one that has not some lines behind it, as what follows
/// is looked at, but plays no part.
#[inline(always)]
pub fn quick<S: Simd>(simd: S, lines: &[u8], length: usize) -> Option<Usual<'_>> {
    let head: &[u8; 16] = lines.first_chunk()?;
    let (name, word) = method(head)?;
    // A word that ends with NULs is taken for one without them.
    if head[0] != b'[' || head[word] == 0 || head[word + 2] != b' ' {
        return None;
    }
    let target = &lines[word + 3..];
    // A comma beyond the line leads to a user agent beyond it; nothing else that is read here holds a
    // line end.
    let path_end = first_of(simd, target, [b',', b'?'])?;
    let mut end = path_end;
    if target[end] == b'?' {
        end += first_of(simd, &target[end..], [b','])?;
    }
    let behind: &[u8; BEHIND_PATH] = target[end..].first_chunk()?;
    let status = status([behind[9], behind[10], behind[11]])?;
    // The label is seven bytes: the upper ones of eight.
    if part(behind, 0) != u64::from_le_bytes(*b", status")
        || behind[8] != b'='
        || part(behind, 11) >> 8 != u64::from_le_bytes(*b", time=\0")
    {
        return None;
    }
    let (whole, digits) = leading_digits(part(behind, 19));
    if digits == 0 || digits > 7 || behind[19 + digits] != b'.' {
        return None;
    }
    let fraction = six_digits(part(behind, 20 + digits), *b"ms")?;
    let is_labelled = part(behind, 28 + digits) == u64::from_le_bytes(*b" user-ag")
        && behind[36 + digits..40 + digits] == *b"ent=";
    if !is_labelled {
        return None;
    }
    let agent = word + 3 + end + 40 + digits;
    Some(Usual {
        method: name,
        path: Short::of(target, path_end)?,
        status,
        // At most 10^13: no time that is too long.
        time: whole * 1_000_000 + fraction,
        agent: Short::of(&lines[agent..], length.checked_sub(agent)?)?,
    })
}

/// Eight bytes.
#[inline(always)]
fn part(bytes: &[u8; BEHIND_PATH], at: usize) -> u64 {
    let mut part = [0; 8];
    part.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(part)
}

/// Which method the word between the first byte and a `]` is, and its length.
#[inline(always)]
fn method(head: &[u8; 16]) -> Option<(usize, usize)> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let bytes = [head[1], head[2], head[3], head[4], head[5], head[6], head[7], head[8]];
    let bytes = u64::from_le_bytes(bytes);
    let others = bytes ^ (b']' as u64 * EACH);
    // The lowest zero byte gets the top bit; those above it may get one wrongly.
    let zeros = others.wrapping_sub(EACH) & !others & (0x80 * EACH);
    let length = (zeros.trailing_zeros() / 8) as usize;
    // Without any bracket the word is empty, which is no method.
    let word = bytes & ((1 << (8 * (length % 8))) - 1);
    Some((Method::named(word)?, length))
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;
    use crate::lines::simple;

    fn quick(lines: &[u8], length: usize) -> Option<Request<'_>> {
        dispatch!(Level::new(), simd => super::quick(simd, lines, length)).map(Request::from)
    }

    const USUAL: &str = "[GET] /a?b, status=200, time=12.345678ms user-agent=agent";

    /// A line with many others behind it.
    fn among(line: &str) -> String {
        format!("{line}\n{}", format!("{USUAL}\n").repeat(6))
    }

    #[test]
    fn usual_lines_are_read() {
        let long = "x".repeat(200);
        for (from, to) in [
            ("", ""),
            ("GET", "OPTIONS"),
            ("/a", ""),
            ("?b", ""),
            ("/a", &long[..]),
            ("?b", &format!("?{long}")),
            ("12.", "1234567."),
            ("=agent", "="),
            ("=agent", &format!("={long}")),
            ("=agent", "=a, status=1\0é"),
        ] {
            let line = USUAL.replace(from, to);
            let text = among(&line);
            let request = quick(text.as_bytes(), line.len()).unwrap_or_else(|| panic!("{line} is not read"));
            assert_eq!(Ok(request), simple(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn unusual_lines_are_left_alone() {
        for (from, to) in [
            ("GET", "M-SEARCH"),
            ("GET", "BREW"),
            ("GET", "GET\0"),
            ("GET]", "GET"),
            ("] ", "]"),
            ("/a", "/,a"),
            (", status=", "\n, status="),
            ("200", "020"),
            ("200", "20x"),
            (" time", " Time"),
            ("12.", "12345678."),
            ("12.", "."),
            ("678ms", "67ms"),
            ("678ms", "678us"),
            ("678", "6:8"),
            (" user", " User"),
            ("agent=", "agent:"),
        ] {
            let line = USUAL.replace(from, to);
            let length = line.find('\n').unwrap_or(line.len());
            assert_eq!(quick(among(&line).as_bytes(), length), None, "{line}");
        }
        assert_eq!(quick(USUAL.as_bytes(), USUAL.len()), None);
    }

    proptest! {
        #[test]
        fn it_reads_as_the_exact_parser_does(at in 0..USUAL.len(), byte in any::<u8>(), cut in 0..3usize) {
            let mut text = among(USUAL).into_bytes();
            text[at] = byte;
            text.drain(at..at + cut);
            let end = text.iter().position(|byte| *byte == b'\n').unwrap();
            let line = &text[..end];
            if let Some(request) = quick(&text, end) {
                prop_assert_eq!(Ok(request), simple(line));
            }
        }
    }
}
