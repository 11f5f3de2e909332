//! Coloured text, wrapped into the rows of a column.

use std::fmt::Write;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::escape::escape;

/// Columns between two tab stops.
const TAB_COLUMNS: usize = 4;

/// Meaning of a text, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextStyle {
    Plain,
    Title,
    Label,
    Frame,
    Removed,
    RemovedPart,
    Added,
    AddedPart,
    Attribute,
    Comment,
    Constant,
    Function,
    Keyword,
    Literal,
    Type,
}

impl TextStyle {
    /// Returns the rendition on a terminal. Only the 16 colours are used, which terminals adapt to their
    /// background.
    fn rendition(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold(),
            Self::Label | Self::Frame | Self::Comment => AnsiColor::BrightBlack.on_default(),
            Self::Removed => AnsiColor::Red.on_default().bold(),
            Self::RemovedPart => AnsiColor::Red.on_default().invert(),
            Self::Added => AnsiColor::Green.on_default().bold(),
            Self::AddedPart => AnsiColor::Green.on_default().invert(),
            Self::Attribute | Self::Type => AnsiColor::Cyan.on_default(),
            Self::Constant => AnsiColor::BrightMagenta.on_default(),
            Self::Function => AnsiColor::BrightBlue.on_default(),
            Self::Keyword => AnsiColor::Magenta.on_default(),
            Self::Literal => AnsiColor::Yellow.on_default(),
        }
    }
}

/// Bytes of a text that have one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StyledSpan {
    pub(crate) bytes: Range<usize>,
    pub(crate) style: TextStyle,
}

impl StyledSpan {
    /// Returns the style of the byte at `at`, if one of the `spans` covers it, and the end of that style. The
    /// spans are in order and do not overlap.
    fn at(spans: &[Self], at: usize) -> (Option<TextStyle>, usize) {
        match spans.get(spans.partition_point(|span| span.bytes.end <= at)) {
            Some(span) if span.bytes.start <= at => (Some(span.style), span.bytes.end),
            Some(span) => (None, span.bytes.start),
            None => (None, usize::MAX),
        }
    }
}

/// Splits the bytes `line` of `text` wherever the style changes. Where both have a style, `over` wins over
/// `under`; the borders of both are borders of characters.
pub(crate) fn pieces<'a>(
    text: &'a str,
    line: &Range<usize>,
    under: &[StyledSpan],
    over: &[StyledSpan],
) -> impl Iterator<Item = (TextStyle, &'a str)> {
    let mut at = line.start;
    std::iter::from_fn(move || {
        let ((below, below_end), (above, above_end)) = (StyledSpan::at(under, at), StyledSpan::at(over, at));
        let end = line.end.min(below_end).min(above_end);
        let piece = text.get(at..end).filter(|piece| !piece.is_empty())?;
        at = end;
        Some((above.or(below).unwrap_or(TextStyle::Plain), piece))
    })
}

/// Row of a column: text that is safe for a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StyledRow {
    pieces: Vec<(TextStyle, String)>,
    /// Width in columns.
    pub(crate) width: usize,
    /// Last position between two words.
    gap: RowPosition,
}

/// Position in a row, by the number of pieces, bytes of the last piece, and columns before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RowPosition {
    pieces: usize,
    bytes: usize,
    width: usize,
}

impl StyledRow {
    fn push(&mut self, style: TextStyle, character: char, width: usize) {
        // A combining mark has no width, and must not be parted from its character.
        if width > 0 && !(is_name(character) && self.ends_in_name()) {
            self.gap = self.end();
        }
        match self.pieces.last_mut() {
            Some((last, text)) if *last == style => text.push(character),
            _ => self.pieces.push((style, String::from(character))),
        }
        self.width += width;
    }

    fn ends_in_name(&self) -> bool {
        self.pieces.last().is_some_and(|(_, text)| text.ends_with(is_name))
    }

    fn end(&self) -> RowPosition {
        let bytes = self.pieces.last().map_or(0, |(_, text)| text.len());
        RowPosition { pieces: self.pieces.len(), bytes, width: self.width }
    }

    /// Ends the row before `next`, and returns the beginning of the following row: the last word if it would be
    /// cut in two and is not too long to move, otherwise nothing.
    fn cut(&mut self, next: char) -> Self {
        let gap = self.gap;
        if !is_name(next) || !self.ends_in_name() || 2 * gap.width < self.width {
            return Self::default();
        }
        let mut rest = Self { pieces: self.pieces.split_off(gap.pieces), ..Self::default() };
        if let Some((style, text)) = self.pieces.last_mut() {
            let word = text.split_off(gap.bytes);
            if !word.is_empty() {
                rest.pieces.insert(0, (*style, word));
            }
        }
        rest.width = self.width - gap.width;
        self.width = gap.width;
        rest
    }
}

