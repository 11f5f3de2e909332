//! URLs in advisories, parsed strictly.

/// Longest URL that is parsed, in bytes.
const MAX_URL_BYTES: usize = 2_000;

/// Characters that text leaves behind a URL: brackets, quotes and the ends of sentences, in any script.
pub(super) const TRAILING_PUNCTUATION: &[char] = &[
    ')', ']', '}', '>', '.', ',', ';', ':', '\'', '"', '*', '`', '!', '|', '。', '，', '、', '；', '：',
    '！', '？', '）', '】', '」', '』', '》', '’', '”', '‘', '“', '»', '…', '\u{200b}', '\u{200c}',
    '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{a0}',
];

/// What encoders leave behind a URL: encoded line ends, spaces, quotes and brackets.
const TRAILING_CODES: &[&str] =
    &["%0a", "%0d", "%09", "%20", "%22", "%27", "%29", "%2c", "%3c", "%3e", "%5d", "%e2%80%8b"];

/// Beginnings of what markup leaves behind a URL.
const MARKUP: &[&str] = &["<", "&quot;", "&gt;", "&lt;", "&apos;", "&nbsp;", "&#"];

/// Splits text into the URLs in it, without what text, markup and encoders leave behind them.
///
/// A URL inside of another one, as in its path or as a parameter, is a part of it.
pub(super) fn urls(text: &str) -> Vec<String> {
    let starts = ["http://", "https://", "git://"].iter().flat_map(|scheme| text.match_indices(scheme));
    let mut starts: Vec<usize> = starts
        .map(|(at, _)| at)
        // `git+https://`, and the inner URL of another one.
        .filter(|&at| !text[..at].ends_with(['/', '=', '+', '@']) && !text[..at].ends_with("%20"))
        .collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(&start, end)| without_litter(&text[start..end])).collect()
}

fn without_litter(url: &str) -> String {
    let mut url = url.split_whitespace().next().unwrap_or_default();
    let markup = MARKUP.iter().filter_map(|markup| url.find(markup)).min();
    url = &url[..markup.unwrap_or(url.len())];
    loop {
        // In Gitiles, `^!` stands for the changes of a commit.
        let is_change = url.ends_with("^!");
        let shorter = url.strip_suffix(TRAILING_PUNCTUATION).filter(|_| !is_change).unwrap_or(url);
        let code = TRAILING_CODES.iter().find(|code| {
            let end = shorter.len().checked_sub(code.len()).and_then(|at| shorter.get(at..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(code))
        });
        let shorter = &shorter[..shorter.len() - code.map_or(0, |code| code.len())];
        if shorter.len() == url.len() {
            break;
        }
        url = shorter;
    }
    let mut url = url.replace("&amp;", "&");
    // `https://https://`
    while let Some((_, rest)) =
        url.split_once("://").filter(|(_, rest)| rest.starts_with("http://") || rest.starts_with("https://"))
    {
        url = rest.to_owned();
    }
    url
}

/// `http` or `https` URL in parts; `git` counts as `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WebAddress {
    /// Host in lower case, plain ASCII, without `www.`; never an IP address.
    pub(super) host: String,
    /// Parts of the path, percent-decoded; none is empty, `.` or `..`.
    pub(super) path: Vec<String>,
    /// Fragment, as it is.
    fragment: String,
    /// Parameters, percent-decoded. They may also stand behind a `;` without `?`, as in old versions
    /// of gitweb.
    query: Vec<(String, String)>,
}

impl WebAddress {
    /// Parses a URL. Returns `None` if it is not a plain web address: other schemes, credentials, other
    /// ports, IP addresses, names in other scripts, control characters, `..` in the path.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let url = without_litter(url.trim());
        if url.len() > MAX_URL_BYTES
            || url.chars().any(|character| character.is_control() || character == '\\')
        {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        // Where packages are installed from: `git://host/owner/name.git#ID`.
        if !is_web && (scheme != "git" || fragment.is_empty()) {
            return None;
        }
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let host = host(authority)?;
        // An encoded `;` separates too: some databases encode it in every URL.
        let rest = rest.replace("%3B", ";").replace("%3b", ";");
        let (path, query) = match rest.find(['?', ';']) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest.as_str(), ""),
        };
        let path: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(decoded).collect::<Option<_>>()?;
        let path: Vec<String> = path.iter().map(|part| part.trim().to_owned()).collect();
        if path.iter().any(|part| part.is_empty() || part == "." || part == "..") {
            return None;
        }
        let query = query.split(['&', ';', '?']).filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| Some((decoded(name)?, decoded(value)?)));
        Some(Self { host, path, fragment: fragment.to_owned(), query: query.collect::<Option<_>>()? })
    }

    /// Returns the address inside one of the Internet Archive, `/web/20200131000000/https://..`.
    pub(super) fn archived(&self) -> Option<Self> {
        let [web, time, scheme, rest @ ..] = self.path.as_slice() else { return None };
        let is_archive = self.host == "web.archive.org" && web == "web";
        if !is_archive || !time.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let (host, path) = rest.split_first()?;
        let is_web = matches!(scheme.as_str(), "http:" | "https:");
        let host = self::host(host).filter(|_| is_web)?;
        Some(Self { host, path: path.to_vec(), ..self.clone() })
    }

    /// Returns the path as borrowed parts, for patterns.
    pub(super) fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// Returns the part behind `#`.
    pub(super) fn fragment(&self) -> &str {
        &self.fragment
    }

    /// Returns the first parameter with a name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Parses the host of an authority.
fn host(authority: &str) -> Option<String> {
    let name = authority.strip_suffix(":443").or_else(|| authority.strip_suffix(":80")).unwrap_or(authority);
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("www.").unwrap_or(&name);
    let labels: Vec<&str> = name.split('.').collect();
    let is_plain = |label: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        // `xn--` stands for other scripts, in which a name can look like a well-known one.
        !label.is_empty() && label.bytes().all(plain) && !label.starts_with('-') && !label.starts_with("xn--")
    };
    // In every form of an IPv4 address that browsers accept, the last label begins with a digit.
    let last = labels.last().filter(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()))?;
    (labels.len() > 1 && *last != "localhost" && labels.iter().all(is_plain)).then(|| name.to_owned())
}

/// Decodes `%41` and the like, once. Returns `None` if the result is not plain text.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        // A `%` without two digits behind it stands for itself.
        let (byte, taken) = code.map_or((*first, 1), |(high, low)| (high << 4 | low, 3));
        bytes.push(byte);
        rest = &rest[taken..];
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
