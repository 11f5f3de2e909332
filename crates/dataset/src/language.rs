//! Programming languages, by their names and by the extensions of files.

use serde::{Deserialize, Serialize};

/// Programming language of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the variants are the languages' own names")]
pub enum Language {
    AspNet,
    Assembly,
    Astro,
    C,
    Clojure,
    CoffeeScript,
    ColdFusion,
    Cpp,
    Crystal,
    CSharp,
    D,
    Dart,
    Eex,
    Ejs,
    Elixir,
    Erb,
    Erlang,
    Fortran,
    FreeMarker,
    FSharp,
    Go,
    GoTemplate,
    Groovy,
    Hack,
    Haml,
    Handlebars,
    Haskell,
    Html,
    Java,
    JavaScript,
    Jinja,
    Jsp,
    Julia,
    Jupyter,
    Kotlin,
    Lex,
    Liquid,
    Lua,
    Move,
    Mustache,
    Nim,
    ObjectiveC,
    OCaml,
    Pascal,
    Perl,
    Php,
    PowerShell,
    Pug,
    Python,
    R,
    Razor,
    Ruby,
    Rust,
    Scala,
    Shell,
    Slim,
    Smarty,
    Solidity,
    Sql,
    Svelte,
    Swift,
    Tcl,
    Twig,
    TypeScript,
    Vala,
    Velocity,
    VisualBasic,
    Vue,
    Vyper,
    Xs,
    Yacc,
    Zig,
}

