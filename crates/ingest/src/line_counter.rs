//! Counters for the lines of one shard.

use std::collections::BTreeMap;

use fearless_simd::{Level, Simd, dispatch};
use serde::{Deserialize, Serialize};

use crate::answers::{AnswerCounter, AnswerOptions};
use crate::file_format::{BYTE_ORDER_MARK, FileFormat};
use crate::file_split::MemoryShare;
use crate::heavy_hitters::HeavyHitters;
use crate::latencies::LatencyRecorder;
use crate::line_grammar::{GrammarState, LineGrammar};
use crate::line_joiner::{LineJoiner, PieceResult};
use crate::line_reader::MAX_LINE_BYTES;
use crate::line_wrapper::{LineWrapper, without_controls};
use crate::parse::{self, DateCache, HttpMethod, LoggedRequest, MalformedLine};
use crate::request_filter::RequestFilter;
use crate::simd_scan::LineEnds;

/// Malformed lines that are listed one by one.
pub(crate) const MAX_EXAMPLES: usize = 10;

/// Most different hours that are counted, in a shard and in a run: eleven years. Requests beyond are counted
/// as undated.
pub(crate) const MAX_HOURS: usize = 100_000;

/// Seconds of an hour.
const HOUR_SECONDS: i64 = 3600;

/// Cells of a status: a method of [`HttpMethod::KNOWN`] each, then all others together. A power of two, so that the
/// cell is found by a shift.
const METHOD_CELLS: usize = 16;

/// Cell of the methods that are not well known.
const OTHER_METHOD: usize = HttpMethod::KNOWN.len();

/// Name of these methods in tables.
pub(crate) const OTHER_METHODS: &str = "other";

/// What is counted, and of which requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct CounterOptions {
    /// How the questions of operators are answered, unless they are left out.
    pub(crate) answers: Option<AnswerOptions>,
    /// Which requests count, if not all do.
    pub(crate) filter: Option<RequestFilter>,
}

/// Counts of some lines.
#[derive(Debug)]
pub(crate) struct LineCounter {
    pub(crate) counts: RequestCounts,
    /// Requests by status and method.
    status_methods: Box<[u64; 1000 * METHOD_CELLS]>,
    pub(crate) answers: Option<AnswerCounter>,
    filter: Option<RequestFilter>,
    ends: LineEnds,
    /// The hour of the last request and the requests of that hour: logs are nearly always in order, so the
    /// map of hours is rarely needed.
    hour: Option<(i64, u64)>,
    state: GrammarState,
    /// Dates around the lines.
    outer_dates: DateCache,
    joiner: LineJoiner,
    pub(crate) other_methods: HeavyHitters,
    pub(crate) paths: HeavyHitters,
    pub(crate) agents: HeavyHitters,
    pub(crate) latencies: LatencyRecorder,
}

/// Counts that are single numbers or few. The JSON names are those of the first release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestCounts {
    /// Lines of any kind.
    pub(crate) lines: u64,
    /// Lines that are requests.
    pub(crate) requests: u64,
    pub(crate) methods: BTreeMap<String, u64>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Requests by status and method.
    #[serde(default)]
    pub(crate) status_methods: BTreeMap<u16, BTreeMap<String, u64>>,
    /// Requests that a filter leaves out.
    #[serde(default)]
    pub(crate) filtered: u64,
    /// Requests by hour, counted from 1970-01-01T00:00 UTC.
    pub(crate) hours: BTreeMap<i64, u64>,
    /// Bytes sent.
    pub(crate) bytes: u128,
    /// Requests whose line has a number of bytes.
    pub(crate) with_bytes: u64,
    /// Malformed lines by reason.
    pub(crate) malformed: BTreeMap<String, u64>,
    /// The first malformed lines: number within the shard, counted from 1, and reason.
    #[serde(rename = "told")]
    pub(crate) examples: Vec<(u64, String)>,
    /// Lines with a NUL byte, requests or not.
    pub(crate) with_nul: u64,
    /// Lines that are not UTF-8, requests or not.
    pub(crate) not_utf8: u64,
}

