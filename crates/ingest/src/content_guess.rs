//! Guesses what a text is that is not a web log, for messages.

use std::borrow::Cow;

/// Lines that are looked at.
const MAX_LINES: usize = 100;

/// Kind of text that the beginning of an input looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentGuess {
    /// Nothing but white space.
    Empty,
    Utf16,
    Binary,
    W3c,
    /// An object in each line.
    JsonObjects,
    /// JSON over several lines.
    JsonDocument,
    NginxError,
    ApacheError,
    Markup,
    Logfmt,
    Syslog,
    CommaSeparated,
    TabSeparated,
    Markdown,
    PlainText,
}

impl ContentGuess {
    /// Returns the words that follow "it looks like".
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Utf16 => "text in UTF-16",
            Self::Binary => "binary data",
            Self::W3c => "W3C Extended Log Format, as IIS and CloudFront write it",
            Self::JsonObjects => "JSON objects without the keys of a request",
            Self::JsonDocument => "JSON that is not one object per line",
            Self::NginxError => "an error log of nginx",
            Self::ApacheError => "an error log of Apache",
            Self::Markup => "XML or HTML",
            Self::Logfmt => "logfmt, keys and values joined by =",
            Self::Syslog => "a log of syslog",
            Self::CommaSeparated => "CSV",
            Self::TabSeparated => "values separated by tabs",
            Self::Markdown => "Markdown",
            Self::PlainText => "plain text",
        }
    }
}

/// Guesses what the beginning of an input is.
pub(crate) fn guess_content(head: &[u8]) -> ContentGuess {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return ContentGuess::Utf16;
    }
    if head.contains(&0) {
        return ContentGuess::Binary;
    }
    let lines: Vec<Cow<'_, str>> = head
        .split(|byte| *byte == b'\n')
        .map(|line| String::from_utf8_lossy(line.trim_ascii_end()))
        .filter(|line| !line.trim_start().is_empty())
        .take(MAX_LINES)
        .collect();
    if lines.is_empty() {
        return ContentGuess::Empty;
    }
    let most = |is: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is(line)).count() * 2 > lines.len();
    let any = |is: &dyn Fn(&str) -> bool| lines.iter().any(|line| is(line));
    let first = lines.first().map_or("", |line| line.trim_start_matches('\u{feff}').trim_start());
    if lines.iter().any(|line| line.contains('\u{fffd}')) && most(&|line| line.contains('\u{fffd}')) {
        ContentGuess::Binary
    } else if any(&|line| line.starts_with("#Fields:")) || first.starts_with("#Version:") {
        ContentGuess::W3c
    } else if most(&|line| line.starts_with('{') && line.ends_with('}') && line.len() > 2) {
        ContentGuess::JsonObjects
    } else if first == "{" || first == "[" || first.starts_with("[{") || first.starts_with("{\"") {
        ContentGuess::JsonDocument
    } else if most(&is_nginx_error) {
        ContentGuess::NginxError
    } else if most(&is_apache_error) {
        ContentGuess::ApacheError
    } else if first.starts_with("<?xml") || first.starts_with("<!") || first.starts_with("<html") {
        ContentGuess::Markup
    } else if most(&|line| line.split(' ').filter(|word| word.contains('=')).count() > 2) {
        ContentGuess::Logfmt
    } else if most(&is_syslog) {
        ContentGuess::Syslog
    } else if let Some(guess) = separated_values(&lines) {
        guess
    } else if any(&|line| line.starts_with("```")) || most(&is_markdown) || is_heading(first) {
        ContentGuess::Markdown
    } else {
        ContentGuess::PlainText
    }
}

/// Returns whether a line begins like `2023/10/10 13:55:36 [error]`.
fn is_nginx_error(line: &str) -> bool {
    let mut words = line.split(' ');
    has_shape(words.next(), "0000/00/00")
        && has_shape(words.next(), "00:00:00")
        && words.next().is_some_and(|word| word.starts_with('[') && word.ends_with(']'))
}

