//! Code inside of files in another language, and languages without a parser.

use streamguard_code::{FileChange, FileComparer};
use streamguard_dataset::{Rejection, SampleLevel};

use super::compare;

/// Returns the language of a comparison, and for each change its name and the first line.
fn compared(path: &str, before: &str, after: &str) -> (&'static str, Vec<(Option<String>, u32)>) {
    let found = compare(path, before, after);
    let line =
        |change: streamguard_code::CodeChange| (change.name, change.after.map_or(0, |code| code.start_line));
    (found.language.name(), found.changes.into_iter().map(line).collect())
}

#[test]
fn scripts_of_components_are_read_as_scripts() {
    let text = "<template><div v-html=\"x\"></div></template>\n<script lang=\"js\">\nexport default {\n  methods: {\n    find(id) {\n      return get(id);\n    }\n  }\n}\n</script>\n<style>p { }</style>\n";
    let changed = text.replace("get(id)", "get(esc(id))");
    for path in ["App.vue", "App.svelte"] {
        let (language, changes) = compared(path, text, &changed);
        assert_eq!(language, "javascript");
        assert!(changes.len() == 1 && changes[0].1 == 5, "{changes:?}");
        assert!(changes[0].0.as_deref().is_some_and(|name| name.ends_with("find")), "{changes:?}");
    }
    let typed = |text: &str| text.replace("lang=\"js\"", "lang=\"ts\"");
    assert_eq!(compared("App.vue", &typed(text), &typed(&changed)).0, "typescript");
    // Outside of the script, the lines are those of a component.
    let template = text.replace("v-html", "v-text");
    let found = compare("App.vue", text, &template);
    assert_eq!((found.language.name(), found.changes[0].level), ("vue", SampleLevel::Hunk));
}

#[test]
fn functions_in_the_input_of_generators_are_found() {
    let function = "static int parse(int n)\n{\n    return one(n);\n}\n";
    let yacc = format!(
        "%{{\n{function}%}}\n%token A\n%%\nstart: A {{ if (x) {{ }};\n%%\n{}",
        function.replace("parse", "more")
    );
    let found = compared("gram.y", &yacc, &yacc.replace("one", "two"));
    assert_eq!(found, ("yacc", vec![(Some("parse".to_owned()), 2), (Some("more".to_owned()), 11)]));
    let rules = compare("gram.y", &yacc, &yacc.replace("start: A", "start: A A"));
    assert_eq!((rules.language.name(), rules.changes[0].level), ("yacc", SampleLevel::Hunk));
    let xs = format!("{function}\nMODULE = A  PACKAGE = A\n\nint\nf(a)\n  CODE:\n    {{\n");
    assert_eq!(compared("A.xs", &xs, &xs.replace("one", "two")), ("xs", vec![(Some("parse".to_owned()), 1)]));
}

#[test]
fn generators_have_functions_in_blocks_too() {
    let function = "static int parse(int n)\n{\n    return one(n);\n}\n";
    for (path, begin, end, name) in [
        ("gram.y", "%code top {", "}", "parse"),
        ("gram.ypp", "%code {\nnamespace a {", "}\n}", "a::parse"),
        ("parse.y", "%include {", "}", "parse"),
        ("scan.l", "  %{", "  %}", "parse"),
        ("scan.l++", "%top{", "}", "parse"),
        ("gram.y++", "%%\na: B { f(); };\n%% /* code */", "", "parse"),
    ] {
        let text = format!("%option a\n{begin}\n{function}{end}\n");
        let (_, changes) = compared(path, &text, &text.replace("one", "two"));
        assert_eq!(changes.len(), 1, "{begin}");
        assert_eq!(changes[0].0.as_deref(), Some(name), "{begin}");
    }
}

#[test]
fn scripts_of_pages_are_read_as_scripts() {
    let script = "export function find(id: string) {\n  return get(id);\n}\n";
    let changed = |text: &str| text.replace("get(id)", "get(esc(id))");
    let found = |path: &str, text: &str| compared(path, text, &changed(text));
    let tsx = format!("<script lang=tsx>\n{script}const a = <p>{{id}}</p>;\n</script>\n");
    assert_eq!(found("A.vue", &tsx), ("typescript", vec![(Some("find".to_owned()), 2)]));
    assert!(!compare("A.vue", &tsx, &changed(&tsx)).changes[0].parse_error);
    let linked = format!("<script src=\"x.js\" />\n<scripts>\n</scripts>\n<script>\n{script}</script>\n");
    assert_eq!(found("A.vue", &linked), ("javascript", vec![(Some("find".to_owned()), 5)]));
    let astro = format!("---\n{script}---\n<p>x</p>\n");
    assert_eq!(found("a.astro", &astro), ("typescript", vec![(Some("find".to_owned()), 2)]));
    let html = format!("<html><script>\n{}</script>\n", script.replace(": string", ""));
    assert_eq!(found("a.html", &html), ("javascript", vec![(Some("find".to_owned()), 2)]));
    let data = html.replace("<script>", "<script type=\"text/template\">");
    // A page without tags of templates is a document apart from its scripts.
    let change = FileChange {
        path_before: Some("a.html"),
        path_after: Some("a.html"),
        before: html.as_bytes(),
        after: &html.as_bytes()["<html>".len()..],
    };
    let after = changed(&data);
    let of_data = FileChange { before: data.as_bytes(), after: after.as_bytes(), ..change };
    for change in [change, of_data] {
        assert_eq!(FileComparer::new().compare(&change), Err(Rejection::Unchanged));
    }
    let template = format!("<p>{{{{ get(id) }}}}</p>{data}");
    assert_eq!(found("a.html", &template).0, "html");
}

