//! Names in code that something wraps, and in files without a language of their own.

use streamguard_code::{FileChange, FileComparer};
use streamguard_dataset::Rejection;

use super::{changes, compare};

/// Returns the names of the functions that a replacement changes.
fn names(path: &str, text: &str, old: &str, new: &str) -> Vec<String> {
    let found = compare(path, text, &text.replace(old, new)).changes;
    found.into_iter().map(|change| change.name.unwrap_or("(lines)".to_owned())).collect()
}

#[test]
fn functions_that_are_called_where_they_are_written_are_wrappers() {
    for (lead, trail) in [
        ("(function (root, factory) {\n  factory(root);\n}(this, function (exports) {\n", "}));\n"),
        ("(function (factory) {\n  factory();\n})(function (exports) {\n", "});\n"),
        ("!function (e, t) {\n  t(e);\n}(this, function (exports) {\n", "});\n"),
        ("((root, factory) => {\n  factory(root);\n})(this, async (exports) => {\n", "});\n"),
        ("(function () {\n", "}).call(this);\n"),
        ("(() => {\n", "})();\n"),
    ] {
        let text = format!("{lead}  exports.find = function (id) {{\n    return get(id);\n  }};\n{trail}");
        assert_eq!(names("a.js", &text, "get(id)", "get(esc(id))"), ["exports.find"], "{text}");
        assert_eq!(names("a.ts", &text, "get(id)", "get(esc(id))"), ["exports.find"], "{text}");
    }
}

#[test]
fn declarations_of_modules_open_no_scope() {
    let text = "mod a;\npub mod b;\nmod c {\n    fn g() { one() }\n}\nfn f() { one() }\n";
    assert_eq!(names("lib.rs", text, "one", "two"), ["c::g", "f"]);
    let text = "declare module 'x';\nfunction f() { return one(); }\n";
    assert_eq!(names("a.ts", text, "one", "two"), ["f"]);
}

#[test]
fn singleton_methods_of_ruby_are_named_after_their_class() {
    let text = "module A\n  class K\n    def K.m(a)\n      one\n    end\n    def self.n\n      one\n    end\n    def Other.p\n      one\n    end\n    def q\n      one\n    end\n  end\nend\n";
    assert_eq!(names("a.rb", text, "one", "two"), ["A::K.m", "A::K.n", "A::K::Other.p", "A::K#q"]);
}

#[test]
fn an_absolute_class_of_ruby_stands_at_the_top_level() {
    let text = "module A\n  class ::B::C\n    def m\n      one\n    end\n  end\nend\n";
    assert_eq!(names("a.rb", text, "one", "two"), ["B::C#m"]);
}

#[test]
fn a_name_as_long_as_a_sentence_is_kept() {
    let name = format!("test_{}", "and_more_".repeat(16));
    let text = format!("class A:\n    def {name}(self):\n        return one\n");
    assert_eq!(names("a.py", &text, "one", "two"), [format!("A.{name}")]);
}

#[test]
fn offsets_in_braces_do_not_hide_the_class_around_them() {
    let text = "<?php\nclass A {\n  private function next($s) {\n    while ($i < $n) {\n      if (in_array($s{$i}, $all)) break;\n      $t .= $s{$i++};\n    }\n    switch ($s{0}) { case 'a': return one(); }\n  }\n}\n";
    assert_eq!(names("a.php", text, "one", "two"), ["A::next"]);
}

#[test]
fn a_command_call_can_be_the_body_of_a_method_of_ruby() {
    let text = "class K\n  def find(n) = raise ArgumentError, \"x\"\n  def log(n) = puts \"a\",\n    n\n  private def go = logger.info \"b\", x: 1\n  def after\n    2\n  end\nend\n";
    let new = text
        .replace("\"x\"", "\"y\"")
        .replace("   n\n", "   m\n")
        .replace("\"b\"", "\"c\"")
        .replace("    2\n", "    3\n");
    assert_eq!(
        changes("a.rb", text, &new),
        [
            "K#find 2-2 -> 2-2 Code",
            "K#log 3-4 -> 3-4 Code",
            "K#go 5-5 -> 5-5 Code",
            "K#after 6-8 -> 6-8 Code"
        ]
    );
}

#[test]
fn property_hooks_of_php_are_named_after_their_property() {
    let text = "<?php\nclass A {\n  public string $t = 'a' {\n    get => one($this->t);\n    set(string $v) { $this->t = one($v); }\n  }\n}\n";
    assert_eq!(names("a.php", text, "one", "two"), ["A::$t::get", "A::$t::set"]);
}

