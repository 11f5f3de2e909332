//! The format of a file: the grammar of its lines, and what is around them.

use std::sync::Arc;

use crate::content_guess::ContentGuess;
use crate::line_format::{LineFormat, SAMPLE_LINES};
use crate::line_grammar::{GrammarState, LineGrammar};
use crate::line_wrapper::LineWrapper;
use crate::parse::{
    self, BareDuration, BareDurations, CsvColumns, DateCache, FIELDS_DIRECTIVE, FastPrefix, FieldMap,
    HttpMethod, JsonDialect, JsonRules, JsonTraits, LatencyUnit, LinePattern, LoggedRequest, MalformedLine,
    NAMED_PATTERNS, NamedPattern, find_tail, parse_csv, parse_json_with, parse_logfmt, parse_ltsv,
};
use crate::simd_scan::LineEnds;

/// Byte order mark, which some editors and programs of Windows write at the beginning of a file.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Most lines from which a format is detected if no request is among the first ones.
const MAX_DETECT_LINES: usize = 1000;

/// Format of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileFormat {
    pub(crate) name: LineFormat,
    pub(crate) grammar: LineGrammar,
    pub(crate) wrapper: LineWrapper,
    /// Program that writes such keys, if the lines are JSON.
    dialect: Option<JsonDialect>,
    unit: Option<LatencyUnit>,
    /// Whether lines come in pieces.
    pub(crate) has_pieces: bool,
}

/// What the user says about the format of all files.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormatChoice {
    pub(crate) format: LineFormat,
    pub(crate) pattern: Option<LinePattern>,
    pub(crate) map: Option<FieldMap>,
}

impl FormatChoice {
    /// Returns the chosen format, if there is one.
    pub(crate) fn chosen(&self) -> Option<LineFormat> {
        match (&self.pattern, &self.map, self.format) {
            (Some(_), ..) => Some(LineFormat::Pattern),
            (None, Some(_), _) => Some(LineFormat::Json),
            (None, None, LineFormat::Auto) => None,
            (None, None, format) => Some(format),
        }
    }

    /// Returns the grammar that the user chose.
    fn grammar(&self) -> Option<(LineFormat, LineGrammar)> {
        let format = self.chosen()?;
        let grammar = match (&self.pattern, &self.map) {
            (Some(pattern), _) => LineGrammar::Patterns([pattern.clone()].into()),
            (None, Some(map)) => LineGrammar::Json(JsonRules::of_map(map.clone())),
            (None, None) => grammar_of(format),
        };
        Some((format, grammar))
    }
}

/// Returns the grammar of a format.
fn grammar_of(format: LineFormat) -> LineGrammar {
    match format {
        LineFormat::Auto | LineFormat::Simple | LineFormat::Pattern => LineGrammar::Simple,
        LineFormat::Common => LineGrammar::Common,
        LineFormat::Combined => LineGrammar::Combined,
        LineFormat::Json => LineGrammar::Json(JsonRules::default()),
        LineFormat::Logfmt => LineGrammar::Logfmt(None),
        LineFormat::Ltsv => LineGrammar::Ltsv(None),
        LineFormat::Csv => LineGrammar::Csv(None, None),
        LineFormat::W3c => LineGrammar::W3c,
        format => LineGrammar::Patterns(patterns_of(format)),
    }
}

/// Returns the compiled patterns of a format.
fn patterns_of(format: LineFormat) -> Arc<[LinePattern]> {
    NAMED_PATTERNS.iter().filter(|named| named.format == format).map(compiled).collect()
}

/// Compiles a named pattern.
fn compiled(named: &NamedPattern) -> LinePattern {
    LinePattern::compile(named.text).expect("a test compiles all named patterns")
}

impl FileFormat {
    /// Creates a format of lines without anything around them.
    fn new(name: LineFormat, grammar: LineGrammar) -> Self {
        let unit = grammar.latency_unit();
        Self { name, grammar, wrapper: LineWrapper::None, dialect: None, unit, has_pieces: false }
    }

    /// Returns the format by which malformed lines are explained if no format is known.
    pub(crate) fn nearest(guess: ContentGuess) -> Self {
        let nearest = match guess {
            ContentGuess::JsonObjects | ContentGuess::JsonDocument => {
                Self::new(LineFormat::Json, LineGrammar::Json(JsonRules::default()))
            }
            _ => Self::new(LineFormat::Simple, LineGrammar::Simple),
        };
        Self { unit: None, ..nearest }
    }

