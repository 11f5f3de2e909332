//! A frame of a terminal as SVG, for the first screen of the README.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell, and space around all of them, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 12.0;

/// Colours of the terminal.
const PAPER: &str = "#1e1e1e";
const INK: &str = "#d4d4d4";

/// Returns a frame as SVG. Cells of the same style are one text, whose length is given, so that columns fit with
/// every font.
pub(super) fn svg(frame: &Buffer) -> String {
    let (columns, rows) = (usize::from(frame.area.width), usize::from(frame.area.height));
    let (width, height) = (columns as f64 * CELL.0 + 2.0 * MARGIN, rows as f64 * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
         <title>The dashboard of StreamGuard in the middle of a run</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" \
         fill=\"{INK}\">\n"
    );
    for (row, cells) in frame.content.chunks(columns).enumerate() {
        let mut column = 0;
        for run in cells.chunk_by(|one, two| one.style() == two.style()) {
            write_run(&mut svg, run, column, row);
            column += run.len();
        }
    }
    svg + "</g>\n</svg>\n"
}

fn write_run(svg: &mut String, run: &[Cell], column: usize, row: usize) {
    let text: String = run.iter().map(Cell::symbol).collect();
    let is_reversed = run[0].modifier.contains(Modifier::REVERSED);
    if text.trim().is_empty() && !is_reversed {
        return;
    }
    let (x, y) = (MARGIN + column as f64 * CELL.0, MARGIN + row as f64 * CELL.1);
    let width = run.len() as f64 * CELL.0;
    let mut style = String::new();
    if run[0].modifier.contains(Modifier::BOLD) {
        style += " font-weight=\"bold\"";
    }
    if run[0].modifier.contains(Modifier::DIM) {
        style += " opacity=\"0.6\"";
    }
    let ink = hex(run[0].fg);
    if is_reversed {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{ink}\"/>",
            CELL.1
        );
        style += &format!(" fill=\"{PAPER}\"");
    } else if ink != INK {
        style += &format!(" fill=\"{ink}\"");
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let baseline = y + 14.0;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" xml:space=\"preserve\"{style}>{text}</text>"
    );
}

/// Returns a colour of the terminal.
fn hex(color: Color) -> &'static str {
    match color {
        Color::Green => "#4ec970",
        Color::Yellow => "#e5c07b",
        Color::Red => "#f2777a",
        Color::Cyan => "#56b6c2",
        Color::DarkGray => "#8a8a8a",
        _ => INK,
    }
}
