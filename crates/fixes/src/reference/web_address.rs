//! URLs in advisories, parsed strictly.

use super::is_commit_id;

/// Longest URL that is parsed, in bytes.
const MAX_URL_BYTES: usize = 2_000;

/// Schemes that a URL in a text begins with.
const SCHEMES: &[&str] = &["http://", "https://", "git://"];

/// What writers type for a scheme, before `:` or `/`: the right one without all of `://`, and slips.
const LOOSE_SCHEMES: &[&str] =
    &["hhttp", "hhttps", "htp", "htps", "http", "https", "htttp", "htttps", "ttp", "ttps"];

/// Punctuation in ASCII that text leaves behind a URL: brackets, quotes and the ends of sentences.
const TRAILING_PUNCTUATION: &[char] =
    &[')', ']', '}', '>', '.', ',', ';', ':', '\'', '"', '*', '`', '!', '|'];

/// What encoders leave behind a URL: encoded spaces, quotes and brackets.
const TRAILING_CODES: &[&str] = &["%09", "%20", "%22", "%27", "%29", "%2c", "%3c", "%3e", "%5d", "%e2%80%8b"];

/// Beginnings of what markup leaves behind a URL.
const MARKUP: &[&str] =
    &["<", "\"", "\\", "%0a", "%0A", "%0d", "%0D", "&quot;", "&gt;", "&lt;", "&apos;", "&nbsp;", "&#"];

/// Reports whether text may leave a character behind a URL. Beyond ASCII, that is any one that is not a letter or
/// digit: punctuation of any script, arrows, and what is invisible.
pub(super) fn is_trailing(character: char) -> bool {
    TRAILING_PUNCTUATION.contains(&character) || !character.is_ascii() && !character.is_alphanumeric()
}

/// Splits text into the URLs in it, without what text, markup and encoders leave behind them.
///
/// A URL inside of another one, as in its path or as a parameter, is a part of it unless `is_whole` says that what stands before
/// it is a URL of its own.
pub(super) fn urls(text: &str, is_whole: impl Fn(&str) -> bool) -> Vec<String> {
    // JSON may write each `/` so.
    let text = text.replace("\\/", "/");
    let text = with_joined_parts(&with_plain_names(&text));
    let lower = text.to_ascii_lowercase();
    let mut all: Vec<usize> =
        SCHEMES.iter().flat_map(|scheme| lower.match_indices(scheme)).map(|(at, _)| at).collect();
    all.sort_unstable();
    let Some(&first) = all.first() else { return loose_urls(&text) };
    let is_own = |&[before, at]: &[usize; 2]| {
        let between = &lower[before..at];
        between.contains(char::is_whitespace)
            || !between.ends_with(['/', '=', '+', '@']) && !between.ends_with("%20")
            || !between.contains('?') && is_whole(&text[before..at])
    };
    let pairs: Vec<[usize; 2]> = all.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    let starts: Vec<usize> =
        std::iter::once(first).chain(pairs.into_iter().filter(is_own).map(|[_, at]| at)).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(&start, end)| without_litter(&text[start..end])).collect()
}

/// Returns a URL without what hides it from programs: characters that nobody sees, and the marks of [`with_plain_names`].
/// Returns `None` if there is nothing of it.
pub(super) fn repaired(url: &str) -> Option<String> {
    let plain: String = with_plain_names(url).chars().filter(|c| !is_invisible(*c)).collect();
    (plain != url).then_some(plain)
}

/// Returns a text whose URLs are no longer written so that nobody follows them by accident: `hxxps://`, `host[.]com`.
fn with_plain_names(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]//", "://").replace("[://]", "://");
    ["hxxp", "hXXp", "HXXP"].iter().fold(text, |text, slip| text.replace(slip, "http"))
}

/// Returns a text without blanks behind `://`, and between a `/` and the whole id of a commit.
fn with_joined_parts(text: &str) -> String {
    let text = text.replace(":// ", "://");
    let mut joined = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("/ ") {
        let behind = &rest[at + 2..];
        let word = behind.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        joined.push_str(&rest[..=at]);
        if !is_commit_id(word) {
            joined.push(' ');
        }
        rest = behind;
    }
    joined + rest
}

/// Reports whether a character takes no place: joiners, marks of direction, and the hyphen that is shown only at the end of a
/// line.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Returns the words of a text that may be URLs without a sound scheme: `github.com/..`, `https//github.com/..`, or
/// with all of it encoded.
fn loose_urls(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter_map(|word| {
        let word = if word.contains('/') { word.to_owned() } else { decoded(word)? };
        let word = word.trim_start_matches(|character: char| !character.is_alphanumeric());
        word.contains('/').then(|| without_litter(&format!("https://{word}")))
    });
    words.collect()
}

