//! Code inside of files in another language: scripts in components and pages, C in the input of parser generators,
//! cells of notebooks.
//!
//! It is read from a copy of the file with the same lines and columns, in which all else is blank.

mod markup;
mod notebook;

use streamguard_dataset::Language;

use super::c_outline::line_depth;
use super::file_filter::{is_template, looks_like_cpp};

/// Code inside of a file.
pub(super) struct EmbeddedCode {
    /// Language to parse it in.
    pub(super) language: Language,
    /// Language of the samples.
    pub(super) shown_as: Language,
    /// Path that names the grammar, if that of the file does not.
    pub(super) grammar_path: Option<&'static str>,
    /// Whether the rest of the file is not code at all.
    pub(super) is_all: bool,
    /// Both sides of the file with all else blank.
    pub(super) texts: [String; 2],
}

/// Returns the code inside of a file in `language`; `None` if there is none.
pub(super) fn embedded_code(language: Language, texts: [&str; 2]) -> Option<EmbeddedCode> {
    let new = |language, shown_as, copy: fn(&str) -> String| EmbeddedCode {
        language,
        shown_as,
        grammar_path: None,
        is_all: false,
        texts: texts.map(copy),
    };
    let in_c = |copy| {
        let is_cpp = texts.into_iter().any(looks_like_cpp);
        new(if is_cpp { Language::Cpp } else { Language::C }, language, copy)
    };
    Some(match language {
        Language::Vue | Language::Svelte | Language::Html => {
            let dialect = texts.into_iter().map(markup::script_dialect).max()?;
            let script = dialect.language();
            let grammar_path = dialect.grammar_path();
            let is_all = language == Language::Html && !texts.into_iter().any(is_template);
            EmbeddedCode { grammar_path, is_all, ..new(script, script, markup::scripts) }
        }
        Language::Astro => new(Language::TypeScript, Language::TypeScript, markup::front_matter_and_scripts),
        Language::Jupyter if texts.iter().any(|text| text.contains("\"python")) => {
            let code = new(Language::Python, Language::Python, notebook::cells);
            EmbeddedCode { is_all: true, ..code }
        }
        Language::ObjectiveC => in_c(outside_methods),
        Language::Yacc | Language::Lex => in_c(generator_code),
        Language::Xs => in_c(before_modules),
        _ => return None,
    })
}

/// Keeps the lines of the ranges that `keeps` selects, one line after the other, and empties the others.
fn lines_where(text: &str, mut keeps: impl FnMut(&str) -> bool) -> String {
    text.split_inclusive('\n').map(|line| if keeps(line) { line } else { line_end(line) }).collect()
}

/// Returns the line end of a line.
fn line_end(line: &str) -> &str {
    &line[line.trim_end_matches(['\r', '\n']).len()..]
}

/// Keeps the code around the rules: between `%{` and `%}`, in blocks such as `%code {`, and behind the second `%%`.
fn generator_code(text: &str) -> String {
    let (mut in_code, mut sections) = (false, 0);
    // Braces that are open in a block.
    let mut depth = 0_i32;
    lines_where(text, |line| {
        let word = line.trim();
        if depth > 0 {
            depth += line_depth(line);
            return depth > 0;
        }
        match word {
            _ if sections == 2 => return true,
            "%{" => in_code = true,
            "%}" => in_code = false,
            _ if in_code => return true,
            _ if word == "%%" || word.starts_with("%% ") || word.starts_with("%%\t") => sections += 1,
            _ if ["%code", "%include", "%top"].iter().any(|begin| word.starts_with(begin)) => {
                depth = line_depth(line);
            }
            _ => {}
        }
        false
    })
}

/// Keeps the C code of Perl's XS, which ends at the first `MODULE`.
fn before_modules(text: &str) -> String {
    let mut in_code = true;
    lines_where(text, |line| {
        in_code &= !line.starts_with("MODULE");
        in_code
    })
}

/// Keeps the C code of Objective-C: what is outside of interfaces and methods.
fn outside_methods(text: &str) -> String {
    let mut in_interface = false;
    let mut in_method = false;
    lines_where(text, |line| {
        let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if line.starts_with('@') {
            let ends = |end: char| line.trim_end().ends_with(end);
            let begins = starts(&["@interface", "@protocol"]) && !ends(';');
            in_interface = begins || in_interface && !starts(&["@end", "@implementation"]);
            // Variables end as methods do.
            in_method = starts(&["@implementation"]) && ends('{');
            return false;
        }
        in_method |= !in_interface && starts(&["- (", "-(", "+ (", "+("]);
        let keeps = !in_interface && !in_method;
        // The brace that ends a method stands first in its line, or behind the one that begins it.
        let in_one_line = line.contains('{') && line.trim_end().ends_with('}') && starts(&["-", "+"]);
        in_method &= !line.starts_with('}') && !in_one_line;
        keeps
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_the_same_lines() {
        let yacc = "%{\nint a;\n%}\n%token A\n%%\nx: A { f(); };\n%%\nint b;\n%%\n";
        assert_eq!(generator_code(yacc), "\nint a;\n\n\n\n\n\nint b;\n%%\n");
        assert_eq!(before_modules("int a;\nMODULE = X\nint\nf()\n"), "int a;\n\n\n\n");
    }

    #[test]
    fn blocks_of_generators_are_code() {
        let kept = |text: &str| generator_code(text).split_whitespace().collect::<Vec<_>>().join(" ");
        for begin in ["%code {", "%code requires{", "%top {", "%include {"] {
            let text = format!(
                "{begin}\nint a() {{\n  return '{{';\n}}\n}}\n%type {{ int }}\n%%\nb: A {{ c(); }};\n"
            );
            assert_eq!(kept(&text), "int a() { return '{'; }", "{begin}");
        }
        let text = "%start a\n%% /* rules */\na: B;\n%%\t\nint c;\n";
        assert_eq!(kept(text), "int c;");
        assert_eq!(kept(" %{\nint a;\n %}\n%%\nb: C;\n"), "int a;");
    }

    #[test]
    fn objective_c_has_functions_of_c_outside_of_methods() {
        let text = "#import <A.h>\n@interface A : B {\n  int a;\n}\n@property int i;\n- (void)b;\n@end\n@protocol P;\nint c;\n@implementation A {\n  int j;\n}\n- (int)d:(int)e\n{\n  if (e) {\n  }\n}\n+ (void)f { g(); }\nint h;\n@end\n";
        let kept = outside_methods(text);
        assert_eq!(kept.lines().count(), text.lines().count());
        assert_eq!(kept.split_whitespace().collect::<Vec<_>>().join(" "), "#import <A.h> int c; int h;");
    }
}
