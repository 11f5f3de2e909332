//! Programming languages, by their names and by the extensions of files.

use serde::{Deserialize, Serialize};

/// Programming language of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the variants are the languages' own names")]
pub enum Language {
    C,
    Clojure,
    CoffeeScript,
    Cpp,
    CSharp,
    Dart,
    Elixir,
    Erb,
    Erlang,
    Go,
    Groovy,
    Haskell,
    Java,
    JavaScript,
    Jsp,
    Kotlin,
    Lex,
    Lua,
    ObjectiveC,
    OCaml,
    Perl,
    Php,
    PowerShell,
    Python,
    Ruby,
    Rust,
    Scala,
    Shell,
    Solidity,
    Sql,
    Svelte,
    Swift,
    Twig,
    TypeScript,
    Vala,
    Vue,
    Xs,
    Yacc,
    Zig,
}

/// All languages, in the order of the variants: each with its name in files, its display name, and the
/// extensions of its files. Names follow GitHub's
/// [linguist](https://github.com/github-linguist/linguist/blob/main/lib/linguist/languages.yml), and so do most extensions; dialects such as
/// CUDA and Cython count as the language that they extend.
const LANGUAGE_TABLE: &[(Language, &str, &str, &[&str])] = &[
    (Language::C, "c", "C", &["c", "h"]),
    (Language::Clojure, "clojure", "Clojure", &["clj", "cljs", "cljc"]),
    (Language::CoffeeScript, "coffeescript", "CoffeeScript", &["coffee"]),
    (
        Language::Cpp,
        "cpp",
        "C++",
        &[
            "cpp", "cc", "cxx", "c++", "cp", "cppm", "cu", "cuh", "h++", "hh", "hpp", "hxx", "inl", "ino",
            "ipp", "ixx", "tcc", "tpp", "txx",
        ],
    ),
    (Language::CSharp, "csharp", "C#", &["cs", "csx"]),
    (Language::Dart, "dart", "Dart", &["dart"]),
    (Language::Elixir, "elixir", "Elixir", &["ex", "exs"]),
    (Language::Erb, "erb", "ERB", &["erb", "rhtml"]),
    (Language::Erlang, "erlang", "Erlang", &["erl", "hrl", "yrl"]),
    (Language::Go, "go", "Go", &["go"]),
    (Language::Groovy, "groovy", "Groovy", &["groovy", "gvy"]),
    (Language::Haskell, "haskell", "Haskell", &["hs"]),
    (Language::Java, "java", "Java", &["java"]),
    (Language::JavaScript, "javascript", "JavaScript", &["js", "jsx", "mjs", "cjs", "es6", "jsm"]),
    (Language::Jsp, "jsp", "JSP", &["jsp", "jspf", "jspx", "tagx"]),
    (Language::Kotlin, "kotlin", "Kotlin", &["kt", "kts"]),
    (Language::Lex, "lex", "Lex", &["l", "lex", "ll"]),
    (Language::Lua, "lua", "Lua", &["lua", "nse", "rockspec", "wlua"]),
    (Language::ObjectiveC, "objectivec", "Objective-C", &["m", "mm"]),
    (Language::OCaml, "ocaml", "OCaml", &["ml", "mli"]),
    (Language::Perl, "perl", "Perl", &["pl", "pm", "psgi"]),
    (
        Language::Php,
        "php",
        "PHP",
        &[
            "php", "php3", "php4", "php5", "phtml", "ctp", "engine", "inc", "install", "module", "phps",
            "theme",
        ],
    ),
    (Language::PowerShell, "powershell", "PowerShell", &["ps1", "psm1"]),
    (Language::Python, "python", "Python", &["py", "pyi", "pyw", "pxd", "pyx"]),
    (Language::Ruby, "ruby", "Ruby", &["rb", "rake", "gemspec", "ru", "jbuilder", "rabl", "thor"]),
    (Language::Rust, "rust", "Rust", &["rs"]),
    (Language::Scala, "scala", "Scala", &["scala", "sc"]),
    (Language::Shell, "shell", "Shell", &["sh", "bash", "ksh", "zsh"]),
    (Language::Solidity, "solidity", "Solidity", &["sol"]),
    (Language::Sql, "sql", "SQL", &["sql", "pls", "plsql", "pgsql"]),
    (Language::Svelte, "svelte", "Svelte", &["svelte"]),
    (Language::Swift, "swift", "Swift", &["swift"]),
    (Language::Twig, "twig", "Twig", &["twig"]),
    (Language::TypeScript, "typescript", "TypeScript", &["ts", "tsx", "mts", "cts"]),
    (Language::Vala, "vala", "Vala", &["vala"]),
    (Language::Vue, "vue", "Vue", &["vue"]),
    (Language::Xs, "xs", "XS", &["xs"]),
    (Language::Yacc, "yacc", "Yacc", &["y", "yacc", "yy"]),
    (Language::Zig, "zig", "Zig", &["zig"]),
];

impl Language {
    /// Returns all languages, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGE_TABLE.iter().map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        &LANGUAGE_TABLE[self as usize]
    }

    /// Returns the name in files, in lower case.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns the display name.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// Returns the most common extension of its files, without a dot.
    pub fn extension(self) -> &'static str {
        self.row().3[0]
    }

    /// Returns the language with this name in files, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        LANGUAGE_TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name)).map(|row| row.0)
    }

    /// Returns the language that the extension of a path stands for. A header `.h` counts as C.
    pub fn from_path(path: &str) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = file.rsplit_once('.')?;
        // `.sh` alone is the name of a hidden file, and has no extension.
        if stem.is_empty() {
            return None;
        }
        LANGUAGE_TABLE
            .iter()
            .find(|row| row.3.iter().any(|known| known.eq_ignore_ascii_case(extension)))
            .map(|row| row.0)
    }
}