impl RequestCounts {
    /// Returns the number of lines that are neither empty nor comments.
    pub(crate) fn lines_with_text(&self) -> u64 {
        let of = |reason: MalformedLine| self.malformed.get(&reason.reason()).copied().unwrap_or_default();
        self.lines - of(MalformedLine::Empty) - of(MalformedLine::Comment)
    }
}

impl LineCounter {
    /// Creates a counter that keeps to its share of memory.
    pub(crate) fn new(share: MemoryShare) -> Self {
        Self {
            counts: RequestCounts::default(),
            status_methods: Box::new([0; 1000 * METHOD_CELLS]),
            answers: None,
            filter: None,
            ends: LineEnds::default(),
            hour: None,
            state: GrammarState::default(),
            outer_dates: DateCache::default(),
            joiner: LineJoiner::default(),
            other_methods: HeavyHitters::new(share.keys),
            paths: HeavyHitters::new(share.keys),
            agents: HeavyHitters::new(share.keys),
            latencies: LatencyRecorder::new(share.latency_bytes),
        }
    }

    /// Counts what the options say.
    pub(crate) fn with_options(self, share: MemoryShare, options: &CounterOptions) -> Self {
        let answers = options.answers.map(|answers| AnswerCounter::new(answers, share));
        Self { answers, filter: options.filter.clone(), ..self }
    }

    /// Counts whole lines.
    pub(crate) fn count_lines(&mut self, format: &FileFormat, block: &[u8]) {
        let mut ends = std::mem::take(&mut self.ends);
        ends.scan(block);
        if !ends.is_plain {
            for (lines, length) in ends.lines(block) {
                // How much of an overlong line is here depends on how the input is cut, so the line must not
                // count.
                if length > MAX_LINE_BYTES {
                    continue;
                }
                let line = &lines[..length];
                self.counts.with_nul += u64::from(memchr::memchr(0, line).is_some());
                self.counts.not_utf8 += u64::from(std::str::from_utf8(line).is_err());
            }
        }
        match (format.wrapper, &format.grammar) {
            (LineWrapper::None, LineGrammar::Simple) if self.filter.is_none() => {
                dispatch!(Level::new(), simd => self.count_simple_lines(simd, format, &ends, block));
            }
            (LineWrapper::None, LineGrammar::Common) => {
                self.each_line(format, &ends, block, |counter, lines, length| {
                    let request = parse::read_common(&lines[..length], &mut counter.state.dates)?;
                    counter.count_request(&request);
                    Ok(())
                })
            }
            (LineWrapper::None, LineGrammar::Combined) => {
                self.each_line(format, &ends, block, |counter, lines, length| {
                    let request = parse::read_combined(&lines[..length], &mut counter.state.dates)?;
                    counter.count_request(&request);
                    Ok(())
                })
            }
            (LineWrapper::None, grammar) => self.each_line(format, &ends, block, |counter, lines, length| {
                let mut state = std::mem::take(&mut counter.state);
                let read =
                    grammar.read(&lines[..length], &mut state, |request| counter.count_request(request));
                counter.state = state;
                read
            }),
            _ if format.has_pieces => self.each_line(format, &ends, block, |counter, lines, length| {
                counter.count_piece(format, &lines[..length])
            }),
            (wrapper, grammar) => self.each_line(format, &ends, block, |counter, lines, length| {
                counter.count_wrapped(wrapper, grammar, &lines[..length])
            }),
        }
        self.ends = ends;
    }

    /// Counts a line that may be a piece of one. A line counts with its last piece.
    fn count_piece(&mut self, format: &FileFormat, line: &[u8]) -> Result<(), MalformedLine> {
        match self.joiner.push(format.wrapper, line) {
            PieceResult::Whole => self.count_wrapped(format.wrapper, &format.grammar, line),
            PieceResult::Joined(line) => self.count_wrapped(format.wrapper, &format.grammar, &line),
            PieceResult::TooLong => Err(MalformedLine::TooLong),
            PieceResult::Waits => {
                self.counts.lines -= 1;
                Ok(())
            }
        }
    }

