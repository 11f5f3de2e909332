//! Words of a text: the pieces that byte pairs never reach across.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// GPT-2's pattern without its look-ahead, which linear-time patterns do not have.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+").expect("a pattern")
});

/// Calls `take` with the place of each word.
pub(super) fn for_each_word(text: &str, mut take: impl FnMut(Range<usize>)) {
    let mut at = 0;
    while let Some(found) = WORD.find_at(text, at) {
        let mut end = found.end();
        let word = &text[found.start()..end];
        // `\s+(?!\S)`: the last of several white spaces belongs to the word behind it.
        if end < text.len()
            && let Some((last, _)) = word.char_indices().next_back().filter(|(last, _)| *last > 0)
            && word.chars().all(char::is_whitespace)
        {
            end = found.start() + last;
        }
        take(found.start()..end);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        for_each_word(text, |place| words.push(&text[place]));
        words
    }

    #[test]
    fn the_last_space_belongs_to_the_next_word() {
        assert_eq!(words("if  (a1)\n\n\tx "), ["if", " ", " (", "a", "1", ")", "\n\n", "\t", "x", " "]);
        assert_eq!(words("it's  \n"), ["it", "'s", "  \n"]);
        assert_eq!(words("é ñandú"), ["é", " ñandú"]);
    }

    #[test]
    fn words_are_the_whole_text() {
        let text = " a\u{3000}\u{3000}b\u{1F600}\u{1F600} 12½ \r\n";
        assert_eq!(words(text).concat(), text);
    }
}
