//! A fast parser for the most frequent form of simple lines, which reads them in a few wide steps.

use fearless_simd::Simd;

use super::duration::{leading_digits, six_digits};
use super::method::HttpMethod;
use super::request::{LoggedRequest, status};
use crate::short_str::ShortStr;
use crate::simd_scan::find_first_of;

/// Bytes that are read behind a path: everything up to the user agent, with seven digits before the point.
const TAIL_BYTES: usize = 48;

/// A request of the most frequent form.
#[derive(Clone, Copy, Debug)]
pub struct FastRequest<'a> {
    /// Index of the method in [`HttpMethod::KNOWN`].
    pub method: usize,
    /// Path without the query.
    pub path: ShortStr<'a>,
    /// Status code.
    pub status: u16,
    /// Time that the request took, in nanoseconds.
    pub latency: u64,
    /// User agent.
    pub agent: ShortStr<'a>,
}

impl<'a> From<FastRequest<'a>> for LoggedRequest<'a> {
    fn from(fast: FastRequest<'a>) -> Self {
        Self {
            method: HttpMethod::Known(fast.method),
            path: fast.path.as_bytes(),
            status: fast.status,
            latency: Some(fast.latency),
            agent: Some(fast.agent.as_bytes()),
            ..LoggedRequest::UNKNOWN
        }
    }
}

/// Reads the first `length` bytes of `lines` if they have exactly the form `[METHOD] /path, status=XXX,
/// time=X.XXXXXXms user-agent=X`, with a well-known method, no comma in the path and six decimals.
///
/// A result is always that of [`parse_simple`](super::parse_simple). `None` says nothing about the line: it
/// may be a request of another form, or too close to the end of `lines`, because bytes behind the line are
/// read (but play no part).
#[inline(always)]
pub fn parse_simple_fast<S: Simd>(simd: S, lines: &[u8], length: usize) -> Option<FastRequest<'_>> {
    let head: &[u8; 16] = lines.first_chunk()?;
    let (name, word) = split_method(head)?;
    // The method is compared zero-padded, so NULs before the bracket would pass for padding.
    if head[0] != b'[' || head[word] == 0 || head[word + 2] != b' ' {
        return None;
    }
    let target = &lines[word + 3..];
    // The search is not limited to the line. If it runs into the next one, the user agent begins beyond `length`,
    // and the line is left to the exact parser: no other field that is checked here can contain a line end.
    let path_end = find_first_of(simd, target, [b',', b'?'])?;
    let mut end = path_end;
    if target[end] == b'?' {
        end += find_first_of(simd, &target[end..], [b','])?;
    }
    let tail: &[u8; TAIL_BYTES] = target[end..].first_chunk()?;
    let status = status([tail[9], tail[10], tail[11]])?;
    // The label is seven bytes: the upper ones of eight.
    if eight_bytes(tail, 0) != u64::from_le_bytes(*b", status")
        || tail[8] != b'='
        || eight_bytes(tail, 11) >> 8 != u64::from_le_bytes(*b", time=\0")
    {
        return None;
    }
    let (whole, digits) = leading_digits(eight_bytes(tail, 19));
    if digits == 0 || digits > 7 || tail[19 + digits] != b'.' {
        return None;
    }
    let fraction = six_digits(eight_bytes(tail, 20 + digits), *b"ms")?;
    let is_labelled = eight_bytes(tail, 28 + digits) == u64::from_le_bytes(*b" user-ag")
        && tail[36 + digits..40 + digits] == *b"ent=";
    if !is_labelled {
        return None;
    }
    let agent = word + 3 + end + 40 + digits;
    Some(FastRequest {
        method: name,
        path: ShortStr::new(target, path_end)?,
        status,
        // At most 10^13, which is below MAX_LATENCY_NS.
        latency: whole * 1_000_000 + fraction,
        agent: ShortStr::new(&lines[agent..], length.checked_sub(agent)?)?,
    })
}

/// Loads eight bytes as a little-endian word.
#[inline(always)]
fn eight_bytes(bytes: &[u8; TAIL_BYTES], at: usize) -> u64 {
    let mut bytes_8 = [0; 8];
    bytes_8.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(bytes_8)
}

/// Returns the index of the method between the first byte and a `]`, and its length.
#[inline(always)]
fn split_method(head: &[u8; 16]) -> Option<(usize, usize)> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = [head[1], head[2], head[3], head[4], head[5], head[6], head[7], head[8]];
    let bytes = u64::from_le_bytes(bytes);
    let others = bytes ^ (b']' as u64 * ONES);
    // Finds the first zero byte (Mycroft, 1987): its top bit is set. Bytes above it may be flagged wrongly, because
    // the subtraction borrows, but only the lowest flag is used.
    let zeros = others.wrapping_sub(ONES) & !others & (0x80 * ONES);
    let length = (zeros.trailing_zeros() / 8) as usize;
    // Without any bracket `length` is 8 and the word becomes empty, which is not a method.
    let word = bytes & ((1 << (8 * (length % 8))) - 1);
    Some((HttpMethod::known_index(word)?, length))
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;
    use crate::parse::parse_simple;

    fn parse_fast(lines: &[u8], length: usize) -> Option<LoggedRequest<'_>> {
        dispatch!(Level::new(), simd => super::parse_simple_fast(simd, lines, length))
            .map(LoggedRequest::from)
    }

    const FAST_LINE: &str = "[GET] /a?b, status=200, time=12.345678ms user-agent=agent";

    /// A line with many others tail it.
    fn among(line: &str) -> String {
        format!("{line}\n{}", format!("{FAST_LINE}\n").repeat(6))
    }

    #[test]
    fn lines_of_the_frequent_form_are_parsed() {
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
            let line = FAST_LINE.replace(from, to);
            let text = among(&line);
            let request =
                parse_fast(text.as_bytes(), line.len()).unwrap_or_else(|| panic!("{line} is not read"));
            assert_eq!(Ok(request), parse_simple(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn other_lines_are_left_to_the_exact_parser() {
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
            let line = FAST_LINE.replace(from, to);
            let length = line.find('\n').unwrap_or(line.len());
            assert_eq!(parse_fast(among(&line).as_bytes(), length), None, "{line}");
        }
        assert_eq!(parse_fast(FAST_LINE.as_bytes(), FAST_LINE.len()), None);
    }

    proptest! {
        #[test]
        fn the_result_is_that_of_the_exact_parser(at in 0..FAST_LINE.len(), byte in any::<u8>(), cut in 0..3usize) {
            let mut text = among(FAST_LINE).into_bytes();
            text[at] = byte;
            text.drain(at..at + cut);
            let end = text.iter().position(|byte| *byte == b'\n').unwrap();
            let line = &text[..end];
            if let Some(request) = parse_fast(&text, end) {
                prop_assert_eq!(Ok(request), parse_simple(line));
            }
        }
    }
}
