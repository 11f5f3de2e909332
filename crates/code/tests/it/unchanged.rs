//! Functions that a change of their file does not touch.

use streamguard_code::{FileChange, FileComparer};

#[test]
fn functions_of_the_file_that_did_not_change_are_listed_if_they_are_wanted() {
    let before = "def first(a):\n    return a + 1\n\n\ndef second(a):\n    return a\n\n\ndef third(a):\n    def inner():\n        return a\n    return inner\n";
    let after = format!("import os\n\n\n{}", before.replace("return a\n\n", "return os.path.abspath(a)\n\n"));
    let change = FileChange {
        path_before: Some("app.py"),
        path_after: Some("app.py"),
        before: before.as_bytes(),
        after: after.as_bytes(),
    };
    let mut comparer = FileComparer::new();
    assert!(comparer.compare(&change).unwrap().unchanged.is_empty());
    comparer.keep_unchanged(true);
    let found = comparer.compare(&change).unwrap();
    assert_eq!(found.changes.len(), 1);
    let places: Vec<_> = found
        .unchanged
        .iter()
        .map(|one| {
            (&*one.name, one.start_line_before, one.end_line_before, one.code.start_line, one.code.end_line)
        })
        .collect();
    // What is within a function is part of it.
    assert_eq!(places, [("first", 1, 2, 4, 5), ("third", 9, 12, 12, 15)]);
    assert_eq!(found.unchanged[0].code.text, "def first(a):\n    return a + 1");
}
