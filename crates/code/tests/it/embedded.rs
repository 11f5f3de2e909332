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
fn modules_and_themes_are_php_only_with_its_tag() {
    let text = "<?php\nfunction example_find($id) {\n  return one($id);\n}\n";
    for path in ["example.module", "example.theme", "example.install"] {
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
    ] {
        let (before, after) = ("a = 1\nb = 1\n", "a = 2\nb = 1\n");
        assert_eq!(compared(path, before, after).0, language, "{path}");
    }
}