/// All languages, in the order of the variants: each with its name in files, its display name, and the
/// extensions of its files. Names follow GitHub's
/// [linguist](https://github.com/github-linguist/linguist/blob/main/lib/linguist/languages.yml), and so do most extensions; dialects such as
/// CUDA and Cython count as the language that they extend.
const LANGUAGE_TABLE: &[(Language, &str, &str, &[&str])] = &[
    (Language::AspNet, "aspnet", "ASP.NET", &["aspx", "asax", "ascx", "ashx", "asmx"]),
    (Language::Assembly, "assembly", "Assembly", &["asm", "nasm", "s"]),
    (Language::Astro, "astro", "Astro", &["astro"]),
    (Language::C, "c", "C", &["c", "h", "cl", "def"]),
    (Language::Clojure, "clojure", "Clojure", &["clj", "cljs", "cljc"]),
    (Language::CoffeeScript, "coffeescript", "CoffeeScript", &["coffee"]),
    (Language::ColdFusion, "coldfusion", "ColdFusion", &["cfm", "cfc", "cfml"]),
    (
        Language::Cpp,
        "cpp",
        "C++",
        &[
            "cpp", "cc", "cxx", "c++", "cp", "cppm", "cu", "cuh", "h++", "hh", "hpp", "hxx", "inl", "ino",
            "ipp", "ixx", "tcc", "tpp", "txx", "metal",
        ],
    ),
    (Language::Crystal, "crystal", "Crystal", &["cr"]),
    (Language::CSharp, "csharp", "C#", &["cs", "csx", "cake"]),
    (Language::D, "d", "D", &["d", "di"]),
    (Language::Dart, "dart", "Dart", &["dart"]),
    (Language::Eex, "eex", "EEX", &["eex", "heex", "leex"]),
    (Language::Ejs, "ejs", "EJS", &["ejs", "ect", "jst"]),
    (Language::Elixir, "elixir", "Elixir", &["ex", "exs"]),
    (Language::Erb, "erb", "ERB", &["erb", "rhtml"]),
    (Language::Erlang, "erlang", "Erlang", &["erl", "hrl", "yrl", "escript", "xrl"]),
    (Language::Fortran, "fortran", "Fortran", &["f90", "f", "f03", "f08", "f77", "f95", "for", "fpp"]),
    (Language::FreeMarker, "freemarker", "FreeMarker", &["ftl", "ftlh"]),
    (Language::FSharp, "fsharp", "F#", &["fs", "fsi", "fsx"]),
    (Language::Go, "go", "Go", &["go"]),
    (Language::GoTemplate, "gotemplate", "Go Template", &["gohtml", "gotmpl", "tmpl"]),
    (Language::Groovy, "groovy", "Groovy", &["groovy", "gvy", "gradle"]),
    (Language::Hack, "hack", "Hack", &["hack", "hhi"]),
    (Language::Haml, "haml", "Haml", &["haml"]),
    (Language::Handlebars, "handlebars", "Handlebars", &["hbs", "handlebars"]),
    (Language::Haskell, "haskell", "Haskell", &["hs"]),
    (Language::Html, "html", "HTML", &["html", "htm", "xhtml"]),
    (Language::Java, "java", "Java", &["java"]),
    (Language::JavaScript, "javascript", "JavaScript", &["js", "jsx", "mjs", "cjs", "es6", "jsm"]),
    (Language::Jinja, "jinja", "Jinja", &["jinja", "j2", "jinja2", "njk"]),
    (Language::Jsp, "jsp", "JSP", &["jsp", "jspf", "jspx", "tagx", "tag", "gsp"]),
    (Language::Julia, "julia", "Julia", &["jl"]),
    (Language::Jupyter, "jupyter", "Jupyter Notebook", &["ipynb"]),
    (Language::Kotlin, "kotlin", "Kotlin", &["kt", "kts", "ktm"]),
    (Language::Lex, "lex", "Lex", &["l", "lex", "ll", "l++", "lpp", "lxx"]),
    (Language::Liquid, "liquid", "Liquid", &["liquid"]),
    (Language::Lua, "lua", "Lua", &["lua", "nse", "rockspec", "wlua"]),
    (Language::Move, "move", "Move", &["move"]),
    (Language::Mustache, "mustache", "Mustache", &["mustache"]),
    (Language::Nim, "nim", "Nim", &["nim", "nims"]),
    (Language::ObjectiveC, "objectivec", "Objective-C", &["m", "mm"]),
    (Language::OCaml, "ocaml", "OCaml", &["ml", "mli", "mll", "mly"]),
    (Language::Pascal, "pascal", "Pascal", &["pas", "dpr", "lpr", "pascal"]),
    (Language::Perl, "perl", "Perl", &["pl", "pm", "psgi", "plx", "perl", "ph"]),
    (
        Language::Php,
        "php",
        "PHP",
        &[
            "php", "php3", "php4", "php5", "phtml", "ctp", "engine", "inc", "install", "module", "phps",
            "theme", "php7", "php8", "phpt", "aw", "drush", "profile", "view",
        ],
    ),
    (Language::PowerShell, "powershell", "PowerShell", &["ps1", "psm1"]),
    (Language::Pug, "pug", "Pug", &["pug", "jade"]),
    (
        Language::Python,
        "python",
        "Python",
        &["py", "pyi", "pyw", "pxd", "pyx", "pxi", "py3", "wsgi", "gyp", "gypi", "tac"],
    ),
    (Language::R, "r", "R", &["r"]),
    (Language::Razor, "razor", "Razor", &["cshtml", "razor"]),
    (
        Language::Ruby,
        "ruby",
        "Ruby",
        &["rb", "rake", "gemspec", "ru", "jbuilder", "rabl", "thor", "builder", "rbw", "podspec"],
    ),
    (Language::Rust, "rust", "Rust", &["rs"]),
    (Language::Scala, "scala", "Scala", &["scala", "sc", "sbt"]),
    (Language::Shell, "shell", "Shell", &["sh", "bash", "ksh", "zsh", "bats", "command", "zsh-theme"]),
    (Language::Slim, "slim", "Slim", &["slim"]),
    (Language::Smarty, "smarty", "Smarty", &["tpl"]),
    (Language::Solidity, "solidity", "Solidity", &["sol"]),
    (
        Language::Sql,
        "sql",
        "SQL",
        &["sql", "pls", "plsql", "pgsql", "bdy", "ddl", "fnc", "pck", "pkb", "pks", "plb", "prc", "trg"],
    ),
    (Language::Svelte, "svelte", "Svelte", &["svelte"]),
    (Language::Swift, "swift", "Swift", &["swift"]),
    (Language::Tcl, "tcl", "Tcl", &["tcl", "tm"]),
    (Language::Twig, "twig", "Twig", &["twig"]),
    (Language::TypeScript, "typescript", "TypeScript", &["ts", "tsx", "mts", "cts"]),
    (Language::Vala, "vala", "Vala", &["vala"]),
    (Language::Velocity, "velocity", "Velocity", &["vm", "vtl"]),
    (Language::VisualBasic, "visualbasic", "Visual Basic .NET", &["vb", "vbhtml"]),
    (Language::Vue, "vue", "Vue", &["vue"]),
    (Language::Vyper, "vyper", "Vyper", &["vy"]),
    (Language::Xs, "xs", "XS", &["xs"]),
    (Language::Yacc, "yacc", "Yacc", &["y", "yacc", "yy", "bison", "y++", "ypp", "yxx"]),
    (Language::Zig, "zig", "Zig", &["zig"]),
];

/// Files that have their language by their whole name, by linguist.
const FILE_NAMES: &[(Language, &[&str])] = &[
    (Language::Groovy, &["Jenkinsfile"]),
    (Language::Python, &["SConscript", "SConstruct", "wscript"]),
    (
        Language::Ruby,
        &[
            "Appraisals",
            "Berksfile",
            "Brewfile",
            "Buildfile",
            "Capfile",
            "Dangerfile",
            "Deliverfile",
            "Fastfile",
            "Gemfile",
            "Guardfile",
            "Jarfile",
            "Podfile",
            "Puppetfile",
            "Rakefile",
            "Snapfile",
            "Steepfile",
            "Thorfile",
            "Vagrantfile",
        ],
    ),
    (Language::Shell, &["APKBUILD", "PKGBUILD"]),
];

