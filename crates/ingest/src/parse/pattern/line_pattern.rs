//! Reading lines by a compiled pattern.

use memchr::memchr;
use memchr::memmem::Finder;

use super::field::{LatencyUnit, PatternField};
use super::field_values::FieldValues;
use crate::parse::common_log::{combined_fields, split_quoted};
use crate::parse::log_date::DateCache;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// A compiled pattern: text and fields in turn.
#[derive(Clone, Debug)]
pub struct LinePattern {
    prefix: FastPrefix,
    steps: Vec<PatternStep>,
}

/// Fields at the beginning that have a parser of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FastPrefix {
    None,
    Combined,
}

/// One step through a line.
#[derive(Clone, Debug)]
pub(super) enum PatternStep {
    /// Exactly this text.
    Text(Box<[u8]>),
    /// Any number of spaces and tabs.
    Spaces,
    /// A value up to its end, which stays.
    Column { field: PatternField, end: FieldEnd },
    /// A value in quotes, in which a backslash escapes the next character, or a bare `-`.
    Quoted { field: PatternField },
    /// A value up to the separator or the end of the line. In quotes it may have the separator in it.
    MaybeQuoted { field: PatternField, end: u8 },
    /// Words up to this one, in which quotes and brackets join words; the text before a value is dropped.
    Word { index: usize, label: Box<[u8]>, field: PatternField },
}

/// Where a value ends.
#[derive(Clone, Debug)]
pub(super) enum FieldEnd {
    /// At the first space or tab, or with the line.
    Word,
    /// Before this byte.
    Byte(u8),
    /// Before this text.
    Text(Box<Finder<'static>>),
}

impl FieldEnd {
    /// Returns the end before a text.
    pub(super) fn new(text: &[u8]) -> Self {
        match text {
            [byte] => Self::Byte(*byte),
            text => Self::Text(Box::new(Finder::new(text).into_owned())),
        }
    }

    /// Returns the length of the value at the beginning of `text`.
    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Word => Some(memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len())),
            Self::Byte(byte) => memchr(*byte, text),
            Self::Text(finder) => finder.find(text),
        }
    }
}

/// A request, and whether its line has all that the pattern has, in values that could be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatternMatch<'a> {
    pub(crate) request: LoggedRequest<'a>,
    pub(crate) is_complete: bool,
}

impl LinePattern {
    /// Creates a pattern.
    pub(super) fn new(prefix: FastPrefix, steps: Vec<PatternStep>) -> Self {
        Self { prefix, steps }
    }

    /// Returns the pattern of a Combined Log Format with a latency among the words behind it.
    pub(super) fn combined_with_word(index: usize, label: &[u8], unit: LatencyUnit) -> Self {
        let field = PatternField::Latency(unit);
        Self::new(FastPrefix::Combined, vec![PatternStep::Word { index, label: label.into(), field }])
    }

    /// Returns the fields that the steps read.
    pub(super) fn fields(&self) -> impl Iterator<Item = PatternField> {
        self.steps.iter().filter_map(|step| match step {
            PatternStep::Column { field, .. }
            | PatternStep::Quoted { field }
            | PatternStep::MaybeQuoted { field, .. }
            | PatternStep::Word { field, .. } => Some(*field),
            PatternStep::Text(_) | PatternStep::Spaces => None,
        })
    }

    /// Returns the unit of the latency, if the pattern has one.
    pub(crate) fn latency_unit(&self) -> Option<LatencyUnit> {
        self.fields().find_map(|field| match field {
            PatternField::Latency(unit) | PatternField::LatencyPart(unit) => Some(unit),
            _ => None,
        })
    }

    /// Reads a line. A line that was cut behind the request and its status still counts.
    ///
    /// # Errors
    /// [`MalformedLine`] if the line is not a request.
    pub fn parse<'a>(
        &self,
        line: &'a [u8],
        dates: &mut DateCache,
    ) -> Result<LoggedRequest<'a>, MalformedLine> {
        Ok(self.match_line(line, dates)?.request)
    }

    /// Reads a line, and returns whether all of the pattern is there.
    pub(crate) fn match_line<'a>(
        &self,
        line: &'a [u8],
        dates: &mut DateCache,
    ) -> Result<PatternMatch<'a>, MalformedLine> {
        if line.is_empty() {
            return Err(MalformedLine::Empty);
        }
        let (mut values, mut rest) = match self.prefix {
            FastPrefix::None => (FieldValues::default(), line),
            FastPrefix::Combined => {
                let (request, rest) = combined_fields(line, dates)?;
                (FieldValues::with_request(request), rest)
            }
        };
        for step in &self.steps {
            match read_step(step, rest, &mut values, dates) {
                Ok(Some(after)) => rest = after,
                Ok(None) if values.is_request() => {
                    return Ok(PatternMatch { request: values.into_request(dates), is_complete: false });
                }
                Ok(None) => return Err(MalformedLine::NoMatch),
                Err(error) => return Err(error),
            }
        }
        if !values.is_request() {
            return Err(MalformedLine::NoMatch);
        }
        Ok(PatternMatch { request: values.into_request(dates), is_complete: !values.has_unread })
    }
}

/// Reads one step, and returns the rest of the line, or `None` if the line does not have it.
#[inline]
fn read_step<'a>(
    step: &PatternStep,
    rest: &'a [u8],
    values: &mut FieldValues<'a>,
    dates: &mut DateCache,
) -> Result<Option<&'a [u8]>, MalformedLine> {
    let (field, value, after) = match step {
        PatternStep::Text(text) => return Ok(rest.strip_prefix(&**text)),
        PatternStep::Spaces => {
            let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            return Ok(Some(&rest[spaces..]));
        }
        PatternStep::Column { field, end } => match end.find(rest) {
            Some(length) => (field, &rest[..length], &rest[length..]),
            None => return Ok(None),
        },
        PatternStep::Quoted { field } => match split_quoted(rest) {
            Some((value, after)) => (field, value, after),
            None => return Ok(rest.strip_prefix(b"-")),
        },
        PatternStep::MaybeQuoted { field, end } => {
            let (value, after) = split_maybe_quoted(rest, *end);
            (field, value, after)
        }
        PatternStep::Word { index, label, field } => match split_word(rest, *index) {
            Some((word, after)) => (field, word.strip_prefix(&**label).unwrap_or_default(), after),
            None => return Ok(None),
        },
    };
    values.set(*field, value, dates)?;
    Ok(Some(after))
}

/// Splits off a value up to the separator. A quote at its beginning goes with one before a separator.
fn split_maybe_quoted(rest: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let quoted = rest.strip_prefix(b"\"").and_then(|quoted| {
        let is_end = |at: &usize| quoted.get(at + 1).is_none_or(|next| *next == separator);
        let end = memchr::memchr_iter(b'"', quoted).find(is_end)?;
        Some((&quoted[..end], &quoted[end + 1..]))
    });
    quoted.unwrap_or_else(|| rest.split_at(memchr(separator, rest).unwrap_or(rest.len())))
}

/// Returns a word, counted from 0, without its quotes or brackets, and the rest behind it.
pub(super) fn split_word(mut rest: &[u8], index: usize) -> Option<(&[u8], &[u8])> {
    for at in 0..=index {
        rest = rest.trim_ascii_start();
        let (word, after) = match rest.first()? {
            b'"' => split_quoted(rest)?,
            b'[' => {
                let end = memchr(b']', rest)?;
                (&rest[1..end], &rest[end + 1..])
            }
            _ => rest.split_at(FieldEnd::Word.find(rest)?),
        };
        if at == index {
            return Some((word, after));
        }
        rest = after;
    }
    None
}
