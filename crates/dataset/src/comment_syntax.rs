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
}

const C_BLOCK: &[(&[u8], &[u8])] = &[(b"/*", b"*/")];

impl CommentSyntax {
    /// Comments of C, whose style most languages share.
    const C: Self = Self { line: &[b"//"], block: C_BLOCK, long_strings: false };
    const JAVASCRIPT: Self = Self { long_strings: true, ..Self::C };
    const PHP: Self = Self { line: &[b"//", b"# "], block: C_BLOCK, long_strings: false };
    const HASH: Self = Self { line: &[b"#"], block: &[], long_strings: false };
    const PYTHON: Self = Self { long_strings: true, ..Self::HASH };
    const DASHES: Self = Self { line: &[b"--"], block: C_BLOCK, long_strings: false };
    const PERCENT: Self = Self { line: &[b"%"], block: &[], long_strings: false };
    const SEMICOLON: Self = Self { line: &[b";"], block: &[], long_strings: false };
    const MARKUP: Self = Self {
        line: &[],
        block: &[(b"<!--", b"-->"), (b"/*", b"*/"), (b"<%--", b"--%>"), (b"{#", b"#}")],
        long_strings: false,
    };

    /// Returns the comments of a language. Code in no known language is read like C.
    pub fn of(language: Option<Language>) -> Self {
        use Language as L;
        match language {
            Some(L::Jupyter | L::Python | L::Vyper) => Self::PYTHON,
            Some(
                L::CoffeeScript
                | L::Crystal
                | L::Elixir
                | L::Julia
                | L::Nim
                | L::Perl
                | L::PowerShell
                | L::R
                | L::Ruby
                | L::Shell
                | L::Tcl,
            ) => Self::HASH,
            Some(L::Php) => Self::PHP,
            Some(L::Haskell) => Self { block: &[(b"{-", b"-}")], ..Self::DASHES },
            Some(L::Lua) => Self { block: &[(b"--[[", b"]]")], ..Self::DASHES },
            Some(L::Sql) => Self::DASHES,
            Some(L::Erlang) => Self::PERCENT,
            Some(L::Clojure) => Self::SEMICOLON,
            Some(L::OCaml) => Self { line: &[], block: &[(b"(*", b"*)")], long_strings: false },
            Some(L::FSharp) => Self { block: &[(b"(*", b"*)")], ..Self::C },
            Some(L::Pascal) => Self { block: &[(b"(*", b"*)"), (b"{", b"}")], ..Self::C },
            Some(L::VisualBasic) => Self { line: &[b"'"], block: &[], long_strings: false },
            Some(
                L::AspNet
                | L::ColdFusion
                | L::Eex
                | L::Ejs
                | L::Erb
                | L::FreeMarker
                | L::GoTemplate
                | L::Handlebars
                | L::Html
                | L::Jinja
                | L::Jsp
                | L::Liquid
                | L::Mustache
                | L::Razor
                | L::Smarty
                | L::Svelte
                | L::Twig
                | L::Velocity
                | L::Vue,
            ) => Self::MARKUP,
            Some(L::Go | L::JavaScript | L::TypeScript) => Self::JAVASCRIPT,
            _ => Self::C,
        }
    }
}
