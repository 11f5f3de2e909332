//! Reading a line by the grammar of its file.

use std::sync::Arc;

use crate::parse::{
    self, BareDurations, CsvColumns, DateCache, FIELDS_DIRECTIVE, JsonRules, LatencyUnit, LinePattern,
    LoggedRequest, MalformedLine, parse_csv, parse_json_with, parse_logfmt, parse_ltsv, w3c_pattern,
};

/// Directive with the day on which a file was begun.
const DATE_DIRECTIVE: &[u8] = b"#Date:";

/// Grammar of the lines of a file.
#[derive(Clone, Debug)]
pub(crate) enum LineGrammar {
    /// `[METHOD] /path, status=..`
    Simple,
    /// The Common Log Format.
    Common,
    /// The Combined Log Format.
    Combined,
    /// JSON, perhaps with keys of one's own.
    Json(JsonRules),
    /// Keys and values joined by `=`, with the durations of the first lines.
    Logfmt(Option<BareDurations>),
    /// Labels and values joined by `:`, between tabs, with the durations of the first lines.
    Ltsv(Option<BareDurations>),
    /// Values below the names of their columns, with the durations of the first lines.
    Csv(Option<CsvColumns>, Option<BareDurations>),
    /// A compiled pattern; a format may have several, of which the first that fits counts.
    Patterns(Arc<[LinePattern]>),
    /// The W3C Extended Log Format.
    W3c,
}

/// What the lines before tell about a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrammarState {
    pub(crate) dates: DateCache,
    columns: W3cColumns,
}

/// Columns of the W3C Extended Log Format, as the last directive names them.
#[derive(Clone, Debug, Default)]
struct W3cColumns {
    directive: Vec<u8>,
    /// The day of the last `#Date`, which is that of lines with a clock only.
    day: Option<Box<[u8]>>,
    is_iis: bool,
    /// The compiled columns, once the first line shows its separator.
    pattern: Option<LinePattern>,
}

impl LineGrammar {
    /// Reads a line, and passes the request to `take`.
    ///
    /// # Errors
    /// [`MalformedLine`] if the line is not a request.
    pub(crate) fn read(
        &self,
        line: &[u8],
        state: &mut GrammarState,
        take: impl FnOnce(&LoggedRequest<'_>),
    ) -> Result<(), MalformedLine> {
        match self {
            Self::Simple => take(&parse::parse_simple(line)?),
            Self::Common => take(&parse::read_common(line, &mut state.dates)?),
            Self::Combined => take(&parse::read_combined(line, &mut state.dates)?),
            Self::Json(rules) => return parse_json_with(line, rules, |request, _| take(request)),
            Self::Logfmt(durations) => {
                let mut take = Some(take);
                return parse_logfmt(line, *durations, |request, _| {
                    if let Some(take) = take.take() {
                        take(request);
                    }
                });
            }
            Self::Ltsv(durations) => {
                let mut take = Some(take);
                return parse_ltsv(line, *durations, |request, _| {
                    if let Some(take) = take.take() {
                        take(request);
                    }
                });
            }
            Self::Csv(None, _) => return Err(MalformedLine::NoMatch),
            Self::Csv(Some(columns), durations) => {
                let mut take = Some(take);
                return parse_csv(line, columns, *durations, |request, _| {
                    if let Some(take) = take.take() {
                        take(request);
                    }
                });
            }
            Self::Patterns(patterns) => take(&read_patterns(patterns, line, &mut state.dates)?),
            Self::W3c => take(&state.columns.read(line, &mut state.dates)?),
        }
        Ok(())
    }

    /// Returns the unit of latencies, if the grammar fixes it.
    pub(crate) fn latency_unit(&self) -> Option<LatencyUnit> {
        match self {
            Self::Simple => Some(LatencyUnit::Written),
            Self::Json(rules) => rules.map.as_ref()?.latency_unit(),
            Self::Patterns(patterns) => patterns.first()?.latency_unit(),
            Self::Common | Self::Combined | Self::Logfmt(_) | Self::Ltsv(_) | Self::Csv(..) | Self::W3c => {
                None
            }
        }
    }
}

/// Reads a line by the first pattern that fits.
pub(crate) fn read_patterns<'a>(
    patterns: &[LinePattern],
    line: &'a [u8],
    dates: &mut DateCache,
) -> Result<LoggedRequest<'a>, MalformedLine> {
    let mut result = Err(MalformedLine::NoMatch);
    for pattern in patterns {
        match pattern.match_line(line, dates) {
            Ok(read) if read.is_complete => return Ok(read.request),
            Ok(read) => result = result.or(Ok(read.request)),
            // Of several patterns, the last one's reason is as good as any.
            Err(error) => result = result.or(Err(error)),
        }
    }
    result
}

impl GrammarState {
    /// Returns the unit of latencies that the columns have.
    pub(crate) fn column_unit(&self) -> Option<LatencyUnit> {
        self.columns.pattern.as_ref()?.latency_unit()
    }
}

impl W3cColumns {
    fn read<'a>(
        &mut self,
        line: &'a [u8],
        dates: &mut DateCache,
    ) -> Result<LoggedRequest<'a>, MalformedLine> {
        if line.starts_with(FIELDS_DIRECTIVE) {
            // The directive comes again whenever the server starts, and may name other columns.
            self.directive = line.to_vec();
            self.pattern = None;
        }
        if line.starts_with(b"#Software: Microsoft") {
            self.is_iis = true;
        }
        if let Some(date) = line.strip_prefix(DATE_DIRECTIVE) {
            let mut words = date.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
            self.day = words.next().map(Into::into);
            if let Some(pattern) = &mut self.pattern {
                pattern.set_day(self.day.clone());
            }
        }
        if line.starts_with(b"#") {
            return Err(MalformedLine::Comment);
        }
        if line.is_empty() {
            return Err(MalformedLine::Empty);
        }
        if self.pattern.is_none() {
            self.pattern = w3c_pattern(&self.directive, self.is_iis, line);
            if let Some(pattern) = &mut self.pattern {
                pattern.set_day(self.day.clone());
            }
        }
        match &self.pattern {
            Some(pattern) => pattern.parse(line, dates),
            None => Err(MalformedLine::MissingKey("method and path")),
        }
    }
}
