//! Output on standard output and standard error.

use std::io::{self, Write};
use std::sync::OnceLock;

use serde::Serialize;

use super::escape::{escape, escape_json};
use super::truncate::wrap_lines;
use crate::hints::hint;

/// Columns of the names in a list.
const LIST_NAME_COLUMNS: usize = 10;

/// Columns of the texts in a list, on a terminal of 80 columns.
const LIST_TEXT_COLUMNS: usize = 80 - LIST_NAME_COLUMNS - 3;

/// First error of [`print()`].
static PRINT_ERROR: OnceLock<io::Error> = OnceLock::new();

/// Indent of the lines of [`indented`].
const INDENT: &str = "    ";

/// Prints text on standard output. A reader that has gone away is not an error; any other error is kept for
/// [`print_error_so_far`], so that a run whose summary cannot be printed still writes its files.
pub fn print(text: &str) {
    print_bytes(text.as_bytes());
}

/// Prints bytes on standard output as they are, as [`print()`] does. Only for what a user's own command printed: nothing
/// is escaped.
pub fn print_bytes(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // A reader such as `head`: there is nobody to tell.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = PRINT_ERROR.set(error);
        }
        _ => {}
    }
}

/// Returns why a text could not be printed, if that happened.
pub fn print_error_so_far() -> Option<&'static io::Error> {
    PRINT_ERROR.get()
}

/// Prints a line on standard output. Returns false if its reader has gone away.
///
/// # Errors
/// Any other reason why it cannot be written.
pub fn print_line(line: &str) -> io::Result<bool> {
    match writeln!(io::stdout().lock(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints a value as a line of JSON on standard output, without the control characters that a terminal would follow.
/// Returns false if its reader has gone away.
///
/// # Errors
/// Any other reason why it cannot be written.
pub fn print_json_line(value: &impl Serialize) -> io::Result<bool> {
    print_line(&escape_json(&serde_json::to_string(value)?))
}

/// Prints a line on standard error.
pub fn print_notice(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints an error and what caused it, in one line.
pub fn print_error(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors repeat the text of their cause; once is enough.
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    print_notice(&format!("error: {}", escape(&text)));
    if let Some(hint) = hint(error) {
        print_notice(&format!("hint: {hint}"));
    }
}

/// Returns an entry of a list: a name, and a text beside it that is broken into lines for 80 columns.
pub fn list_entry(name: &str, text: &str) -> String {
    let lines = wrap_lines(text, LIST_TEXT_COLUMNS, usize::MAX, true);
    let named = lines.iter().enumerate().map(|(at, line)| {
        let name = if at == 0 { name } else { "" };
        format!("  {name:<LIST_NAME_COLUMNS$} {line}\n")
    });
    named.collect()
}

/// Returns a text that is broken into lines for 80 columns, and indented by four.
pub fn indented(text: &str) -> String {
    let lines = wrap_lines(text, 80 - INDENT.len(), usize::MAX, true);
    lines.iter().map(|line| format!("{INDENT}{line}\n")).collect()
}

/// Prints rows in columns, the first one as their heads.
pub fn print_table<const N: usize>(rows: &[[String; N]]) {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{:width$}", escape(cell))).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    print(&text);
}
