//! Tables: columns as wide as they need, rows that go on over pages, and heads that are repeated.

use super::fonts::FontSet;
use super::layout::PageLayout;
use super::line_break::TextLine;
use super::structure::{NodeId, NodeKind};
use super::style::{CELL, HEAD, INK, LEFT, NOTE, RULE, TextStyle, WIDTH};

/// Between columns.
const GUTTER: f32 = 12.0;
/// Above and below the text of a row.
const PADDING: f32 = 3.1;
/// Width of tables that need no more, so that rows of few columns stay readable.
const NARROW: f32 = WIDTH / 2.0 - 14.0;
/// Tables that are not higher than this stay on one page.
const WHOLE: f32 = 260.0;
/// Most columns that fit on a page.
const COLUMNS: usize = 9;
/// Longest head, in characters: it must fit on every page.
const LONGEST_HEAD: usize = 60;
/// Rows that are higher than this may go on over a page's end.
const TOGETHER: f32 = 160.0;

/// To which side of its column text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnAlign {
    Left,
    Right,
}

/// Rows below heads.
pub(super) struct PdfTable {
    /// Names of the columns; none of them has one if the first cell of each row says what it is.
    heads: Vec<(String, ColumnAlign)>,
    rows: Vec<Vec<TableCell>>,
    /// Lines below the table that say what it does not.
    notes: Vec<String>,
}

/// What is in a cell; the style, if it is not that of the table.
pub(super) struct TableCell {
    text: String,
    style: Option<TextStyle>,
}

impl<T: Into<String>> From<T> for TableCell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: None }
    }
}

impl TableCell {
    pub(super) fn styled(text: impl Into<String>, style: TextStyle) -> Self {
        Self { text: text.into(), style: Some(style) }
    }
}

/// A row that is set.
type LaidOutRow = Vec<(Vec<TextLine>, TextStyle)>;

impl PdfTable {
    pub(super) fn new(heads: &[(&str, ColumnAlign)]) -> Self {
        let heads = heads.iter().map(|(head, align)| ((*head).to_owned(), *align)).collect();
        Self::with_heads(heads)
    }

    /// A table of names and what they are, without heads.
    pub(super) fn pairs(align: ColumnAlign) -> Self {
        Self::new(&[("", ColumnAlign::Left), ("", align)])
    }

    /// A table whose heads come from outside: columns beyond what a page holds are left out.
    pub(super) fn with_heads(mut heads: Vec<(String, ColumnAlign)>) -> Self {
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
        Self { heads, rows: Vec::new(), notes }
    }

    pub(super) fn row(&mut self, cells: Vec<TableCell>) {
        self.rows.push(cells);
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sets it, from here on.
    pub(super) fn set(self, layout: &mut PageLayout<'_>) {
        let widths = self.widths(layout.fonts);
        let mut x = LEFT;
        let columns: Vec<(f32, f32, ColumnAlign)> = widths
            .iter()
            .zip(&self.heads)
            .map(|(width, (_, align))| {
                let left = x;
                x += width + GUTTER;
                (left, *width, *align)
            })
            .collect();
        let right = x - GUTTER;
        let heads: LaidOutRow = self
            .heads
            .iter()
            .zip(&widths)
            .map(|((head, _), width)| (layout.fonts.wrap(head, &HEAD, *width), HEAD))
            .collect();
        let set = |cells: &Vec<TableCell>| -> LaidOutRow {
            let set = |(cell, width): (&TableCell, &f32)| {
                let style = cell.style.unwrap_or(CELL);
                (layout.fonts.wrap(&cell.text, &style, *width), style)
            };
            cells.iter().zip(&widths).map(set).collect()
        };
        let rows: Vec<LaidOutRow> = self.rows.iter().map(set).collect();
        let has_heads = self.heads.iter().any(|(head, _)| !head.is_empty());
        let head_height = if has_heads { height(&heads) } else { 0.0 };
        let mut setter = TableWriter { columns, right, has_heads, head_height, heads, body: None };
        let whole = head_height + rows.iter().map(height).sum::<f32>();
        let first = rows.iter().take(2).map(height).sum::<f32>();
        layout.open(if whole <= WHOLE { whole } else { head_height + first.min(TOGETHER) });
        let table = layout.node(None, NodeKind::Table);
        for (index, row) in rows.iter().enumerate() {
            // The first row does not stand alone, nor does the last.
            let follows = if index == 0 || index + 2 == rows.len() { rows.get(index + 1) } else { None };
            setter.row(layout, table, row, follows.map_or(0.0, height));
        }
        for note in &self.notes {
            layout.gap(2.0);
            layout.paragraph(note, &NOTE);
        }
    }

    /// The widths of the columns: what they need, if there is room for it. If not, heads are broken,
    /// then columns that need little have it, and the others share what is left.
    fn widths(&self, fonts: &FontSet) -> Vec<f32> {
        let room = WIDTH - GUTTER * (self.heads.len().max(1) - 1) as f32;
        let cells: Vec<f32> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| {
                    let style = cell.style.unwrap_or(CELL);
                    fonts.width(style.face, style.size, &fonts.readable(&cell.text))
                });
                cells.fold(0.0, f32::max)
            })
            .collect();
        let with_heads = |is_broken: bool| -> Vec<f32> {
            let need = |((head, _), cells): (&(String, ColumnAlign), &f32)| {
                let head = fonts.readable(head);
                let words = head.split(|character| is_broken && character == ' ');
                let words = words.map(|word| fonts.width(HEAD.face, HEAD.size, word));
                // A little more than the sum says, which is rounded.
                words.fold(*cells, f32::max) + 0.1
            };
            self.heads.iter().zip(&cells).map(need).collect()
        };
        let mut needs = with_heads(false);
        if needs.iter().sum::<f32>() > room {
            needs = with_heads(true);
        }
        let mut order: Vec<usize> = (0..needs.len()).collect();
        order.sort_by(|a, b| needs[*a].total_cmp(&needs[*b]));
        let mut widths = needs.clone();
        let mut left = room;
        for (index, column) in order.iter().enumerate() {
            let share = left / (order.len() - index) as f32;
            widths[*column] = needs[*column].min(share);
            left -= widths[*column];
        }
        if left > WIDTH - NARROW {
            left -= WIDTH - NARROW;
        }
        let more = left.max(0.0) / needs.len().max(1) as f32;
        widths.iter().map(|width| width + more).collect()
    }
}

