//! What happens on most days.

use gix::ObjectId;

use crate::WorldError;
use crate::documents::{self, dotted};
use crate::history::{History, file_of, stem_of};
use crate::messages::ordinary::{self, Topic};
use crate::neutral::{Change, Refactoring};
use crate::project::Content;
use crate::source::{Body, Function};

/// Makes something ordinary happen.
type Event = fn(&mut History) -> Result<(), WorldError>;

/// Kinds of events, as often as they happen.
const DAYS: &[(usize, Event)] = &[
    (54, History::feature),
    (12, History::new_module),
    (60, History::refactoring),
    (18, History::bug),
    (12, History::rename_function),
    (9, History::move_function),
    (9, History::rename_file),
    (9, History::remove_function),
    (24, History::docs),
    (21, History::tests),
    (12, History::ci),
    (21, History::dependency),
    (12, History::release),
    (6, History::changelog),
    (6, History::layout_only),
    (6, History::comment_only),
    (6, History::revert),
    (1, History::empty),
    (1, History::mode),
    (1, History::latin1_message),
    (18, History::feature_branch),
];

/// How many kinds of days there are.
pub(crate) const KINDS: usize = DAYS.len();

impl History {
    /// Any ordinary event.
    pub(crate) fn day(&mut self) -> Result<(), WorldError> {
        let total: usize = DAYS.iter().map(|row| row.0).sum();
        let mut left = self.random.below(total);
        for (weight, event) in DAYS {
            if left < *weight {
                self.cast();
                return event(self);
            }
            left -= weight;
        }
        Ok(())
    }

    /// The ordinary event of one kind.
    pub(crate) fn day_of(&mut self, kind: usize) -> Result<(), WorldError> {
        self.cast();
        DAYS[kind % DAYS.len()].1(self)
    }

    /// Changes an ordinary function in one of the ways that are `allowed`, if it can.
    pub(crate) fn refactor(&mut self, path: &str, name: &str, allowed: &[Refactoring]) -> Option<Change> {
        let layout = self.layout();
        let function = self.project.function_mut(path, name)?;
        let Body::Neutral(neutral) = &mut function.body else { return None };
        let known = neutral.refactorings();
        let possible: Vec<Refactoring> =
            allowed.iter().copied().filter(|kind| known.contains(kind)).collect();
        if possible.is_empty() {
            return None;
        }
        let change = neutral.change(self.random.pick(&possible), &mut self.random)?;
        let text = neutral.text("");
        if let Some(file) = self.project.source_mut(path) {
            for line in layout.imports(&text) {
                file.import(line);
            }
        }
        Some(change)
    }

    /// An ordinary function in a file that may be changed.
    fn some_function(&mut self) -> Option<(String, String)> {
        let mut all = self.project.neutrals();
        all.retain(|(path, _)| !self.avoid.contains(path));
        self.random.take(&mut all)
    }

    /// A message on `topic` about a function in a file.
    fn message(&mut self, topic: Topic, path: &str, function: &str, more: &[(&str, &str)]) -> String {
        let issue = self.next_issue().to_string();
        let scope = stem_of(path).to_lowercase();
        let mut values =
            vec![("function", function), ("file", file_of(path)), ("scope", &scope), ("issue", &issue)];
        values.extend(more);
        ordinary::about(topic, &values, &mut self.random)
    }

    /// A message for a new function.
    pub(crate) fn feature_message(&mut self, path: &str, function: &str) -> String {
        self.message(Topic::Feature, path, function, &[])
    }

    pub(crate) fn feature(&mut self) -> Result<(), WorldError> {
        let Some(function) = self.neutral() else { return self.docs() };
        let in_class = self.random.chance(30);
        let path = self.roomy(in_class);
        let name = function.name.clone();
        self.insert(&path, function);
        if self.random.chance(40) {
            self.test(&path, &name);
        }
        if self.random.chance(25) {
            self.change(&format!("New: {}", crate::messages::words(&name)));
        }
        let message = self.message(Topic::Feature, &path, &name, &[]);
        let id = self.commit(&message)?;
        let subject = message.lines().next().unwrap_or_default().to_owned();
        self.added = Some((subject, id, path, name));
        self.note("feature");
        Ok(())
    }

