//! A project as it stands at one commit: its files, and what is known of them.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use crate::WorldError;
use crate::history::{snake, stem_of};
use crate::layout::Layout;
use crate::pack::PackWriter;
use crate::source::{Body, Function, Rendered, SourceFile};
use crate::tree::Folder;

/// What a path of a project holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Functions of the project.
    Source(SourceFile),
    /// Functions beside it: tests, and other people's code.
    Aside(SourceFile),
    /// Anything else.
    Text(String),
    /// Text that may be run.
    Program(String),
    /// A symbolic link.
    Link(String),
    /// A submodule at some commit.
    Submodule(ObjectId),
}

/// A project: the files of one commit, and those changed since.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// How it is laid out.
    pub(crate) layout: &'static Layout,
    /// Name of its package.
    pub(crate) package: String,
    files: BTreeMap<String, Content>,
    changed: BTreeSet<String>,
    root: Folder,
}

impl Project {
    /// A project without files.
    pub(crate) fn new(layout: &'static Layout, package: String) -> Self {
        Self { layout, package, files: BTreeMap::new(), changed: BTreeSet::new(), root: Folder::default() }
    }

    /// Puts a file there.
    pub(crate) fn put(&mut self, path: &str, content: Content) {
        self.changed.insert(path.to_owned());
        self.files.insert(path.to_owned(), content);
    }

    /// Takes a file away.
    pub(crate) fn remove(&mut self, path: &str) -> Option<Content> {
        self.changed.insert(path.to_owned());
        self.files.remove(path)
    }

    /// Gives a file another path, and the class in it the name that belongs to it.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        if let Some(mut content) = self.remove(from) {
            if let Content::Source(file) = &mut content {
                let in_class = file.class.is_some();
                file.class = self.layout.class(&snake(stem_of(to)), in_class);
            }
            self.put(to, content);
        }
    }

    /// Whether there is a file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The text of a file that has no functions.
    pub(crate) fn text_mut(&mut self, path: &str) -> Option<&mut String> {
        match self.files.get_mut(path)? {
            Content::Text(text) | Content::Program(text) => {
                self.changed.insert(path.to_owned());
                Some(text)
            }
            _ => None,
        }
    }

    /// A file of functions, tests or not.
    pub(crate) fn source_mut(&mut self, path: &str) -> Option<&mut SourceFile> {
        match self.files.get_mut(path)? {
            Content::Source(file) | Content::Aside(file) => {
                self.changed.insert(path.to_owned());
                Some(file)
            }
            _ => None,
        }
    }

    /// A file of functions to look at.
    pub(crate) fn source(&self, path: &str) -> Option<&SourceFile> {
        match self.files.get(path)? {
            Content::Source(file) | Content::Aside(file) => Some(file),
            _ => None,
        }
    }

    /// Its source files, without tests.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &SourceFile)> {
        self.files.iter().filter_map(|(path, content)| match content {
            Content::Source(file) => Some((path.as_str(), file)),
            _ => None,
        })
    }

    /// The source file that holds a function.
    pub(crate) fn find(&self, function: &str) -> Option<&str> {
        let mut sources = self.sources();
        sources.find(|(_, file)| file.functions.iter().any(|f| f.name == function)).map(|(path, _)| path)
    }

    /// A function to change.
    pub(crate) fn function_mut(&mut self, path: &str, name: &str) -> Option<&mut Function> {
        self.source_mut(path)?.functions.iter_mut().find(|function| function.name == name)
    }

    /// Ordinary functions: path and name.
    pub(crate) fn neutrals(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (path, file) in self.sources() {
            for function in &file.functions {
                if let Body::Neutral(_) = function.body {
                    found.push((path.to_owned(), function.name.clone()));
                }
            }
        }
        found
    }

    /// A file of functions, written down.
    pub(crate) fn render(&self, path: &str) -> Option<Rendered> {
        self.source(path).map(|file| file.render(self.layout, &self.package))
    }

    /// A function as it stands in its file: its text and its first line.
    pub(crate) fn standing(&self, path: &str, name: &str) -> Option<(String, u32)> {
        let at = self.source(path)?.functions.iter().position(|function| function.name == name)?;
        let rendered = self.render(path)?;
        let (span, line) = rendered.places.get(at)?.clone();
        Some((String::from_utf8(rendered.bytes[span].to_vec()).ok()?, line))
    }

    /// Paths changed since the last commit.
    pub(crate) fn changed(&self) -> &BTreeSet<String> {
        &self.changed
    }

    /// Takes over the files at `paths` as they are in `other`.
    pub(crate) fn adopt(&mut self, other: &Self, paths: &BTreeSet<String>) {
        for path in paths {
            match other.files.get(path) {
                Some(content) => self.put(path, content.clone()),
                None => drop(self.remove(path)),
            }
        }
    }

    /// Writes what changed, and tells the id of the tree.
    pub(crate) fn write(&mut self, pack: &mut PackWriter) -> Result<ObjectId, WorldError> {
        for path in std::mem::take(&mut self.changed) {
            let Some(content) = self.files.get(&path) else {
                self.root.remove(&path);
                continue;
            };
            let (kind, id) = match content {
                Content::Source(file) | Content::Aside(file) => {
                    let rendered = file.render(self.layout, &self.package);
                    (EntryKind::Blob, pack.add(Kind::Blob, &rendered.bytes)?)
                }
                Content::Text(text) => (EntryKind::Blob, pack.add(Kind::Blob, text.as_bytes())?),
                Content::Program(text) => (EntryKind::BlobExecutable, pack.add(Kind::Blob, text.as_bytes())?),
                Content::Link(target) => (EntryKind::Link, pack.add(Kind::Blob, target.as_bytes())?),
                Content::Submodule(id) => (EntryKind::Commit, *id),
            };
            self.root.put(&path, kind, id);
        }
        self.root.write(pack)
    }
}