/// Whether a character may be in a name or a number.
pub(crate) fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Wraps a line into rows of at most `columns` columns, escaped and with spaces for tabs. There is always one
/// row; a character that is wider than the column stands alone.
pub(crate) fn wrap<'a>(line: impl Iterator<Item = (TextStyle, &'a str)>, columns: usize) -> Vec<StyledRow> {
    let (mut rows, mut row, mut column) = (Vec::new(), StyledRow::default(), 0);
    let mut put = |style, character: char| {
        let width = character.width().unwrap_or(0);
        if row.width + width > columns && row.width > 0 {
            let rest = row.cut(character);
            rows.push(std::mem::replace(&mut row, rest));
        }
        row.push(style, character, width);
        column += width;
        column
    };
    let mut reached = 0;
    for (style, piece) in line {
        for (nth, part) in piece.split('\t').enumerate() {
            if nth > 0 {
                for _ in 0..TAB_COLUMNS - reached % TAB_COLUMNS {
                    reached = put(style, ' ');
                }
            }
            for character in escape(part).chars() {
                reached = put(style, character);
            }
        }
    }
    rows.push(row);
    rows
}

/// Wraps text between words; white space between them becomes one space.
pub(crate) fn wrap_words(text: &str, columns: usize) -> Vec<StyledRow> {
    let mut rows: Vec<StyledRow> = Vec::new();
    for word in text.split_whitespace() {
        let mut word = wrap(std::iter::once((TextStyle::Plain, word)), columns);
        match rows.last_mut() {
            Some(last) if word.len() == 1 && last.width + 1 + word[0].width <= columns => {
                last.push(TextStyle::Plain, ' ', 1);
                last.pieces.append(&mut word[0].pieces);
                last.width += word[0].width;
            }
            _ => rows.append(&mut word),
        }
    }
    rows
}

/// Piece of a line with its style.
pub(crate) type StyledPiece = (TextStyle, String);

/// Text for the terminal, line by line.
#[derive(Debug, Default)]
pub(crate) struct StyledText {
    lines: Vec<Vec<StyledPiece>>,
    line: Vec<StyledPiece>,
}

impl StyledText {
    /// Appends text that is safe for a terminal.
    pub(crate) fn put(&mut self, style: TextStyle, text: &str) {
        match self.line.last_mut() {
            Some((last, line)) if *last == style => line.push_str(text),
            _ if text.is_empty() => {}
            _ => self.line.push((style, text.to_owned())),
        }
    }

    pub(crate) fn put_row(&mut self, row: &StyledRow) {
        for (style, text) in &row.pieces {
            self.put(*style, text);
        }
    }

    pub(crate) fn pad(&mut self, columns: usize) {
        if columns > 0 {
            self.put(TextStyle::Plain, &" ".repeat(columns));
        }
    }

    pub(crate) fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    /// Returns the lines.
    pub(crate) fn into_lines(self) -> Vec<Vec<StyledPiece>> {
        self.lines
    }

    /// Returns the text with its colours, or without, with lines of ASCII if demanded, and without padding at the ends of lines.
    pub(crate) fn render(&self, colors: bool, ascii_frames: bool) -> String {
        let mut out = String::new();
        for line in &self.lines {
            for (style, text) in line {
                let text = match *style == TextStyle::Frame && ascii_frames {
                    true => &in_ascii(text),
                    false => text,
                };
                let rendition = style.rendition();
                if !colors || rendition.is_plain() {
                    out.push_str(text);
                } else {
                    // Writing to a string does not fail.
                    let _ = write!(out, "{rendition}{text}{rendition:#}");
                }
            }
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
        out
    }
}

/// Returns the lines of a frame in ASCII.
pub(crate) fn in_ascii(frame: &str) -> String {
    frame.replace('│', "|").replace('─', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, columns: usize) -> Vec<String> {
        let rows = wrap(std::iter::once((TextStyle::Plain, text)), columns);
        rows.iter().map(|row| row.pieces.iter().map(|(_, text)| text.as_str()).collect()).collect()
    }

    #[test]
    fn rows_hold_as_many_columns_as_they_have() {
        assert_eq!(rows("", 4), [""]);
        assert_eq!(rows("abcdefgh", 4), ["abcd", "efgh"]);
        assert_eq!(rows("run(first, second)", 8), ["run(", "first, ", "second)"]);
        assert_eq!(rows("run(first, second)", 10), ["run(first,", " second)"]);
        assert_eq!(rows("a.abcdefghij", 8), ["a.abcdef", "ghij"]);
        assert_eq!(rows("a\tb\t\tc", 20), ["a   b       c"]);
        assert_eq!(rows("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(rows("漢字", 1), ["漢", "字"]);
        assert_eq!(rows("e\u{301}e\u{301}e", 2), ["e\u{301}e\u{301}", "e"]);
        assert_eq!(rows("\u{1b}[0m", 5), ["\\u{1b", "}[0m"]);
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        let rows = wrap_words("  one two\nthree abcdefghijkl m", 8);
        let widths: Vec<usize> = rows.iter().map(|row| row.width).collect();
        assert_eq!(widths, [7, 5, 8, 6]);
    }

    #[test]
    fn the_upper_ink_covers_the_lower() {
        let span = |bytes, style| StyledSpan { bytes, style };
        let under = [span(0..3, TextStyle::Keyword), span(6..9, TextStyle::Type)];
        let over = [span(2..7, TextStyle::Added)];
        let cut: Vec<_> = pieces("abcdefghijk", &(1..11), &under, &over).collect();
        let styles = [
            (TextStyle::Keyword, "b"),
            (TextStyle::Added, "c"),
            (TextStyle::Added, "def"),
            (TextStyle::Added, "g"),
            (TextStyle::Type, "hi"),
            (TextStyle::Plain, "jk"),
        ];
        assert_eq!(cut, styles);
    }
}
