//! Functions of languages with a small grammar of their own, one short file each.

use streamguard_code::{FunctionFinder, SourceFile};

use super::changes;

/// Replaces every `1` by `2`, and returns the names of the functions that this changes.
fn names(path: &str, text: &str) -> Vec<String> {
    let changes = changes(path, text, &text.replace('1', "2"));
    changes.iter().map(|line| line.split(" -> ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn solidity() {
    let text = "contract A is B {\n  constructor() {\n    x = 1;\n  }\n  modifier only() {\n    require(x > 1);\n    _;\n  }\n  function f(uint a) public returns (uint) {\n    return 1;\n  }\n  receive() external payable {\n    x = 1;\n  }\n}\nlibrary L {\n  function g() internal { y = 1; }\n}\nfunction free(uint a) pure returns (uint) { return 1; }\n";
    let expected =
        ["A.constructor 2-4", "A.only 5-8", "A.f 9-11", "A.receive 12-14", "L.g 17-17", "free 19-19"];
    assert_eq!(names("a.sol", text), expected);
}

#[test]
fn kotlin() {
    let text = "package a\nclass A(val b: Int) : B() {\n  init {\n    c = 1\n  }\n  @Get(\"/x\")\n  override fun f(a: Int): Int {\n    return 1\n  }\n  fun g() = 1\n  val size: Int\n    get() = 1\n  companion object {\n    fun make() = 1\n  }\n  constructor(c: String) : this(0) {\n    d = 1\n  }\n}\nobject O { fun h() { i(1) } }\nfun String.pad(): String = this + 1\n";
    let expected = [
        "A.init 3-5",
        "A.f 6-9",
        "A.g 10-10",
        "A.size.get 12-12",
        "A.Companion.make 14-14",
        "A.constructor 16-18",
        "O.h 20-20",
        "pad 21-21",
    ];
    assert_eq!(names("a.kt", text), expected);
}

#[test]
fn a_singleton_class_of_ruby_opens_the_class_that_it_names() {
    let text = "class << Reader\n  def open(a)\n    a + 1\n  end\nend\nclass B\n  class << self\n    def c\n      1\n    end\n  end\nend\n";
    assert_eq!(names("a.rb", text), ["Reader.open 2-4", "B.c 8-10"]);
}

#[test]
fn implementations_for_references_of_rust_are_named_after_the_type() {
    let text = "impl Read for &mut Stack<T> {\n    fn read(&self) -> u8 {\n        1\n    }\n}\nimpl<'a> Read for &'a dyn Queue {\n    fn read(&self) -> u8 {\n        1\n    }\n}\n";
    assert_eq!(names("a.rs", text), ["Stack::read 2-4", "Queue::read 7-9"]);
}

#[test]
fn lua() {
    let text = "local M = {}\nlocal function f(a)\n  return 1\nend\nfunction M.g() return 1 end\nfunction M:h(a, ...)\n  local inner = function() return 1 end\n  if a then return 1 end\nend\nM.i = function(b)\n  return b + 1\nend\nlocal handlers = {\n  open = function(c) return 1 end,\n  ['on close'] = function() return 1 end,\n}\ndescribe('all', function()\n  it('opens', function()\n    assert(x > 1)\n  end)\nend)\n;(function() j = function() return 1 end end)()\nreturn { k = function() --[[ 1 ]] return 1 end }\n";
    let expected = [
        "f 2-4",
        "M.g 5-5",
        "M:h 6-9",
        "M:h.inner 7-7",
        "M.i 10-12",
        "handlers.open 14-14",
        "handlers.on close 15-15",
        "it('opens') 18-20",
        "j 22-22",
        "k 23-23",
    ];
    assert_eq!(names("a.lua", text), expected);
    assert_eq!(changes("a.lua", "function f()\nend\n", "function f()\n  g()\nend\n").len(), 1);
}

#[test]
fn swift() {
    let text = "class A: B {\n  init(a: Int) {\n    b = 1\n  }\n  @objc func f(_ a: Int) -> Int {\n    return 1\n  }\n  var size: Int { return 1 }\n  var c: Int {\n    get { return 1 }\n    set { d = 1 }\n  }\n  deinit { e(1) }\n}\nextension A {\n  static func g() { h(1) }\n}\nprotocol P { func i() }\nfunc free() -> Int { 1 }\n";
    let expected = [
        "A.init 2-4",
        "A.f 5-7",
        "A.size 8-8",
        "A.c.get 10-10",
        "A.c.set 11-11",
        "A.deinit 13-13",
        "A.g 16-16",
        "free 19-19",
    ];
    assert_eq!(names("a.swift", text), expected);
}

#[test]
fn scala() {
    let text = "package a.b\nclass A(b: Int) extends B {\n  def f(a: Int): Int = {\n    1\n  }\n  def g = 1\n  def abstractOne(a: Int): Int\n}\nobject A {\n  private def h(a: Int) = a + 1\n}\ntrait T { def i(): Unit = { j(1) } }\n";
    assert_eq!(names("a.scala", text), ["A.f 3-5", "A.g 6-6", "A.h 10-10", "T.i 12-12"]);
}

#[test]
fn dart() {
    let text = "int free(int a) {\n  return 1;\n}\nclass A extends B {\n  A(this.b) { c = 1; }\n  A.named(int x) : d = 0 { c = 1; }\n  factory A.make() { return A(1); }\n  @override\n  int f(int a) {\n    return 1;\n  }\n  int get size => 1;\n  bool operator ==(Object other) { return 1 > 0; }\n}\nmixin M { void g() { h(1); } }\nextension E on A { int i() => 1; }\n";
    let expected = [
        "free 1-3",
        "A.A 5-5",
        "A.named 6-6",
        "A.make 7-7",
        "A.f 8-11",
        "A.size 12-12",
        "A.operator == 13-13",
        "M.g 15-15",
        "E.i 16-16",
    ];
    assert_eq!(names("a.dart", text), expected);
}

#[test]
fn all_functions_of_a_file_are_found_without_a_change() {
    let found = |path: &str, text: &str| {
        let file = SourceFile::recognise(path, text.as_bytes()).expect("a known language");
        let functions = FunctionFinder::new().find(&file).expect("a parse in time");
        functions
            .into_iter()
            .map(|f| format!("{} {}-{}", f.name, f.start_line, f.end_line))
            .collect::<Vec<_>>()
    };
    let python =
        "class A:\n    def f(self):\n        def g():\n            pass\n        return g\n\ndef h(): pass\n";
    assert_eq!(found("a.py", python), ["A.f 2-5", "A.f.g 3-4", "h 7-7"]);
    let comments = "def f():\n    if a:\n        g()\n        # g(2)\n\n    # on h\ndef h():\n    # none\n    pass\n    # end\n";
    assert_eq!(found("a.py", comments), ["f 1-3", "h 7-9"]);
    // The tree hides the last quote.
    let scala = "def f(n: String) = s\"a $n b\"\ndef g = s\"\"\"\n$n\n\"\"\"\n";
    assert_eq!(found("a.scala", scala), ["f 1-1", "g 2-4"]);
    assert_eq!(found("a.c", "int f(void)\n{\n}\nFOO(int) g(int a) { return a; }\n"), ["f 1-3", "g 4-4"]);
    assert_eq!(found("a.vue", "<p>\n<script>\nfunction f() {\n}\n</script>\n"), ["f 3-4"]);
    assert!(found("a.go", "").is_empty());
    assert!(SourceFile::recognise("a.txt", b"int f(void) {}").is_none());
}
