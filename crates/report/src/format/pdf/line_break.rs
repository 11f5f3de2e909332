//! Text in lines.

use super::fonts::FontSet;
use super::style::TextStyle;

/// A line of text that can be set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TextLine {
    /// Its text. A space at its end stands for the break, so that words stay apart when it is read out.
    pub(super) text: String,
    /// How wide it is, without that space.
    pub(super) width: f32,
}

impl FontSet {
    /// Text from anywhere in lines of at most this width. Words that are longer break behind
    /// punctuation if there is some, else anywhere but in an escape. There is at least one line.
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
                // A word that a line of its own holds is not broken.
                let end =
                    if needs <= width { 0 } else { self.fitting(rest, style, width - line.width - gap) };
                let end = match end {
                    0 if line.text.is_empty() => self.forced(rest, style, width),
                    end => end,
                };
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

    /// What of a word goes on a line where nothing fits: an escape, if it is not wider than the line,
    /// or a character.
    fn forced(&self, word: &str, style: &TextStyle, width: f32) -> usize {
        let unit = first_unit(word);
        match self.width(style.face, style.size, unit) <= width {
            true => unit.len(),
            false => word.chars().next().map_or(0, char::len_utf8),
        }
    }

    /// Text from anywhere on one line of at most this width, cut if it is longer.
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

    /// Where a word can break so that what is before it fits; nought if it cannot.
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
        // Not if that leaves most of the line empty.
        if behind_punctuation * 2 > at { behind_punctuation } else { at }
    }
}

/// What of a word is not broken: an escape, or a character.
fn first_unit(word: &str) -> &str {
    let escape = word.strip_prefix("\\u{").and_then(|rest| rest.find('}')).filter(|digits| *digits <= 6);
    match escape {
        Some(digits) => &word[..3 + digits + 1],
        None => &word[..word.chars().next().map_or(0, char::len_utf8)],
    }
}
