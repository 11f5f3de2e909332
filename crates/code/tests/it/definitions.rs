//! Definitions of files, and the names that functions use.

use streamguard_code::{DefinitionFinder, DefinitionKind, SourceFile, UsedNameFinder};
use streamguard_dataset::Language;

/// A file, and its definitions as `kind name first-last`.
const FILES: &[(&str, &str, &[&str])] = &[
    (
        "a.c",
        "#define MAX(a, b) ((a) > (b) ? (a) : (b))\n#define LIMIT 3\nstruct forward;\ntypedef struct tag { int x; } tag_t;\n\
         typedef struct forward forward;\nenum color { RED };\nint prototype(int a);\nextern int elsewhere;\n\
         static const char *names[2] = { \"a\" }, other;\nint (*handler)(int);\n#ifdef A\nint conditional;\n#else\n\
         struct late { int z; } last;\n#endif\nAPI(int) f(int a) {\n  static int inner = 1;\n  struct local { int q; };\n  return a;\n}\n",
        &[
            "global MAX 1-1",
            "global LIMIT 2-2",
            "type tag_t 4-4",
            "type tag 4-4",
            "type color 6-6",
            "global names 9-9",
            "global other 9-9",
            "global handler 10-10",
            "global conditional 12-12",
            "type late 14-14",
            "global last 14-14",
            "function f 16-20",
        ],
    ),
    (
        "a.cpp",
        "namespace n {\ntemplate <class T> class Box { int f() { return 1; } };\nusing Id = int;\n\
         extern \"C\" {\nint shared = 1;\n}\nint Other::g(int a) const { return a; }\n}\n",
        &[
            "type n::Box 2-2",
            "function n::Box::f 2-2",
            "type n::Id 3-3",
            "global n::shared 5-5",
            "function n::Other::g 7-7",
        ],
    ),
    (
        "a.py",
        "LIMIT = 3\na.b = 1\n@wrap\nclass A:\n    x = 1\n    def f(self):\n        y = 2\nif LIMIT:\n    z = 1\n",
        &["global LIMIT 1-1", "type A 3-7", "function A.f 6-7"],
    ),
    (
        "a.js",
        "export const LIMIT = 3;\nconst f = () => 1;\nlet a = 1, b = 2;\nexport class A { m() { return 1; } }\n",
        &[
            "global LIMIT 1-1",
            "function f 2-2",
            "global a 3-3",
            "global b 3-3",
            "type A 4-4",
            "function A.m 4-4",
        ],
    ),
    (
        "a.ts",
        "export interface I { a: number }\ntype T = string;\nenum E { A }\nnamespace N { export const c = 1; }\n",
        &["type I 1-1", "type T 2-2", "type E 3-3", "global N.c 4-4"],
    ),
    (
        "A.java",
        "package p;\n@Deprecated\npublic class A {\n  int f() { return 1; }\n}\ninterface B { int g(); }\nenum C { D }\n",
        &["type A 2-5", "function A.f 4-4", "type B 6-6", "type C 7-7"],
    ),
    (
        "a.go",
        "package p\n\nconst (\n\tA = 1\n\tB = 2\n)\n\ntype T struct {\n\tx int\n}\n\nvar v, w int\n\nfunc (t *T) F() {\n\tvar i = 1\n\t_ = i\n}\n",
        &["global A 4-4", "global B 5-5", "type T 8-10", "global v 12-12", "function T.F 14-17"],
    ),
    (
        "a.rs",
        "pub struct S { a: u8 }\nenum E { A }\ntrait T { fn t(&self); }\nconst C: u8 = 1;\nstatic D: u8 = 1;\n\
         mod m {\n    type X = u8;\n}\nimpl S {\n    fn f(&self) -> u8 { 1 }\n}\nmacro_rules! mac { () => {} }\n",
        &[
            "type S 1-1",
            "type E 2-2",
            "type T 3-3",
            "global C 4-4",
            "global D 5-5",
            "type m::X 7-7",
            "function S::f 10-10",
            "global mac 12-12",
        ],
    ),
    (
        "a.php",
        "<?php\nnamespace n;\nconst LIMIT = 3;\nclass A { function f() { return 1; } }\ninterface I {}\ntrait T {}\nfunction g() { return 2; }\n",
        &[
            "global n\\LIMIT 3-3",
            "type n\\A 4-4",
            "function n\\A::f 4-4",
            "type n\\I 5-5",
            "type n\\T 6-6",
            "function n\\g 7-7",
        ],
    ),
    (
        "a.rb",
        "module M\n  LIMIT = 3\n  class A\n    def f\n      1\n    end\n  end\nend\nlocal = 1\n",
        &["global M::LIMIT 2-2", "type M::A 3-7", "function M::A#f 4-6"],
    ),
];

#[test]
fn definitions_outside_of_functions_are_found() {
    let mut finder = DefinitionFinder::new();
    for (path, text, expected) in FILES {
        let file = SourceFile::recognise(path, text.as_bytes()).unwrap();
        let found = finder.find(&file).unwrap().into_iter().map(|definition| {
            let kind = match definition.kind {
                DefinitionKind::Function => "function",
                DefinitionKind::Type => "type",
                DefinitionKind::Global => "global",
            };
            format!("{kind} {} {}-{}", definition.name, definition.start_line, definition.end_line)
        });
        assert_eq!(found.collect::<Vec<_>>(), *expected, "{path}");
    }
}

#[test]
fn hostile_files_have_bounded_definitions() {
    let nested = format!("{}int x;{}", "namespace a {".repeat(5000), "}".repeat(5000));
    let declarators = format!("int {}x{};", "(*".repeat(3000), ")".repeat(3000));
    for text in [nested, declarators, "struct".repeat(1000), "#if A\n".repeat(3000)] {
        let file = SourceFile::recognise("a.cpp", text.as_bytes()).unwrap();
        let _ = DefinitionFinder::new().find(&file);
    }
}

/// Returns the names that a function uses: `()` behind what is called, `T` what may be a type, `G` what may be a global.
fn used(language: Language, function: &str) -> String {
    let names = UsedNameFinder::new().find(language, "", function).unwrap().names;
    let mark = |is: bool, mark: &'static str| if is { mark } else { "" };
    let names = names.iter().map(|name| {
        let marks =
            [mark(name.is_called, "()"), mark(name.may_be_type, "T"), mark(name.may_be_global, "G")].concat();
        format!("{}{marks}", name.name)
    });
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn used_names_are_neither_parameters_nor_local_variables() {
    let c = "int f(T *t, int n) {\n  int i = LIMIT; /* no */\n  g(t->field, \"text\", i);\n  return global + n;\n}";
    assert_eq!(used(Language::C, c), "TT LIMITTG g()TG fieldT globalTG");
    let python = "def f(a, b=DEFAULT):\n    c = g(a).h()\n    return Limits.MAX + c + \"text\"";
    assert_eq!(used(Language::Python, python), "DEFAULTTG g()TG h()T LimitsTG MAXTG");
    let ruby = "def f(a)\n  run a\n  Thing.new(LIMIT)\nend";
    assert!(used(Language::Ruby, ruby).contains("LIMITTG"), "{}", used(Language::Ruby, ruby));
    assert!(used(Language::Ruby, ruby).contains("run()"), "{}", used(Language::Ruby, ruby));
    let go = "func f(a int) {\n\tb := g(a)\n\tp.H(b)\n}";
    assert_eq!(used(Language::Go, go).replace("int", "").trim_start(), "T g()TG pTG H()TG");
}
