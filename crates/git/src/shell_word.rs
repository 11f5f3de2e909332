//! Words of commands that messages advise to run.

/// Quotes a word for a shell, if it must be. Paths and names of branches come from strangers, and users copy commands.
pub fn shell_word(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_odd_words_are_quoted() {
        for (word, quoted) in [
            ("refs/heads/main-1.x", "refs/heads/main-1.x"),
            ("a b", "'a b'"),
            ("", "''"),
            ("$(touch x);`id`", "'$(touch x);`id`'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }
}
