//! The Common and the Combined Log Format, as Apache's mod_log_config defines them: `%h %l %u %t "%r" %>s
//! %b`, and the same with `"%{Referer}i" "%{User-agent}i"`.

use std::net::{IpAddr, Ipv4Addr};

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::log_date::DateCache;
use super::method::HttpMethod;
use super::request::{LoggedRequest, MalformedLine, status, without_query};

/// Reads a line of the Common Log Format. Text behind the number of bytes is ignored.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
#[inline]
pub fn parse_common<'a>(line: &'a [u8], dates: &mut DateCache) -> Result<LoggedRequest<'a>, MalformedLine> {
    Ok(common_fields(line, dates)?.0)
}

/// Reads a line of the Combined Log Format. Text behind the user agent is ignored.
///
/// A user agent that was cut off together with its closing quote counts as it is, as other programs count it.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
#[inline]
pub fn parse_combined<'a>(line: &'a [u8], dates: &mut DateCache) -> Result<LoggedRequest<'a>, MalformedLine> {
    Ok(combined_fields(line, dates)?.0)
}

/// Reads the nine fields of the Combined Log Format, and returns the rest of the line too.
#[inline]
pub(super) fn combined_fields<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
) -> Result<(LoggedRequest<'a>, &'a [u8]), MalformedLine> {
    let (request, rest) = common_fields(line, dates)?;
    let split = || {
        let text = rest.strip_prefix(b" ")?;
        // Jetty writes two spaces.
        let (referrer, rest) = split_text(text.strip_prefix(b" ").unwrap_or(text))?;
        let agent = rest.strip_prefix(b" ")?;
        let (agent, rest) = match split_text(agent) {
            Some(split) => split,
            None => (agent.strip_prefix(b"\"")?, &b""[..]),
        };
        Some((referrer, agent, rest))
    };
    let (referrer, agent, rest) = split().ok_or(MalformedLine::MissingReferrer)?;
    Ok((LoggedRequest { agent: Some(agent), referrer: Some(referrer), ..request }, rest))
}

/// Reads the seven fields of the Common Log Format, and returns the rest of the line too.
#[inline]
pub(super) fn common_fields<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
) -> Result<(LoggedRequest<'a>, &'a [u8]), MalformedLine> {
    match line.first() {
        None => return Err(MalformedLine::Empty),
        // An object of JSON may have such a line within.
        Some(b'{') => return Err(MalformedLine::MissingClient),
        _ => {}
    }
    // User names may contain spaces, so the fields before the date are not split at spaces.
    let (client, rest) = line.split_at(date_bracket(line).ok_or(MalformedLine::MissingClient)?);
    if client.iter().filter(|byte| **byte == b' ').count() < 3 {
        return Err(MalformedLine::MissingClient);
    }
    let end = memchr(b']', rest).ok_or(MalformedLine::InvalidDate)?;
    let time = dates.clf_time(&rest[1..end]).ok_or(MalformedLine::InvalidDate)?;
    let rest = rest[end + 1..].strip_prefix(b" ").ok_or(MalformedLine::MissingRequest)?;
    let (text, rest) = split_quoted(rest).ok_or(MalformedLine::MissingRequest)?;
    let (method, path) = split_request(text).unwrap_or((HttpMethod::NONE, b""));
    let rest = rest.strip_prefix(b" ").ok_or(MalformedLine::InvalidStatus)?;
    let (&code, rest) = rest.split_first_chunk().ok_or(MalformedLine::InvalidStatus)?;
    let status = status(code).ok_or(MalformedLine::InvalidStatus)?;
    let rest = rest.strip_prefix(b" ").ok_or(MalformedLine::InvalidBytes)?;
    let (bytes, rest) = split_bytes(rest).ok_or(MalformedLine::InvalidBytes)?;
    let client = Some(client_of(client));
    Ok((
        LoggedRequest { method, path, status, bytes, client, time: Some(time), ..LoggedRequest::UNKNOWN },
        rest,
    ))
}

