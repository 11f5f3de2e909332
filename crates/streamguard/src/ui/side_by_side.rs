//! A sample as people read it: vulnerable code on the left, fixed code on the right.

use std::ops::Range;

use streamguard_dataset::{Kind, Sample};

use super::changes::{Change, Stretch, changed_parts, lines, stretches};
use super::highlight::Highlights;
use super::ink::{Canvas, Ink, Row, Span, pieces, wrap};
use super::sample_head;

/// Narrowest screen that is drawn for, in columns; on a narrower one the terminal cuts lines.
const LEAST_WIDTH: usize = 40;

/// Narrowest screen with two columns of code; narrower ones have one.
const TWO_COLUMNS: usize = 80;

/// Lines that are shown around a change.
const CONTEXT: usize = 3;

/// Fewest lines that are folded: the fold takes a line too.
const FOLDED: usize = 4;

/// Draws samples.
pub struct SideBySide {
    width: usize,
    colors: bool,
    highlights: Highlights,
}

/// One side of a sample.
struct Side<'a> {
    name: &'static str,
    code: &'a str,
    /// Where the lines are, without their ends.
    lines: Vec<Range<usize>>,
    /// The number of the first line.
    first: usize,
    /// Syntax colours.
    spans: Vec<Span>,
}

/// What a line is in a diff. Never told by colour alone: each has its sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Kept,
    Removed,
    Added,
}

/// A line as it is drawn.
struct Cell {
    number: usize,
    role: Role,
    rows: Vec<Row>,
}

impl SideBySide {
    /// For a screen of `width` columns, with colours or without.
    pub fn new(width: u16, colors: bool) -> Self {
        Self { width: usize::from(width).max(LEAST_WIDTH), colors, highlights: Highlights::default() }
    }

    /// The lines that show a sample. They hold nothing of it that a terminal would take for
    /// anything but text.
    pub fn draw(&mut self, number: u64, sample: &Sample) -> String {
        let mut canvas = Canvas::new(self.colors);
        sample_head::draw(&mut canvas, self.width, number, sample);
        canvas.end_line();
        let exploit = sample.kind == Kind::Exploit;
        let before = sample.vulnerable_code.as_deref().map(|code| {
            let name = if exploit { "exploit" } else { "vulnerable" };
            self.side(name, code, sample.start_line_before, sample)
        });
        let after = sample.fixed_code.as_deref().map(|code| {
            let name = if exploit { "exploit" } else { "fixed" };
            self.side(name, code, sample.start_line_after, sample)
        });
        match (&before, &after) {
            (Some(before), Some(after)) => Pair::new(before, after, self.width).draw(&mut canvas),
            (Some(side), None) | (None, Some(side)) => draw_one(&mut canvas, side, self.width),
            (None, None) => {
                canvas.put(Ink::Label, "   no code");
                canvas.end_line();
            }
        }
        canvas.end_line();
        canvas.finish()
    }

    fn side<'a>(
        &mut self,
        name: &'static str,
        code: &'a str,
        first: Option<u32>,
        sample: &Sample,
    ) -> Side<'a> {
        let spans = match sample.language {
            Some(language) if self.colors => self.highlights.spans(language, code),
            _ => Vec::new(),
        };
        Side { name, code, lines: lines(code), first: first.unwrap_or(1) as usize, spans }
    }
}

impl<'a> Side<'a> {
    fn line(&self, at: usize) -> &'a str {
        &self.code[self.lines[at].clone()]
    }

    /// Digits of the largest number of a line.
    fn digits(&self) -> usize {
        (self.first + self.lines.len()).to_string().len()
    }

    /// The line at `at` in rows of `columns` columns, with `parts` of it (in bytes of the line)
    /// set off.
    fn cell(&self, at: usize, role: Role, parts: &[Range<usize>], columns: usize) -> Cell {
        let line = &self.lines[at];
        let ink = if role == Role::Removed { Ink::RemovedPart } else { Ink::AddedPart };
        let span = |part: &Range<usize>| Span { bytes: line.start + part.start..line.start + part.end, ink };
        let over: Vec<Span> = parts.iter().map(span).collect();
        let rows = wrap(pieces(self.code, line, &self.spans, &over), columns);
        Cell { number: self.first + at, role, rows }
    }
}