/// Returns a URL without its scheme, if that is one of the web or a slip.
fn behind_scheme(url: &str) -> &str {
    let (scheme, rest) = url.split_at(url.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(url.len()));
    let is_scheme = LOOSE_SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
    if is_scheme && rest.starts_with([':', ';', '/']) {
        rest.trim_start_matches([':', ';', '/'])
    } else {
        url
    }
}

fn without_litter(url: &str) -> String {
    let mut url = url.split_whitespace().next().unwrap_or_default();
    let markup = MARKUP.iter().filter_map(|markup| url.find(markup)).min();
    url = &url[..markup.unwrap_or(url.len())];
    loop {
        // In Gitiles, `^!` stands for the changes of a commit.
        let is_change = url.ends_with("^!");
        let shorter = url.strip_suffix(is_trailing).filter(|_| !is_change).unwrap_or(url);
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
    let (scheme, mut rest) = url.split_once("://").unwrap_or(("", url));
    // `https://https://`, `http://https//` and `https:///`
    loop {
        let inner = behind_scheme(rest.trim_start_matches('/'));
        if inner.len() == rest.len() {
            break;
        }
        rest = inner;
    }
    let rest = rest.replace("&amp;", "&");
    if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") }
}

/// Services that forward their readers to the address in a parameter: the host, the path, and the parameter.
const FORWARDERS: &[(&str, &str, &str)] = &[
    ("duckduckgo.com", "l", "uddg"),
    ("google.com", "url", "q"),
    ("google.com", "url", "url"),
    ("l.facebook.com", "l.php", "u"),
    ("link.zhihu.com", "", "target"),
    ("safelinks.protection.outlook.com", "", "url"),
    ("slack-redir.net", "link", "url"),
    ("webcache.googleusercontent.com", "search", "q"),
];

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
        if url.len() > MAX_URL_BYTES || url.chars().any(char::is_control) {
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
        let is_blank = |c: char| c.is_whitespace() || is_invisible(c);
        let path: Vec<String> = path.iter().map(|part| part.trim_matches(is_blank).to_owned()).collect();
        if path.iter().any(|part| part.is_empty() || part == "." || part == "..") {
            return None;
        }
        // An encoded `=` separates where an encoded `;` does.
        let named = |pair| ["=", "%3D", "%3d"].iter().find_map(|sign| str::split_once(pair, sign));
        let query = query.split(['&', ';', '?']).filter_map(named);
        let query = query.map(|(name, value)| Some((decoded(name)?, decoded(value)?)));
        Some(Self { host, path, fragment: fragment.to_owned(), query: query.collect::<Option<_>>()? })
    }

    /// Returns the address that one of an archive or of a service that forwards its readers contains.
    pub(super) fn inner(&self) -> Option<Self> {
        self.in_path().or_else(|| self.in_parameter())
    }

    /// Returns the address in the path: `/web/20200131000000/https://..` at the Internet Archive, and
    /// `/v3/__https://..__;..` at a filter of mails.
    fn in_path(&self) -> Option<Self> {
        let inner = match (self.host.as_str(), self.path.as_slice()) {
            ("web.archive.org", [web, time, inner @ ..])
                if web == "web" && time.starts_with(|first: char| first.is_ascii_digit()) =>
            {
                inner
            }
            ("urldefense.com", [version, inner @ ..]) if version == "v3" => inner,
            _ => return None,
        };
        let [scheme, host, path @ ..] = inner else { return None };
        let is_web = matches!(scheme.trim_start_matches('_'), "http:" | "https:");
        let host = self::host(host).filter(|_| is_web)?;
        Some(Self { host, path: path.to_vec(), ..self.clone() })
    }

    /// Returns the address in a parameter.
    fn in_parameter(&self) -> Option<Self> {
        let path = self.path.join("/");
        let is_here =
            |host: &str| self.host.strip_suffix(host).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
        let here = FORWARDERS.iter().filter(|(host, page, _)| is_here(host) && path == *page);
        let mut inner = here.filter_map(|(.., parameter)| self.parameter(parameter));
        inner.find_map(|inner| Self::parse(urls(inner, |_| false).first()?))
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
    // The dot of the root of all names.
    let name = name.strip_suffix('.').unwrap_or(&name);
    let name = name.strip_prefix("www.").unwrap_or(name);
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
