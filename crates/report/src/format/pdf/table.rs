//! Tables: columns as wide as necessary, rows that continue over pages, and repeated heads.

use super::fonts::FontSet;
use super::layout::PageLayout;
use super::line_break::TextLine;
use super::structure::{NodeId, NodeKind};
use super::style::{
    CELL_TEXT, HEAD_TEXT, INK_COLOUR, NOTE_TEXT, RULE_COLOUR, TEXT_LEFT, TEXT_WIDTH, TextStyle,
};

/// Gap between columns.
const COLUMN_GAP: f32 = 12.0;
/// Space above and below the text of a row.
const ROW_PADDING: f32 = 3.1;
/// Width of small tables. Rows of few columns are easier to read in a narrow table.
const NARROW_WIDTH: f32 = TEXT_WIDTH / 2.0 - 14.0;
/// Highest table that is kept on one page.
const MAX_UNBROKEN_HEIGHT: f32 = 260.0;
/// Most columns that fit on a page.
const MAX_COLUMNS: usize = 9;
/// Longest head, in characters. It must fit on every page.
const MAX_HEAD_CHARACTERS: usize = 60;
/// Highest row that is kept on one page.
const MAX_ROW_HEIGHT: f32 = 160.0;

/// Alignment of text in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnAlign {
    Left,
    Right,
}

/// A table in the making.
pub(super) struct PdfTable {
    /// Heads of the columns. All are empty if the first cell of each row names the row.
    heads: Vec<(String, ColumnAlign)>,
    rows: Vec<Vec<TableCell>>,
    /// Notes below the table.
    notes: Vec<String>,
}

/// Text of a cell, and the style if it differs from that of the table.
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

/// A row, broken into lines.
type LaidOutRow = Vec<(Vec<TextLine>, TextStyle)>;

impl PdfTable {
    pub(super) fn new(heads: &[(&str, ColumnAlign)]) -> Self {
        let heads = heads.iter().map(|(head, align)| ((*head).to_owned(), *align)).collect();
        Self::with_heads(heads)
    }

    /// Makes a table of names and values, without heads.
    pub(super) fn pairs(align: ColumnAlign) -> Self {
        Self::new(&[("", ColumnAlign::Left), ("", align)])
    }

