//! Breaks text into lines.

use super::fonts::FontSet;
use super::style::TextStyle;

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TextLine {
    /// Text. A space at the end stands for the line break, so that words stay apart when the text is
    /// copied or read aloud.
    pub(super) text: String,
    /// Width, without the space at the end.
    pub(super) width: f32,
}

impl FontSet {
    /// Breaks hostile text into lines of at most this width; at least one line. Longer words break
    /// after punctuation if they have any, else anywhere but in an escape.
    pub(super) fn wrap(&self, text: &str, style: &TextStyle, width: f32) -> Vec<TextLine> {
        let text = self.readable(text);
        let wide = |text: &str| self.width(style.face, style.size, text);
        let space = wide(" ");
        let mut lines = vec![TextLine { text: String::new(), width: 0.0 }];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let mut rest = word;
            let mut gap = space;
            while let Some(line) = lines.last_mut() {
                if line.text.is_empty() {
                    gap = 0.0;
                }
                let needs = wide(rest);
                if line.width + gap + needs <= width {
                    if gap > 0.0 {
                        line.text.push(' ');
                    }
                    line.text.push_str(rest);
                    line.width += gap + needs;
                    break;
                }
                // A word that fits on a line of its own is not broken.
                let end =
                    if needs <= width { 0 } else { self.fitting(rest, style, width - line.width - gap) };
                let end = match end {
                    0 if line.text.is_empty() => self.forced(rest, style, width),
                    end => end,
                };
                // The space at the end stands for the break only where a word ended; a broken word
                // must stay one word when it is copied.
                if gap > 0.0 || end == 0 {
                    line.text.push(' ');
                }
                if end > 0 {
                    line.text.push_str(&rest[..end]);
                    line.width += gap + wide(&rest[..end]);
                }
                rest = &rest[end..];
                if rest.is_empty() {
                    break;
                }
                lines.push(TextLine { text: String::new(), width: 0.0 });
            }
        }
        lines
    }

    /// Returns the length of the part of a word that goes on a line even if it does not fit: an escape,
    /// unless it is wider than the line, or a character.
    fn forced(&self, word: &str, style: &TextStyle, width: f32) -> usize {
        let unit = first_unit(word);
        match self.width(style.face, style.size, unit) <= width {
            true => unit.len(),
            false => word.chars().next().map_or(0, char::len_utf8),
        }
    }

    /// Fits hostile text on one line of at most this width, cut if it is longer.
    pub(super) fn fit(&self, text: &str, style: &TextStyle, width: f32) -> TextLine {
        let mut text = self.readable(text);
        let wide = |text: &str| self.width(style.face, style.size, text);
        if wide(&text) > width {
            let mut left = width - wide("…");
            let fits = |character: &char| {
                left -= self.advance(style.face, *character) * style.size;
                left >= 0.0
            };
            text = text.chars().take_while(fits).collect::<String>().trim_end().to_owned() + "…";
        }
        let width = wide(&text);
        text.push(' ');
        TextLine { text, width }
    }

    /// Returns the position of the last break that fits in this width; 0 if there is none.
    fn fitting(&self, word: &str, style: &TextStyle, width: f32) -> usize {
        let (mut at, mut left) = (0, width);
        let mut behind_punctuation = 0;
        while at < word.len() {
            let unit = first_unit(&word[at..]);
            left -= self.width(style.face, style.size, unit);
            if left < 0.0 {
                break;
            }
            at += unit.len();
            if unit.ends_with(['/', '-', '_', '.', ',', ':', ';', '?', '&', '=', '}', ')', ']', '\\']) {
                behind_punctuation = at;
            }
        }
        // A break after punctuation must not leave most of the line empty.
        if behind_punctuation * 2 > at { behind_punctuation } else { at }
    }
}

/// Returns the first unit of a word that cannot be broken: an escape, or a character.
fn first_unit(word: &str) -> &str {
    // Escapes of characters have at most six hex digits (10ffff); a longer brace is text that only
    // looks like one.
    let escape = word.strip_prefix("\\u{").and_then(|rest| rest.find('}')).filter(|digits| *digits <= 6);
    match escape {
        Some(digits) => &word[..3 + digits + 1],
        None => &word[..word.chars().next().map_or(0, char::len_utf8)],
    }
}
