//! Reading lines by a compiled pattern.

use memchr::memchr;
use memchr::memmem::Finder;

use super::field::{LatencyUnit, PatternField};
use super::field_values::FieldValues;
use super::tail::{TailWord, find_tail_word};
use crate::parse::common_log::{combined_fields, common_fields, split_quoted, split_text};
use crate::parse::lenient::{lenient_combined, lenient_common};
use crate::parse::log_date::DateCache;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// A compiled pattern: text and fields in turn.
#[derive(Clone, Debug)]
pub struct LinePattern {
    prefix: FastPrefix,
    steps: Vec<PatternStep>,
    /// Day of the lines, if they have a clock only.
    day: Option<Box<[u8]>>,
}

/// Fields at the beginning that have a parser of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FastPrefix {
    None,
    Common,
    Combined,
}

/// A request, and the rest of its line.
type SplitRequest<'a> = Result<(LoggedRequest<'a>, &'a [u8]), MalformedLine>;

impl FastPrefix {
    /// Reads the fields, unless there are none.
    #[inline]
    pub(super) fn split<'a>(self, line: &'a [u8], dates: &mut DateCache) -> Option<SplitRequest<'a>> {
        match self {
            Self::None => None,
            Self::Common => Some(common_fields(line, dates)),
            Self::Combined => Some(combined_fields(line, dates)),
        }
    }

    /// Reads the fields of a line that [`split`](Self::split) refuses for `error`, without those that cannot be read.
    fn split_lenient<'a>(
        self,
        line: &'a [u8],
        dates: &mut DateCache,
        error: MalformedLine,
    ) -> SplitRequest<'a> {
        match self {
            Self::None => Err(error),
            Self::Common => lenient_common(line, dates, error),
            Self::Combined => lenient_combined(line, dates, error),
        }
    }
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
    /// A value in one of the next words.
    Word { word: TailWord, field: PatternField },
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
    /// At a space before a text in quotes, or before the bare `-` of a request.
    BeforeQuoted,
}

impl PatternStep {
    /// Returns the field that the step reads.
    fn field(&self) -> Option<PatternField> {
        match self {
            Self::Column { field, .. }
            | Self::Quoted { field }
            | Self::MaybeQuoted { field, .. }
            | Self::Word { field, .. } => Some(*field),
            Self::Text(_) | Self::Spaces => None,
        }
    }

    /// Returns the place of the field that the step reads.
    fn field_mut(&mut self) -> Option<&mut PatternField> {
        match self {
            Self::Column { field, .. }
            | Self::Quoted { field }
            | Self::MaybeQuoted { field, .. }
            | Self::Word { field, .. } => Some(field),
            Self::Text(_) | Self::Spaces => None,
        }
    }
}

impl FieldEnd {
    /// Returns the end before a text.
    pub(super) fn new(text: &[u8]) -> Self {
        match text {
            [byte] => Self::Byte(*byte),
            b" \"" => Self::BeforeQuoted,
            text => Self::Text(Box::new(Finder::new(text).into_owned())),
        }
    }

    /// Returns the length of the value at the beginning of `text`.
    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Word => Some(memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len())),
            Self::Byte(byte) => memchr(*byte, text),
            Self::Text(finder) => finder.find(text),
            Self::BeforeQuoted => memchr::memchr_iter(b' ', text)
                .find(|at| text[at + 1..].starts_with(b"\"") || is_bare_request(&text[at + 1..])),
        }
    }
}

