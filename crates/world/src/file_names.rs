//! Names of files, and the words in them.

/// Returns the name of a file without folders and extension.
pub(crate) fn stem_of(path: &str) -> &str {
    let file = file_of(path);
    file.split('.').next().unwrap_or(file)
}

/// Returns the name of a file without folders.
pub(crate) fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Writes the name of a file in snake case.
pub(crate) fn snake(stem: &str) -> String {
    words_of(stem).replace(' ', "_")
}

/// Returns the words of a function's or file's name, in lower case and separated by spaces.
pub(crate) fn words_of(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        match character {
            '_' | '-' | '.' => out.push(' '),
            _ if character.is_uppercase() => {
                out.push(' ');
                out.extend(character.to_lowercase());
            }
            _ => out.push(character),
        }
    }
    out.trim().to_owned()
}
