//! Makes text from outside harmless, on the page and in the data of the page.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::escape::{is_hidden, visible};

/// Escapes text on the page: markup, and invisible characters, which become escapes like `\u{202e}`. Tabs and line ends
/// become spaces, because every text on the page is a single line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageEscaper;

impl Escaper for PageEscaper {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        markup(text, &mut to)
    }
}

/// Escapes markup. Not generic, because the compiler would make a copy for each of hundreds of uses.
fn markup(text: &str, to: &mut dyn Write) -> fmt::Result {
    // Both quotation marks are escaped, so a value is safe in an attribute whichever way the
    // template quotes it.
    for c in visible(text).chars() {
        match c {
            '&' => to.write_str("&amp;")?,
            '<' => to.write_str("&lt;")?,
            '>' => to.write_str("&gt;")?,
            '"' => to.write_str("&quot;")?,
            '\'' => to.write_str("&#39;")?,
            c => to.write_char(c)?,
        }
    }
    Ok(())
}

/// Escapes JSON for a script element: no tag can end the element or begin in it, and hidden characters
/// cannot deceive a reader of the source.
pub(crate) fn json(json: &str, to: &mut String) {
    for c in json.chars() {
        // `<!--` is as dangerous as `</script`: if `<script` follows it, a parser ignores the real end tag.
        if c == '<' || (is_hidden(c) && !c.is_ascii_whitespace()) {
            // JSON escapes are UTF-16, so a character beyond the first plane takes two.
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(to, "\\u{unit:04x}");
            }
        } else {
            to.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_unseen_is_shown() {
        let mut page = String::new();
        PageEscaper.write_escaped_str(&mut page, "<a b='\u{202e}'>\r\n\t&\0\u{1b}[2J\u{e0041}é漢🦀").unwrap();
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