impl Role {
    fn sign(self) -> &'static str {
        match self {
            Self::Kept => " ",
            Self::Removed => "-",
            Self::Added => "+",
        }
    }

    fn ink(self) -> Ink {
        match self {
            Self::Kept => Ink::Label,
            Self::Removed => Ink::Removed,
            Self::Added => Ink::Added,
        }
    }
}

/// One side alone, in one column.
fn draw_one(canvas: &mut Canvas, side: &Side<'_>, width: usize) {
    let digits = side.digits();
    canvas.pad(digits + 3);
    canvas.put(Ink::Title, side.name);
    canvas.end_line();
    for at in 0..side.lines.len() {
        let cell = side.cell(at, Role::Kept, &[], width - digits - 3);
        for nth in 0..cell.rows.len() {
            put_cell(canvas, Some(&cell), nth, digits);
            canvas.end_line();
        }
    }
}

/// Draws row `nth` of a cell, if it has one, and says how many columns that took.
fn put_cell(canvas: &mut Canvas, cell: Option<&Cell>, nth: usize, digits: usize) -> usize {
    let Some((cell, row)) = cell.and_then(|cell| Some((cell, cell.rows.get(nth)?))) else { return 0 };
    if nth == 0 {
        canvas.put(cell.role.ink(), &format!("{:>digits$} {}", cell.number, cell.role.sign()));
    } else {
        canvas.pad(digits + 2);
    }
    canvas.pad(1);
    canvas.put_row(row);
    digits + 3 + row.width
}

/// Both sides of a sample.
struct Pair<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    digits: usize,
    /// Columns of one side with its numbers, where there are two.
    half: usize,
    width: usize,
}

impl<'a> Pair<'a> {
    fn new(before: &'a Side<'a>, after: &'a Side<'a>, width: usize) -> Self {
        let digits = before.digits().max(after.digits());
        Self { before, after, digits, half: (width - 3) / 2, width }
    }

    fn draw(&self, canvas: &mut Canvas) {
        let before: Vec<&str> = (0..self.before.lines.len()).map(|at| self.before.line(at)).collect();
        let after: Vec<&str> = (0..self.after.lines.len()).map(|at| self.after.line(at)).collect();
        let stretches = stretches(&before, &after);
        self.draw_names(canvas);
        let last = stretches.len().saturating_sub(1);
        for (nth, stretch) in stretches.iter().enumerate() {
            match stretch {
                Stretch::Same { before, after, lines } => {
                    // The first line of all is the head of the function.
                    let head = if nth == 0 { 1 } else { CONTEXT };
                    let tail = if nth == last { 0 } else { CONTEXT };
                    self.draw_same(canvas, (*before, *after), *lines, head, tail);
                }
                Stretch::Changed(changes) if self.is_narrow() => self.draw_unified(canvas, changes),
                Stretch::Changed(changes) => {
                    for change in changes {
                        let [before, after] = self.cells(change, self.half - self.digits - 3);
                        self.draw_row(canvas, before.as_ref(), after.as_ref());
                    }
                }
            }
        }
        if !stretches.iter().any(|stretch| matches!(stretch, Stretch::Changed(_))) {
            canvas.put(Ink::Label, "   nothing differs but the ends of lines");
            canvas.end_line();
        }
    }

    fn is_narrow(&self) -> bool {
        self.width < TWO_COLUMNS
    }

    fn draw_names(&self, canvas: &mut Canvas) {
        if self.is_narrow() {
            canvas.pad(2 * self.digits + 2);
            canvas.put(Ink::Removed, "-");
            canvas.put(Ink::Title, " vulnerable  ");
            canvas.put(Ink::Added, "+");
            canvas.put(Ink::Title, " fixed");
        } else {
            canvas.pad(self.digits + 3);
            canvas.put(Ink::Title, self.before.name);
            self.draw_border(canvas, self.digits + 3 + self.before.name.len());
            canvas.pad(self.digits + 4);
            canvas.put(Ink::Title, self.after.name);
        }
        canvas.end_line();
    }

    /// The line between the columns, after a left column that is filled so far.
    fn draw_border(&self, canvas: &mut Canvas, filled: usize) {
        canvas.pad((self.half + 1).saturating_sub(filled));
        canvas.put(Ink::Frame, "│");
    }