#[test]
fn included_files_are_in_the_language_of_their_text() {
    let c = "static bool parse(int n)\n{\n    return one(n);\n}\n";
    let cases = [
        ("fp-impl.c.inc", c, "c", "parse"),
        ("gen.inc", c, "c", "parse"),
        (
            "gen.inc",
            "/* As\n<?php in a page. */\n// <?php\nstatic int parse(int n)\n{\n  return one(\"<?xml\", n);\n}\n",
            "c",
            "parse",
        ),
        ("ops.h.inc", "bool P::parse(int n) {\n  return one(n);\n}\n", "cpp", "P::parse"),
        ("gen.inc", "namespace t {\nint P::parse(int n) {\n  return one(n);\n}\n}\n", "cpp", "t::P::parse"),
        ("page.inc", "<?php\nfunction parse($n) {\n  return one($n);\n}\n", "php", "parse"),
        ("gen.py.inc", "def parse(n):\n    return one(n)\n", "python", "parse"),
    ];
    for (path, text, language, name) in cases {
        let found = compare(path, text, &text.replace("one", "two"));
        assert_eq!(
            (found.language.name(), found.changes[0].name.as_deref()),
            (language, Some(name)),
            "{path}"
        );
    }
    let change = FileChange {
        path_before: Some("a.inc"),
        path_after: Some("a.inc"),
        before: b"SRC_URI = \"a\"\n",
        after: b"SRC_URI = \"b\"\n",
    };
    assert_eq!(FileComparer::new().compare(&change), Err(Rejection::UnknownLanguage));
}

#[test]
fn signatures_without_semicolons_do_not_hide_the_functions_after_them() {
    let text = "interface Route<T = {}> {\n  (path: string): Route<T>\n  // all\n  <U>(path: U): Route<\n    U\n  >\n  (...all: T[]): T\n}\nfunction make(): {\n  new (): Route\n} {\n  return one()\n}\nclass A {\n  get() { return one() }\n}\n";
    assert_eq!(names("a.ts", text, "one", "two"), ["make", "A.get"]);
    assert_eq!(names("a.tsx", text, "one", "two"), ["make", "A.get"]);
}

#[test]
fn functions_behind_operators_lists_and_bindings_have_the_name_of_the_value() {
    for (head, tail, expected) in [
        ("var merge = Object.assign || function (a, b) {", "};", "merge"),
        ("var pick = this.pick.bind(this), find = function (a, b) {", "}.bind(this);", "find"),
        (
            "angular.module('app').controller('C', ['$scope', function (a, b) {",
            "}]);",
            "angular.module('app').controller('C')",
        ),
        ("const slice = createSlice({ reducers: { add(a, b) {", "} } });", "slice.reducers.add"),
        ("export default defineComponent({ methods: { go(a, b) {", "} } });", "default.methods.go"),
        ("Object.assign(Point.prototype, { norm(a, b) {", "} });", "Point.prototype.norm"),
        ("$.extend(Point, { norm: function (a, b) {", "} });", "Point.norm"),
        ("var Page = View.extend({ render: function (a, b) {", "} });", "Page.render"),
    ] {
        let text = format!("{head}\n  return get(a, b);\n{tail}\n");
        assert_eq!(names("a.js", &text, "get(a", "get(esc(a)"), [expected], "{text}");
    }
    let text = "var run = fast ? function (a) {\n  return one(a);\n} : function (b) {\n  return b;\n};\n";
    assert_eq!(names("a.js", text, "one", "two"), ["run"]);
    // A list names none of its values.
    let text = "var all = [function (a) {\n  return one(a);\n}];\n";
    assert_eq!(names("a.js", text, "one", "two"), ["(lines)"]);
}

#[test]
fn blocks_of_rails_and_data_classes_are_no_methods() {
    for (head, expected) in [
        ("included do", "A#find"),
        ("helpers do", "A#find"),
        ("class_methods do", "A.find"),
        ("Point = Data.define(:x) do", "A::Point#find"),
    ] {
        let text = format!("module A\n  {head}\n    def find(id)\n      one(id)\n    end\n  end\nend\n");
        assert_eq!(names("a.rb", &text, "one", "two"), [expected], "{text}");
    }
    let text = "class A\n  validates :name, if: -> {\n    one(self)\n  }\nend\n";
    assert_eq!(names("a.rb", text, "one", "two"), ["A::validates(:name)"]);
}

#[test]
fn fields_name_the_lambdas_in_them() {
    for (path, text, expected) in [
        (
            "A.java",
            "class A {\n  static final Order C = (a, b) -> {\n    return one(a, b);\n  };\n}\n",
            "A.C",
        ),
        ("A.java", "class A {\n  Lazy<B> lazy = new Lazy<>(() -> {\n    return one();\n  });\n}\n", "A.lazy"),
        ("A.cs", "class A {\n  Lazy<B> lazy = new Lazy<B>(() => {\n    return one();\n  });\n}\n", "A.lazy"),
        ("A.scala", "object A {\n  val f = (x: Int) => {\n    one(x)\n  }\n}\n", "A.f"),
        ("a.rs", "impl super::Conn {\n    fn read(&self) {\n        one(self)\n    }\n}\n", "Conn::read"),
        ("a.rs", "impl dyn Read + Send {\n    fn read(&self) {\n        one(self)\n    }\n}\n", "Read::read"),
        (
            "a.sol",
            "contract A {\n  function () external payable {\n    one(msg.sender);\n  }\n}\n",
            "A.fallback",
        ),
    ] {
        assert_eq!(names(path, text, "one", "two"), [expected], "{text}");
    }
}

#[test]
fn a_modifier_of_kotlin_that_is_a_name_ends_no_class() {
    let text = "class A {\n  var open = false\n  fun close() {\n    lock {\n      open = false\n      open?.x()\n    }\n  }\n  fun find(id: Int): Int {\n    return one(id)\n  }\n}\nfun g(): Int {\n  return one(2)\n}\n";
    assert_eq!(names("A.kt", text, "one", "two"), ["A.find", "g"]);
}
