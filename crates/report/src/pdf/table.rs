//! Tables: columns as wide as they need, rows that go on over pages, and heads that are repeated.

use krilla::tagging::{TableHeaderScope, Tag};

use super::fonts::Fonts;
use super::layout::{Layout, Node};
use super::style::{CELL, HEAD, INK, LEFT, NOTE, RULE, Style, WIDTH};
use super::wrap::Line;

/// Between columns.
const GUTTER: f32 = 12.0;
/// Above and below the text of a row.
const PADDING: f32 = 3.1;
/// What a column gets at most beyond what it needs, so that rows of few columns stay readable.
const STRETCH: f32 = 46.0;
/// Most columns that fit on a page.
const COLUMNS: usize = 10;
/// Longest head, in characters: it must fit on every page.
const LONGEST_HEAD: usize = 60;
/// Rows that are higher than this may go on over a page's end.
const TOGETHER: f32 = 160.0;

/// To which side of its column text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows below heads.
pub(super) struct Table {
    heads: Vec<(String, Align)>,
    rows: Vec<Vec<Cell>>,
    /// How the cells are set.
    style: Style,
    /// Lines below the table that say what it does not.
    notes: Vec<String>,
}

/// What is in a cell; the style, if it is not that of the table.
pub(super) struct Cell {
    text: String,
    style: Option<Style>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: None }
    }
}

impl Cell {
    pub(super) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style: Some(style) }
    }
}

/// A row that is set.
type Row = Vec<(Vec<Line>, Style)>;

impl Table {
    pub(super) fn new(heads: &[(&str, Align)]) -> Self {
        let heads = heads.iter().map(|(head, align)| ((*head).to_owned(), *align)).collect();
        Self::with_heads(heads)
    }

    /// A table whose heads come from outside: columns beyond what a page holds are left out.
    pub(super) fn with_heads(mut heads: Vec<(String, Align)>) -> Self {
        let mut notes = Vec::new();
        if heads.len() > COLUMNS {
            notes.push(format!("{} more columns are not shown.", heads.len() - COLUMNS));
            heads.truncate(COLUMNS);
        }
        for (head, _) in &mut heads {
            if let Some((end, _)) = head.char_indices().nth(LONGEST_HEAD) {
                head.truncate(end);
                head.push('…');
            }
        }
        Self { heads, rows: Vec::new(), style: CELL, notes }
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sets it, from here on.
    pub(super) fn set(self, layout: &mut Layout<'_>) {
        let widths = self.widths(layout.fonts);
        let mut x = LEFT;
        let columns: Vec<(f32, f32, Align)> = widths
            .iter()
            .zip(&self.heads)
            .map(|(width, (_, align))| {
                let left = x;
                x += width + GUTTER;
                (left, *width, *align)
            })
            .collect();
        let right = x - GUTTER;
        let heads: Row = self
            .heads
            .iter()
            .zip(&widths)
            .map(|((head, _), width)| (layout.fonts.wrap(head, &HEAD, *width), HEAD))
            .collect();
        let mut setter = Setter { columns, right, head_height: height(&heads), heads, body: None };
        let table = layout.node(None, Tag::Table);
        for (index, cells) in self.rows.iter().enumerate() {
            let row: Row = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| {
                    let style = cell.style.unwrap_or(self.style);
                    (layout.fonts.wrap(&cell.text, &style, *width), style)
                })
                .collect();
            // The head does not stand without two rows, if there are two.
            let follows =
                if index == 0 && self.rows.len() > 1 { self.style.leading + 2.0 * PADDING } else { 0.0 };
            setter.row(layout, table, &row, follows);
        }
        for note in &self.notes {
            layout.gap(2.0);
            layout.paragraph(note, &NOTE);
        }
    }

