//! View of a sample: vulnerable code on the left, fixed code on the right.

use std::ops::Range;

use streamguard_dataset::{Sample, SampleKind};

use super::highlight::SyntaxHighlighter;
use super::line_diff::{DiffSection, LinePair, changed_parts, lines, sections};
use super::sample_head;
use super::styled_text::{StyledRow, StyledSpan, StyledText, TextStyle, pieces, wrap};

/// Narrowest screen that is supported, in columns; on a narrower one the terminal cuts lines.
const MIN_WIDTH: usize = 40;

/// Narrowest screen with two columns of code.
const MIN_TWO_COLUMN_WIDTH: usize = 80;

/// Lines that are shown around a change.
const CONTEXT_LINES: usize = 3;

/// Fewest lines that are folded: the fold itself takes one.
const MIN_FOLDED_LINES: usize = 4;

/// Draws samples.
pub struct SideBySide {
    width: usize,
    colors: bool,
    /// Whether lines are drawn in ASCII.
    ascii_frames: bool,
    /// Whether both sides share one column on a wide screen too.
    is_unified: bool,
    highlights: SyntaxHighlighter,
}

/// One side of a sample.
struct CodeSide<'a> {
    name: &'static str,
    code: &'a str,
    /// Ranges of the lines, without their ends.
    lines: Vec<Range<usize>>,
    /// Number of the first line.
    first: usize,
    /// Syntax colours.
    spans: Vec<StyledSpan>,
}

/// Role of a line in a diff. Each role has a sign besides its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineRole {
    Kept,
    Removed,
    Added,
}

/// Line as it is drawn.
struct CodeCell {
    number: usize,
    role: LineRole,
    rows: Vec<StyledRow>,
}

impl SideBySide {
    /// Creates a view for a screen of `width` columns, with colours or without.
    pub fn new(width: u16, colors: bool) -> Self {
        Self {
            width: usize::from(width).max(MIN_WIDTH),
            colors,
            ascii_frames: false,
            is_unified: false,
            highlights: SyntaxHighlighter::default(),
        }
    }

    /// Sets whether lines are drawn in ASCII, for a terminal that shows nothing else.
    #[must_use]
    pub fn with_ascii_frames(self, ascii_frames: bool) -> Self {
        Self { ascii_frames, ..self }
    }

    /// Changes the width of the screen, and whether both sides share one column on a wide one too.
    pub(crate) fn set_layout(&mut self, width: u16, is_unified: bool) {
        (self.width, self.is_unified) = (usize::from(width).max(MIN_WIDTH), is_unified);
    }

    /// Whether a screen of `width` columns has room for two columns of code.
    pub(crate) fn has_room(width: u16) -> bool {
        usize::from(width) >= MIN_TWO_COLUMN_WIDTH
    }

    /// Draws a sample. The text holds nothing of it that a terminal would obey.
    pub fn draw(&mut self, number: u64, sample: &Sample) -> String {
        let mut out = StyledText::default();
        sample_head::draw(&mut out, self.width, number, sample);
        out.end_line();
        self.draw_code(&mut out, sample);
        out.end_line();
        out.render(self.colors, self.ascii_frames)
    }

    /// Draws the code of a sample.
    pub(crate) fn draw_code(&mut self, out: &mut StyledText, sample: &Sample) {
        let exploit = sample.kind == SampleKind::Exploit;
        let before = sample.vulnerable_code.as_deref().map(|code| {
            let name = if exploit { "exploit" } else { "vulnerable" };
            self.side(name, code, sample.start_line_before, sample)
        });
        let after = sample.fixed_code.as_deref().map(|code| {
            let name = match sample.kind {
                SampleKind::Exploit => "exploit",
                SampleKind::Benign => "benign",
                SampleKind::Pair | SampleKind::Vulnerable | SampleKind::Fixed => "fixed",
            };
            self.side(name, code, sample.start_line_after, sample)
        });
        match (&before, &after) {
            (Some(before), Some(after)) => {
                let is_unified = self.is_unified || self.width < MIN_TWO_COLUMN_WIDTH;
                CodePair::new(before, after, self.width, is_unified).draw(out);
            }
            (Some(side), None) | (None, Some(side)) => draw_one(out, side, self.width),
            (None, None) => {
                out.put(TextStyle::Label, "   no code");
                out.end_line();
            }
        }
    }

    fn side<'a>(
        &mut self,
        name: &'static str,
        code: &'a str,
        first: Option<u32>,
        sample: &Sample,
    ) -> CodeSide<'a> {
        let spans = match sample.language {
            Some(language) if self.colors => self.highlights.spans(language, code),
            _ => Vec::new(),
        };
        CodeSide { name, code, lines: lines(code), first: first.unwrap_or(1) as usize, spans }
    }
}

