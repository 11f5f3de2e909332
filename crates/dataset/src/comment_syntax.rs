//! Comments of programming languages.

use crate::language::Language;

/// Markers that begin comments in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentSyntax {
    /// Markers of comments that reach to the end of the line.
    pub(crate) line: &'static [&'static [u8]],
    /// Markers of the begin and the end of other comments. They are looked for first.
    pub(crate) block: &'static [(&'static [u8], &'static [u8])],
    /// Whether text between three quotes, or between backticks, may have several lines.
    pub(crate) long_strings: bool,
    /// Whether text between slashes is a pattern where a value may stand.
    pub(crate) patterns: bool,
    /// Whether the marker of a comment is one only at the beginning of a word: `${path#*/}` and `s#a#b#` are none.
    pub(crate) line_begins_word: bool,
}

const C_BLOCK: &[(&[u8], &[u8])] = &[(b"/*", b"*/")];

impl CommentSyntax {
    /// Comments of C, whose style most languages share.
    const C: Self = Self {
        line: &[b"//"],
        block: C_BLOCK,
        long_strings: false,
        patterns: false,
        line_begins_word: false,
    };
    const LONG_STRINGS: Self = Self { long_strings: true, ..Self::C };
    const JAVASCRIPT: Self = Self { patterns: true, ..Self::LONG_STRINGS };
    const PHP: Self = Self { line: &[b"//", b"# "], ..Self::C };
    const HASH: Self = Self { line: &[b"#"], block: &[], ..Self::C };
    const PYTHON: Self = Self { long_strings: true, ..Self::HASH };
    const RUBY: Self = Self { patterns: true, ..Self::HASH };
    const SHELL: Self = Self { line_begins_word: true, ..Self::HASH };
    const PERL: Self = Self { patterns: true, ..Self::SHELL };
    const DASHES: Self = Self { line: &[b"--"], ..Self::C };
    const PERCENT: Self = Self { line: &[b"%"], ..Self::HASH };
    const SEMICOLON: Self = Self { line: &[b";"], ..Self::HASH };
    const BRACES: Self = Self {
        line: &[],
        block: &[(b"{{!--", b"--}}"), (b"{{!", b"}}"), (b"<!--", b"-->"), (b"/*", b"*/")],
        patterns: true,
        ..Self::C
    };
    const MARKUP: Self = Self {
        block: &[(b"<!--", b"-->"), (b"/*", b"*/"), (b"<%--", b"--%>"), (b"{#", b"#}")],
        ..Self::BRACES
    };
    const SVELTE: Self = Self { block: &[(b"<!--", b"-->"), (b"/*", b"*/")], ..Self::BRACES };

    /// Returns the comments of a language. Code in no known language is read like C.
    pub fn of(language: Option<Language>) -> Self {
        use Language as L;
        match language {
            Some(L::CoffeeScript | L::Elixir | L::Julia | L::Jupyter | L::Nim | L::Python | L::Vyper) => {
                Self::PYTHON
            }
            Some(L::Crystal | L::PowerShell | L::R | L::Tcl) => Self::HASH,
            Some(L::Ruby) => Self::RUBY,
            Some(L::Perl) => Self::PERL,
            Some(L::Shell) => Self::SHELL,
            Some(L::Php) => Self::PHP,
            Some(L::Haskell) => Self { block: &[(b"{-", b"-}")], ..Self::DASHES },
            Some(L::Lua) => Self { block: &[(b"--[[", b"]]")], ..Self::DASHES },
            Some(L::Sql) => Self::DASHES,
            Some(L::Erlang) => Self::PERCENT,
            Some(L::Clojure) => Self::SEMICOLON,
            Some(L::OCaml) => Self { line: &[], block: &[(b"(*", b"*)")], ..Self::C },
            Some(L::FSharp) => Self { block: &[(b"(*", b"*)")], ..Self::C },
            Some(L::Pascal) => Self { block: &[(b"(*", b"*)"), (b"{", b"}")], ..Self::C },
            Some(L::VisualBasic) => Self { line: &[b"'"], ..Self::HASH },
            Some(
                L::AspNet
                | L::ColdFusion
                | L::Eex
                | L::Ejs
                | L::Erb
                | L::FreeMarker
                | L::GoTemplate
                | L::Html
                | L::Jinja
                | L::Jsp
                | L::Liquid
                | L::Razor
                | L::Smarty
                | L::Twig
                | L::Velocity
                | L::Vue,
            ) => Self::MARKUP,
            Some(L::Handlebars | L::Mustache) => Self::BRACES,
            Some(L::Svelte) => Self::SVELTE,
            Some(L::CSharp | L::Dart | L::Go | L::Groovy | L::Java | L::Kotlin | L::Scala | L::Swift) => {
                Self::LONG_STRINGS
            }
            Some(L::JavaScript | L::TypeScript) => Self::JAVASCRIPT,
            _ => Self::C,
        }
    }
}