/// Returns the client among the words before the date.
#[inline]
pub(super) fn client_of(words: &[u8]) -> &[u8] {
    // Nearly always an address without a port, quotes or brackets, and an identity that is not known.
    let (first, rest) = words.split_at(memchr(b' ', words).unwrap_or(words.len()));
    // A tab is behind the date or the name that a program puts in front.
    let is_odd = || {
        memchr2(b':', b'\t', first).is_some_and(|at| {
            first[at] == b'\t' || memrchr(b':', first) == Some(at) || memchr(b'\t', first).is_some()
        })
    };
    // So are names without an address, among more words than those of a client.
    let may_be_name = |start: u8| !start.is_ascii_digit() && memchr_iter(b' ', rest).count() > 3;
    match (first, rest) {
        ([start, .., end], [b' ', b'-', b' ', ..])
            if start.is_ascii_alphanumeric()
                && end.is_ascii_alphanumeric()
                && !is_odd()
                && !may_be_name(*start) =>
        {
            first
        }
        _ => client_among(words),
    }
}

/// Returns the client among the words before the date: the first, or the second if a virtual host stands before it, or
/// the first address if other words stand before it.
#[inline(never)]
fn client_among(words: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let all = || words.split(is_space).filter(|word| !word.is_empty());
    let (first, second) = (all().next().unwrap_or_default(), all().nth(1).unwrap_or_default());
    let (client, other) = (client_address(first), client_address(second));
    // Of a list, the first counts; with a port, a virtual host may be an address too.
    let is_list = first.ends_with(b",") || first.starts_with(b"\"");
    if is_address(client) && (is_list || client == first) {
        return client;
    }
    let has_port = memrchr(b':', first).is_some_and(|at| is_port(&first[at + 1..]));
    let is_host = has_port && !is_address(client) && other != b"-";
    if is_address(other) {
        return other;
    }
    if !is_address(client) && all().nth(3).is_some() {
        // What passes lines on puts names and dates in front.
        let address = all().map(client_address).find(|word| is_address(word));
        return address.unwrap_or(if is_host { other } else { client });
    }
    if is_host { other } else { client }
}

/// Returns whether a word is an address.
pub(super) fn is_address(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| word.parse::<IpAddr>().is_ok())
}

/// Returns whether a text is the number of a port.
fn is_port(text: &[u8]) -> bool {
    (1..=5).contains(&text.len()) && text.iter().all(u8::is_ascii_digit)
}

/// Returns an address without what servers put around it: quotes, brackets, a port, or the comma of a list.
#[inline]
pub(super) fn client_address(word: &[u8]) -> &[u8] {
    let word = word.strip_prefix(b"\"").unwrap_or(word);
    let word = word.strip_suffix(b"\"").unwrap_or(word);
    let word = word.strip_suffix(b",").unwrap_or(word);
    if let Some(rest) = word.strip_prefix(b"[") {
        return &rest[..memchr(b']', rest).unwrap_or(rest.len())];
    }
    let is_ipv4 =
        |address: &[u8]| std::str::from_utf8(address).is_ok_and(|text| text.parse::<Ipv4Addr>().is_ok());
    match memrchr(b':', word) {
        Some(at) if is_port(&word[at + 1..]) && is_ipv4(&word[..at]) => &word[..at],
        _ => word,
    }
}

/// Returns the position of the bracket before the date. IPv6 addresses, user names and colours of a terminal have
/// brackets too.
#[inline]
fn date_bracket(line: &[u8]) -> Option<usize> {
    // Without any date, the first bracket gives the reason why the line is malformed.
    memchr_iter(b'[', line).find(|at| is_date_bracket(line, *at)).or_else(|| memchr(b'[', line))
}

/// Returns whether the separators of `[17/May/2015:` stand at the position.
#[inline]
pub(super) fn is_date_bracket(line: &[u8], at: usize) -> bool {
    line.get(at + 3) == Some(&b'/') && line.get(at + 7) == Some(&b'/') && line.get(at + 12) == Some(&b':')
}

/// Splits off text in quotes, or a bare `-`, which some servers write for none.
#[inline]
pub(super) fn split_text(text: &[u8]) -> Option<(&[u8], &[u8])> {
    split_quoted(text).or_else(|| matches!(text, [b'-'] | [b'-', b' ', ..]).then(|| text.split_at(1)))
}

/// Splits off text in quotes, in which a backslash escapes the next character.
#[inline]
pub(super) fn split_quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        at += 2;
    }
}