    /// The widths of the columns: what they need, if there is room for it. If not, those that need
    /// little have it, and the others share what is left.
    fn widths(&self, fonts: &Fonts) -> Vec<f32> {
        let room = WIDTH - GUTTER * (self.heads.len().max(1) - 1) as f32;
        let needs: Vec<f32> = (0..self.heads.len())
            .map(|column| {
                let head = fonts.readable(&self.heads[column].0);
                let words = head.split(' ').map(|word| fonts.width(HEAD.face, HEAD.size, word));
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| {
                    let style = cell.style.unwrap_or(self.style);
                    fonts.width(style.face, style.size, &fonts.readable(&cell.text))
                });
                // A little more than the sum says, which is rounded.
                words.chain(cells).fold(0.0, f32::max) + 0.1
            })
            .collect();
        let mut order: Vec<usize> = (0..needs.len()).collect();
        order.sort_by(|a, b| needs[*a].total_cmp(&needs[*b]));
        let mut widths = needs.clone();
        let mut left = room;
        for (index, column) in order.iter().enumerate() {
            let share = left / (order.len() - index) as f32;
            widths[*column] = needs[*column].min(share);
            left -= widths[*column];
        }
        let more = (left / needs.len().max(1) as f32).clamp(0.0, STRETCH);
        widths.iter().map(|width| width + more).collect()
    }
}

/// A table that is being set.
struct Setter {
    /// Left edge, width and side of each column.
    columns: Vec<(f32, f32, Align)>,
    right: f32,
    heads: Row,
    head_height: f32,
    /// The node of the rows, once the head is set.
    body: Option<Node>,
}

impl Setter {
    /// Sets a row, with room for so much below; on several pages if it is higher than one.
    fn row(&mut self, layout: &mut Layout<'_>, table: Node, row: &Row, follows: f32) {
        let first = self.body.is_none();
        let whole = height(row);
        let head = if first { self.head_height } else { 0.0 };
        let together = (whole + follows).min(TOGETHER);
        let page = layout.page();
        layout.open(head + together);
        let body = match self.body {
            Some(body) => body,
            None => {
                let head = layout.node(Some(table), Tag::THead);
                let line = layout.node(Some(head), Tag::TR);
                self.head(layout, Some(line));
                *self.body.insert(layout.node(Some(table), Tag::TBody))
            }
        };
        if !first && layout.page() != page {
            self.head(layout, None);
        }
        let line = layout.node(Some(body), Tag::TR);
        let nodes: Vec<Node> = row.iter().map(|_| layout.node(Some(line), Tag::TD)).collect();
        let lines = row.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
        let mut done = 0;
        while done < lines {
            let leading = row.iter().map(|(_, style)| style.leading).fold(1.0, f32::max);
            let fit = ((layout.room() - 2.0 * PADDING) / leading + 0.01) as usize;
            if fit == 0 {
                layout.new_page();
                self.head(layout, None);
                continue;
            }
            let end = lines.min(done + fit);
            self.slice(layout, row, &nodes, done..end, leading);
            done = end;
            if done < lines {
                layout.new_page();
                self.head(layout, None);
            }
        }
    }

    /// Some lines of a row, and the rule below.
    fn slice(
        &self,
        layout: &mut Layout<'_>,
        row: &Row,
        nodes: &[Node],
        lines: std::ops::Range<usize>,
        leading: f32,
    ) {
        let top = layout.y() + PADDING;
        let count = lines.len() as f32;
        for (((x, width, align), (text, style)), node) in self.columns.iter().zip(row).zip(nodes) {
            for (index, line) in text.iter().skip(lines.start).take(lines.len()).enumerate() {
                let y = top + leading * index as f32;
                match align {
                    Align::Left => layout.text(Some(*node), *x, y, line.clone(), style),
                    Align::Right => layout.text_to(Some(*node), x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(leading * count + 2.0 * PADDING);
        layout.rule(LEFT, layout.y() - 0.4, self.right - LEFT, 0.4, RULE);
    }

    /// The heads; those that are repeated are decoration.
    fn head(&self, layout: &mut Layout<'_>, line: Option<Node>) {
        let y = layout.y();
        for ((x, width, align), (text, style)) in self.columns.iter().zip(&self.heads) {
            let node = line.map(|line| layout.node(Some(line), Tag::TH(TableHeaderScope::Column)));
            // Heads stand on the rule below them.
            let top = y + self.head_height - PADDING - style.leading * text.len() as f32;
            for (index, line) in text.iter().enumerate() {
                let y = top + style.leading * index as f32;
                match align {
                    Align::Left => layout.text(node, *x, y, line.clone(), style),
                    Align::Right => layout.text_to(node, x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(self.head_height);
        layout.rule(LEFT, layout.y() - 0.8, self.right - LEFT, 0.8, INK);
    }
}

/// How high a row is.
fn height(row: &Row) -> f32 {
    let lines = row.iter().map(|(lines, style)| lines.len() as f32 * style.leading);
    lines.fold(0.0, f32::max) + 2.0 * PADDING
}
