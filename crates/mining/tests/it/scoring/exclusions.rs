//! Functions that a fix changes without being part of it.

use streamguard_mining::scoring::{ChangedFunction, FixScore};

use super::{function, score, score_whole};

const GUARDED: [&str; 2] = [
    "func read(r io.Reader, n int) []byte {\n\tbuf := make([]byte, n)\n\treturn fill(r, buf)\n}",
    "func read(r io.Reader, n int, limit int) []byte {\n\tif n > limit {\n\t\treturn nil\n\t}\n\tbuf := make([]byte, n)\n\treturn fill(r, buf)\n}",
];

#[test]
fn changes_that_only_follow_the_fix_are_excluded() {
    let bystanders = [
        (
            "only calls of changed functions",
            "load.go",
            [
                "func load(r io.Reader) {\n\tuse(read(r, 4))\n}",
                "func load(r io.Reader) {\n\tuse(read(r, 4, 9))\n}",
            ],
        ),
        (
            "only calls of changed functions",
            "load.go",
            [
                "func load(r io.Reader) error {\n\tb := read(r, 4)\n\treturn use(b)\n}",
                "func load(r io.Reader) error {\n\tb, err := read(r, 4)\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn use(b)\n}",
            ],
        ),
        (
            "in a file of tests or examples",
            "internal/mocks/repository.go",
            [
                "func get(n int) int {\n\treturn n\n}",
                "func get(n int) int {\n\tif n > 3 {\n\t\treturn 0\n\t}\n\treturn n\n}",
            ],
        ),
        (
            "in a file of tests or examples",
            "fuzz/harnesses/run.c",
            ["int run(int n)\n{\n    return n;\n}", "int run(int n)\n{\n    return n + 1;\n}"],
        ),
        (
            "only calls of changed functions",
            "load.c",
            [
                "static int bystander(struct r *r)\n{\n    return use(read(r, 4));\n}",
                "static int bystander(struct r *r, int limit)\n{\n    return use(read(r, 4, limit));\n}",
            ],
        ),
        (
            "only its signature",
            "api.c",
            [
                "static int bystander(struct r *r)\n{\n    return 1;\n}",
                "static int bystander(struct s *r)\n{\n    return 1;\n}",
            ],
        ),
        (
            "only options of the command line",
            "cmd/run.go",
            [
                "func flags(f *pflag.FlagSet) {\n\tf.StringVar(&name, \"name\", \"\", \"name\")\n}",
                "func flags(f *pflag.FlagSet) {\n\tf.StringVar(&name, \"name\", \"\", \"name\")\n\tf.BoolVar(&safe, \"safe\", true, \"be safe\")\n}",
            ],
        ),
        (
            "only new fields",
            "new.go",
            [
                "func New() *T {\n\treturn &T{\n\t\tname: \"a\",\n\t}\n}",
                "func New() *T {\n\treturn &T{\n\t\tname:  \"a\",\n\t\tlimit: 9,\n\t}\n}",
            ],
        ),
        (
            "only texts of errors",
            "walk.go",
            [
                "func walk() {\n\tpanic(\"unreachable\")\n}",
                "func walk() {\n\tpanic(\"walk: unreachable\")\n}",
            ],
        ),
        (
            "only texts of errors",
            "text.c",
            [
                "const char *text(int e)\n{\n    switch (e) {\n    }\n}",
                "const char *text(int e)\n{\n    switch (e) {\n    case E_A: return \"a\";\n    case E_B:\n        return \"b, \"\n               \"too\";\n    }\n}",
            ],
        ),
        (
            "only a version",
            "app.py",
            [
                "__version__ = '0.11.6'\n\ndef f():\n    pass\n",
                "__version__ = '0.11.7'\n\ndef f():\n    pass\n",
            ],
        ),
        (
            "only creates or destroys a lock",
            "new.c",
            [
                "void make(struct s *s)\n{\n    s->n = 0;\n}",
                "void make(struct s *s)\n{\n    s->n = 0;\n    pthread_mutex_init(&s->lock, NULL);\n}",
            ],
        ),
        (
            "no effect",
            "say.c",
            [
                "void say(int n)\n{\n    go(n);\n}",
                "void say(int n)\n{\n    verbose(VERB_ALGO, \"n %d\", n);\n    go(n);\n}",
            ],
        ),
        (
            "in a file of tests or examples",
            "src/part.pyi",
            ["def get(n: int): ...", "def get(n: int, m: int): ...\ndef set(n: int): ..."],
        ),
        (
            "only passes a new value on",
            "open.go",
            [
                "func open(r io.Reader) {\n\topts := options{}\n\tstart(opts)\n}",
                "func open(r io.Reader) {\n\topts := options{}\n\topts.limit = r.limit\n\tstart(opts)\n}",
            ],
        ),
        (
            "only deletes a check",
            "serve.go",
            [
                "func serve(r io.Reader) {\n\tif !valid(r) {\n\t\tfail(r)\n\t}\n\tstart(r)\n}",
                "func serve(r io.Reader) {\n\tstart(r)\n}",
            ],
        ),
        (
            "only its signature",
            "api.go",
            [
                "func decode(r io.Reader) int {\n\treturn 1\n}",
                "func Decode(r io.Reader) int {\n\treturn 1\n}",
            ],
        ),
    ];
    for (reason, path, sides) in bystanders {
        let scores =
            score_whole("Fix CVE-2021-12345", &[("bystander", path, sides), ("read", "read.go", GUARDED)]);
        assert!(!scores[0].is_fix() && scores[1].is_fix(), "{reason} {path}: {scores:?}");
        assert_eq!(scores[0].evidence[0], format!("function:{reason}"), "{path}");
    }
}

