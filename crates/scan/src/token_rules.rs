//! Comments, strings and ends of statements, by language.

use streamguard_dataset::Language;

/// End of a statement apart from `;`, `{` and `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// A line end is white space.
    Ignored,
    /// A line end outside of brackets ends a statement, and braces are brackets, as in Python.
    Always,
    /// A line end ends a statement if the last token can be the last one of a statement, as in
    /// [Go](https://go.dev/ref/spec#Semicolons), and no operator begins the next line.
    Inferred,
}

/// Lexical rules of a language, as far as statements depend on them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenRules {
    pub(crate) line_end: LineEnd,
    /// Whether `//` and `/*` begin comments.
    pub(crate) slash_comments: bool,
    /// Whether `#` begins a comment.
    pub(crate) hash_comments: bool,
    /// Whether `--` begins a comment, of many lines if `[[` follows.
    pub(crate) dash_comments: bool,
    /// Whether a line that begins with `#` is a directive.
    pub(crate) directives: bool,
    /// Whether three quotes begin a string of many lines.
    pub(crate) triple_quotes: bool,
    /// Whether a backtick begins a string of many lines.
    pub(crate) backticks: bool,
    /// Whether an apostrophe may also begin a lifetime.
    pub(crate) lifetimes: bool,
    /// Whether a line that begins with `def` begins anew, whatever is open.
    pub(crate) resumes_at_def: bool,
}

/// Rules of C, from which others differ.
const C_RULES: TokenRules = TokenRules {
    line_end: LineEnd::Ignored,
    slash_comments: true,
    hash_comments: false,
    dash_comments: false,
    directives: true,
    triple_quotes: false,
    backticks: false,
    lifetimes: false,
    resumes_at_def: false,
};

const PLAIN_RULES: TokenRules = TokenRules { directives: false, ..C_RULES };

const INFERRED_RULES: TokenRules = TokenRules { line_end: LineEnd::Inferred, ..PLAIN_RULES };

impl TokenRules {
    /// Returns the rules of a language; `None` if its functions cannot be found.
    pub(crate) fn of(language: Language) -> Option<Self> {
        Some(match language {
            Language::C
            | Language::Cpp
            | Language::CSharp
            | Language::Lex
            | Language::ObjectiveC
            | Language::Yacc
            | Language::Xs => C_RULES,
            Language::Java | Language::Solidity => PLAIN_RULES,
            Language::Dart => Self { triple_quotes: true, ..PLAIN_RULES },
            Language::Rust => Self { lifetimes: true, ..PLAIN_RULES },
            Language::Php => Self { hash_comments: true, ..PLAIN_RULES },
            Language::Go | Language::JavaScript | Language::TypeScript | Language::Vue | Language::Svelte => {
                Self { backticks: true, ..INFERRED_RULES }
            }
            Language::Kotlin | Language::Scala | Language::Swift => {
                Self { triple_quotes: true, ..INFERRED_RULES }
            }
            Language::Lua => Self { slash_comments: false, dash_comments: true, ..INFERRED_RULES },
            Language::Ruby => {
                Self { slash_comments: false, hash_comments: true, resumes_at_def: true, ..INFERRED_RULES }
            }
            Language::Python => Self {
                line_end: LineEnd::Always,
                slash_comments: false,
                hash_comments: true,
                triple_quotes: true,
                ..PLAIN_RULES
            },
            _ => return None,
        })
    }
}