impl<'a> CodeSide<'a> {
    fn line(&self, at: usize) -> &'a str {
        &self.code[self.lines[at].clone()]
    }

    /// Returns the number of digits of the largest line number.
    fn digits(&self) -> usize {
        (self.first + self.lines.len()).to_string().len()
    }

    /// Returns the line at `at` in rows of `columns` columns, with `parts` of it (in bytes of the line)
    /// highlighted.
    fn cell(&self, at: usize, role: LineRole, parts: &[Range<usize>], columns: usize) -> CodeCell {
        let line = &self.lines[at];
        let style = if role == LineRole::Removed { TextStyle::RemovedPart } else { TextStyle::AddedPart };
        let span =
            |part: &Range<usize>| StyledSpan { bytes: line.start + part.start..line.start + part.end, style };
        let over: Vec<StyledSpan> = parts.iter().map(span).collect();
        let rows = wrap(pieces(self.code, line, &self.spans, &over), columns);
        CodeCell { number: self.first + at, role, rows }
    }
}

impl LineRole {
    fn sign(self) -> &'static str {
        match self {
            Self::Kept => " ",
            Self::Removed => "-",
            Self::Added => "+",
        }
    }

    fn style(self) -> TextStyle {
        match self {
            Self::Kept => TextStyle::Label,
            Self::Removed => TextStyle::Removed,
            Self::Added => TextStyle::Added,
        }
    }
}

/// Draws one side alone, in one column.
fn draw_one(out: &mut StyledText, side: &CodeSide<'_>, width: usize) {
    let digits = side.digits();
    out.pad(digits + 3);
    out.put(TextStyle::Title, side.name);
    out.end_line();
    for at in 0..side.lines.len() {
        let cell = side.cell(at, LineRole::Kept, &[], width - digits - 3);
        for nth in 0..cell.rows.len() {
            put_cell(out, Some(&cell), nth, digits);
            out.end_line();
        }
    }
}

/// Draws row `nth` of a cell, if it has one. Returns the columns that it took.
fn put_cell(out: &mut StyledText, cell: Option<&CodeCell>, nth: usize, digits: usize) -> usize {
    let Some((cell, row)) = cell.and_then(|cell| Some((cell, cell.rows.get(nth)?))) else { return 0 };
    if nth == 0 {
        out.put(cell.role.style(), &format!("{:>digits$} {}", cell.number, cell.role.sign()));
    } else {
        out.pad(digits + 2);
    }
    out.pad(1);
    out.put_row(row);
    digits + 3 + row.width
}

/// Both sides of a sample.
struct CodePair<'a> {
    before: &'a CodeSide<'a>,
    after: &'a CodeSide<'a>,
    digits: usize,
    /// Columns of one side with its line numbers, where there are two.
    half: usize,
    width: usize,
    is_unified: bool,
}

impl<'a> CodePair<'a> {
    fn new(before: &'a CodeSide<'a>, after: &'a CodeSide<'a>, width: usize, is_unified: bool) -> Self {
        let digits = before.digits().max(after.digits());
        Self { before, after, digits, half: (width - 3) / 2, width, is_unified }
    }

    fn draw(&self, out: &mut StyledText) {
        let before: Vec<&str> = (0..self.before.lines.len()).map(|at| self.before.line(at)).collect();
        let after: Vec<&str> = (0..self.after.lines.len()).map(|at| self.after.line(at)).collect();
        let sections = sections(&before, &after);
        self.draw_names(out);
        let last = sections.len().saturating_sub(1);
        for (nth, section) in sections.iter().enumerate() {
            match section {
                DiffSection::Same { before, after, lines } => {
                    // The first line of all is the signature of the function: it is always shown.
                    let head = if nth == 0 { 1 } else { CONTEXT_LINES };
                    let tail = if nth == last { 0 } else { CONTEXT_LINES };
                    self.draw_same(out, (*before, *after), *lines, head, tail);
                }
                DiffSection::Changed(changes) if self.is_unified => self.draw_unified(out, changes),
                DiffSection::Changed(changes) => {
                    for change in changes {
                        let [before, after] = self.cells(change, self.half - self.digits - 3);
                        self.draw_row(out, before.as_ref(), after.as_ref());
                    }
                }
            }
        }
        if !sections.iter().any(|section| matches!(section, DiffSection::Changed(_))) {
            out.put(TextStyle::Label, "   nothing differs but the ends of lines");
            out.end_line();
        }
    }

