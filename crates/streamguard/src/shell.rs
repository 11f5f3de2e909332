//! Words for a shell, so that advice can be pasted.

use std::path::Path;

/// Quotes a word for a POSIX shell.
pub fn quote(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+%".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Quotes a path for a POSIX shell.
pub fn quote_path(path: &Path) -> String {
    quote(&path.display().to_string())
}
