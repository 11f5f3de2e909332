//! Parsers and queries for syntax highlighting.

use streamguard_dataset::Language;

use super::grammar::find_grammar;

/// Parser of a language, and the queries of its grammar that name what to colour.
///
/// The fields are the arguments of `HighlightConfiguration::new` in the crate `tree-sitter-highlight`.
pub struct HighlightGrammar {
    /// The parser.
    pub parser: tree_sitter::Language,
    /// Query for the parts to colour.
    pub highlights: String,
    /// Query for local variables; empty if the grammar has none.
    pub locals: String,
}

/// Returns the parser and the queries to highlight a function in `language`; `None` if there are none.
///
/// ```
/// use streamguard_code::highlight_grammar;
/// use streamguard_dataset::Language;
///
/// let grammar = highlight_grammar(Language::Python).expect("a grammar of Python");
/// assert!(grammar.highlights.contains("@function"));
/// assert!(highlight_grammar(Language::Scala).is_none());
/// ```
pub fn highlight_grammar(language: Language) -> Option<HighlightGrammar> {
    // The queries of a language that another one extends come last: the most specific one must be first.
    let (highlights, locals): (&[&str], &[&str]) = match language {
        Language::C => (&[tree_sitter_c::HIGHLIGHT_QUERY], &[]),
        Language::Cpp => (&[tree_sitter_cpp::HIGHLIGHT_QUERY, tree_sitter_c::HIGHLIGHT_QUERY], &[]),
        Language::CSharp => (&[tree_sitter_c_sharp::HIGHLIGHTS_QUERY], &[]),
        Language::Go => (&[tree_sitter_go::HIGHLIGHTS_QUERY], &[]),
        Language::Java => (&[tree_sitter_java::HIGHLIGHTS_QUERY], &[]),
        Language::JavaScript => (
            &[tree_sitter_javascript::HIGHLIGHT_QUERY, tree_sitter_javascript::JSX_HIGHLIGHT_QUERY],
            &[tree_sitter_javascript::LOCALS_QUERY],
        ),
        Language::Php => (&[tree_sitter_php::HIGHLIGHTS_QUERY], &[]),
        Language::Python => (&[tree_sitter_python::HIGHLIGHTS_QUERY], &[]),
        Language::Ruby => (&[tree_sitter_ruby::HIGHLIGHTS_QUERY], &[tree_sitter_ruby::LOCALS_QUERY]),
        Language::Rust => (&[tree_sitter_rust::HIGHLIGHTS_QUERY], &[]),
        Language::TypeScript => (
            &[tree_sitter_typescript::HIGHLIGHTS_QUERY, tree_sitter_javascript::HIGHLIGHT_QUERY],
            &[tree_sitter_typescript::LOCALS_QUERY, tree_sitter_javascript::LOCALS_QUERY],
        ),
        _ => return None,
    };
    let parser = match language {
        // Samples are functions, without the tag `<?php` that begins a file.
        Language::Php => tree_sitter_php::LANGUAGE_PHP_ONLY.into(),
        _ => (find_grammar(language, "")?.1.parser)(),
    };
    Some(HighlightGrammar { parser, highlights: highlights.concat(), locals: locals.concat() })
}
