//! Pairs of functions: overloads, renames, nesting.

use super::{changes, compare};

#[test]
fn parameters_distinguish_overloads() {
    let old = "class A {\n  void f(int a) {\n    one();\n  }\n  void f(String a) {\n    two();\n  }\n}\n";
    // The second overload moves to the front, and the first changes.
    let new = "class A {\n  void f(String a) {\n    two(a);\n  }\n  void f(int a) {\n    one(a);\n  }\n}\n";
    assert_eq!(changes("A.java", old, new), ["A.f 5-7 -> 2-4 Code", "A.f 2-4 -> 5-7 Code"]);
    // One more parameter, and the other overload is deleted.
    let new = "class A {\n  void f(int a, int b) {\n    one();\n  }\n}\n";
    assert_eq!(changes("A.java", old, new), ["A.f 2-4 -> 2-4 Code", "A.f 5-7 -> - Code"]);
}

#[test]
fn overloads_whose_parameters_changed_pair_by_their_text() {
    let read = "    for (int i = 0; i < n; i++)\n        buffer[i] = input[i];\n    return n;\n";
    let open =
        "    handle = lookup(table, path);\n    if (!handle) throw Missing(path);\n    return handle;\n";
    let old = format!("int get(char *in, int n) {{\n{read}}}\nint get(Path path) {{\n{open}}}\n");
    // The second one gets as many parameters as the first one had, and the first one gets one more.
    let (read, open) = (read.replace("i < n", "i < max"), open.replace("lookup(table", "lookup(tables"));
    let new = format!(
        "int get(Path path, Tables tables) {{\n{open}}}\nint get(char *in, int n, int max) {{\n{read}}}\n"
    );
    assert_eq!(changes("a.cpp", &old, &new), ["get 6-10 -> 1-5 Code", "get 1-5 -> 6-10 Code"]);
    assert!(compare("a.cpp", &old, &new).changes.iter().all(|change| !change.ambiguous));
}

#[test]
fn overloads_that_are_nearly_alike_are_ambiguous() {
    let function = |kind: &str, bound: &str| {
        format!("int get({kind} a) {{\n    if (a {bound} limit) return fail(a);\n    return table[a];\n}}\n")
    };
    let old = function("int", ">") + &function("long", ">");
    let same = function("int", ">=") + &function("long", ">=");
    assert!(compare("a.cpp", &old, &same).changes.iter().all(|change| !change.ambiguous));
    let other = function("short", ">=") + &function("char", ">=");
    assert!(compare("a.cpp", &old, &other).changes.iter().all(|change| change.ambiguous));
}

#[test]
fn lines_distinguish_namesakes_with_the_same_parameters() {
    let old = "#if A\nint f(int a) {\n  return one(a);\n}\n#elif B\nint f(int a) {\n  return two(a);\n}\n#else\nint f(int a) {\n  return three(a);\n}\n#endif\n";
    let new =
        old.replace("#elif B\nint f(int a) {\n  return two(a);\n}\n", "").replace("three(a)", "three(a, 1)");
    assert_eq!(changes("a.c", old, &new), ["f 6-8 -> - Code", "f 10-12 -> 6-8 Code"]);
}

#[test]
fn a_renamed_function_is_found_by_its_text() {
    let body =
        "    path = os.path.join(root, name)\n    with open(path) as file:\n        return file.read()\n";
    let old = format!("def load(root, name):\n{body}\n\ndef other():\n    return 1\n");
    let new = format!(
        "def read_file(root, name):\n{}\n\ndef other():\n    return 1\n",
        body.replace("name)", "safe(name))")
    );
    assert_eq!(changes("a.py", &old, &new), ["read_file 1-4 -> 1-4 Code renamed"]);
}

#[test]
fn a_function_that_moved_into_a_class_is_found_by_its_text() {
    let old = "def load(root, name):\n    path = os.path.join(root, name)\n    return open(path).read()\n\n\nclass A:\n    x = 1\n";
    let new = "class A:\n    x = 1\n\n    def load(self, root, name):\n        path = os.path.join(root, safe(name))\n        return open(path).read()\n";
    assert_eq!(changes("a.py", old, new), ["A.load 1-3 -> 4-6 Code renamed"]);
}

#[test]
fn functions_that_only_moved_are_not_reported() {
    let (f, g) = ("def f():\n    return 1\n", "def g():\n    return 2\n");
    assert_eq!(changes("a.py", &format!("{f}{g}"), &format!("{g}{f}")), [""; 0]);
}

