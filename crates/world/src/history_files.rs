//! Functions and files that a history adds.

use crate::documents;
use crate::file_names::{snake, stem_of};
use crate::history::RepositoryHistory;
use crate::names::NAME_LISTS;
use crate::ordinary_code::{self, OrdinaryFunction};
use crate::project_files::FileContent;
use crate::source_file::{FunctionBody, SourceFile, SourceFunction};
use crate::words::{IdentifierCase, capitalized};

/// Functions that a file may have before a new one is begun.
const MAX_FUNCTIONS_PER_FILE: usize = 9;

impl RepositoryHistory {
    /// Returns a new ordinary function, under a name that is new in the project.
    pub(crate) fn new_ordinary_function(&mut self) -> Option<SourceFunction> {
        let templates = ordinary_code::templates(self.layout().language);
        for _ in 0..200 {
            let template = templates.get(self.random.below(templates.len().max(1)))?;
            let function = OrdinaryFunction::new(template, self.layout().case, &mut self.random);
            let name = function.proposed_name();
            if self.names.insert(name.clone()) {
                return Some(SourceFunction { name, body: FunctionBody::Ordinary(function) });
            }
        }
        None
    }

    /// Returns a new name for the function `name`.
    pub(crate) fn unused_name(&mut self, name: &str) -> Option<String> {
        let case = self.layout().case;
        let mut words = ["all", "open", "late", "near", "now", "daily", "short"];
        self.random.shuffle(&mut words);
        let mut names = words.iter().map(|word| match case {
            IdentifierCase::Snake => format!("{name}_{word}"),
            IdentifierCase::Camel => format!("{name}{}", capitalized(word)),
        });
        names.find(|new| self.names.insert(new.clone()))
    }

    /// Puts a function into a file, at any position.
    pub(crate) fn insert(&mut self, path: &str, function: SourceFunction) {
        let layout = self.layout();
        let Some(file) = self.project.source_mut(path) else { return };
        match &function.body {
            FunctionBody::Planted(pair, _) => {
                for line in pair.prelude.iter().filter(|line| !pair.comes_with_fix(line)) {
                    file.import(line);
                }
            }
            FunctionBody::Ordinary(function) => {
                for line in layout.imports(&function.text("")) {
                    file.import(line);
                }
            }
            FunctionBody::Plain(_) => {}
        }
        let at = self.random.below(file.functions.len() + 1);
        file.functions.insert(at, function);
    }

    /// Returns the path of a source file with room for another function, in a class or not. Adds a file if
    /// there is none.
    pub(crate) fn file_with_room(&mut self, in_class: bool) -> String {
        let needs = self.layout().class("x", in_class).is_some();
        let fits = |(path, file): &(&str, &SourceFile)| {
            file.class.is_some() == needs
                && file.functions.len() < MAX_FUNCTIONS_PER_FILE
                && !self.avoid.contains(*path)
        };
        let paths: Vec<String> =
            self.project.sources().filter(fits).map(|(path, _)| path.to_owned()).collect();
        if paths.is_empty() { self.new_file(in_class) } else { self.random.pick(&paths) }
    }

    /// Adds an empty source file under a new name. Returns the path.
    pub(crate) fn new_file(&mut self, in_class: bool) -> String {
        let path = self.free_path();
        let stem = snake(stem_of(&path));
        let file = SourceFile {
            about: format!("The {} of {}.", stem.replace('_', " "), self.name),
            class: self.layout().class(&stem, in_class),
            ..SourceFile::default()
        };
        self.project.put(&path, FileContent::Source(file));
        path
    }

    /// Returns an unused path for a source file.
    pub(crate) fn free_path(&mut self) -> String {
        let (layout, package) = (self.layout(), self.project.package.clone());
        for round in 0.. {
            let folder = self.random.below(8);
            let stem = match self.stems.pop() {
                Some(stem) if round < 50 => stem.to_owned(),
                _ => format!(
                    "{}_{}",
                    self.random.pick_ref(&NAME_LISTS.file_stems),
                    2 + self.random.below(1 << 20)
                ),
            };
            let path = layout.path(&package, folder, &stem);
            if !self.project.has(&path) {
                return path;
            }
        }
        unreachable!("the loop above has no end")
    }

    /// Adds a test of a function.
    pub(crate) fn add_test(&mut self, path: &str, function: &str) {
        let layout = self.layout();
        let stem = snake(stem_of(path));
        let tests = layout.test_path(&self.project.package, &stem);
        if self.avoid.contains(&tests) {
            return;
        }
        if !self.project.has(&tests) {
            let about = format!("Tests of {}.", stem_of(path));
            let class = layout.test_class(&stem);
            let head = layout.test_imports.clone();
            let file = SourceFile { about, head, class, ..SourceFile::default() };
            self.project.put(&tests, FileContent::Aside(file));
        }
        let number = 1 + self.random.below(900) as u32;
        let body = FunctionBody::Plain(layout.test(function, number));
        if let Some(file) = self.project.source_mut(&tests) {
            file.functions.push(SourceFunction { name: format!("{function}{number}"), body });
        }
    }

    /// Adds a line to the change log, unless another branch changes that file.
    pub(crate) fn add_changelog_entry(&mut self, line: &str) {
        if !self.avoid.contains("CHANGELOG.md")
            && let Some(text) = self.project.text_mut("CHANGELOG.md")
        {
            documents::add_change(text, line);
        }
    }
}