    fn new_module(&mut self) -> Result<(), WorldError> {
        let in_class = self.random.chance(30);
        let path = self.new_file(in_class);
        for _ in 0..2 + self.random.below(3) {
            if let Some(function) = self.neutral() {
                self.insert(&path, function);
            }
        }
        let message = self.message(Topic::File, &path, "", &[]);
        self.commit(&message)?;
        self.note("new_file");
        Ok(())
    }

    pub(crate) fn refactoring(&mut self) -> Result<(), WorldError> {
        const ALLOWED: &[Refactoring] = &[
            Refactoring::Rename,
            Refactoring::Log,
            Refactoring::Hint,
            Refactoring::Constant,
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
        self.note(if several { "refactoring_of_several" } else { "refactoring" });
        Ok(())
    }

    /// One refactoring of a given kind, wherever it is possible.
    fn one_of(&mut self, kind: Refactoring, event: &str) -> Result<(), WorldError> {
        let mut all = self.project.neutrals();
        while let Some((path, name)) = self.random.take(&mut all) {
            let Some(change) = self.refactor(&path, &name, &[kind]) else { continue };
            let (issue, scope) = (self.next_issue().to_string(), stem_of(&path).to_lowercase());
            let values =
                [("function", name.as_str()), ("file", file_of(&path)), ("scope", &scope), ("issue", &issue)];
            let message = ordinary::refactoring(&change, &values, &mut self.random);
            self.commit(&message)?;
            self.note(event);
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
        let Some(new) = self.another_name(&old) else { return self.docs() };
        if let Some(function) = self.project.function_mut(&path, &old) {
            function.name.clone_from(&new);
        }
        let message = self.message(Topic::FunctionName, &path, &new, &[("old", &old), ("new", &new)]);
        self.commit(&message)?;
        self.note("rename_function");
        Ok(())
    }

    fn move_function(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        let in_class = self.project.source(&path).is_some_and(|file| file.class.is_some());
        let to = self.roomy(in_class);
        if to == path {
            return self.docs();
        }
        if let Some(function) = self.take_out(&path, &name) {
            self.insert(&to, function);
        }
        let message = self.message(Topic::Move, &to, &name, &[]);
        self.commit(&message)?;
        self.note("move_function");
        Ok(())
    }

    /// Takes a function out of its file, and the file away if nothing is left.
    pub(crate) fn take_out(&mut self, path: &str, name: &str) -> Option<Function> {
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
        let message =
            self.message(Topic::FileName, &new, "", &[("old", file_of(&old)), ("new", file_of(&new))]);
        self.commit(&message)?;
        self.note("rename_file");
        Ok(())
    }

    fn remove_function(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.take_out(&path, &name);
        let message = self.message(Topic::Removal, &path, &name, &[]);
        self.commit(&message)?;
        self.note("remove_function");
        Ok(())
    }

    fn docs(&mut self) -> Result<(), WorldError> {
        let (about, name) = self.some_function().unwrap_or_else(|| (self.name.clone(), self.name.clone()));
        let note = documents::note(&name, &mut self.random);
        let guide = self.random.chance(60) && !self.avoid.contains("docs/guide.md");
        let path = if guide { "docs/guide.md" } else { "README.md" };
        if let Some(text) = self.project.text_mut(path) {
            text.push_str(&note);
        }
        let message = self.message(Topic::Docs, &about, &name, &[]);
        self.commit(&message)?;
        self.note("docs");
        Ok(())
    }

    pub(crate) fn tests(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.test(&path, &name);
        let message = self.message(Topic::Tests, &path, &name, &[]);
        self.commit(&message)?;
        self.note("tests");
        Ok(())
    }

    pub(crate) fn ci(&mut self) -> Result<(), WorldError> {
        let number = self.steps.len() + 1;
        self.step(&format!("make check-{number}"));
        let message = self.message(Topic::Ci, "build.yml", "", &[]);
        self.commit(&message)?;
        self.note("ci");
        Ok(())
    }

    /// Adds a step to continuous integration.
    pub(crate) fn step(&mut self, command: &str) {
        self.steps.push(command.to_owned());
        if self.steps.len() > 6 {
            self.steps.remove(0);
        }
        self.project.put(".github/workflows/build.yml", Content::Text(documents::workflow(&self.steps)));
    }

    fn dependency(&mut self) -> Result<(), WorldError> {
        let (library, old, new) = self.bump_library();
        let message =
            self.message(Topic::Dependency, "", "", &[("library", library), ("old", &old), ("new", &new)]);
        self.commit(&message)?;
        self.note("dependency");
        Ok(())
    }

    /// Moves to another version of a library: its name, the old and the new version.
    pub(crate) fn bump_library(&mut self) -> (&'static str, String, String) {
        let at = self.random.below(self.libraries.len());
        let (library, version) = self.libraries[at];
        let [major, minor, patch] = version;
        let new = if self.random.chance(70) { [major, minor, patch + 1] } else { [major, minor + 1, 0] };
        self.libraries[at].1 = new;
        self.write_manifest();
        (library, dotted(version), dotted(new))
    }

    fn write_manifest(&mut self) {
        let layout = self.layout();
        let text = documents::manifest(layout, &self.name, self.version, &self.libraries);
        self.project.put(layout.manifest, Content::Text(text));
    }

    fn release(&mut self) -> Result<(), WorldError> {
        let new = self.next_version();
        let message = self.message(Topic::Release, "", "", &[("new", &new)]);
        let id = self.commit(&message)?;
        self.tags.push((format!("v{new}"), id));
        self.note("release");
        Ok(())
    }

    /// Moves to the next version of the project.
    pub(crate) fn next_version(&mut self) -> String {
        let [major, minor, patch] = self.version;
        self.version = if self.random.chance(60) { [major, minor, patch + 1] } else { [major, minor + 1, 0] };
        let version = self.version;
        if let Some(text) = self.project.text_mut("CHANGELOG.md") {
            documents::release(text, version);
        }
        self.write_manifest();
        dotted(version)
    }

    fn changelog(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.change(&format!("{} is faster", crate::messages::words(&name)));
        let message = self.message(Topic::Changelog, &path, &name, &[]);
        self.commit(&message)?;
        self.note("changelog");
        Ok(())
    }

    /// Takes the last new function back, if it is still as it was.
    fn revert(&mut self) -> Result<(), WorldError> {
        let Some((subject, id, path, name)) = self.added.take() else { return self.feature() };
        if self.avoid.contains(&path) || self.take_out(&path, &name).is_none() {
            return self.docs();
        }
        self.commit(&format!("Revert \"{subject}\"\n\nThis reverts commit {id}.\n"))?;
        self.note("revert");
        Ok(())
    }

    fn empty(&mut self) -> Result<(), WorldError> {
        let message = self.message(Topic::Empty, "", "", &[]);
        self.commit(&message)?;
        self.note("empty");
        Ok(())
    }

    /// A script may be run, or no longer.
    fn mode(&mut self) -> Result<(), WorldError> {
        let path = "scripts/build.sh";
        let content = match self.project.remove(path) {
            Some(Content::Program(text)) => Content::Text(text),
            Some(Content::Text(text)) => Content::Program(text),
            _ => return self.docs(),
        };
        self.project.put(path, content);
        let message = self.random.pick(&[
            "Change the mode of the build script\n",
            "build.sh: mode\n",
            "chmod build.sh\n",
        ]);
        self.commit(message)?;
        self.note("mode");
        Ok(())
    }

    /// A message in another encoding.
    fn latin1_message(&mut self) -> Result<(), WorldError> {
        let name = self.name.clone();
        if let Some(text) = self.project.text_mut("docs/guide.md") {
            text.push_str(&format!("- The name {name} is older than the code.\n"));
        }
        let parents: Vec<ObjectId> = self.head.into_iter().collect();
        // "Präzisere Anleitung" in Latin-1.
        self.commit_on(&parents, b"Pr\xe4zisere Anleitung\n".to_vec(), Some("ISO-8859-1"))?;
        self.note("latin1_message");
        Ok(())
    }
}
