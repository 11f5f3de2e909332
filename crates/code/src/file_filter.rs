//! Which files are looked at, and as which language.

use streamguard_dataset::{Language, Rejection};

use super::file_change::FileChange;

/// Largest file that is looked at, in bytes. Larger ones are generated.
const MAX_BYTES: usize = 1 << 20;

/// How much of a file is searched for a NUL, in bytes; the same as git does.
const BINARY_PROBE: usize = 8 << 10;

/// Longest mean length of a line in a file that people write, in bytes.
const MAX_MEAN_LINE: usize = 400;

/// Size below which a file is not called minified, in bytes.
const MIN_MINIFIED: usize = 4 << 10;

/// Whether one side of a file can be looked at.
///
/// # Errors
/// [`Rejection::OversizedFile`], [`Rejection::BinaryFile`] or [`Rejection::MinifiedFile`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.len() > MAX_BYTES {
        return Err(Rejection::OversizedFile);
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE)]).is_some() {
        return Err(Rejection::BinaryFile);
    }
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    if bytes.len() > MIN_MINIFIED && bytes.len() / lines > MAX_MEAN_LINE {
        return Err(Rejection::MinifiedFile);
    }
    Ok(())
}

/// The language that the paths of `change` tell, and whether both sides are in it.
pub(super) fn language(change: &FileChange, texts: [&str; 2]) -> Option<(Language, bool)> {
    let [before, after] = [change.path_before, change.path_after].map(|path| path.map(Language::from_path));
    let language = after.or(before)??;
    let same = before.or(after) == after.or(before);
    let header = [change.path_after, change.path_before]
        .into_iter()
        .flatten()
        .any(|path| path.ends_with(".h") || path.ends_with(".H"));
    if language == Language::C && header && texts.into_iter().any(has_cpp) {
        return Some((Language::Cpp, same));
    }
    Some((language, same))
}

/// Whether a header is written in C++: a line begins as lines in C cannot.
fn has_cpp(text: &str) -> bool {
    const STARTS: &[&str] = &[
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
        if line.starts_with(['*', '/']) {
            return false;
        }
        let code = line.split("//").next().unwrap_or(line);
        let code = code.split("/*").next().unwrap_or(code);
        STARTS.iter().any(|start| code.starts_with(start)) || (code.contains("::") && !code.contains('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_by_what_is_in_them() {
        assert!(has_cpp("#pragma once\nnamespace a {\n"));
        assert!(has_cpp("struct A {\n  std::string b;\n};\n"));
        assert!(!has_cpp("/* a::b */\n * class C\nint class_of(int a); // a::b\n"));
        assert!(!has_cpp("#ifdef __cplusplus\nextern \"C\" {\n#endif\n"));
    }

    #[test]
    fn what_cannot_be_read_is_turned_away() {
        assert_eq!(check(&vec![b'\n'; MAX_BYTES + 1]), Err(Rejection::OversizedFile));
        assert_eq!(check(b"a\0b"), Err(Rejection::BinaryFile));
        assert_eq!(check(&[b'a'; 5000]), Err(Rejection::MinifiedFile));
        assert_eq!(check(&[b'a'; 3000]), Ok(()));
        assert_eq!(check(b""), Ok(()));
    }
}
