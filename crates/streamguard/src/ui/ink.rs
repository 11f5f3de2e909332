//! Coloured text, cut into the rows of a column.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::escape::escape;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// What a text is, and with that its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
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

impl Ink {
    /// Parameters of Select Graphic Rendition (ECMA-48, 8.3.117), empty for none. Only the 16
    /// colours that terminals adapt to their background.
    fn rendition(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "1",
            Self::Label | Self::Frame | Self::Comment => "90",
            Self::Removed => "1;31",
            Self::RemovedPart => "7;31",
            Self::Added => "1;32",
            Self::AddedPart => "7;32",
            Self::Attribute | Self::Type => "36",
            Self::Constant => "95",
            Self::Function => "94",
            Self::Keyword => "35",
            Self::Literal => "33",
        }
    }
}

/// Bytes of a text that are written in one ink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) bytes: Range<usize>,
    pub(crate) ink: Ink,
}

impl Span {
    /// The ink of the byte at `at`, if one of the `spans` gives it any, and where that ends. The
    /// spans are in order and do not overlap.
    fn at(spans: &[Self], at: usize) -> (Option<Ink>, usize) {
        match spans.get(spans.partition_point(|span| span.bytes.end <= at)) {
            Some(span) if span.bytes.start <= at => (Some(span.ink), span.bytes.end),
            Some(span) => (None, span.bytes.start),
            None => (None, usize::MAX),
        }
    }
}

/// The bytes `line` of `text`, cut wherever the ink changes. Where both have a say, `over` goes
/// before `under`; the borders of both are borders of characters.
pub(crate) fn pieces<'a>(
    text: &'a str,
    line: &Range<usize>,
    under: &[Span],
    over: &[Span],
) -> impl Iterator<Item = (Ink, &'a str)> {
    let mut at = line.start;
    std::iter::from_fn(move || {
        let ((below, below_end), (above, above_end)) = (Span::at(under, at), Span::at(over, at));
        let end = line.end.min(below_end).min(above_end);
        let piece = text.get(at..end).filter(|piece| !piece.is_empty())?;
        at = end;
        Some((above.or(below).unwrap_or(Ink::Plain), piece))
    })
}

/// A row of a column: text that is fit for a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pieces: Vec<(Ink, String)>,
    /// Columns that it takes.
    pub(crate) width: usize,
    /// The last place between two words.
    gap: Place,
}

/// A place in a row: so many pieces, bytes of the last one, and columns are before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    pieces: usize,
    bytes: usize,
    width: usize,
}

impl Row {
    fn push(&mut self, ink: Ink, character: char, width: usize) {
        if width > 0 && !(is_name(character) && self.ends_in_name()) {
            self.gap = self.end();
        }
        match self.pieces.last_mut() {
            Some((last, text)) if *last == ink => text.push(character),
            _ => self.pieces.push((ink, String::from(character))),
        }
        self.width += width;
    }

    fn ends_in_name(&self) -> bool {
        self.pieces.last().is_some_and(|(_, text)| text.ends_with(is_name))
    }

    fn end(&self) -> Place {
        let bytes = self.pieces.last().map_or(0, |(_, text)| text.len());
        Place { pieces: self.pieces.len(), bytes, width: self.width }
    }

    /// Ends the row before `next`, and gives what the following row starts with: the last word
    /// if it would be cut in two and is not too long to move, otherwise nothing.
    fn cut(&mut self, next: char) -> Self {
        let gap = self.gap;
        if !is_name(next) || !self.ends_in_name() || 2 * gap.width < self.width {
            return Self::default();
        }
        let mut rest = Self { pieces: self.pieces.split_off(gap.pieces), ..Self::default() };
        if let Some((ink, text)) = self.pieces.last_mut() {
            let word = text.split_off(gap.bytes);
            if !word.is_empty() {
                rest.pieces.insert(0, (*ink, word));
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

/// Cuts a line into rows of at most `columns` columns, escaped and with spaces for tabs. There
/// is always one row; a character that is wider than the column stands alone.
pub(crate) fn wrap<'a>(line: impl Iterator<Item = (Ink, &'a str)>, columns: usize) -> Vec<Row> {
    let (mut rows, mut row, mut column) = (Vec::new(), Row::default(), 0);
    let mut put = |ink, character: char| {
        let width = character.width().unwrap_or(0);
        if row.width + width > columns && row.width > 0 {
            let rest = row.cut(character);
            rows.push(std::mem::replace(&mut row, rest));
        }
        row.push(ink, character, width);
        column += width;
        column
    };
    let mut reached = 0;
    for (ink, piece) in line {
        for (nth, part) in piece.split('\t').enumerate() {
            if nth > 0 {
                for _ in 0..TAB - reached % TAB {
                    reached = put(ink, ' ');
                }
            }
            for character in escape(part).chars() {
                reached = put(ink, character);
            }
        }
    }
    rows.push(row);
    rows
}

/// The same for text that may be cut between words; white space between them is one space.
pub(crate) fn wrap_words(text: &str, columns: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for word in text.split_whitespace() {
        let mut word = wrap(std::iter::once((Ink::Plain, word)), columns);
        match rows.last_mut() {
            Some(last) if word.len() == 1 && last.width + 1 + word[0].width <= columns => {
                last.push(Ink::Plain, ' ', 1);
                last.pieces.append(&mut word[0].pieces);
                last.width += word[0].width;
            }
            _ => rows.append(&mut word),
        }
    }
    rows
}

/// The text that goes to the terminal.
#[derive(Debug)]
pub(crate) struct Canvas {
    colors: bool,
    text: String,
}

impl Canvas {
    pub(crate) fn new(colors: bool) -> Self {
        Self { colors, text: String::new() }
    }

    /// Appends text that is fit for a terminal.
    pub(crate) fn put(&mut self, ink: Ink, text: &str) {
        let rendition = ink.rendition();
        if !self.colors || rendition.is_empty() || text.is_empty() {
            self.text.push_str(text);
        } else {
            self.text.extend(["\x1b[", rendition, "m", text, "\x1b[0m"]);
        }
    }

    pub(crate) fn put_row(&mut self, row: &Row) {
        for (ink, text) in &row.pieces {
            self.put(*ink, text);
        }
    }

    pub(crate) fn pad(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    /// Ends a line, without the padding at its end.
    pub(crate) fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, columns: usize) -> Vec<String> {
        let rows = wrap(std::iter::once((Ink::Plain, text)), columns);
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
        let span = |bytes, ink| Span { bytes, ink };
        let under = [span(0..3, Ink::Keyword), span(6..9, Ink::Type)];
        let over = [span(2..7, Ink::Added)];
        let cut: Vec<_> = pieces("abcdefghijk", &(1..11), &under, &over).collect();
        let inks = [
            (Ink::Keyword, "b"),
            (Ink::Added, "c"),
            (Ink::Added, "def"),
            (Ink::Added, "g"),
            (Ink::Type, "hi"),
            (Ink::Plain, "jk"),
        ];
        assert_eq!(cut, inks);
    }
}
