//! Files that are compared, and the language they are read as.

use streamguard_dataset::{Language, Rejection};

use super::c_outline::c_functions;
use super::file_change::FileChange;

/// Largest file that is compared. Larger source files are generated.
const MAX_FILE_BYTES: usize = 1 << 20;

/// Length of the prefix that is searched for a NUL byte. Git detects binary files by a NUL in their
/// first 8,000 bytes (`buffer_is_binary` in `xdiff-interface.c`).
const BINARY_PROBE_BYTES: usize = 8 << 10;

/// Longest mean line in files written by people.
const MAX_MEAN_LINE_BYTES: usize = 400;

/// Smallest file that can count as minified; a short file may be one long line for good reasons.
const MIN_MINIFIED_BYTES: usize = 4 << 10;

/// Checks that one side of a file is text written by people.
///
/// # Errors
/// [`Rejection::OversizedFile`], [`Rejection::BinaryFile`] or [`Rejection::MinifiedFile`].
pub(super) fn check_content(bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Rejection::OversizedFile);
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE_BYTES)]).is_some() {
        return Err(Rejection::BinaryFile);
    }
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    if bytes.len() > MIN_MINIFIED_BYTES && bytes.len() / lines > MAX_MEAN_LINE_BYTES {
        return Err(Rejection::MinifiedFile);
    }
    Ok(())
}

/// Detects the language of a file by its paths. The flag says whether both sides are in it.
pub(super) fn detect_language(change: &FileChange, texts: [&str; 2]) -> Option<(Language, bool)> {
    let [before, after] = [change.path_before, change.path_after].map(|path| path.map(Language::from_path));
    let language = after.or(before)??;
    let same = before.or(after) == after.or(before);
    let path = change.path_after.or(change.path_before).unwrap_or_default();
    let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if language == Language::Php && extension == "inc" {
        return Some((included_language(path, texts)?, same));
    }
    // Other software has files of these names too.
    let shared = ["engine", "install", "module", "theme"].contains(&extension.as_str());
    if shared && !texts.iter().any(|text| text.contains("<?")) {
        return None;
    }
    let header = [change.path_after, change.path_before]
        .into_iter()
        .flatten()
        .any(|path| path.ends_with(".h") || path.ends_with(".H"));
    // C and C++ share the extension of headers, and the grammar of C loses classes.
    if language == Language::C && header && texts.into_iter().any(looks_like_cpp) {
        return Some((Language::Cpp, same));
    }
    Some((language, same))
}

/// Detects the language of a file that others include (`.inc`): PHP if it has its tag, otherwise the one
/// in its name (`table.c.inc`), otherwise C or C++ if there are functions in it.
fn included_language(path: &str, texts: [&str; 2]) -> Option<Language> {
    if texts.iter().any(|text| text.contains("<?")) {
        return Some(Language::Php);
    }
    let stem = path.get(..path.len() - ".inc".len())?;
    if let Some(language) = Language::from_path(stem).filter(|language| *language != Language::Php) {
        return Some(language);
    }
    let is_c = texts.iter().any(|text| !c_functions(text).is_empty());
    let cpp = texts.into_iter().any(looks_like_cpp);
    is_c.then_some(if cpp { Language::Cpp } else { Language::C })
}

/// Whether a header contains a line that begins as no line of C can.
pub(super) fn looks_like_cpp(text: &str) -> bool {
    const LINE_STARTS: &[&str] = &[
        "class ",
        "namespace ",
        "template <",
        "template<",
        "using namespace ",
        "public:",
        "private:",
        "protected:",
    ];
    text.lines().map(str::trim_start).any(|line| {
        // Lines of block comments begin like this, and their prose may begin with "class".
        if line.starts_with(['*', '/']) {
            return false;
        }
        let code = line.split("//").next().unwrap_or(line);
        let code = code.split("/*").next().unwrap_or(code);
        LINE_STARTS.iter().any(|start| code.starts_with(start))
            || (code.contains("::") && !code.contains('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_of_headers_decides_their_language() {
        assert!(looks_like_cpp("#pragma once\nnamespace a {\n"));
        assert!(looks_like_cpp("struct A {\n  std::string b;\n};\n"));
        assert!(!looks_like_cpp("/* a::b */\n * class C\nint class_of(int a); // a::b\n"));
        assert!(!looks_like_cpp("#ifdef __cplusplus\nextern \"C\" {\n#endif\n"));
    }

    #[test]
    fn rejects_files_that_people_do_not_write() {
        assert_eq!(check_content(&vec![b'\n'; MAX_FILE_BYTES + 1]), Err(Rejection::OversizedFile));
        assert_eq!(check_content(b"a\0b"), Err(Rejection::BinaryFile));
        assert_eq!(check_content(&[b'a'; 5000]), Err(Rejection::MinifiedFile));
        assert_eq!(check_content(&[b'a'; 3000]), Ok(()));
        assert_eq!(check_content(b""), Ok(()));
    }
}