    /// Returns the format of the first lines, or `None` if no line has any format.
    pub(crate) fn detect(head: &[u8]) -> Option<Self> {
        let lines = lines_with_text(head, MAX_DETECT_LINES);
        let first = &lines[..lines.len().min(SAMPLE_LINES)];
        // A program may say much before its first request.
        let (format, _) = detect_wrapped(first).or_else(|| detect_wrapped(&lines))?;
        Some(format.with_pieces(first))
    }

    /// Returns the format that was chosen, and what is around the first lines.
    pub(crate) fn choose(choice: &FormatChoice, head: &[u8]) -> Option<Self> {
        let (name, mut grammar) = choice.grammar()?;
        let lines = lines_with_text(head, SAMPLE_LINES);
        if let LineGrammar::Csv(columns, _) = &mut grammar {
            *columns = lines.first().and_then(|line| CsvColumns::of_header(line));
        }
        let format = Self::new(name, grammar);
        let mut best = (format.clone(), count_fitting(&format, &lines));
        for wrapper in [LineWrapper::Prefix, LineWrapper::Json] {
            let wrapped = Self { wrapper, ..format.clone() };
            let hits = count_fitting(&wrapped, &lines);
            if hits > best.1 {
                best = (wrapped, hits);
            }
        }
        Some(best.0.with_traits(&lines).with_pieces(&lines))
    }

    /// Notes the program and the units that the lines show.
    fn with_traits(mut self, lines: &[&[u8]]) -> Self {
        let has_keys = matches!(
            self.grammar,
            LineGrammar::Json(_) | LineGrammar::Logfmt(_) | LineGrammar::Ltsv(_) | LineGrammar::Csv(..)
        );
        if has_keys {
            // The unit of one duration depends on the others, so the lines are read a second time.
            let mut durations = Vec::new();
            self.each_traits(lines, |_, traits| durations.extend(traits.duration));
            self.set_durations(&durations);
            self.each_traits(lines, |format, JsonTraits { dialect, unit, .. }| {
                if matches!(format.grammar, LineGrammar::Json(_)) {
                    format.dialect = format.dialect.or(dialect);
                }
                format.unit = format.unit.or(unit);
            });
        } else if matches!(self.grammar, LineGrammar::W3c) {
            let mut state = GrammarState::default();
            for line in lines {
                // The reader learns its columns from the lines.
                let line = self.wrapper.unwrap_line(line).line;
                let _: Result<(), MalformedLine> = self.grammar.read(&line, &mut state, |_| ());
                self.unit = self.unit.or(state.column_unit());
            }
        }
        self
    }

    /// Passes on what the keys of each request tell.
    fn each_traits(&mut self, lines: &[&[u8]], mut take: impl FnMut(&mut Self, JsonTraits)) {
        for line in lines {
            let line = self.wrapper.unwrap_line(line).line;
            let mut found = None;
            let _: Result<(), MalformedLine> = match &self.grammar {
                LineGrammar::Json(rules) => parse_json_with(&line, rules, |_, traits| found = Some(traits)),
                LineGrammar::Logfmt(durations) => {
                    parse_logfmt(&line, *durations, |_, traits| found = Some(traits))
                }
                LineGrammar::Ltsv(durations) => {
                    parse_ltsv(&line, *durations, |_, traits| found = Some(traits))
                }
                LineGrammar::Csv(Some(columns), durations) => {
                    parse_csv(&line, columns, *durations, |_, traits| found = Some(traits))
                }
                _ => Ok(()),
            };
            if let Some(traits) = found {
                take(self, traits);
            }
        }
    }

    /// Sets the durations that tell the unit of all of them.
    fn set_durations(&mut self, found: &[BareDuration]) {
        let found = Some(BareDurations::of(found)).filter(|_| !found.is_empty());
        match &mut self.grammar {
            LineGrammar::Json(rules) => rules.durations = found,
            LineGrammar::Logfmt(durations)
            | LineGrammar::Ltsv(durations)
            | LineGrammar::Csv(_, durations) => *durations = found,
            _ => {}
        }
    }

    /// Notes whether lines come in pieces. The first lines of a file decide, as for the format, so that it does not
    /// depend on how the file is cut.
    fn with_pieces(self, lines: &[&[u8]]) -> Self {
        let is_part = |line: &&[u8]| self.wrapper.piece(line).is_some_and(|piece| !piece.is_last);
        Self { has_pieces: lines.iter().any(is_part), ..self }
    }

    /// Returns whether the lines can only be read in order, from the first on, because directives tell their columns, or
    /// because they come in pieces.
    pub(crate) fn is_sequential(&self) -> bool {
        self.has_pieces || matches!(self.grammar, LineGrammar::W3c)
    }

