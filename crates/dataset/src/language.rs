//! Programming languages, by their names and by the extensions of files.

use serde::{Deserialize, Serialize};

/// Programming language of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the variants are the languages' own names")]
pub enum Language {
    C,
    Cpp,
    CSharp,
    Go,
    Java,
    JavaScript,
    Kotlin,
    Lua,
    ObjectiveC,
    Perl,
    Php,
    Python,
    Ruby,
    Rust,
    Scala,
    Shell,
    Sql,
    Swift,
    TypeScript,
}

/// All languages, in the order of the variants: each with its name in files, its display name, and the
/// extensions of its files.
const LANGUAGE_TABLE: &[(Language, &str, &str, &[&str])] = &[
    (Language::C, "c", "C", &["c", "h"]),
    (
        Language::Cpp,
        "cpp",
        "C++",
        &["cpp", "cc", "cxx", "c++", "hpp", "hh", "hxx", "h++", "ipp", "tpp", "inl"],
    ),
    (Language::CSharp, "csharp", "C#", &["cs"]),
    (Language::Go, "go", "Go", &["go"]),
    (Language::Java, "java", "Java", &["java"]),
    (Language::JavaScript, "javascript", "JavaScript", &["js", "jsx", "mjs", "cjs"]),
    (Language::Kotlin, "kotlin", "Kotlin", &["kt", "kts"]),
    (Language::Lua, "lua", "Lua", &["lua"]),
    (Language::ObjectiveC, "objectivec", "Objective-C", &["m", "mm"]),
    (Language::Perl, "perl", "Perl", &["pl", "pm"]),
    (Language::Php, "php", "PHP", &["php", "php3", "php4", "php5", "phtml", "inc"]),
    (Language::Python, "python", "Python", &["py", "pyi", "pyw"]),
    (Language::Ruby, "ruby", "Ruby", &["rb", "rake", "gemspec", "ru"]),
    (Language::Rust, "rust", "Rust", &["rs"]),
    (Language::Scala, "scala", "Scala", &["scala"]),
    (Language::Shell, "shell", "Shell", &["sh", "bash", "ksh", "zsh"]),
    (Language::Sql, "sql", "SQL", &["sql"]),
    (Language::Swift, "swift", "Swift", &["swift"]),
    (Language::TypeScript, "typescript", "TypeScript", &["ts", "tsx", "mts", "cts"]),
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