/// Returns whether a line begins like `[Wed Oct 11 14:32:52.123 2000] [core:error]`.
fn is_apache_error(line: &str) -> bool {
    let date = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    date.is_some_and(|(date, rest)| date.split_ascii_whitespace().count() == 5 && rest.starts_with('['))
}

/// Returns whether a line begins like `Oct 11 22:14:15 host name[7]:`, perhaps behind a priority such as `<34>`.
fn is_syslog(line: &str) -> bool {
    let line = line.strip_prefix('<').and_then(|rest| rest.split_once('>')).map_or(line, |(_, rest)| rest);
    let mut words = line.split_ascii_whitespace();
    words.next().is_some_and(|month| month.len() == 3 && month.starts_with(char::is_uppercase))
        && words.next().is_some_and(|day| day.parse::<u8>().is_ok())
        && has_shape(words.next(), "00:00:00")
}

/// Returns whether a word has a digit where the shape has `0`, and the same characters elsewhere.
fn has_shape(word: Option<&str>, shape: &str) -> bool {
    word.is_some_and(|word| {
        word.len() == shape.len()
            && word.bytes().zip(shape.bytes()).all(|(byte, expected)| match expected {
                b'0' => byte.is_ascii_digit(),
                _ => byte == expected,
            })
    })
}

/// Recognises a text in columns: each line has the same number of separators.
fn separated_values(lines: &[Cow<'_, str>]) -> Option<ContentGuess> {
    use ContentGuess::{CommaSeparated, TabSeparated};
    // Where the comma is the decimal sign, programs separate by semicolons.
    let guesses = [(',', CommaSeparated), (';', CommaSeparated), ('\t', TabSeparated)];
    guesses.into_iter().find_map(|(separator, guess)| {
        let columns = |line: &str| {
            // Separators within quotes belong to a value.
            line.split('"').step_by(2).map(|part| part.matches(separator).count()).sum::<usize>()
        };
        let expected = columns(lines.first()?);
        let same = lines.iter().filter(|line| columns(line) == expected).count();
        (expected > 0 && lines.len() > 1 && same * 10 >= lines.len() * 9).then_some(guess)
    })
}

fn is_markdown(line: &str) -> bool {
    ["# ", "## ", "### ", "- ", "* ", "> ", "| "].iter().any(|mark| line.starts_with(mark))
}

/// Returns whether a line is a heading such as `# Title`.
fn is_heading(line: &str) -> bool {
    line.starts_with('#') && line.trim_start_matches('#').starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_kinds_of_text_are_named() {
        for (head, expected) in [
            ("#Version: 1.0\n#Fields: date time x-edge-location\n2019-12-04\t21:02:31\tLAX1\n", "W3C"),
            ("#Software: IIS\r\n#Fields: date time\r\n2023-06-01 00:00:01\r\n", "W3C"),
            ("{\"level\":\"info\",\"msg\":\"x\"}\n{\"level\":\"warn\"}\n", "JSON objects"),
            ("{\n  \"method\": \"GET\",\n  \"status\": 200\n}\n", "JSON that"),
            ("[\n{\"a\":1},\n{\"a\":2}\n]\n", "JSON that"),
            ("2023/10/10 13:55:36 [warn] 12#12: *7 upstream\n", "nginx"),
            ("[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] denied\n", "Apache"),
            ("[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35] File\n", "Apache"),
            ("Oct 11 22:14:15 web1 sshd[7]: session opened\n", "syslog"),
            ("<34>Oct  1 22:14:15 web1 su: failed\n", "syslog"),
            ("level=info ts=2023-01-01 msg=\"started\" port=80\n", "logfmt"),
            ("name,size\na,1\n\"b,c\",2\n", "CSV"),
            ("a\tb\n1\t2\n", "tabs"),
            ("# Title\n\nSome text.\n", "Markdown"),
            ("\n \r\n", "empty"),
            ("Once upon a time\nthere was a log.\n", "plain text"),
            ("\x7fELF\x02\0\0", "binary"),
            ("<?xml version=\"1.0\"?>\n<a/>\n", "XML"),
        ] {
            let guess = guess_content(head.as_bytes()).describe();
            assert!(guess.contains(expected), "{head}: {guess}");
        }
    }
}
