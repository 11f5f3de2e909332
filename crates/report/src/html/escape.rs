//! How text from outside becomes harmless, on the page and in its data.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Text on the page: markup is escaped, and characters that act without being seen are shown as
/// `\u{202e}`. Tabs and line ends become spaces: nothing on the page is meant to have lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page;

impl Escaper for Page {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        visible(text, &mut to)
    }
}

/// Not generic, as the templates need it hundreds of times.
fn visible(text: &str, to: &mut dyn Write) -> fmt::Result {
    let mut last_was_space = false;
    for c in text.chars() {
        let is_space = matches!(c, '\t' | '\n' | '\r');
        match c {
            _ if is_space && last_was_space => {}
            _ if is_space => to.write_char(' ')?,
            '&' => to.write_str("&amp;")?,
            '<' => to.write_str("&lt;")?,
            '>' => to.write_str("&gt;")?,
            '"' => to.write_str("&quot;")?,
            '\'' => to.write_str("&#39;")?,
            c if is_hidden(c) => write!(to, "\\u{{{:x}}}", u32::from(c))?,
            c => to.write_char(c)?,
        }
        last_was_space = is_space;
    }
    Ok(())
}

/// JSON for an element that the page's script reads: no tag can end it or begin in it, and nobody
/// who reads the source is deceived.
pub(super) fn json(json: &str, to: &mut String) {
    for c in json.chars() {
        if c == '<' || (is_hidden(c) && !c.is_ascii_whitespace()) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(to, "\\u{unit:04x}");
            }
        } else {
            to.push(c);
        }
    }
}

/// Characters that are not seen, or change how others are: controls (C0, C1, DEL), the format
/// characters of Unicode (bidirectional controls among them), separators of lines, fillers,
/// variation selectors and tags. `code.js` knows the same ones.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xad | 0x34f
                | 0x600..=0x605
                | 0x61c
                | 0x6dd
                | 0x70f
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x2028..=0x202e
                | 0x2060..=0x206f
                | 0x3164
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfffb
                | 0x1bca0..=0x1bca3
                | 0x1d173..=0x1d17a
                | 0xe0000..=0xe0fff
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_unseen_is_shown() {
        let mut page = String::new();
        Page.write_escaped_str(&mut page, "<a b='\u{202e}'>\r\n\t&\0\u{1b}[2J\u{e0041}é漢🦀").unwrap();
        assert_eq!(page, "&lt;a b=&#39;\\u{202e}&#39;&gt; &amp;\\u{0}\\u{1b}[2J\\u{e0041}é漢🦀");
    }

    #[test]
    fn data_says_the_same_and_ends_nothing() {
        let text = "</script><!--\u{202e}\u{2028}\u{e0041}\"\\\u{7f}🦀";
        let mut data = String::new();
        json(&serde_json::to_string(text).unwrap(), &mut data);
        assert!(!data.contains(['<', '\u{202e}', '\u{2028}', '\u{e0041}', '\u{7f}']), "{data}");
        assert_eq!(serde_json::from_str::<String>(&data).unwrap(), text);
    }

    #[test]
    fn the_script_hides_and_shows_the_same() {
        let script = include_str!("code.js");
        let (_, class) = script.split_once("const HIDDEN = /[").unwrap();
        let (class, _) = class.split_once(']').unwrap();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut is_end = false;
        for escape in class.split('\\').skip(1) {
            let (escape, begins) = escape.strip_suffix('-').map_or((escape, false), |escape| (escape, true));
            let c = u32::from_str_radix(escape.trim_matches(['x', 'u', '{', '}']), 16).unwrap();
            match ranges.last_mut() {
                Some(range) if is_end => range.1 = c,
                _ => ranges.push((c, c)),
            }
            is_end = begins;
        }
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let is_in_script = ranges.iter().any(|(start, end)| (*start..=*end).contains(&u32::from(c)));
            assert_eq!(is_in_script, is_hidden(c) && !matches!(c, '\t' | '\n'), "{:x}", u32::from(c));
        }
    }
}
