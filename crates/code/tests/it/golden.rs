//! One file per language with unusual functions. The expected list of changes is beside it.

use super::{compare, line};

macro_rules! golden {
    ($($test:ident $stem:literal $extension:literal $title:literal)*) => {$(
        #[test]
        fn $test() {
            check(
                concat!("src/", $stem, ".", $extension),
                $title,
                include_str!(concat!("cases/", $stem, ".before.", $extension)),
                include_str!(concat!("cases/", $stem, ".after.", $extension)),
                include_str!(concat!("cases/", $stem, ".expected.txt")),
            );
        }
    )*};
}

golden! {
    python "python" "py" "Python"
    javascript "javascript" "js" "JavaScript"
    typescript "typescript" "ts" "TypeScript"
    tsx "component" "tsx" "TypeScript"
    java "java" "java" "Java"
    c "c" "c" "C"
    cpp "cpp" "cpp" "C++"
    cpp_header "header" "h" "C++"
    csharp "csharp" "cs" "C#"
    go "go" "go" "Go"
    php "php" "php" "PHP"
    ruby "ruby" "rb" "Ruby"
    rust "rust" "rs" "Rust"
    shell "shell" "sh" "Shell"
}

fn check(path: &str, title: &str, before: &str, after: &str, expected: &str) {
    let (before, after, expected) = (unix(before), unix(after), unix(expected));
    let found = compare(path, &before, &after);
    assert_eq!(found.language.title(), title);
    let mut listed: Vec<String> = found.changes.iter().map(line).collect();
    listed.push(format!("outside {}", found.changed_lines_outside));
    assert_eq!(listed.join("\n"), expected.trim_end(), "\nfound:\n{}\n", listed.join("\n"));
    for change in &found.changes {
        for (code, file) in [(&change.before, &before), (&change.after, &after)] {
            let Some(code) = code else { continue };
            let lines: Vec<&str> = file.split('\n').collect();
            let slice = lines[code.start_line as usize - 1..code.end_line as usize].join("\n");
            assert!(slice.contains(&code.text), "{:?} in {slice:?}", code.text);
            assert_eq!(slice.split('\n').count(), code.text.split('\n').count());
        }
    }
    // In reverse, the same functions change.
    let back = compare(path, &after, &before);
    assert_eq!(back.changes.len(), found.changes.len());
}

/// Undoes the line ends of a checkout on Windows.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}
