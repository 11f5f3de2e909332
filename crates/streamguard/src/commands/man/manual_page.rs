//! The manual page of a command, as `mandoc -T lint` wants it.

use anyhow::Result;
use clap::Command;
use clap_mangen::Man;

/// Longest line of text in the source of a page, in bytes: `mandoc` warns of longer ones.
const MAX_LINE_BYTES: usize = 80;

/// Returns the name of the file of a page.
pub(super) fn file_name(command: &Command) -> String {
    format!("{}.1", full_name(command))
}

/// Returns the name of a command behind those that it belongs to.
fn full_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// Returns the source of a page.
pub(super) fn render(command: Command) -> Result<String> {
    let title = full_name(&command).to_uppercase();
    let mut page = Vec::new();
    Man::new(command)
        .title(title)
        .date(streamguard_product::COMMIT_DATE)
        .source(concat!("StreamGuard ", env!("CARGO_PKG_VERSION")))
        .manual("StreamGuard")
        .render(&mut page)?;
    Ok(tidy(&String::from_utf8(page)?))
}

/// Returns the source of a page without what means nothing and is warned of: spaces at the ends of lines, and breaks
/// beside empty lines. Long lines are broken; `roff` joins them again.
fn tidy(page: &str) -> String {
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let mut tidied = String::with_capacity(page.len());
    for (at, line) in lines.iter().enumerate() {
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let is_idle = *line == ".br" && beside.filter_map(|at| lines.get(at)).any(|line| line.is_empty());
        match line.starts_with(['.', '\'']) {
            _ if is_idle => {}
            _ if line.is_empty() => tidied += ".sp\n",
            // A request is one line.
            true => tidied += &format!("{line}\n"),
            false => wrap(line, &mut tidied),
        }
    }
    tidied
}

/// Appends a line of text, broken at spaces.
fn wrap(line: &str, page: &mut String) {
    let mut written = 0;
    for word in line.split(' ') {
        let fits = written + 1 + word.len() <= MAX_LINE_BYTES;
        // A line that began with a space would end the paragraph.
        if written > 0 && !fits && !word.is_empty() {
            page.push('\n');
            // A point or an apostrophe at the start of a line would begin a request; this stands for nothing.
            page.push_str(if word.starts_with(['.', '\'']) { "\\&" } else { "" });
            written = 0;
        } else if written > 0 {
            page.push(' ');
            written += 1;
        }
        page.push_str(word);
        written += word.len();
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_where_the_page_stays_the_same() {
        let words = "word ".repeat(14);
        let line = format!("{words}names .gitignore and longer");
        assert_eq!(tidy(&line), format!("{words}names\n\\&.gitignore and longer\n"));
        assert_eq!(tidy(".TP\nshort \n"), ".TP\nshort\n");
    }

    #[test]
    fn breaks_beside_empty_lines_go() {
        assert_eq!(tidy("a\n.br\n\n.br\nb\n.br\nc"), "a\n.sp\nb\n.br\nc\n");
    }
}