    /// Makes a table whose heads come from outside. Columns that do not fit on a page are left out.
    pub(super) fn with_heads(mut heads: Vec<(String, ColumnAlign)>) -> Self {
        let mut notes = Vec::new();
        if heads.len() > MAX_COLUMNS {
            notes.push(format!("{} more columns are not shown.", heads.len() - MAX_COLUMNS));
            heads.truncate(MAX_COLUMNS);
        }
        for (head, _) in &mut heads {
            if let Some((end, _)) = head.char_indices().nth(MAX_HEAD_CHARACTERS) {
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

    /// Lays out the table.
    pub(super) fn lay_out(self, layout: &mut PageLayout<'_>) {
        let widths = self.widths(layout.fonts);
        let mut x = TEXT_LEFT;
        let columns: Vec<(f32, f32, ColumnAlign)> = widths
            .iter()
            .zip(&self.heads)
            .map(|(width, (_, align))| {
                let left = x;
                x += width + COLUMN_GAP;
                (left, *width, *align)
            })
            .collect();
        let right = x - COLUMN_GAP;
        let heads: LaidOutRow = self
            .heads
            .iter()
            .zip(&widths)
            .map(|((head, _), width)| (layout.fonts.wrap(head, &HEAD_TEXT, *width), HEAD_TEXT))
            .collect();
        let set = |cells: &Vec<TableCell>| -> LaidOutRow {
            let set = |(cell, width): (&TableCell, &f32)| {
                let style = cell.style.unwrap_or(CELL_TEXT);
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
        layout.open(if whole <= MAX_UNBROKEN_HEIGHT {
            whole
        } else {
            head_height + first.min(MAX_ROW_HEIGHT)
        });
        let table = layout.node(None, NodeKind::Table);
        for (index, row) in rows.iter().enumerate() {
            // Neither the first row nor the last one is alone on a page.
            let follows = if index == 0 || index + 2 == rows.len() { rows.get(index + 1) } else { None };
            setter.row(layout, table, row, follows.map_or(0.0, height));
        }
        for note in &self.notes {
            layout.gap(2.0);
            layout.paragraph(note, &NOTE_TEXT);
        }
    }

    /// Returns the widths of the columns. Each gets what its text needs if there is room. Else heads
    /// are broken; then columns that need little get that, and the others share the rest.
    fn widths(&self, fonts: &FontSet) -> Vec<f32> {
        let room = TEXT_WIDTH - COLUMN_GAP * (self.heads.len().max(1) - 1) as f32;
        let cells: Vec<f32> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| {
                    // Measured as it will be set: escapes are wider than the characters that they
                    // stand for.
                    let style = cell.style.unwrap_or(CELL_TEXT);
                    fonts.width(style.face, style.size, &fonts.readable(&cell.text))
                });
                cells.fold(0.0, f32::max)
            })
            .collect();
        let with_heads = |is_broken: bool| -> Vec<f32> {
            let need = |((head, _), cells): (&(String, ColumnAlign), &f32)| {
                let head = fonts.readable(head);
                let words = head.split(|character| is_broken && character == ' ');
                let words = words.map(|word| fonts.width(HEAD_TEXT.face, HEAD_TEXT.size, word));
                // A little more than the sum, which is rounded.
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
        // A table that needs less than half the page is not stretched over all of it: rows would be
        // hard to follow.
        if left > TEXT_WIDTH - NARROW_WIDTH {
            left -= TEXT_WIDTH - NARROW_WIDTH;
        }
        let more = left.max(0.0) / needs.len().max(1) as f32;
        widths.iter().map(|width| width + more).collect()
    }
}

/// Draws the rows of a table on pages.
struct TableWriter {
    /// Left edge, width and alignment of each column.
    columns: Vec<(f32, f32, ColumnAlign)>,
    right: f32,
    has_heads: bool,
    heads: LaidOutRow,
    head_height: f32,
    /// Node of the body, once the head is drawn.
    body: Option<NodeId>,
}

impl TableWriter {
    /// Draws a row, with room of the height `follows` below; on several pages if it is higher than one.
    fn row(&mut self, layout: &mut PageLayout<'_>, table: NodeId, row: &LaidOutRow, follows: f32) {
        let first = self.body.is_none();
        let whole = height(row);
        let head = if first { self.head_height } else { 0.0 };
        let together = (whole + follows).min(MAX_ROW_HEIGHT);
        let page = layout.page();
        // At most part of a page is asked for: a row higher than that begins here and is broken
        // below.
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
            // The slack keeps a line whose room is exact but for rounding.
            let fit = ((layout.room() - 2.0 * ROW_PADDING) / leading + 0.01) as usize;
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

    /// Draws some lines of a row, and the rule below.
    fn slice(
        &self,
        layout: &mut PageLayout<'_>,
        row: &LaidOutRow,
        nodes: &[NodeId],
        lines: std::ops::Range<usize>,
        leading: f32,
    ) {
        let top = layout.y() + ROW_PADDING;
        let count = lines.len() as f32;
        for (((x, width, align), (text, style)), node) in self.columns.iter().zip(row).zip(nodes) {
            for (index, line) in text.iter().skip(lines.start).take(lines.len()).enumerate() {
                let y = top + leading * index as f32;
                // Numbers are aligned at their end; text of several lines at its start.
                match align {
                    ColumnAlign::Right if text.len() > 1 => {
                        layout.text(Some(*node), *x, y, line.clone(), style)
                    }
                    ColumnAlign::Left => layout.text(Some(*node), *x, y, line.clone(), style),
                    ColumnAlign::Right => layout.text_to(Some(*node), x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(leading * count + 2.0 * ROW_PADDING);
        layout.rule(TEXT_LEFT, layout.y() - 0.4, self.right - TEXT_LEFT, 0.4, RULE_COLOUR);
    }

    /// Draws the heads. Repeated heads are decoration, so that they are read aloud once.
    fn head(&self, layout: &mut PageLayout<'_>, line: Option<NodeId>) {
        if !self.has_heads {
            return;
        }
        let y = layout.y();
        for ((x, width, align), (text, style)) in self.columns.iter().zip(&self.heads) {
            let node = line.map(|line| layout.node(Some(line), NodeKind::ColumnHeader));
            // Heads are aligned at the bottom, on the rule below them.
            let top = y + self.head_height - ROW_PADDING - style.leading * text.len() as f32;
            for (index, line) in text.iter().enumerate() {
                let y = top + style.leading * index as f32;
                match align {
                    ColumnAlign::Left => layout.text(node, *x, y, line.clone(), style),
                    ColumnAlign::Right => layout.text_to(node, x + width, y, line.clone(), style),
                }
            }
        }
        layout.advance(self.head_height);
        layout.rule(TEXT_LEFT, layout.y() - 0.8, self.right - TEXT_LEFT, 0.8, INK_COLOUR);
    }
}

/// Returns the height of a row.
fn height(row: &LaidOutRow) -> f32 {
    let lines = row.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    lines as f32 * leading(row) + 2.0 * ROW_PADDING
}

/// Returns the distance of baselines, which is the same in all cells of a row.
fn leading(row: &LaidOutRow) -> f32 {
    row.iter().map(|(_, style)| style.leading).fold(1.0, f32::max)
}
