//! From the text of a pattern to steps.

use super::dialect::to_variables;
use super::field::PatternField;
use super::line_pattern::{FastPrefix, FieldEnd, LinePattern, PatternStep};

/// Longest text of a pattern, in bytes.
pub(super) const MAX_PATTERN_BYTES: usize = 8192;

/// The fields of the Combined Log Format, which have a parser of their own, as nginx, Apache and GoAccess write them.
const COMBINED: [&str; 3] = [
    r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
    r#"${remote_addr} ${_} ${_} [${time_local}] "${request}" ${status} ${body_bytes_sent} "${http_referer}" "${http_user_agent}""#,
    r#"${remote_addr} ${_}[${time_local}] "${request}" ${status} ${body_bytes_sent} "${http_referer}" "${http_user_agent}""#,
];

/// Reason why a pattern cannot be used, as a sentence without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(pub(super) String);

impl std::fmt::Display for PatternError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternToken {
    Text(String),
    Field(PatternField),
    /// Any number of spaces and tabs, `$spaces`.
    Spaces,
}

impl LinePattern {
    /// Compiles a format: variables such as `$remote_addr` as in `log_format` of nginx, or specifiers such as `%h` as
    /// in GoAccess or in `LogFormat` of Apache.
    ///
    /// # Errors
    /// [`PatternError`] if the text names no request, or fields that are not separated.
    pub fn compile(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN_BYTES {
            return Err(PatternError(format!("it is longer than {MAX_PATTERN_BYTES} bytes")));
        }
        let text = to_variables(text)?;
        let (prefix, rest) = match COMBINED.iter().find_map(|combined| text.strip_prefix(combined)) {
            Some(rest) => (FastPrefix::Combined, rest),
            None => (FastPrefix::None, text.as_str()),
        };
        let pattern = Self::new(prefix, steps(&tokens(rest)?)?).with_finest_latency();
        let has = |wanted: &[PatternField]| pattern.fields().any(|field| wanted.contains(&field));
        let has_request = has(&[PatternField::Request, PatternField::RequestUrl])
            || (has(&[PatternField::Method])
                && has(&[PatternField::Path, PatternField::Url, PatternField::HostPath]));
        if prefix == FastPrefix::None && !has_request {
            return Err(PatternError(
                "it has no request: $request, or $request_method and $uri, in the terms of nginx; %r, or %m and %U, \
                 in those of GoAccess and Apache"
                    .to_owned(),
            ));
        }
        Ok(pattern)
    }

    /// Compiles columns that a separator divides.
    pub(super) fn from_columns(fields: &[PatternField], separator: u8) -> Self {
        let separator = [separator];
        let mut all = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                all.push(PatternStep::Text(separator.into()));
                // Some programs align their columns.
                if separator == *b" " {
                    all.push(PatternStep::Spaces);
                }
            }
            all.push(PatternStep::MaybeQuoted { field: *field, end: separator[0] });
        }
        Self::new(FastPrefix::None, all)
    }
}

/// Cuts a pattern into text and variables, `$name` or `${name}`.
fn tokens(text: &str) -> Result<Vec<PatternToken>, PatternError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (text, after) = (&rest[..at], &rest[at + 1..]);
        if !text.is_empty() {
            tokens.push(PatternToken::Text(text.to_owned()));
        }
        let (name, after) = match after.strip_prefix('{') {
            Some(after) => {
                after.split_once('}').ok_or_else(|| PatternError("a } is missing behind ${".to_owned()))?
            }
            None => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()))
            }
        };
        if name.is_empty() {
            return Err(PatternError("a $ has no name behind it".to_owned()));
        }
        tokens.push(match name {
            "spaces" => PatternToken::Spaces,
            name => PatternToken::Field(PatternField::of_variable(name)),
        });
        rest = after;
    }
    if !rest.is_empty() {
        tokens.push(PatternToken::Text(rest.to_owned()));
    }
    Ok(tokens)
}

/// Makes steps of the parts.
fn steps(tokens: &[PatternToken]) -> Result<Vec<PatternStep>, PatternError> {
    let mut all = Vec::new();
    let mut skipped = 0;
    for (at, token) in tokens.iter().enumerate() {
        let text_before = match at.checked_sub(1).map(|before| &tokens[before]) {
            Some(PatternToken::Text(text)) => text.as_str(),
            _ => "",
        };
        match token {
            PatternToken::Text(text) => {
                let next = tokens.get(at + 1);
                let text = &text[std::mem::take(&mut skipped)..];
                // A quote before a field belongs to the field.
                let is_quoted = matches!(next, Some(PatternToken::Field(_)))
                    && matches!(tokens.get(at + 2), Some(PatternToken::Text(after)) if after.starts_with('"'));
                let text = if is_quoted { text.strip_suffix('"').unwrap_or(text) } else { text };
                if !text.is_empty() {
                    all.push(PatternStep::Text(text.as_bytes().into()));
                }
            }
            PatternToken::Spaces => all.push(PatternStep::Spaces),
            PatternToken::Field(field) => match tokens.get(at + 1) {
                Some(PatternToken::Text(after)) if after.starts_with('"') && text_before.ends_with('"') => {
                    skipped = 1;
                    all.push(PatternStep::Quoted { field: *field });
                }
                Some(PatternToken::Text(after)) => {
                    all.push(PatternStep::Column { field: *field, end: FieldEnd::new(after.as_bytes()) });
                }
                Some(PatternToken::Spaces) | None => {
                    all.push(PatternStep::Column { field: *field, end: FieldEnd::Word });
                }
                Some(PatternToken::Field(_)) => {
                    return Err(PatternError(
                        "two fields stand side by side, with no text between them".to_owned(),
                    ));
                }
            },
        }
    }
    Ok(all)
}
