//! Everyday events in the code: features, refactorings, bugs, moves.

use crate::error::WorldError;
use crate::file_names::{file_of, stem_of, words_of};
use crate::history::RepositoryHistory;
use crate::messages::ordinary::{self, CommitTopic};
use crate::ordinary_code::{CodeChange, Refactoring};
use crate::source_file::{FunctionBody, SourceFunction};

/// Commits one ordinary event.
type EverydayAction = fn(&mut RepositoryHistory) -> Result<(), WorldError>;

/// Kinds of events, each with its weight.
const EVERYDAY_EVENTS: &[(usize, EverydayAction)] = &[
    (54, RepositoryHistory::feature),
    (12, RepositoryHistory::new_module),
    (60, RepositoryHistory::refactoring),
    (18, RepositoryHistory::bug),
    (12, RepositoryHistory::rename_function),
    (9, RepositoryHistory::move_function),
    (9, RepositoryHistory::rename_file),
    (9, RepositoryHistory::remove_function),
    (24, RepositoryHistory::docs),
    (21, RepositoryHistory::tests),
    (12, RepositoryHistory::ci),
    (21, RepositoryHistory::dependency),
    (12, RepositoryHistory::release),
    (6, RepositoryHistory::changelog),
    (6, RepositoryHistory::layout_only),
    (6, RepositoryHistory::comment_only),
    (6, RepositoryHistory::revert),
    (1, RepositoryHistory::empty),
    (1, RepositoryHistory::mode),
    (1, RepositoryHistory::latin1_message),
    (18, RepositoryHistory::feature_branch),
];

/// Number of kinds of everyday events.
pub(crate) const EVERYDAY_EVENT_KINDS: usize = EVERYDAY_EVENTS.len();

impl RepositoryHistory {
    /// Commits an everyday event of any kind.
    pub(crate) fn everyday_event(&mut self) -> Result<(), WorldError> {
        let total: usize = EVERYDAY_EVENTS.iter().map(|row| row.0).sum();
        let mut left = self.random.below(total);
        for (weight, event) in EVERYDAY_EVENTS {
            if left < *weight {
                self.choose_author();
                return event(self);
            }
            left -= weight;
        }
        Ok(())
    }

    /// Commits the everyday event of one kind.
    pub(crate) fn everyday_event_of_kind(&mut self, kind: usize) -> Result<(), WorldError> {
        self.choose_author();
        EVERYDAY_EVENTS[kind % EVERYDAY_EVENTS.len()].1(self)
    }

    /// Changes an ordinary function in one of the `allowed` ways. Returns nothing if none of them is
    /// possible.
    pub(crate) fn refactor(&mut self, path: &str, name: &str, allowed: &[Refactoring]) -> Option<CodeChange> {
        let layout = self.layout();
        let function = self.project.function_mut(path, name)?;
        let FunctionBody::Ordinary(ordinary) = &mut function.body else { return None };
        let known = ordinary.refactorings();
        let possible: Vec<Refactoring> =
            allowed.iter().copied().filter(|kind| known.contains(kind)).collect();
        if possible.is_empty() {
            return None;
        }
        let change = ordinary.change(self.random.pick(&possible), &mut self.random)?;
        let text = ordinary.text("");
        if let Some(file) = self.project.source_mut(path) {
            for line in layout.imports(&text) {
                file.import(line);
            }
        }
        Some(change)
    }

    /// Picks an ordinary function in a file that no other branch changes.
    pub(super) fn some_function(&mut self) -> Option<(String, String)> {
        let mut all = self.project.ordinary_functions();
        all.retain(|(path, _)| !self.avoid.contains(path));
        self.random.take(&mut all)
    }

    /// Returns a message on `topic` about a function in a file.
    pub(super) fn message(
        &mut self,
        topic: CommitTopic,
        path: &str,
        function: &str,
        more: &[(&str, &str)],
    ) -> String {
        let issue = self.next_issue().to_string();
        let scope = stem_of(path).to_lowercase();
        let mut values =
            vec![("function", function), ("file", file_of(path)), ("scope", &scope), ("issue", &issue)];
        values.extend(more);
        ordinary::about(topic, &values, &mut self.random)
    }

    /// Returns a message for a new function.
    pub(crate) fn feature_message(&mut self, path: &str, function: &str) -> String {
        self.message(CommitTopic::Feature, path, function, &[])
    }

    pub(crate) fn feature(&mut self) -> Result<(), WorldError> {
        // Something is always committed: an event without a place becomes one of documents.
        let Some(function) = self.new_ordinary_function() else { return self.docs() };
        let in_class = self.random.chance(30);
        let path = self.file_with_room(in_class);
        let name = function.name.clone();
        self.insert(&path, function);
        if self.random.chance(40) {
            self.add_test(&path, &name);
        }
        if self.random.chance(25) {
            self.add_changelog_entry(&format!("New: {}", words_of(&name)));
        }
        let message = self.message(CommitTopic::Feature, &path, &name, &[]);
        let id = self.commit(&message)?;
        let subject = message.lines().next().unwrap_or_default().to_owned();
        self.added = Some((subject, id, path, name));
        self.count_event("feature");
        Ok(())
    }

