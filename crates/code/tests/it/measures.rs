//! Measures of the syntax of single functions.

use streamguard_code::{SyntaxMeasures, SyntaxMeter};
use streamguard_dataset::Language;

/// Complexity, nesting, branches, loops, calls and returns of a function.
fn measure(language: Language, text: &str) -> [u32; 6] {
    let SyntaxMeasures { complexity, nesting, branches, loops, calls, returns, .. } =
        SyntaxMeter::new().measure(language, "", text).unwrap();
    [complexity, nesting, branches, loops, calls, returns]
}

#[test]
fn the_same_function_measures_the_same_in_many_languages() {
    // An `if` with `and`, an `else if`, a loop in it with a call, and two returns.
    let expected = [5, 2, 2, 1, 1, 2];
    let functions = [
        (
            Language::C,
            "int f(int a) { if (a && g) { while (a) { h(a); } return 1; } else if (a == 2) { a = 3; } return 0; }",
        ),
        (
            Language::Lua,
            "function f(a) if a and g then while a do h(a) end return 1 elseif a == 2 then a = 3 end return 0 end",
        ),
        (
            Language::Java,
            "int f(int a) { if (a > 0 && g) { while (a > 0) { h(a); } return 1; } else if (a == 2) { a = 3; } return 0; }",
        ),
        (
            Language::JavaScript,
            "function f(a) { if (a && g) { while (a) { h(a); } return 1; } else if (a == 2) { a = 3; } return 0; }",
        ),
        (
            Language::Python,
            "def f(a):\n    if a and g:\n        while a:\n            h(a)\n        return 1\n    elif a == 2:\n        a = 3\n    return 0\n",
        ),
        (
            Language::Go,
            "func f(a int) int { if a > 0 && g { for a > 0 { h(a) }; return 1 } else if a == 2 { a = 3 }; return 0 }",
        ),
        (
            Language::Php,
            "function f($a) { if ($a && $g) { while ($a) { h($a); } return 1; } else if ($a == 2) { $a = 3; } return 0; }",
        ),
        (
            Language::Ruby,
            "def f(a)\n  if a && g\n    while a\n      h(a)\n    end\n    return 1\n  elsif a == 2\n    a = 3\n  end\n  return 0\nend\n",
        ),
        (
            Language::Rust,
            "fn f(a: u32) -> u32 { if a > 0 && g { while a > 0 { h(a); } return 1; } else if a == 2 { a = 3; } return 0; }",
        ),
    ];
    for (language, text) in functions {
        assert_eq!(measure(language, text), expected, "{}", language.name());
    }
}

#[test]
fn cases_are_decisions_and_their_default_is_none() {
    let code =
        "int f(int a) { switch (a) { case 1: return 1; case 2: return a ? 2 : 3; default: return g(); } }";
    assert_eq!(measure(Language::C, code), [4, 1, 1, 0, 1, 3]);
}

#[test]
fn comments_are_no_nodes() {
    let nodes = |text| SyntaxMeter::new().measure(Language::C, "", text).unwrap().nodes;
    assert_eq!(
        nodes("int f(void) { return 1; }"),
        nodes("int f(void) { /* if (a) b(); */ return 1; // c\n}")
    );
    assert!(nodes("int f(void) { return 1; }") > 5);
}

#[test]
fn code_without_a_parser_is_refused() {
    let exotic = Language::all().find(|language| SyntaxMeter::new().measure(*language, "", "x").is_err());
    assert!(exotic.is_some());
}