/// Returns whether a text begins with the `-` that stands for a request and with the status behind it. Other values may have
/// a `-` among their words.
fn is_bare_request(text: &[u8]) -> bool {
    match text {
        [b'-', b' ', status @ ..] => {
            let digits = status.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits == 3 && matches!(status[3..], [] | [b' ', ..])
        }
        _ => false,
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
        Self { prefix, steps, day: None }
    }

    /// Returns the pattern of fields with a latency among the words behind them.
    pub(super) fn with_word(prefix: FastPrefix, word: TailWord, unit: LatencyUnit) -> Self {
        Self::new(prefix, vec![PatternStep::Word { word, field: PatternField::Latency(unit) }])
    }

    /// Adds the latency that stands behind the fields of most of these lines, if there is one.
    pub(crate) fn with_tail_of(mut self, lines: &[&[u8]]) -> Self {
        let mut dates = DateCache::default();
        let tails = lines.iter().filter_map(|line| {
            let (read, rest) = self.match_rest(line, &mut dates).ok()?;
            read.is_complete.then_some(rest)
        });
        if let Some((word, unit)) = find_tail_word(&tails.collect::<Vec<_>>()) {
            self.steps.push(PatternStep::Word { word, field: PatternField::Latency(unit) });
        }
        self
    }

    /// Sets the day of lines that have a clock only.
    pub(crate) fn set_day(&mut self, day: Option<Box<[u8]>>) {
        self.day = day;
    }

    /// Leaves of several latencies those in the finest unit: whole seconds beside microseconds say less.
    pub(super) fn with_finest_latency(mut self) -> Self {
        let exponent = |field: PatternField| match field {
            PatternField::Latency(unit) => Some(unit.exponent()),
            _ => None,
        };
        let finest = self.fields().filter_map(exponent).min();
        let fields = self.steps.iter_mut().filter_map(PatternStep::field_mut);
        fields
            .filter(|field| exponent(**field).is_some_and(|unit| Some(unit) > finest))
            .for_each(|field| *field = PatternField::Ignored);
        self
    }

    /// Returns the fields that the steps read.
    pub(super) fn fields(&self) -> impl Iterator<Item = PatternField> {
        self.steps.iter().filter_map(PatternStep::field)
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
        Ok(self.match_rest(line, dates)?.0)
    }

    /// Reads a line as [`match_line`](Self::match_line) does, and returns the rest behind the pattern too.
    fn match_rest<'a>(
        &self,
        line: &'a [u8],
        dates: &mut DateCache,
    ) -> Result<(PatternMatch<'a>, &'a [u8]), MalformedLine> {
        if line.is_empty() {
            return Err(MalformedLine::Empty);
        }
        let (mut values, mut rest) = match self.prefix.split(line, dates) {
            None => (FieldValues::default(), line),
            Some(Ok((request, rest))) => (FieldValues::with_request(request), rest),
            Some(Err(error)) => {
                let (request, rest) = self.prefix.split_lenient(line, dates, error)?;
                let mut values = FieldValues::with_request(request);
                values.has_unread = true;
                (values, rest)
            }
        };
        for step in &self.steps {
            match read_step(step, rest, &mut values, dates) {
                Some(after) => rest = after,
                None => match values.lost.take() {
                    Some(error) => return Err(error),
                    None if values.is_request() => {
                        let request = values.into_request(dates, self.day.as_deref());
                        return Ok((PatternMatch { request, is_complete: false }, rest));
                    }
                    None => return Err(MalformedLine::NoMatch),
                },
            }
        }
        match values.lost {
            // Only the form of the whole line tells that it is a request.
            Some(error) if !values.has_method_or_status() => return Err(error),
            _ if !values.is_request() => return Err(MalformedLine::NoMatch),
            _ => {}
        }
        let request = values.into_request(dates, self.day.as_deref());
        Ok((PatternMatch { request, is_complete: !values.has_unread }, rest))
    }
}

/// Reads one step, and returns the rest of the line, or `None` if the line does not have it.
#[inline]
fn read_step<'a>(
    step: &PatternStep,
    rest: &'a [u8],
    values: &mut FieldValues<'a>,
    dates: &mut DateCache,
) -> Option<&'a [u8]> {
    let (field, value, after) = match step {
        PatternStep::Text(text) => return rest.strip_prefix(&**text),
        PatternStep::Spaces => {
            let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            return Some(&rest[spaces..]);
        }
        PatternStep::Column { field, end } => {
            let (value, after) = rest.split_at(end.find(rest)?);
            (field, value, after)
        }
        PatternStep::Quoted { field } => {
            let (value, after) = split_text(rest)?;
            (field, value, after)
        }
        PatternStep::MaybeQuoted { field, end } => {
            let (value, after) = split_maybe_quoted(rest, *end);
            (field, value, after)
        }
        PatternStep::Word { word, field } => {
            let (value, after) = word.find(rest)?;
            (field, value, after)
        }
    };
    values.set(*field, value, dates);
    Some(after)
}

/// Splits off a value up to the separator. A quote at its beginning goes with one before a separator.
pub(super) fn split_maybe_quoted(rest: &[u8], separator: u8) -> (&[u8], &[u8]) {
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
