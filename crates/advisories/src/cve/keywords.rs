//! NVD's search by keywords (nvd.nist.gov/developers/vulnerabilities, `keywordSearch`).

/// Reports whether each word of a phrase begins a word of a text, in any order and in any case:
/// "circle" finds "circles", not "encircle".
pub(super) fn match_text(phrase: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    phrase.to_lowercase().split_whitespace().all(|word| begins_word(word, &text))
}

fn begins_word(word: &str, text: &str) -> bool {
    let is_part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(start, _)| !text[..start].ends_with(is_part_of_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_begins_a_word_of_the_text() {
        let text = "Path traversals in _cache_ allow cross-site scripting (XSS) by encircled names";
        for phrase in ["path TRAVERSAL", "traversal path", "cross-site scripting", "site", "(xss)", "xss", ""]
        {
            assert!(match_text(phrase, text), "{phrase}");
        }
        for phrase in ["circle", "path injection", "cache", "ath", "cross site-scripting"] {
            assert!(!match_text(phrase, text), "{phrase}");
        }
    }
}