    /// Lines that both sides have: the first and the last ones, what is between them folded.
    fn draw_same(
        &self,
        canvas: &mut Canvas,
        (before, after): (usize, usize),
        lines: usize,
        head: usize,
        tail: usize,
    ) {
        let hidden = if lines >= head + tail + FOLDED { head..lines - tail } else { 0..0 };
        for nth in 0..lines {
            if nth == hidden.start && !hidden.is_empty() {
                self.draw_fold(canvas, hidden.len());
            }
            if hidden.contains(&nth) {
                continue;
            }
            if self.is_narrow() {
                let cell = self.after.cell(after + nth, Role::Kept, &[], self.unified_columns());
                self.draw_unified_line(
                    canvas,
                    &cell,
                    Some(self.before.first + before + nth),
                    Some(cell.number),
                );
            } else {
                let columns = self.half - self.digits - 3;
                let left = self.before.cell(before + nth, Role::Kept, &[], columns);
                let right = self.after.cell(after + nth, Role::Kept, &[], columns);
                self.draw_row(canvas, Some(&left), Some(&right));
            }
        }
    }

    fn draw_fold(&self, canvas: &mut Canvas, lines: usize) {
        let text = format!("... {lines} lines ...");
        if self.is_narrow() {
            canvas.pad(2 * self.digits + 4);
            canvas.put(Ink::Label, &text);
        } else {
            canvas.pad(self.digits + 3);
            canvas.put(Ink::Label, &text);
            self.draw_border(canvas, self.digits + 3 + text.len());
            canvas.pad(self.digits + 4);
            canvas.put(Ink::Label, &text);
        }
        canvas.end_line();
    }

    /// The two sides of a change, with the words that differ set off.
    fn cells(&self, change: &Change, columns: usize) -> [Option<Cell>; 2] {
        let [old, new] = match (change.before, change.after) {
            (Some(before), Some(after)) if change.similar => {
                changed_parts(self.before.line(before), self.after.line(after))
            }
            _ => [Vec::new(), Vec::new()],
        };
        [
            change.before.map(|at| self.before.cell(at, Role::Removed, &old, columns)),
            change.after.map(|at| self.after.cell(at, Role::Added, &new, columns)),
        ]
    }

    fn draw_row(&self, canvas: &mut Canvas, before: Option<&Cell>, after: Option<&Cell>) {
        let rows = |cell: Option<&Cell>| cell.map_or(0, |cell| cell.rows.len());
        for nth in 0..rows(before).max(rows(after)) {
            let filled = put_cell(canvas, before, nth, self.digits);
            self.draw_border(canvas, filled);
            canvas.pad(1);
            put_cell(canvas, after, nth, self.digits);
            canvas.end_line();
        }
    }

    /// Columns of code where both sides share one column.
    fn unified_columns(&self) -> usize {
        self.width - 2 * self.digits - 4
    }

    /// What is gone, then what is new.
    fn draw_unified(&self, canvas: &mut Canvas, changes: &[Change]) {
        let (before, after): (Vec<_>, Vec<_>) =
            changes.iter().map(|change| self.cells(change, self.unified_columns()).into()).unzip();
        for cell in before.iter().flatten() {
            self.draw_unified_line(canvas, cell, Some(cell.number), None);
        }
        for cell in after.iter().flatten() {
            self.draw_unified_line(canvas, cell, None, Some(cell.number));
        }
    }

    fn draw_unified_line(
        &self,
        canvas: &mut Canvas,
        cell: &Cell,
        before: Option<usize>,
        after: Option<usize>,
    ) {
        let digits = self.digits;
        let number = |number: Option<usize>| number.map_or(String::new(), |number| number.to_string());
        for (nth, row) in cell.rows.iter().enumerate() {
            if nth == 0 {
                let numbers = format!("{:>digits$} {:>digits$} ", number(before), number(after));
                canvas.put(cell.role.ink(), &format!("{numbers}{}", cell.role.sign()));
            } else {
                canvas.pad(2 * digits + 3);
            }
            canvas.pad(1);
            canvas.put_row(row);
            canvas.end_line();
        }
    }
}