    /// Returns the description for reports.
    pub(crate) fn describe(&self) -> String {
        let dialect = self.dialect.map(|dialect| format!(" ({})", dialect.name())).unwrap_or_default();
        format!("{}{dialect}{}", self.name.name(), self.wrapper.describe())
    }

    /// Returns the unit of latencies for reports.
    pub(crate) fn latency_unit(&self) -> Option<&'static str> {
        self.unit.map(LatencyUnit::name)
    }
}

/// Returns the first `most` lines that are not empty.
fn lines_with_text(head: &[u8], most: usize) -> Vec<&[u8]> {
    let mut ends = LineEnds::default();
    ends.scan(head);
    let lines = ends.lines(head).map(|(lines, length)| &lines[..length]);
    let lines = lines.map(|line| line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line));
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty()).take(most).collect()
}

/// Returns how many lines a format fits.
fn count_fitting(format: &FileFormat, lines: &[&[u8]]) -> usize {
    let mut state = GrammarState::default();
    let fits = |line: &&&[u8]| {
        format.grammar.read(&format.wrapper.unwrap_line(line).line, &mut state, |_| ()).is_ok()
    };
    lines.iter().filter(fits).count()
}

/// Detects the format of lines that may have something around them, and the number of lines that it fits.
fn detect_wrapped(lines: &[&[u8]]) -> Option<(FileFormat, usize)> {
    let mut best = detect_bare(lines, LineWrapper::None);
    for wrapper in [LineWrapper::Prefix, LineWrapper::Json] {
        if lines.iter().filter(|line| wrapper.is_around(line)).count() * 2 < lines.len() {
            continue;
        }
        let unwrapped: Vec<_> = lines.iter().map(|line| wrapper.unwrap_line(line).line).collect();
        let unwrapped: Vec<&[u8]> = unwrapped.iter().map(|line| &**line).collect();
        // These formats take a prefix for a part of the first field, or look into objects themselves.
        let takes_all = |format: &FileFormat| {
            matches!(
                format.name,
                LineFormat::Common
                    | LineFormat::Combined
                    | LineFormat::Traefik
                    | LineFormat::IngressNginx
                    | LineFormat::Json
                    | LineFormat::Logfmt
            )
        };
        let is_better = |hits: usize| {
            best.as_ref().is_none_or(|(format, bare)| hits > *bare || (hits == *bare && takes_all(format)))
        };
        if let Some((format, hits)) = detect_bare(&unwrapped, wrapper)
            && is_better(hits)
        {
            best = Some((FileFormat { wrapper, ..format }, hits));
        }
    }
    best
}

/// Detects the format of lines, around which something was, and the number of lines that it fits.
fn detect_bare(lines: &[&[u8]], wrapper: LineWrapper) -> Option<(FileFormat, usize)> {
    let mut dates = DateCache::default();
    let (mut simple, mut common, mut combined, mut json) = (0, 0, 0, 0);
    for line in lines {
        simple += usize::from(parse::parse_simple(line).is_ok());
        common += usize::from(parse::parse_common(line, &mut dates).is_ok());
        combined += usize::from(parse::parse_combined(line, &mut dates).is_ok());
        json += usize::from(parse::parse_json(line, |_| ()).is_ok());
    }
    let most = simple.max(common).max(json);
    let mut best = match most {
        0 => None,
        _ if most == simple => Some(FileFormat::new(LineFormat::Simple, LineGrammar::Simple)),
        // Half is enough: long user agents are often cut off, and such lines are still common ones.
        _ if most == common && combined * 2 >= common => {
            let format = detect_tail(lines);
            if common * 2 >= lines.len() {
                return Some((format, common));
            }
            Some(format)
        }
        _ if most == common => {
            Some(FileFormat::new(LineFormat::Common, with_tail(FastPrefix::Common, lines)))
        }
        _ => Some(FileFormat::new(LineFormat::Json, LineGrammar::Json(JsonRules::default()))),
    }
    .map(|format| (format, most));
    // Where the Common Log Format fits most lines, the others are those in which a field cannot be read.
    let patterned = best_pattern(lines, |named| {
        !(named.is_like_common() && common * 2 >= lines.len())
            && (wrapper == LineWrapper::Prefix || !named.needs_prefix())
    });
    if let Some((format, hits)) = patterned
        && hits > most
    {
        best = Some((format, hits));
    }
    let columns = lines.first().and_then(|line| CsvColumns::of_header(line));
    for (name, grammar) in [
        (LineFormat::Logfmt, LineGrammar::Logfmt(None)),
        (LineFormat::Ltsv, LineGrammar::Ltsv(None)),
        (LineFormat::Csv, LineGrammar::Csv(columns, None)),
    ] {
        if best.is_none() {
            let labelled = FileFormat::new(name, grammar);
            let hits = count_fitting(&labelled, lines);
            best = (hits > 0).then_some((labelled, hits));
        }
    }
    if lines.iter().any(|line| line.starts_with(FIELDS_DIRECTIVE)) {
        let w3c = FileFormat::new(LineFormat::W3c, LineGrammar::W3c);
        let hits = count_fitting(&w3c, lines);
        // Of the patterns that fit as many lines, the directive names the columns.
        if hits > 0 && hits >= best.as_ref().map_or(0, |(_, hits)| *hits) {
            best = Some((w3c, hits));
        }
    }
    if best.is_none() {
        best = detect_lenient(lines);
    }
    best.map(|(format, hits)| (format.with_traits(lines), hits))
}