    fn draw_names(&self, out: &mut StyledText) {
        if self.is_unified {
            out.pad(2 * self.digits + 2);
            out.put(TextStyle::Removed, "-");
            out.put(TextStyle::Title, " vulnerable  ");
            out.put(TextStyle::Added, "+");
            out.put(TextStyle::Title, " fixed");
        } else {
            out.pad(self.digits + 3);
            out.put(TextStyle::Title, self.before.name);
            self.draw_border(out, self.digits + 3 + self.before.name.len());
            out.pad(self.digits + 4);
            out.put(TextStyle::Title, self.after.name);
        }
        out.end_line();
    }

    /// Draws the line between the columns, after a left column that is filled so far.
    fn draw_border(&self, out: &mut StyledText, filled: usize) {
        out.pad((self.half + 1).saturating_sub(filled));
        out.put(TextStyle::Frame, "│");
    }

    /// Draws lines that both sides have: the first and the last ones, with the others folded.
    fn draw_same(
        &self,
        out: &mut StyledText,
        (before, after): (usize, usize),
        lines: usize,
        head: usize,
        tail: usize,
    ) {
        // A fold that hides fewer lines than it takes itself would be of no use.
        let hidden = if lines >= head + tail + MIN_FOLDED_LINES { head..lines - tail } else { 0..0 };
        for nth in 0..lines {
            if nth == hidden.start && !hidden.is_empty() {
                self.draw_fold(out, hidden.len());
            }
            if hidden.contains(&nth) {
                continue;
            }
            if self.is_unified {
                // Both sides are equal here, so one of them is drawn, with the numbers of both.
                let cell = self.after.cell(after + nth, LineRole::Kept, &[], self.unified_columns());
                self.draw_unified_line(out, &cell, Some(self.before.first + before + nth), Some(cell.number));
            } else {
                let columns = self.half - self.digits - 3;
                let left = self.before.cell(before + nth, LineRole::Kept, &[], columns);
                let right = self.after.cell(after + nth, LineRole::Kept, &[], columns);
                self.draw_row(out, Some(&left), Some(&right));
            }
        }
    }

    fn draw_fold(&self, out: &mut StyledText, lines: usize) {
        let text = format!("... {lines} lines ...");
        if self.is_unified {
            out.pad(2 * self.digits + 4);
            out.put(TextStyle::Label, &text);
        } else {
            out.pad(self.digits + 3);
            out.put(TextStyle::Label, &text);
            self.draw_border(out, self.digits + 3 + text.len());
            out.pad(self.digits + 4);
            out.put(TextStyle::Label, &text);
        }
        out.end_line();
    }

    /// Returns the two sides of a change, with the differing words highlighted.
    fn cells(&self, change: &LinePair, columns: usize) -> [Option<CodeCell>; 2] {
        let [old, new] = match (change.before, change.after) {
            (Some(before), Some(after)) if change.similar => {
                changed_parts(self.before.line(before), self.after.line(after))
            }
            _ => [Vec::new(), Vec::new()],
        };
        [
            change.before.map(|at| self.before.cell(at, LineRole::Removed, &old, columns)),
            change.after.map(|at| self.after.cell(at, LineRole::Added, &new, columns)),
        ]
    }

    fn draw_row(&self, out: &mut StyledText, before: Option<&CodeCell>, after: Option<&CodeCell>) {
        let rows = |cell: Option<&CodeCell>| cell.map_or(0, |cell| cell.rows.len());
        for nth in 0..rows(before).max(rows(after)) {
            let filled = put_cell(out, before, nth, self.digits);
            self.draw_border(out, filled);
            out.pad(1);
            put_cell(out, after, nth, self.digits);
            out.end_line();
        }
    }

    /// Returns the columns of code where both sides share one column.
    fn unified_columns(&self) -> usize {
        self.width - 2 * self.digits - 4
    }

    /// Draws the removed lines, then the added ones.
    fn draw_unified(&self, out: &mut StyledText, changes: &[LinePair]) {
        let (before, after): (Vec<_>, Vec<_>) =
            changes.iter().map(|change| self.cells(change, self.unified_columns()).into()).unzip();
        for cell in before.iter().flatten() {
            self.draw_unified_line(out, cell, Some(cell.number), None);
        }
        for cell in after.iter().flatten() {
            self.draw_unified_line(out, cell, None, Some(cell.number));
        }
    }

    fn draw_unified_line(
        &self,
        out: &mut StyledText,
        cell: &CodeCell,
        before: Option<usize>,
        after: Option<usize>,
    ) {
        let digits = self.digits;
        let number = |number: Option<usize>| number.map_or(String::new(), |number| number.to_string());
        for (nth, row) in cell.rows.iter().enumerate() {
            if nth == 0 {
                let numbers = format!("{:>digits$} {:>digits$} ", number(before), number(after));
                out.put(cell.role.style(), &format!("{numbers}{}", cell.role.sign()));
            } else {
                out.pad(2 * digits + 3);
            }
            out.pad(1);
            out.put_row(row);
            out.end_line();
        }
    }
}
