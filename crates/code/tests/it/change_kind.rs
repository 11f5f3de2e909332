//! Kinds of changes: code, comments, layout.

use streamguard_code::ChangeKind::{self, Code, CommentOnly, FormattingOnly, WhitespaceOnly};

use super::compare;

fn kind(path: &str, before: &str, after: &str) -> ChangeKind {
    let found = compare(path, before, after);
    assert_eq!(found.changes.len(), 1, "{:#?}", found.changes);
    found.changes[0].kind
}

#[test]
fn white_space_at_line_ends_and_blank_lines_are_whitespace_only() {
    assert_eq!(kind("a.js", "f = () => {\n  a();\n};\n", "f = () => {\n\n  a(); \n};\n"), WhitespaceOnly);
    assert_eq!(
        kind("a.py", "def f():\n    a()\n    b()\n", "def f():\n    a()\n\n    b()  \n"),
        WhitespaceOnly
    );
    assert_eq!(kind("a.c", "int f() {\n  a();\n}\n", "int f() {\r\n  a();\r\n}\r\n"), WhitespaceOnly);
}

#[test]
fn comments_and_docstrings_are_comment_only() {
    assert_eq!(kind("a.go", "func f() {\n\ta()\n}\n", "func f() {\n\t// Why.\n\ta()\n}\n"), CommentOnly);
    assert_eq!(kind("a.rs", "fn f() {\n    a() /* x */\n}\n", "fn f() {\n    a()\n}\n"), CommentOnly);
    assert_eq!(
        kind("a.py", "def f():\n    '''A.'''\n    a()\n", "def f():\n    '''B.'''\n    a()\n"),
        CommentOnly
    );
    assert_eq!(
        kind("a.py", "def f():\n    a()\n", "def f():\n    # Why.\n    '''B.'''\n    a()\n"),
        CommentOnly
    );
    // A string at another place is code, and so is one that is returned.
    assert_eq!(kind("a.py", "def f():\n    a()\n    '''A.'''\n", "def f():\n    a()\n    '''B.'''\n"), Code);
    assert_eq!(kind("a.py", "def f():\n    return 'A'\n", "def f():\n    return 'B'\n"), Code);
}

#[test]
fn comments_outside_functions_are_comment_only() {
    assert_eq!(kind("a.py", "# Old.\nX = 1\n", "# New.\nX = 1\n"), CommentOnly);
    assert_eq!(kind("a.c", "/* Old. */\nint x;\n", "/* New\n   words. */\nint x;\n"), CommentOnly);
    assert_eq!(kind("a.c", "/* Old. */\nint x;\n", "/* New. */\nlong x;\n"), Code);
    assert_eq!(kind("a.sh", "# Old.\nx=1\n", "# New.\nx=1\n"), Code);
    assert_eq!(kind("a.sh", "x=1\n", "x=1  \n"), WhitespaceOnly);
}

#[test]
fn layout_is_formatting_only() {
    assert_eq!(
        kind("a.c", "int f() {\n  a(1, 2);\n}\n", "int f()\n{\n    a(1,\n      2);\n}\n"),
        FormattingOnly
    );
    assert_eq!(
        kind(
            "A.java",
            "class A {\n  void f() {\n a();\n }\n}\n",
            "class A {\n  void f() {\n    a();\n  }\n}\n"
        ),
        FormattingOnly
    );
    assert_eq!(
        kind("a.py", "def f(a):\n    return [a, 1]\n", "def f(a):\n    return [\n        a, 1]\n"),
        FormattingOnly
    );
    assert_eq!(kind("a.py", "def f(a):\n    return a\n", "def f(a):\n        return a\n"), FormattingOnly);
    assert_eq!(
        kind("a.php", "<?php\nfunction f() { return 1; }\n", "<?php\nfunction f() {\n  return 1;\n}\n"),
        FormattingOnly
    );
}

#[test]
fn layout_with_a_meaning_is_code() {
    // The block that a line is in.
    let old = "def f(a):\n    if a:\n        b()\n        c()\n";
    assert_eq!(kind("a.py", old, "def f(a):\n    if a:\n        b()\n    c()\n"), Code);
    assert_eq!(kind("a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"), Code);
    // The end of a statement.
    assert_eq!(kind("a.js", "function f() {\n  return a;\n}\n", "function f() {\n  return\n  a;\n}\n"), Code);
    // White space in strings; other quotes; a comma.
    assert_eq!(kind("a.py", "def f():\n    return 'a b'\n", "def f():\n    return 'a  b'\n"), Code);
    assert_eq!(kind("a.js", "f = () => {\n  g(`a b`);\n};\n", "f = () => {\n  g(`a  b`);\n};\n"), Code);
    assert_eq!(
        kind("a.rb", "def f\n  x = <<~A\n    a b\n  A\nend\n", "def f\n  x = <<~A\n    a  b\n  A\nend\n"),
        Code
    );
    assert_eq!(kind("a.js", "f = () => {\n  g('a');\n};\n", "f = () => {\n  g(\"a\");\n};\n"), Code);
    assert_eq!(kind("a.py", "def f():\n    return [1]\n", "def f():\n    return [1,]\n"), Code);
    // A decorator, an attribute, a modifier before the function.
    assert_eq!(kind("a.py", "@a\ndef f():\n    return 1\n", "@b\ndef f():\n    return 1\n"), Code);
    assert_eq!(kind("a.rs", "#[a]\nfn f() {\n    g()\n}\n", "#[b]\nfn f() {\n    g()\n}\n"), Code);
    assert_eq!(kind("a.rb", "def f\n  a\nend\n", "private def f\n  a\nend\n"), Code);
}
