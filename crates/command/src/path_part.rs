//! Parts of an input that is taken for a path, as the replacement strings of GNU parallel name them.

/// A part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathPart {
    /// All of it: `{}`.
    Whole,
    /// Without its extension: `{.}`.
    WithoutExtension,
    /// The name behind the last slash: `{/}`.
    FileName,
    /// The folder: `{//}`.
    Folder,
    /// The name without its extension: `{/.}`.
    FileStem,
}

impl PathPart {
    /// Returns the part that a sign within braces stands for.
    pub(crate) fn of_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "" => Self::Whole,
            "." => Self::WithoutExtension,
            "/" => Self::FileName,
            "//" => Self::Folder,
            "/." => Self::FileStem,
            _ => return None,
        })
    }

    /// Returns this part of an input.
    pub(crate) fn of(self, input: &str) -> &str {
        match self {
            Self::Whole => input,
            Self::WithoutExtension => without_extension(input),
            Self::FileName => file_name(input),
            Self::Folder => folder(input),
            Self::FileStem => without_extension(file_name(input)),
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Cuts the last dot and what follows it, unless a slash does; the dot of `.profile` begins an extension too, as GNU
/// parallel has it.
fn without_extension(path: &str) -> &str {
    match path.rfind('.') {
        Some(dot) if !path[dot..].contains('/') && dot + 1 < path.len() => &path[..dot],
        _ => path,
    }
}

/// Returns the folder as dirname(1) does.
fn folder(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    match path.rfind('/') {
        None if path.is_empty() => "/",
        None => ".",
        Some(_) => match path[..=path.rfind('/').unwrap_or(0)].trim_end_matches('/') {
            "" => "/",
            folder => folder,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_gnu_parallel() {
        for (input, parts) in [
            ("dir/sub/file.tar.gz", ["dir/sub/file.tar", "file.tar.gz", "dir/sub", "file.tar"]),
            ("file", ["file", "file", ".", "file"]),
            ("a.b/c", ["a.b/c", "c", "a.b", "c"]),
            ("/x.y", ["/x", "x.y", "/", "x"]),
            ("a//b", ["a//b", "b", "a", "b"]),
            ("end.", ["end.", "end.", ".", "end."]),
            ("ä.ö", ["ä", "ä.ö", ".", "ä"]),
        ] {
            let signs = [".", "/", "//", "/."].map(|sign| PathPart::of_sign(sign).unwrap().of(input));
            assert_eq!(signs, parts, "{input}");
        }
        assert_eq!(PathPart::of_sign("%"), None);
    }
}