/// Splits `GET /path HTTP/1.1` into method and path. HTTP/0.9 has no version, and some clients send spaces in
/// the path. Servers also log what is not HTTP, such as the `-` of a connection without a request; such a text has
/// neither method nor path.
#[inline]
pub(super) fn split_request(text: &[u8]) -> Option<(HttpMethod<'_>, &[u8])> {
    let (method, rest) = text.split_at(memchr(b' ', text)?);
    if let [b'\x1b' | b'-', ..] = method {
        return split_odd_request(text);
    }
    let target = &rest[1..];
    let target = match memrchr(b' ', target) {
        Some(at) if target[at + 1..].starts_with(b"HTTP/") => &target[..at],
        Some(at) => without_bare_version(target, at),
        None => target,
    };
    if target.is_empty() {
        return None;
    }
    Some((HttpMethod::parse(method)?, without_query(target)))
}

/// Splits a request that a program shows in a colour of the terminal. One with `-` for a method is none.
#[cold]
#[inline(never)]
fn split_odd_request(text: &[u8]) -> Option<(HttpMethod<'_>, &[u8])> {
    let plain = skip_controls(text);
    let plain = memchr(b'\x1b', plain).map_or(plain, |end| &plain[..end]);
    if plain.starts_with(b"-") { None } else { split_request(plain) }
}

/// Returns a target without the version behind the space at `at`, as Hypercorn writes it: `/path 1.1`.
#[cold]
#[inline(never)]
fn without_bare_version(target: &[u8], at: usize) -> &[u8] {
    if matches!(&target[at + 1..], b"1.0" | b"1.1" | b"2" | b"3") { &target[..at] } else { target }
}

/// Returns a text without the controls of a terminal at its beginning, such as the colour `ESC [ 36 m`.
fn skip_controls(mut text: &[u8]) -> &[u8] {
    while let Some(control) = text.strip_prefix(b"\x1b[") {
        let Some(end) = control.iter().position(u8::is_ascii_alphabetic) else { break };
        text = &control[end + 1..];
    }
    text
}

