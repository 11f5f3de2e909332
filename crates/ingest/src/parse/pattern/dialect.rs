//! Formats as other programs write them, rewritten with variables: `LogFormat` of Apache
//! (<https://httpd.apache.org/docs/2.4/mod/mod_log_config.html>) and `log-format` of GoAccess
//! (<https://goaccess.io/man>).

use std::borrow::Cow;

use super::compile::PatternError;
use crate::line_format::LineFormat;

/// The date of the Common Log Format in GoAccess, which ignores the offset.
const GOACCESS_CLF_DATE: &str = "%d:%t %^";

/// Names that GoAccess has for formats. Others are those of formats that we know: see [`goaccess_format`].
const GOACCESS_NAMES: [(&str, &str); 7] = [
    ("W3C", "%d %t %^ %m %U %q %^ %^ %h %u %R %s %^ %^ %L"),
    ("CLOUDFRONT", "%d\t%t\t%^\t%b\t%h\t%m\t%v\t%U\t%s\t%R\t%u\t%q\t%^\t%C\t%^\t%^\t%^\t%^\t%T"),
    ("CLOUDSTORAGE", r#""%x","%h",%^,%^,"%m","%U","%s",%^,"%b","%D",%^,"%R","%u""#),
    ("COMMON", r#"%h %^[%d:%t %^] "%r" %s %b"#),
    ("COMBINED", r#"%h %^[%d:%t %^] "%r" %s %b "%R" "%u""#),
    ("VCOMMON", r#"%v:%^ %h %^[%d:%t %^] "%r" %s %b"#),
    ("VCOMBINED", r#"%v:%^ %h %^[%d:%t %^] "%r" %s %b "%R" "%u""#),
];

/// Returns the format that GoAccess calls so, if it is one of ours.
pub(crate) fn goaccess_format(name: &str) -> Option<LineFormat> {
    Some(match name {
        "AWSS3" => LineFormat::S3,
        "AWSALB" => LineFormat::Alb,
        "AWSELB" => LineFormat::Elb,
        "SQUID" => LineFormat::Squid,
        "CADDY" => LineFormat::Json,
        "TRAEFIKCLF" => LineFormat::Traefik,
        _ => return None,
    })
}

/// Values of nginx that are one value for us, and our names for them.
const NGINX_JOINED: [(&str, &str); 8] = [
    ("$is_args$args", ""),
    ("$is_args$query_string", ""),
    ("$scheme://$host$request_uri", "$url"),
    ("$scheme://$http_host$request_uri", "$url"),
    ("$scheme://$server_name$request_uri", "$url"),
    ("$host$request_uri", "$host_path"),
    ("$http_host$request_uri", "$host_path"),
    ("$server_name$request_uri", "$host_path"),
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
        let text = NGINX_JOINED.iter().fold(text, |text, (joined, name)| text.replace(joined, name));
        return Ok(with_forwarded_client(text));
    }
    // The `%t` of GoAccess is a clock, beside the day.
    let has_date = text.contains("%t") && !text.contains("%d");
    let is_apache = has_date || APACHE_MARKS.iter().any(|mark| text.contains(mark));
    if is_apache { Ok(with_forwarded_client(from_apache(&text)?)) } else { from_goaccess(&text) }
}

/// Takes the header of a proxy in the place of the client for the client.
fn with_forwarded_client(text: String) -> String {
    let first = ["$", "${", "\"$", "\"${"]
        .into_iter()
        .find_map(|start| text.starts_with(&format!("{start}http_x_forwarded_for")).then_some(start.len()));
    match first {
        Some(start) => {
            format!("{}remote_addr{}", &text[..start], &text[start + "http_x_forwarded_for".len()..])
        }
        None => text,
    }
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
            ('i', "x-forwarded-for") => "http_x_forwarded_for",
            ('i', "referer") => "http_referer",
            ('i', "user-agent") => "http_user_agent",
            ('%', _) => return Ok(("%".to_owned(), rest)),
            _ => "_",
        };
        Ok((variable(name), rest))
    })
}

fn from_goaccess(text: &str) -> Result<String, PatternError> {
    // The manual writes a list of clients without the sign of percent.
    let text = text.replace(GOACCESS_CLF_DATE, "%x").replace("%~h{", "~h{").replace("~h{", "%~h{");
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