    fn new_module(&mut self) -> Result<(), WorldError> {
        let in_class = self.random.chance(30);
        let path = self.new_file(in_class);
        for _ in 0..2 + self.random.below(3) {
            if let Some(function) = self.new_ordinary_function() {
                self.insert(&path, function);
            }
        }
        let message = self.message(CommitTopic::NewFile, &path, "", &[]);
        self.commit(&message)?;
        self.count_event("new_file");
        Ok(())
    }

    pub(crate) fn refactoring(&mut self) -> Result<(), WorldError> {
        const ALLOWED: &[Refactoring] = &[
            Refactoring::Rename,
            Refactoring::Log,
            Refactoring::Hint,
            Refactoring::Constant,
            // Twice, and so twice as frequent.
            Refactoring::Shape,
            Refactoring::Shape,
        ];
        let mut first = None;
        let several = self.random.chance(30);
        for _ in 0..if several { 3 } else { 1 } {
            let Some((path, name)) = self.some_function() else { continue };
            let done = self.refactor(&path, &name, ALLOWED);
            first = first.or(done.map(|change| (path, name, change)));
        }
        let Some((path, name, change)) = first else { return self.docs() };
        let (issue, scope) = (self.next_issue().to_string(), stem_of(&path).to_lowercase());
        let values =
            [("function", name.as_str()), ("file", file_of(&path)), ("scope", &scope), ("issue", &issue)];
        let message = if several {
            ordinary::cleanup(&values, &mut self.random)
        } else {
            ordinary::refactoring(&change, &values, &mut self.random)
        };
        self.commit(&message)?;
        self.count_event(if several { "refactoring_of_several" } else { "refactoring" });
        Ok(())
    }

    /// Commits a refactoring of one kind, in any function that allows it.
    fn one_of(&mut self, kind: Refactoring, event: &str) -> Result<(), WorldError> {
        let mut all = self.project.ordinary_functions();
        while let Some((path, name)) = self.random.take(&mut all) {
            let Some(change) = self.refactor(&path, &name, &[kind]) else { continue };
            let (issue, scope) = (self.next_issue().to_string(), stem_of(&path).to_lowercase());
            let values =
                [("function", name.as_str()), ("file", file_of(&path)), ("scope", &scope), ("issue", &issue)];
            let message = ordinary::refactoring(&change, &values, &mut self.random);
            self.commit(&message)?;
            self.count_event(event);
            return Ok(());
        }
        self.docs()
    }

    fn bug(&mut self) -> Result<(), WorldError> {
        self.one_of(Refactoring::Bug, "bug")
    }

    fn layout_only(&mut self) -> Result<(), WorldError> {
        self.one_of(Refactoring::Format, "layout_only")
    }

    fn comment_only(&mut self) -> Result<(), WorldError> {
        self.one_of(Refactoring::Comment, "comment_only")
    }

    fn rename_function(&mut self) -> Result<(), WorldError> {
        let Some((path, old)) = self.some_function() else { return self.docs() };
        let Some(new) = self.unused_name(&old) else { return self.docs() };
        if let Some(function) = self.project.function_mut(&path, &old) {
            function.name.clone_from(&new);
        }
        let message = self.message(CommitTopic::FunctionRename, &path, &new, &[("old", &old), ("new", &new)]);
        self.commit(&message)?;
        self.count_event("rename_function");
        Ok(())
    }

    fn move_function(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        let in_class = self.project.source(&path).is_some_and(|file| file.class.is_some());
        let to = self.file_with_room(in_class);
        if to == path {
            return self.docs();
        }
        if let Some(function) = self.extract_function(&path, &name) {
            self.insert(&to, function);
        }
        let message = self.message(CommitTopic::Move, &to, &name, &[]);
        self.commit(&message)?;
        self.count_event("move_function");
        Ok(())
    }

    /// Takes a function out of its file, and removes the file if no function is left.
    pub(crate) fn extract_function(&mut self, path: &str, name: &str) -> Option<SourceFunction> {
        let file = self.project.source_mut(path)?;
        let at = file.functions.iter().position(|function| function.name == name)?;
        let function = file.functions.remove(at);
        if file.functions.is_empty() {
            self.project.remove(path);
        }
        Some(function)
    }

    fn rename_file(&mut self) -> Result<(), WorldError> {
        let paths: Vec<String> = self.project.sources().map(|(path, _)| path.to_owned()).collect();
        if paths.is_empty() {
            return self.docs();
        }
        let old = self.random.pick(&paths);
        let new = self.free_path();
        self.project.rename(&old, &new);
        let message = self.message(
            CommitTopic::FileRename,
            &new,
            "",
            &[("old", file_of(&old)), ("new", file_of(&new))],
        );
        self.commit(&message)?;
        self.count_event("rename_file");
        Ok(())
    }

    fn remove_function(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.extract_function(&path, &name);
        let message = self.message(CommitTopic::Removal, &path, &name, &[]);
        self.commit(&message)?;
        self.count_event("remove_function");
        Ok(())
    }
}