    /// Counts a line that has something around it.
    fn count_wrapped(
        &mut self,
        wrapper: LineWrapper,
        grammar: &LineGrammar,
        line: &[u8],
    ) -> Result<(), MalformedLine> {
        let unwrapped = wrapper.unwrap_line(line);
        let mut state = std::mem::take(&mut self.state);
        // The line's own date is that of the request; the one around it is that of the runtime.
        let outer_time = |request: &LoggedRequest<'_>, dates: &mut DateCache| {
            request.time.or_else(|| dates.any_time(unwrapped.date.as_deref()?))
        };
        let mut dates = std::mem::take(&mut self.outer_dates);
        let read = grammar.read(&unwrapped.line, &mut state, |request| {
            self.count_request(&LoggedRequest { time: outer_time(request, &mut dates), ..*request });
        });
        (self.state, self.outer_dates) = (state, dates);
        read
    }

    /// Counts lines of the simple format.
    #[inline(always)]
    fn count_simple_lines<S: Simd>(&mut self, simd: S, format: &FileFormat, ends: &LineEnds, block: &[u8]) {
        // A closure that is not inlined would be compiled for the least processor, without the instructions that
        // `simd` stands for.
        self.each_line(
            format,
            ends,
            block,
            #[inline(always)]
            |counter, lines, length| {
                if let Some(request) = parse::parse_simple_fast(simd, lines, length) {
                    counter.counts.requests += 1;
                    counter.status_methods[usize::from(request.status) * METHOD_CELLS + request.method] += 1;
                    counter.paths.count_short(simd, request.path);
                    counter.agents.count_short(simd, request.agent);
                    counter.latencies.add(request.latency);
                    if let Some(answers) = &mut counter.answers {
                        answers.add(&LoggedRequest::from(request));
                    }
                } else {
                    counter.count_simple_line(&lines[..length])?;
                }
                Ok(())
            },
        );
    }

    /// Calls `read` with the text from the beginning of each line on, and the length of the line.
    #[inline(always)]
    fn each_line<'a>(
        &mut self,
        format: &FileFormat,
        ends: &LineEnds,
        block: &'a [u8],
        read: impl Fn(&mut Self, &'a [u8], usize) -> Result<(), MalformedLine>,
    ) {
        for (lines, length) in ends.lines(block) {
            self.counts.lines += 1;
            // Files that were joined have the mark within.
            let (lines, length) = match lines.strip_prefix(BYTE_ORDER_MARK) {
                Some(text) => (text, length - BYTE_ORDER_MARK.len()),
                None => (lines, length),
            };
            let is_read = if length > MAX_LINE_BYTES {
                Err(MalformedLine::TooLong)
            } else {
                // Lines may end with CR LF; a single CR at the end belongs to the line end, not to the user agent.
                let has_cr = length > 0 && lines[length - 1] == b'\r';
                let length = length - usize::from(has_cr);
                read(self, lines, length).or_else(|error| self.count_plain(format, &lines[..length], error))
            };
            if let Err(error) = is_read {
                self.count_malformed(error);
            }
        }
    }

    /// Counts a line that is refused for `error` without the controls of a terminal, which programs may write around
    /// few of their lines, such as those of errors.
    #[cold]
    #[inline(never)]
    fn count_plain(
        &mut self,
        format: &FileFormat,
        line: &[u8],
        error: MalformedLine,
    ) -> Result<(), MalformedLine> {
        let plain = without_controls(line).ok_or(error)?;
        self.count_wrapped(format.wrapper, &format.grammar, &plain).map_err(|_| error)
    }

    /// Counts a line that the fast parser leaves alone. Not inlined, which keeps the loop small.
    #[inline(never)]
    fn count_simple_line(&mut self, line: &[u8]) -> Result<(), MalformedLine> {
        self.count_request(&parse::parse_simple(line)?);
        Ok(())
    }

    /// Counts a line that was skipped because of its length.
    pub(crate) fn count_too_long(&mut self) {
        self.counts.lines += 1;
        self.count_malformed(MalformedLine::TooLong);
    }

    /// Counts a line that is not a request.
    #[cold]
    fn count_malformed(&mut self, error: MalformedLine) {
        if self.counts.examples.len() < MAX_EXAMPLES {
            self.counts.examples.push((self.counts.lines, error.reason()));
        }
        *self.counts.malformed.entry(error.reason()).or_default() += 1;
    }

    /// Counts a request.
    #[inline(always)]
    fn count_request(&mut self, request: &LoggedRequest<'_>) {
        if self.filter.as_ref().is_some_and(|filter| !filter.accepts(request)) {
            self.counts.filtered += 1;
            return;
        }
        self.counts.requests += 1;
        let method = match request.method {
            HttpMethod::Known(index) => index,
            HttpMethod::Other(name) => {
                self.other_methods.count(name);
                OTHER_METHOD
            }
        };
        self.status_methods[usize::from(request.status) * METHOD_CELLS + method] += 1;
        if let Some(answers) = &mut self.answers {
            answers.add(request);
        }
        self.paths.count(request.path);
        if let Some(agent) = request.agent {
            self.agents.count(agent);
        }
        if let Some(latency) = request.latency {
            self.latencies.add(latency);
        }
        if let Some(bytes) = request.bytes {
            self.counts.bytes += u128::from(bytes);
            self.counts.with_bytes += 1;
        }
        if let Some(time) = request.time {
            let hour = time.div_euclid(HOUR_SECONDS);
            match &mut self.hour {
                Some((last, count)) if *last == hour => *count += 1,
                _ => {
                    self.flush_hour();
                    self.hour = Some((hour, 1));
                }
            }
        }
    }

    /// Moves the count of the current hour into the map.
    fn flush_hour(&mut self) {
        if let Some((hour, count)) = self.hour.take() {
            add_hour(&mut self.counts.hours, hour, count);
        }
    }

    /// Returns the requests by status so far, those without any left out.
    pub(crate) fn requests_by_status(&self) -> impl Iterator<Item = (u16, u64)> {
        let rows = (0..).zip(self.status_methods.as_chunks::<METHOD_CELLS>().0);
        rows.map(|(status, row)| (status, row.iter().sum::<u64>())).filter(|(_, requests)| *requests > 0)
    }

    /// Moves the counts in arrays into [`LineCounter::counts`]. Call once, after the last line.
    pub(crate) fn finish(&mut self) {
        self.flush_hour();
        for _ in 0..self.joiner.unfinished() {
            self.counts.lines += 1;
            self.count_malformed(MalformedLine::NoMatch);
        }
        let (rows, _) = self.status_methods.as_chunks::<METHOD_CELLS>();
        let counts = &mut self.counts;
        for (status, row) in (0..).zip(rows) {
            for (method, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
                *counts.statuses.entry(status).or_default() += count;
                let name = HttpMethod::KNOWN.get(method).copied();
                if let Some(name) = name {
                    *counts.methods.entry(name.to_owned()).or_default() += count;
                }
                let by_method = counts.status_methods.entry(status).or_default();
                by_method.insert(name.unwrap_or(OTHER_METHODS).to_owned(), *count);
            }
        }
    }
}

/// Adds requests to an hour, unless [`MAX_HOURS`] others are there already.
pub(crate) fn add_hour(hours: &mut BTreeMap<i64, u64>, hour: i64, count: u64) {
    if let Some(sum) = hours.get_mut(&hour) {
        *sum += count;
    } else if hours.len() < MAX_HOURS {
        hours.insert(hour, count);
    }
}