/// Splits off a number of bytes, or `-` for none.
#[inline]
fn split_bytes(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return (rest.is_empty() || rest[0] == b' ').then_some((None, rest));
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    // Eighteen digits always fit into 64 bits.
    if digits == 0 || digits > 18 || rest.first().is_some_and(|byte| *byte != b' ') {
        return None;
    }
    Some((Some(number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"1.2.3.4 - a b [17/May/2015:10:05:03 +0000] "GET /x y?z=1 HTTP/1.1" 200 203 "http://r/" "Mozilla/5.0 \"q\" [b]" 17"#;

    #[test]
    fn both_formats_are_parsed() {
        let mut dates = DateCache::default();
        let request = LoggedRequest {
            method: HttpMethod::Known(0),
            path: b"/x y",
            status: 200,
            bytes: Some(203),
            client: Some(b"1.2.3.4"),
            time: Some(1_431_857_103),
            ..LoggedRequest::UNKNOWN
        };
        assert_eq!(parse_common(LINE.as_bytes(), &mut dates), Ok(request));
        let agent = Some(&br#"Mozilla/5.0 \"q\" [b]"#[..]);
        assert_eq!(
            parse_combined(LINE.as_bytes(), &mut dates),
            Ok(LoggedRequest { agent, referrer: Some(b"http://r/"), ..request })
        );
        let old = br#"h - - [17/May/2015:10:05:03 +0000] "GET /" 304 -"#;
        let request = parse_common(old, &mut dates).unwrap();
        assert_eq!((request.path, request.status, request.bytes), (&b"/"[..], 304, None));
    }

    #[test]
    fn requests_that_are_not_http_have_neither_method_nor_path() {
        let mut dates = DateCache::default();
        for text in [
            "-",
            "- - -",
            "- - HTTP/1.1",
            "",
            "GET",
            "GET ",
            r"\x16\x03\x01",
            "SSH-2.0-Go",
            "get / HTTP/1.1",
            "t3 12.1.2",
            "\x1b[33m- -\x1b[0m",
        ] {
            let line = LINE.replace("GET /x y?z=1 HTTP/1.1", text).replace(" 200 ", " 400 ");
            let request = parse_combined(line.as_bytes(), &mut dates).unwrap();
            assert_eq!(
                (request.method, request.path, request.status),
                (HttpMethod::NONE, &b""[..], 400),
                "{text}"
            );
        }
    }

    #[test]
    fn requests_in_colours_are_requests() {
        let line = LINE.replace("GET /x y?z=1 HTTP/1.1", "\x1b[31m\x1b[1mGET /a HTTP/1.1\x1b[0m");
        let request = parse_combined(line.as_bytes(), &mut DateCache::default()).unwrap();
        assert_eq!((request.method, request.path), (HttpMethod::Known(0), &b"/a"[..]));
    }

    #[test]
    fn a_version_may_be_bare() {
        for (request, path) in
            [("GET /a 1.1", "/a"), ("GET /a 2", "/a"), ("GET /a b", "/a b"), ("GET /a 2.5", "/a 2.5")]
        {
            assert_eq!(split_request(request.as_bytes()), Some((HttpMethod::Known(0), path.as_bytes())));
        }
    }

    #[test]
    fn an_object_is_not_a_line_of_the_format() {
        let line = format!("{{\"message\":\"{LINE}\"}}");
        assert_eq!(
            parse_common(line.as_bytes(), &mut DateCache::default()),
            Err(MalformedLine::MissingClient)
        );
    }

    #[test]
    fn brackets_before_the_date_belong_to_client_and_user() {
        let mut dates = DateCache::default();
        for (words, client) in [
            ("[2001:db8::1]:443 - -", "2001:db8::1"),
            ("[2001:db8::1]:443 192.0.2.1 - -", "192.0.2.1"),
            ("example.com:443 2001:db8::1 - -", "2001:db8::1"),
            ("192.0.2.1 example.com bob", "192.0.2.1"),
            ("192.0.2.1, 192.0.2.2 - -", "192.0.2.1"),
            ("192.0.2.1 - [admin]", "192.0.2.1"),
            ("192.0.2.1 - a[b", "192.0.2.1"),
            ("\x1b[36mweb-1 |\x1b[0m 192.0.2.1 - -", "192.0.2.1"),
            ("web-1 nginx 2015-05-17T10:05:03Z 192.0.2.1 - -", "192.0.2.1"),
            ("web - 192.0.2.1:5000 - -", "192.0.2.1"),
            ("2015-05-17T10:05:03Z\treq\tINFO\t192.0.2.1 - -", "192.0.2.1"),
            ("[2015-05-17 10:05:03 +0000] [12] [INFO] [2001:db8::1]:5000 - -", "2001:db8::1"),
            ("crawl.example.net - a b c", "crawl.example.net"),
            ("2001:db8::1 - -", "2001:db8::1"),
            ("example.com:443 [2001:db8::7] - -", "2001:db8::7"),
            ("[2001:db8::1], 10.0.0.1 - -", "2001:db8::1"),
            ("\"203.0.113.7, 10.0.0.1\" 10.0.0.2 - -", "203.0.113.7"),
            ("192.0.2.9:5123 - -", "192.0.2.9"),
            ("example.com:443 crawl.example.net - -", "crawl.example.net"),
            ("localhost:80 - -", "localhost:80"),
            ("crawl.example.net - -", "crawl.example.net"),
        ] {
            let line = LINE.replace("1.2.3.4 - a b", words);
            let request = parse_combined(line.as_bytes(), &mut dates).unwrap();
            assert_eq!(
                (request.time, request.client),
                (Some(1_431_857_103), Some(client.as_bytes())),
                "{line}"
            );
        }
    }

    #[test]
    fn errors_name_the_reason() {
        let mut dates = DateCache::default();
        for (from, to, reason) in [
            ("1.2.3.4 - a b ", "1.2.3.4 ", MalformedLine::MissingClient),
            ("May", "Mai", MalformedLine::InvalidDate),
            ("] \"GET", "] GET", MalformedLine::MissingRequest),
            (" 200 ", " 2x0 ", MalformedLine::InvalidStatus),
            (" 203 ", " 20a3 ", MalformedLine::InvalidBytes),
            (" 203 ", " ", MalformedLine::InvalidBytes),
            ("\"http://r/\" ", "", MalformedLine::MissingReferrer),
            ("\"http://r/\" \"Moz", "\"http://r/", MalformedLine::MissingReferrer),
        ] {
            let line = LINE.replace(from, to);
            assert_eq!(parse_combined(line.as_bytes(), &mut dates), Err(reason), "{line}");
        }
        let agent = LINE.find("\"Mozilla").unwrap();
        assert_eq!(
            parse_combined(&LINE.as_bytes()[..agent + 8], &mut dates).unwrap().agent,
            Some(&b"Mozilla"[..])
        );
        for end in 0..=agent {
            assert!(parse_combined(&LINE.as_bytes()[..end], &mut dates).is_err(), "cut at {end}");
        }
    }
}