#[test]
fn functions_of_test_modules_and_files_of_template_engines_are_told_apart() {
    let one = |name: &'static str, path: &str| {
        let sides =
            ["fn read(n: usize) -> usize {\n    n\n}", "fn read(n: usize) -> usize {\n    n.min(3)\n}"];
        score_whole("Fix CVE-2021-12345", &[(name, path, sides)])[0].is_fix()
    };
    assert!(!one("tests::read", "src/lib.rs"));
    assert!(!one("read", "src/templates/page.rs"));
    assert!(one("latest::read", "src/lib.rs"));
    assert!(one("read", "src/Template.rs"));
}

#[test]
fn files_called_example_are_no_fix_beside_others() {
    let sides = ["int read(int n)\n{\n    return n;\n}", "int read(int n)\n{\n    return limited(n);\n}"];
    let fixes = |paths: &[&str]| {
        let functions: Vec<_> = paths.iter().map(|path| ("read", *path, sides)).collect();
        score_whole("Fix CVE-2021-12345", &functions).iter().map(FixScore::is_fix).collect::<Vec<_>>()
    };
    for path in ["example.c", "src/demo.js", "lib/mock.py", "util/example_form.inc", "samples.php"] {
        assert_eq!(fixes(&[path]), [true], "{path}");
        assert_eq!(fixes(&[path, "src/read.c"]), [false, true], "{path}");
    }
    assert_eq!(fixes(&["examples/read.c"]), [false]);
    assert_eq!(fixes(&["fuzz_read.c"]), [false]);
}

#[test]
fn code_outside_functions_is_no_fix_beside_a_fixed_function() {
    let (removed, added) = (["limit = 1"], ["limit = 2"]);
    let outside = ChangedFunction { name: None, ..function("", &removed, &added) };
    let fixed = function("part", &[], &["if (n > limit) return -1;"]);
    let scores = score("Fix CVE-2021-12345", &[outside, fixed]);
    assert_eq!(scores.iter().map(FixScore::is_fix).collect::<Vec<_>>(), [false, true], "{scores:?}");
    assert!(score("Fix CVE-2021-12345", &[outside])[0].is_fix());
}

#[test]
fn a_call_that_a_new_guard_surrounds_is_more_than_a_call() {
    let caller = [
        "func load(r io.Reader) {\n\tuse(read(r, 4))\n}",
        "func load(r io.Reader) {\n\tif r == nil {\n\t\treturn\n\t}\n\tuse(read(r, 4, 9))\n}",
    ];
    let scores =
        score_whole("Fix CVE-2021-12345", &[("load", "load.go", caller), ("read", "read.go", GUARDED)]);
    assert!(scores.iter().all(FixScore::is_fix), "{scores:?}");
}
