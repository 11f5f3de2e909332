//! An evaluation as a page of HTML without scripts.

use super::tables::{ReportTable, TITLE, introduction, tables};
use crate::evaluation::Evaluation;

/// Style of the page.
const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse}th,td{padding:.2rem .8rem;border-bottom:1px solid #ccc;text-align:right}\
th:first-child,td:first-child{text-align:left}";

/// Returns an evaluation as HTML.
pub fn html(evaluation: &Evaluation) -> String {
    let introduction = escape(&introduction(evaluation));
    let tables: String = tables(evaluation).iter().map(table).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{TITLE}</title>\n<style>{STYLE}</style>\n\
         <h1>{TITLE}</h1>\n<p>{introduction}</p>\n{tables}</html>\n"
    )
}

fn table(table: &ReportTable) -> String {
    let line = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells.map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let head = line("th", &mut table.columns.iter().copied());
    let rows: String = table.rows.iter().map(|row| line("td", &mut row.iter().map(String::as_str))).collect();
    format!("<h2>{}</h2>\n<table>\n{head}{rows}</table>\n", escape(&table.title))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