#[test]
fn cells_of_notebooks_are_python() {
    let cell = |code: &str| {
        format!(
            "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"def run(c):\\n\",\n    \"    {code}\\n\",\n    \"    return \\\"a\\\"\"\n   ]\n  }}\n ],\n \"metadata\": {{\"language\": \"python\"}}\n}}\n"
        )
    };
    let found = compare("a.ipynb", &cell("one(c)"), &cell("two(c)"));
    let code = found.changes[0].after.clone().expect("code");
    assert_eq!((found.language.name(), found.changes[0].name.as_deref()), ("python", Some("run")));
    assert_eq!((&*code.text, code.start_line), ("def run(c):\n    two(c)\n    return \"a\"", 6));
    let text = cell("one(c)");
    let metadata = text.replace("metadata", "other");
    let change = FileChange {
        path_before: Some("a.ipynb"),
        path_after: Some("a.ipynb"),
        before: text.as_bytes(),
        after: metadata.as_bytes(),
    };
    assert_eq!(FileComparer::new().compare(&change), Err(Rejection::Unchanged));
}

#[test]
fn functions_of_c_among_methods_of_objective_c_are_found() {
    let text = "#import \"A.h\"\n\n@implementation A (Category)\n- (int)get:(int)n {\n  return one(n);\n}\nstatic int parse(int n)\n{\n  return [self one:n];\n}\n@end\n";
    let found = compared("A.m", text, &text.replace("[self one", "[self two"));
    assert_eq!(found, ("objectivec", vec![(Some("parse".to_owned()), 7)]));
    let method = compare("A.m", text, &text.replace("one(n)", "two(n)"));
    assert_eq!((method.language.name(), method.changes[0].level), ("objectivec", SampleLevel::Hunk));
}

#[test]
fn modules_and_themes_are_php_only_with_its_tag() {
    let text = "<?php\nfunction example_find($id) {\n  return one($id);\n}\n";
    for path in ["example.module", "example.theme", "example.install", "example.profile", "example.drush"] {
        let found = compared(path, text, &text.replace("one", "two"));
        assert_eq!(found, ("php", vec![(Some("example_find".to_owned()), 2)]));
        let change =
            FileChange { path_before: Some(path), path_after: Some(path), before: b"a b\n", after: b"a c\n" };
        assert_eq!(FileComparer::new().compare(&change), Err(Rejection::UnknownLanguage));
    }
}

#[test]
fn templates_and_dialects_have_a_language() {
    for (path, language) in [
        ("page.html.erb", "erb"),
        ("page.jsp", "jsp"),
        ("page.html.twig", "twig"),
        ("kernel.cu", "cpp"),
        ("impl.tcc", "cpp"),
        ("impl.ipp", "cpp"),
        ("ext.pyx", "python"),
        ("schema.sql", "sql"),
        ("scan.l", "lex"),
        ("page.html.j2", "jinja"),
        ("page.hbs", "handlebars"),
        ("Page.cshtml", "razor"),
        ("analysis.R", "r"),
    ] {
        let (before, after) = ("a = 1\nb = 1\n", "a = 2\nb = 1\n");
        assert_eq!(compared(path, before, after).0, language, "{path}");
    }
}

#[test]
fn the_text_of_a_file_decides_between_languages_with_its_extension() {
    let c = "int f(int a)\n{\n  return 1;\n}\n";
    let cases = [
        ("bin/tool", "#!/usr/bin/env python3\nb = 1\n", Some("python")),
        ("bin/tool", "b = 1\n", None),
        ("Makefile", "#!/usr/bin/env python3\nb = 1\n", None),
        ("www/a.cgi", "#!/usr/bin/perl -w\n$b = 1;\n", Some("perl")),
        ("a.def", c, Some("c")),
        ("a.def", "EXPORTS\nb @1\n", None),
        ("gen.hpp.in", c, Some("cpp")),
        ("config.h.in", "#undef A1\n", None),
        ("a.hh", "<?hh\nfunction b() { return 1; }\n", Some("hack")),
        ("a.tpl", "<?php\n$b = 1;\n", Some("php")),
        ("a.tpl", "{{ b 1 }}\n", Some("gotemplate")),
        ("a.tpl", "{$b|c:1}\n", Some("smarty")),
        ("a.html", "<p>1</p>\n", None),
        ("a.html", "<p>{{ b1 }}</p>\n", Some("html")),
        ("a.ftl", "b = { $c1 }\n", None),
        ("a.fs", "let b = 1\n", Some("fsharp")),
        ("a.fs", "uniform vec4 b1;\n", None),
        ("a.ts", "<?xml version=\"1.0\"?>\n", None),
        ("a.m", "function b = c()\n  b = 1;\nend\n", None),
        ("a.h", "@interface A\n- (int)b1;\n@end\n", Some("objectivec")),
        ("a.h", "struct A : B {\n  int f() { return 1; }\n};\n", Some("cpp")),
    ];
    for (path, text, language) in cases {
        let after = text.replace('1', "2");
        let change = FileChange {
            path_before: Some(path),
            path_after: Some(path),
            before: text.as_bytes(),
            after: after.as_bytes(),
        };
        let found = FileComparer::new().compare(&change).map(|found| found.language.name());
        assert_eq!(found, language.ok_or(Rejection::UnknownLanguage), "{path}: {text}");
    }
}