/// A table that is being set.
struct TableWriter {
    /// Left edge, width and side of each column.
    columns: Vec<(f32, f32, ColumnAlign)>,
    right: f32,
    has_heads: bool,
    heads: LaidOutRow,
    head_height: f32,
    /// The node of the rows, once the head is set.
    body: Option<NodeId>,
}

impl TableWriter {
    /// Sets a row, with room for so much below; on several pages if it is higher than one.
    fn row(&mut self, layout: &mut PageLayout<'_>, table: NodeId, row: &LaidOutRow, follows: f32) {
        let first = self.body.is_none();
        let whole = height(row);
        let head = if first { self.head_height } else { 0.0 };
        let together = (whole + follows).min(TOGETHER);
        let page = layout.page();
        layout.open(head + together);
        let body = match self.body {
            Some(body) => body,
            None => {
                if self.has_heads {
                    let head = layout.node(Some(table), NodeKind::TableHead);
                    let line = layout.node(Some(head), NodeKind::TableRow);
                    self.head(layout, Some(line));
                }
                *self.body.insert(layout.node(Some(table), NodeKind::TableBody))
            }
        };
        if !first && layout.page() != page {
            self.head(layout, None);
        }
        let line = layout.node(Some(body), NodeKind::TableRow);
        let names_itself = !self.has_heads;
        let cell = |column: usize| match column {
            0 if names_itself => NodeKind::RowHeader,
            _ => NodeKind::TableCell,
        };
        let nodes: Vec<NodeId> = (0..row.len()).map(|column| layout.node(Some(line), cell(column))).collect();
        let lines = row.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
        let mut done = 0;
        while done < lines {
            let leading = leading(row);
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
        layout: &mut PageLayout<'_>,
        row: &LaidOutRow,
        nodes: &[NodeId],
        lines: std::ops::Range<usize>,
        leading: f32,
    ) {
        let top = layout.y() + PADDING;
        let count = lines.len() as f32;
        for (((x, width, align), (text, style)), node) in self.columns.iter().zip(row).zip(nodes) {
            for (index, line) in text.iter().skip(lines.start).take(lines.len()).enumerate() {
                let y = top + leading * index as f32;
                // Figures end at the same place; text that needs several lines begins there.
                match align {
                    ColumnAlign::Right if text.len() > 1 => {
                        layout.text(Some(*node), *x, y, line.clone(), style)
                    }
                    ColumnAlign::Left => layout.text(Some(*node), *x, y, line.clone(), style),
                    ColumnAlign::Right => layout.text_to(Some(*node), x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(leading * count + 2.0 * PADDING);
        layout.rule(LEFT, layout.y() - 0.4, self.right - LEFT, 0.4, RULE);
    }

    /// The heads; those that are repeated are decoration.
    fn head(&self, layout: &mut PageLayout<'_>, line: Option<NodeId>) {
        if !self.has_heads {
            return;
        }
        let y = layout.y();
        for ((x, width, align), (text, style)) in self.columns.iter().zip(&self.heads) {
            let node = line.map(|line| layout.node(Some(line), NodeKind::ColumnHeader));
            // Heads stand on the rule below them.
            let top = y + self.head_height - PADDING - style.leading * text.len() as f32;
            for (index, line) in text.iter().enumerate() {
                let y = top + style.leading * index as f32;
                match align {
                    ColumnAlign::Left => layout.text(node, *x, y, line.clone(), style),
                    ColumnAlign::Right => layout.text_to(node, x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(self.head_height);
        layout.rule(LEFT, layout.y() - 0.8, self.right - LEFT, 0.8, INK);
    }
}

/// How high a row is.
fn height(row: &LaidOutRow) -> f32 {
    let lines = row.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    lines as f32 * leading(row) + 2.0 * PADDING
}

/// From line to line of all its cells.
fn leading(row: &LaidOutRow) -> f32 {
    row.iter().map(|(_, style)| style.leading).fold(1.0, f32::max)
}
