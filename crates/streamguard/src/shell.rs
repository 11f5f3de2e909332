//! Words for a shell, so that advice can be pasted.

use std::path::Path;

pub use streamguard_command::quote_word as quote;

/// Quotes a path for a POSIX shell.
pub fn quote_path(path: &Path) -> String {
    quote(&path.display().to_string())
}
