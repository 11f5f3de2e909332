//! Formats as other programs write them, rewritten with variables: `LogFormat` of Apache
//! (<https://httpd.apache.org/docs/2.4/mod/mod_log_config.html>) and `log-format` of GoAccess
//! (<https://goaccess.io/man>).

use std::borrow::Cow;

use super::compile::PatternError;

/// The date of the Common Log Format in GoAccess, which ignores the offset.
const GOACCESS_CLF_DATE: &str = "%d:%t %^";

/// Names that GoAccess has for formats.
const GOACCESS_NAMES: [(&str, &str); 4] = [
    ("COMMON", r#"%h %^[%d:%t %^] "%r" %s %b"#),
    ("COMBINED", r#"%h %^[%d:%t %^] "%r" %s %b "%R" "%u""#),
    ("VCOMMON", r#"%v:%^ %h %^[%d:%t %^] "%r" %s %b"#),
    ("VCOMBINED", r#"%v:%^ %h %^[%d:%t %^] "%r" %s %b "%R" "%u""#),
];

/// What only Apache has, in front of what GoAccess reads as an error or in another sense.
const APACHE_MARKS: [&str; 8] = ["%>", "%{", "%l", "%!", "%a", "%B", "%I", "%O"];

/// Returns a pattern with variables such as `$status`. A text that has them stays as it is, apart from escapes.
pub(super) fn to_variables(text: &str) -> Result<String, PatternError> {
    let text = without_directive(text.trim()).replace("\\\"", "\"").replace("\\t", "\t");
    if let Some((_, format)) = GOACCESS_NAMES.iter().find(|(name, _)| *name == text) {
        return from_goaccess(format);
    }
    if text.contains('$') || !text.contains('%') {
        return Ok(text);
    }
    // The `%t` of GoAccess is a clock, beside the day.
    let has_date = text.contains("%t") && !text.contains("%d");
    let is_apache = has_date || APACHE_MARKS.iter().any(|mark| text.contains(mark));
    if is_apache { from_apache(&text) } else { from_goaccess(&text) }
}

/// Returns the format in a line of a configuration: `log_format main '...' '...';` of nginx, or `LogFormat "..." main` of
/// Apache.
fn without_directive(text: &str) -> Cow<'_, str> {
    if let Some(rest) = text.strip_prefix("log_format ") {
        // The name and `escape=json` are not in quotes.
        return rest.split('\'').skip(1).step_by(2).collect::<String>().into();
    }
    let quoted = text.strip_prefix("LogFormat \"").and_then(|rest| Some(rest.rsplit_once('"')?.0));
    quoted.unwrap_or(text).into()
}

/// Rewrites specifiers: `read` returns what stands for those at the beginning of a text, and the rest.
fn rewrite(
    text: &str,
    read: impl Fn(&str) -> Result<(String, &str), PatternError>,
) -> Result<String, PatternError> {
    let mut all = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        all.push_str(&rest[..at]);
        let (variable, after) = read(&rest[at + 1..])?;
        all.push_str(&variable);
        rest = after;
    }
    all.push_str(rest);
    Ok(all)
}

/// Splits off the first character.
fn split_first(text: &str) -> Result<(char, &str), PatternError> {
    let mut rest = text.chars();
    let first = rest.next().ok_or_else(|| PatternError("a % has nothing behind it".to_owned()))?;
    Ok((first, rest.as_str()))
}

/// Returns a variable, in braces so that text may follow it.
fn variable(name: &str) -> String {
    format!("${{{name}}}")
}

fn from_apache(text: &str) -> Result<String, PatternError> {
    // Path and query are one value for us.
    let text = text.replace("%U%q", "%U");
    rewrite(&text, |rest| {
        // Conditions such as `%!200,304{Referer}i`, and which of several requests is meant.
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "!,<>".contains(c));
        let (argument, rest) = match rest.strip_prefix('{') {
            Some(rest) => {
                rest.split_once('}').ok_or_else(|| PatternError("a } is missing behind %{".to_owned()))?
            }
            None => ("", rest),
        };
        let (specifier, rest) = split_first(rest)?;
        let argument = argument.to_ascii_lowercase();
        let name = match (specifier, argument.as_str()) {
            ('h' | 'a', _) => "remote_addr",
            ('t', "") => return Ok((format!("[{}]", variable("time_local")), rest)),
            ('t', "msec_frac" | "usec_frac") => "_",
            ('t', _) => "time",
            ('r', _) => "request",
            ('m', _) => "request_method",
            ('U', _) => "uri",
            ('s', _) => "status",
            ('b' | 'B' | 'O', _) => "body_bytes_sent",
            ('D', _) => "latency_us",
            ('T', "" | "s") => "latency_s",
            ('T', "ms") => "latency_ms",
            ('T', "us") => "latency_us",
            ('i', "referer") => "http_referer",
            ('i', "user-agent") => "http_user_agent",
            ('%', _) => return Ok(("%".to_owned(), rest)),
            _ => "_",
        };
        Ok((variable(name), rest))
    })
}

fn from_goaccess(text: &str) -> Result<String, PatternError> {
    let text = text.replace(GOACCESS_CLF_DATE, "%x");
    rewrite(&text, |rest| {
        // A list of clients, and between braces what is around them.
        if let Some((_, rest)) = rest.strip_prefix("~h{").and_then(|rest| rest.split_once('}')) {
            return Ok((variable("remote_addr"), rest));
        }
        let (specifier, rest) = split_first(rest)?;
        let name = match specifier {
            'h' => "remote_addr",
            'd' => "day",
            't' => "clock",
            'x' => "time_local",
            'r' => "request",
            'm' => "request_method",
            'U' => "uri",
            's' => "status",
            'b' => "body_bytes_sent",
            'R' => "http_referer",
            'u' => "http_user_agent",
            'D' => "latency_us",
            'L' => "latency_ms",
            'n' => "latency_ns",
            'T' => "latency_s",
            '~' => "spaces",
            '%' => return Ok(("%".to_owned(), rest)),
            '^' | 'e' | 'v' | 'q' | 'H' | 'K' | 'k' | 'M' | 'C' | 'S' => "_",
            other => return Err(PatternError(format!("%{other} is not a specifier of GoAccess"))),
        };
        Ok((variable(name), rest))
    })
}