#[test]
fn different_functions_are_added_and_deleted() {
    let old = "def f(a):\n    for x in a:\n        yield x.strip()\n";
    let new = "def g():\n    return {'host': 'localhost', 'port': 80}\n";
    assert_eq!(changes("a.py", old, new), ["f 1-3 -> - Code", "g - -> 1-2 Code"]);
}

#[test]
fn removed_lines_alone_find_the_function_on_the_other_side() {
    let old = "function f(a) {\n  check(a);\n  run(a);\n}\n\nfunction g(a) {\n  check(a);\n  return a;\n}\n";
    let new = old.replacen("  check(a);\n", "", 1);
    assert_eq!(changes("a.js", old, &new), ["f 1-4 -> 1-3 Code"]);
    assert_eq!(changes("a.js", &new, old), ["f 1-3 -> 1-4 Code"]);
}

#[test]
fn an_added_function_leaves_its_neighbours_alone() {
    let old = "class A {\n  f() {\n    return 1;\n  }\n\n  h() {\n    return 3;\n  }\n}\n";
    let new = old.replace("  h() {", "  g() {\n    return 1;\n  }\n\n  h() {");
    assert_eq!(changes("a.js", old, &new), ["A.g - -> 6-8 Code"]);
    assert_eq!(changes("a.js", &new, old), ["A.g 6-8 -> - Code"]);
}

#[test]
fn an_outer_function_changed_only_if_its_own_lines_did() {
    let old = "def outer():\n    a = 1\n    def inner():\n        return 1\n    return inner\n";
    let inner = old.replace("return 1", "return 2");
    assert_eq!(changes("a.py", old, &inner), ["outer.inner 3-4 -> 3-4 Code"]);
    let both = inner.replace("a = 1", "a = 2");
    assert_eq!(changes("a.py", old, &both), ["outer 1-5 -> 1-5 Code", "outer.inner 3-4 -> 3-4 Code"]);
}

#[test]
fn code_after_an_inner_function_in_its_last_line_belongs_to_the_outer_one() {
    let old = "function outer(list) {\n  return list.map(function named(x) {\n    return x;\n  }, 1);\n}\n";
    let new = old.replace("}, 1)", "}, 2)");
    assert_eq!(changes("a.js", old, &new), ["outer 1-5 -> 1-5 Code"]);
}

#[test]
fn functions_in_one_line_are_distinguished() {
    let old = "function f() { return 1; } function g() { return 1; }\n";
    let new = "function f() { return 1; } function g() { return 2; }\n";
    assert_eq!(changes("a.js", old, new), ["g 1-1 -> 1-1 Code"]);
}

#[test]
fn a_callback_belongs_to_the_named_function_around_it() {
    let old = "function outer() {\n  app.get('/x', (req) => {\n    return 1;\n  });\n}\napp.get('/y', (req) => {\n  return 1;\n});\n";
    let new = old.replace("return 1", "return 2");
    assert_eq!(changes("a.js", old, &new), ["outer 1-5 -> 1-5 Code", "app.get('/y') 6-8 -> 6-8 Code"]);
}

#[test]
fn module_wrappers_do_not_hide_what_is_in_them() {
    let old = "define(['a'], function (a) {\n  function f() {\n    return 1;\n  }\n  app.use(function (req) {\n    return 1;\n  });\n});\n";
    let new = old.replace("return 1", "return 2");
    assert_eq!(changes("a.js", old, &new), ["f 2-4 -> 2-4 Code", "app.use 5-7 -> 5-7 Code"]);
}

#[test]
fn a_function_whose_text_moved_is_not_the_wrapper_that_took_its_name() {
    let body: String = (0..12).map(|i| format!("    total += item->part{i} * weight({i});\n")).collect();
    let old = format!("int copy(item *item)\n{{\n    int total = 0;\n{body}    return total;\n}}\n");
    let new = format!(
        "int copy_nested(item *item, int depth)\n{{\n    int total = 0;\n    if (depth > 9) return -1;\n{body}    return \
         total;\n}}\n\nint copy(item *item)\n{{\n    return copy_nested(item, 0);\n}}\n"
    );
    let found = changes("a.c", &old, &new);
    assert_eq!(found, ["copy_nested 1-17 -> 1-18 Code renamed", "copy - -> 20-23 Code"], "{found:?}");
}

#[test]
fn a_renamed_class_renames_its_methods() {
    let old = "class Old:\n    def run(self):\n        x = 1\n        return self.go(x)\n";
    let new = "class New:\n    def run(self):\n        x = 2\n        return self.go(x)\n";
    assert_eq!(changes("a.py", old, new), ["New.run 2-4 -> 2-4 Code renamed"]);
}
