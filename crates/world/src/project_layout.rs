//! Layouts of projects, by language.

use std::sync::LazyLock;

use serde::Deserialize;
use streamguard_dataset::Language;

use crate::text_data;
use crate::words::{IdentifierCase, capitalized, pascal};

/// Conventions of projects in one language.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ProjectLayout {
    /// Language of the code.
    pub(crate) language: Language,
    /// Case of names.
    pub(crate) case: IdentifierCase,
    /// Extension of source files.
    pub(crate) extension: String,
    /// Blank lines between functions.
    #[serde(default = "one_blank_line")]
    pub(crate) blank_lines: usize,
    /// Folders of source files; `{package}` is the name of the package.
    folders: Vec<String>,
    /// Path of a file of tests.
    test_path: String,
    /// Name of the file with the dependencies.
    pub(crate) manifest: String,
    /// Function of a test; `{name}`, `{Name}` and `{number}` are filled in.
    test: String,
    /// Lines that ordinary code needs.
    imports: Vec<ImportLine>,
    /// Lines that tests need.
    pub(crate) test_imports: Vec<String>,
    /// Libraries that the manifest names.
    pub(crate) libraries: Vec<String>,
    /// Sign of a comment of one line.
    comment: String,
}

/// A line at the head of a file, and the text in the code that needs it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ImportLine {
    line: String,
    needed_by: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct LayoutFile {
    #[serde(rename = "layout")]
    layouts: Vec<ProjectLayout>,
}

fn one_blank_line() -> usize {
    1
}

static LAYOUTS: LazyLock<Vec<ProjectLayout>> = LazyLock::new(|| {
    let file: LayoutFile = text_data::parse("layouts.toml", include_str!("../data/layouts.toml"));
    file.layouts
});

impl ProjectLayout {
    /// Returns the layout of projects in `language`, if there is one.
    pub(crate) fn of(language: Language) -> Option<&'static Self> {
        LAYOUTS.iter().find(|layout| layout.language == language)
    }

    /// Returns all layouts.
    pub(crate) fn all() -> &'static [Self] {
        &LAYOUTS
    }

    /// Returns the path of the source file `stem`, in snake case, in folder number `folder`.
    pub(crate) fn path(&self, package: &str, folder: usize, stem: &str) -> String {
        let folder = self.folders[folder % self.folders.len()].replace("{package}", package);
        format!("{folder}/{}.{}", self.stem(stem), self.extension)
    }

    /// Returns the path of the tests of a source file.
    pub(crate) fn test_path(&self, package: &str, stem: &str) -> String {
        self.test_path.replace("{package}", package).replace("{stem}", &self.stem(stem))
    }

    /// Returns the name of a file in the style of the language.
    pub(crate) fn stem(&self, stem: &str) -> String {
        match self.language {
            Language::Java | Language::Php => pascal(stem),
            Language::JavaScript => stem.replace('_', "-"),
            _ => stem.to_owned(),
        }
    }

    /// Returns the name of the class in the file `stem`. Where the language leaves the choice, there is one
    /// only with `in_class`.
    pub(crate) fn class(&self, stem: &str, in_class: bool) -> Option<String> {
        let needed = match self.language {
            Language::Java => true,
            Language::Php => in_class,
            _ => false,
        };
        needed.then(|| pascal(stem))
    }

    /// Returns a function that tests `name`.
    pub(crate) fn test(&self, name: &str, number: u32) -> String {
        let capital = capitalized(name);
        let text = self.test.replace("{name}", name).replace("{Name}", &capital);
        text.replace("{number}", &number.to_string())
    }

    /// Returns the name of the class in a file of tests.
    pub(crate) fn test_class(&self, stem: &str) -> Option<String> {
        match self.language {
            Language::Java => Some(format!("{}Test", pascal(stem))),
            Language::Php => Some(format!("{}Test extends TestCase", pascal(stem))),
            _ => None,
        }
    }

    /// Returns the lines that ordinary code needs at the head of its file.
    pub(crate) fn imports<'l>(&'l self, text: &str) -> impl Iterator<Item = &'l str> {
        self.imports
            .iter()
            .filter(move |import| text.contains(&import.needed_by))
            .map(|import| import.line.as_str())
    }

    /// Returns the first lines of a file.
    pub(crate) fn opening(&self, package: &str, about: &str, latin1: bool) -> Vec<String> {
        let end = if self.comment == "/*" { " */" } else { "" };
        let comment = format!("{} {about}{end}", self.comment);
        match self.language {
            Language::Python if latin1 => vec!["# -*- coding: latin-1 -*-".to_owned(), comment],
            Language::Php => vec!["<?php".to_owned(), String::new(), comment],
            Language::JavaScript => vec!["'use strict';".to_owned(), String::new(), comment],
            Language::Java => vec![comment, format!("package {package};")],
            Language::Go => vec![comment, format!("package {package}")],
            _ => vec![comment],
        }
    }

    /// Returns the line or lines that open a class.
    pub(crate) fn class_opening(&self, class: &str) -> String {
        match self.language {
            Language::Php => format!("class {class}\n{{"),
            _ => format!("public class {class} {{"),
        }
    }
}