/// Detects the Common or the Combined Log Format in lines that all have a field that cannot be read.
fn detect_lenient(lines: &[&[u8]]) -> Option<(FileFormat, usize)> {
    let mut dates = DateCache::default();
    let read: Vec<_> = lines.iter().filter_map(|line| parse::read_combined(line, &mut dates).ok()).collect();
    let with_agent = read.iter().filter(|request| request.agent.is_some()).count();
    let format = match with_agent * 2 >= read.len() {
        true => FileFormat::new(LineFormat::Combined, LineGrammar::Combined),
        false => FileFormat::new(LineFormat::Common, LineGrammar::Common),
    };
    // Programs write other lines between those of requests.
    let quoted = lines.iter().filter(|line| memchr::memchr(b'"', line).is_some()).count();
    (!read.is_empty() && read.len() * 2 >= quoted).then_some((format, read.len()))
}

/// Returns the format of the named pattern that fits most lines completely, the first one of several.
fn best_pattern(lines: &[&[u8]], is_wanted: impl Fn(&NamedPattern) -> bool) -> Option<(FileFormat, usize)> {
    let mut best: Option<(&NamedPattern, LinePattern, usize)> = None;
    for named in NAMED_PATTERNS.iter().filter(|named| is_wanted(named)) {
        let pattern = compiled(named);
        let mut dates = DateCache::default();
        let needs_latency = named.is_combined();
        let mut fits = |line: &[u8]| {
            let read = pattern.match_line(line, &mut dates);
            read.is_ok_and(|read| {
                read.is_complete
                    && (!needs_latency || read.request.latency.is_some())
                    && (!named.needs_date() || read.request.time.is_some())
                    && (!named.is_without_brackets() || is_without_brackets(line, &read.request))
            })
        };
        let hits = lines.iter().filter(|line| fits(line)).count();
        if hits > best.as_ref().map_or(0, |(.., hits)| *hits) {
            best = Some((named, pattern, hits));
        }
    }
    let (best, pattern, hits) = best?;
    let pattern = if best.is_like_common() { pattern.with_tail_of(lines) } else { pattern };
    let is_other = |named: &&NamedPattern| {
        named.format == best.format && named.text != best.text && !named.needs_prefix()
    };
    let others = NAMED_PATTERNS.iter().filter(is_other).map(compiled);
    let patterns: Arc<[LinePattern]> = [pattern].into_iter().chain(others).collect();
    Some((FileFormat::new(best.format, LineGrammar::Patterns(patterns)), hits))
}

/// Returns the format of lines of the Combined Log Format: by what stands behind the user agent.
fn detect_tail(lines: &[&[u8]]) -> FileFormat {
    if let Some((format, hits)) = best_pattern(lines, NamedPattern::is_combined)
        && hits * 2 > lines.len()
    {
        return format;
    }
    FileFormat::new(LineFormat::Combined, with_tail(FastPrefix::Combined, lines))
}

/// Returns the grammar of fields with a latency behind them, if there is one.
fn with_tail(prefix: FastPrefix, lines: &[&[u8]]) -> LineGrammar {
    match find_tail(prefix, lines) {
        Some(pattern) => LineGrammar::Patterns([pattern].into()),
        None if prefix == FastPrefix::Combined => LineGrammar::Combined,
        None => LineGrammar::Common,
    }
}

/// Returns whether a line is a request behind words without brackets.
fn is_without_brackets(line: &[u8], request: &LoggedRequest<'_>) -> bool {
    let words = &line[..memchr::memmem::find(line, b" \"").unwrap_or(line.len())];
    request.method != HttpMethod::NONE && memchr::memchr(b'[', words).is_none()
}