/// Programs that run scripts, by language. A version may follow the name.
const INTERPRETERS: &[(Language, &[&str])] = &[
    (Language::Shell, &["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"]),
    (Language::Python, &["python", "pypy"]),
    (Language::Perl, &["perl", "cperl"]),
    (Language::Php, &["php"]),
    (Language::Ruby, &["ruby", "jruby", "rbx"]),
    (Language::JavaScript, &["node", "nodejs", "bun", "qjs", "gjs"]),
    (Language::TypeScript, &["deno", "ts-node", "tsx"]),
    (Language::Lua, &["lua", "luajit"]),
    (Language::Groovy, &["groovy"]),
    (Language::Scala, &["scala"]),
    (Language::Elixir, &["elixir"]),
    (Language::Erlang, &["escript"]),
    (Language::Haskell, &["runhaskell", "runghc"]),
    (Language::OCaml, &["ocaml"]),
    (Language::PowerShell, &["pwsh"]),
    (Language::R, &["Rscript"]),
    (Language::Tcl, &["tclsh", "wish"]),
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

    /// Returns the language that the name or the extension of a path stands for. A header `.h` counts as C.
    pub fn from_path(path: &str) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or(path);
        if let Some((language, _)) = FILE_NAMES.iter().find(|(_, names)| names.contains(&file)) {
            return Some(*language);
        }
        let (stem, extension) = file.rsplit_once('.')?;
        // `.sh` alone is the name of a hidden file, and has no extension.
        if stem.is_empty() {
            return None;
        }
        // Compilers of C++ tell `.C` from `.c`. Where all is in capitals, the case says nothing.
        if extension == "C" && stem.contains(char::is_lowercase) {
            return Some(Self::Cpp);
        }
        // A build fills the gaps of `version.c.in`.
        let extension = match extension {
            "in" => stem.rsplit_once('.')?.1,
            _ => extension,
        };
        LANGUAGE_TABLE
            .iter()
            .find(|row| row.3.iter().any(|known| known.eq_ignore_ascii_case(extension)))
            .map(|row| row.0)
    }

    /// Returns the language of the program that the first line of a script names: `#!/usr/bin/env python3`.
    pub fn from_shebang(text: &str) -> Option<Self> {
        let command = text.lines().next()?.strip_prefix("#!")?;
        let mut programs = command.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = match programs.next()? {
            "env" => programs.find(|word| !word.starts_with('-') && !word.contains('='))?,
            program => program,
        };
        let name = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        INTERPRETERS.iter().find(|(_, names)| names.contains(&name)).map(|(language, _)| *language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_the_place_of_their_language() {
        for (place, row) in LANGUAGE_TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, place);
            assert_eq!(Language::from_name(row.1), Some(row.0));
        }
    }

    #[test]
    fn extensions_stand_for_one_language() {
        let known: Vec<_> = LANGUAGE_TABLE.iter().flat_map(|row| row.3).collect();
        for (at, extension) in known.iter().enumerate() {
            assert!(!known[..at].contains(extension), "{extension}");
        }
    }

    #[test]
    fn paths_name_languages() {
        for (path, language) in [
            ("src/a.c", Some(Language::C)),
            ("src/Tree.C", Some(Language::Cpp)),
            ("build/Rakefile", Some(Language::Ruby)),
            ("Jenkinsfile", Some(Language::Groovy)),
            ("gitweb/gitweb.perl", Some(Language::Perl)),
            ("SRC/MAIN.C", Some(Language::C)),
            ("src/Tree.H", Some(Language::C)),
            ("version.c.in", Some(Language::C)),
            ("tool.py.in", Some(Language::Python)),
            ("gram.y++", Some(Language::Yacc)),
            ("Makefile.in", None),
            ("a.in.in", None),
            (".sh", None),
            ("a/b.c/in", None),
        ] {
            assert_eq!(Language::from_path(path), language, "{path}");
        }
    }

    #[test]
    fn first_lines_name_interpreters() {
        for (line, language) in [
            ("#!/bin/sh", Some(Language::Shell)),
            ("#! /usr/bin/perl -w", Some(Language::Perl)),
            ("#!/usr/bin/env python3.11\r", Some(Language::Python)),
            ("#!/usr/bin/env -S A=1 node --trace", Some(Language::JavaScript)),
            ("#!/usr/bin/env", None),
            ("#!/usr/bin/make -f", None),
            ("#!", None),
            ("/bin/sh", None),
            ("", None),
        ] {
            assert_eq!(Language::from_shebang(&format!("{line}\n#!/bin/sh\n")), language, "{line}");
        }
    }
}
