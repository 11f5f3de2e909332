//! The grammar of each language.

use std::borrow::Cow;

use streamguard_dataset::Language;

use super::role_tables::{
    C_SHARP_ROLES, DART_ROLES, GO_ROLES, JAVA_ROLES, JAVASCRIPT_ROLES, KOTLIN_ROLES, LUA_ROLES, PHP_ROLES,
    PYTHON_ROLES, RUBY_ROLES, RUST_ROLES, RoleTable, SCALA_ROLES, SOLIDITY_ROLES, SWIFT_ROLES,
};
use crate::kotlin_words::without_modifier_names;
use crate::php_offsets::with_square_offsets;
use crate::ruby_commands::without_command_bodies;
use crate::typescript_call_signatures::with_parted_signatures;

/// Parser of a language, and the properties needed to find functions in its files.
pub(crate) struct LanguageGrammar {
    /// Loads the parser.
    pub(crate) parser: fn() -> tree_sitter::Language,
    /// Separator between a class and its method in a qualified name.
    pub(crate) separator: &'static str,
    /// Separator after a namespace.
    pub(crate) namespace_separator: &'static str,
    /// Whether an incremental parse gives exactly the tree of a full parse.
    ///
    /// Compared on 38,500 changes from the history of 46 projects, and on 13,100 more with lines removed,
    /// doubled and swapped at random: equal in all 37,100 whose trees have no errors. In JavaScript (9,000
    /// changes) the end of a statement without a semicolon differed three times; TypeScript shares that
    /// scanner.
    pub(crate) incremental: bool,
    /// Returns the text as the parser reads it, of the same length and with the same lines.
    pub(crate) readable: fn(&str) -> Cow<'_, str>,
    /// Whether indentation is code and a string that stands alone first in a body is documentation.
    pub(crate) indented: bool,
    /// Whether files contain macros and conditional compilation, so that functions are found by their
    /// brackets and not in the tree.
    pub(crate) preprocessed: bool,
    /// Roles of the kinds of nodes that have one.
    pub(super) roles: RoleTable,
}

/// Finds the grammar for files in `language` at `path`.
///
/// The index identifies the grammar, since TypeScript has a second one for `.tsx`.
pub(crate) fn find_grammar(language: Language, path: &str) -> Option<(usize, &'static LanguageGrammar)> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let index = GRAMMARS.iter().position(|(of, only, _)| {
        *of == language && (only.is_empty() || only.eq_ignore_ascii_case(extension))
    })?;
    Some((index, &GRAMMARS[index].2))
}

const DOTTED: LanguageGrammar = LanguageGrammar {
    parser: || tree_sitter_java::LANGUAGE.into(),
    separator: ".",
    namespace_separator: ".",
    incremental: true,
    readable: |text| Cow::Borrowed(text),
    indented: false,
    preprocessed: false,
    roles: JAVA_ROLES,
};

const COLONS: LanguageGrammar = LanguageGrammar { separator: "::", namespace_separator: "::", ..DOTTED };

const PREPROCESSED: LanguageGrammar =
    LanguageGrammar { parser: || tree_sitter_cpp::LANGUAGE.into(), preprocessed: true, roles: &[], ..COLONS };

/// Languages whose incremental parses are not known to be exact.
const REPARSED: LanguageGrammar = LanguageGrammar { incremental: false, ..DOTTED };

const ECMA: LanguageGrammar = LanguageGrammar {
    parser: || tree_sitter_javascript::LANGUAGE.into(),
    roles: JAVASCRIPT_ROLES,
    ..REPARSED
};

const TYPED_ECMA: LanguageGrammar = LanguageGrammar {
    parser: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    readable: with_parted_signatures,
    ..ECMA
};

/// A language, the only extension that its grammar is for (`""` for all), and the grammar.
type GrammarEntry = (Language, &'static str, LanguageGrammar);

static GRAMMARS: &[GrammarEntry] = &[
    (Language::C, "", LanguageGrammar { parser: || tree_sitter_c::LANGUAGE.into(), ..PREPROCESSED }),
    (Language::Cpp, "", PREPROCESSED),
    (
        Language::CSharp,
        "",
        LanguageGrammar { parser: || tree_sitter_c_sharp::LANGUAGE.into(), roles: C_SHARP_ROLES, ..DOTTED },
    ),
    (
        Language::Dart,
        "",
        LanguageGrammar {
            parser: || tree_sitter_dart_orchard::LANGUAGE.into(),
            roles: DART_ROLES,
            ..REPARSED
        },
    ),
    (
        Language::Go,
        "",
        LanguageGrammar { parser: || tree_sitter_go::LANGUAGE.into(), roles: GO_ROLES, ..DOTTED },
    ),
    (Language::Java, "", DOTTED),
    (Language::JavaScript, "", ECMA),
    (
        Language::Kotlin,
        "",
        LanguageGrammar {
            parser: || tree_sitter_kotlin_ng::LANGUAGE.into(),
            readable: without_modifier_names,
            roles: KOTLIN_ROLES,
            ..REPARSED
        },
    ),
    (
        Language::Lua,
        "",
        LanguageGrammar { parser: || tree_sitter_lua::LANGUAGE.into(), roles: LUA_ROLES, ..REPARSED },
    ),
    (
        Language::Php,
        "",
        LanguageGrammar {
            parser: || tree_sitter_php::LANGUAGE_PHP.into(),
            namespace_separator: "\\",
            readable: with_square_offsets,
            roles: PHP_ROLES,
            ..COLONS
        },
    ),
    (
        Language::Python,
        "",
        LanguageGrammar {
            parser: || tree_sitter_python::LANGUAGE.into(),
            indented: true,
            roles: PYTHON_ROLES,
            ..DOTTED
        },
    ),
    (
        Language::Ruby,
        "",
        LanguageGrammar {
            parser: || tree_sitter_ruby::LANGUAGE.into(),
            readable: without_command_bodies,
            roles: RUBY_ROLES,
            ..COLONS
        },
    ),
    (
        Language::Rust,
        "",
        LanguageGrammar { parser: || tree_sitter_rust::LANGUAGE.into(), roles: RUST_ROLES, ..COLONS },
    ),
    (
        Language::Scala,
        "",
        LanguageGrammar { parser: || tree_sitter_scala::LANGUAGE.into(), roles: SCALA_ROLES, ..REPARSED },
    ),
    (
        Language::Solidity,
        "",
        LanguageGrammar {
            parser: || tree_sitter_solidity::LANGUAGE.into(),
            roles: SOLIDITY_ROLES,
            ..REPARSED
        },
    ),
    (
        Language::Swift,
        "",
        LanguageGrammar { parser: || tree_sitter_swift::LANGUAGE.into(), roles: SWIFT_ROLES, ..REPARSED },
    ),
    // `<T>x` is a cast in .ts files and an element in .tsx files.
    (
        Language::TypeScript,
        "tsx",
        LanguageGrammar { parser: || tree_sitter_typescript::LANGUAGE_TSX.into(), ..TYPED_ECMA },
    ),
    (Language::TypeScript, "", TYPED_ECMA),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_in_the_role_tables_exists_in_its_grammar() {
        for (language, only, grammar) in GRAMMARS {
            let parser = (grammar.parser)();
            for (kind, role) in grammar.roles {
                // JavaScript and TypeScript share one table.
                let known = parser.id_for_node_kind(kind, true) != 0
                    || (*language == Language::JavaScript || *language == Language::TypeScript);
                assert!(known, "{} {only}: no {kind} for {role:?}", language.name());
            }
        }
    }
}
