//! Files of a project at one commit.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use crate::error::WorldError;
use crate::file_names::{snake, stem_of};
use crate::pack_writer::PackWriter;
use crate::project_layout::ProjectLayout;
use crate::source_file::{FunctionBody, RenderedFile, SourceFile, SourceFunction};
use crate::tree_folder::TreeFolder;

/// Content of a path.
#[derive(Clone, Debug)]
pub(crate) enum FileContent {
    /// Source file of the project.
    Source(SourceFile),
    /// Source file that is not the project's own code: tests and vendored code.
    Aside(SourceFile),
    /// Any other text.
    Text(String),
    /// Executable text.
    Program(String),
    /// A symbolic link.
    Link(String),
    /// A submodule at some commit.
    Submodule(ObjectId),
}

/// Files of one commit, and the changes since.
#[derive(Clone, Debug)]
pub(crate) struct ProjectFiles {
    /// Layout of the files.
    pub(crate) layout: &'static ProjectLayout,
    /// Name of the package.
    pub(crate) package: String,
    files: BTreeMap<String, FileContent>,
    changed: BTreeSet<String>,
    root: TreeFolder,
}

impl ProjectFiles {
    /// Returns a project without files.
    pub(crate) fn new(layout: &'static ProjectLayout, package: String) -> Self {
        Self {
            layout,
            package,
            files: BTreeMap::new(),
            changed: BTreeSet::new(),
            root: TreeFolder::default(),
        }
    }

    /// Adds or replaces a file.
    pub(crate) fn put(&mut self, path: &str, content: FileContent) {
        self.changed.insert(path.to_owned());
        self.files.insert(path.to_owned(), content);
    }

    /// Removes a file and returns its content.
    pub(crate) fn remove(&mut self, path: &str) -> Option<FileContent> {
        self.changed.insert(path.to_owned());
        self.files.remove(path)
    }

    /// Renames a file, and the class in it accordingly.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        if let Some(mut content) = self.remove(from) {
            if let FileContent::Source(file) = &mut content {
                let in_class = file.class.is_some();
                file.class = self.layout.class(&snake(stem_of(to)), in_class);
            }
            self.put(to, content);
        }
    }

    /// Returns whether there is a file at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Returns the text of a file that is not a source file, for changes.
    pub(crate) fn text_mut(&mut self, path: &str) -> Option<&mut String> {
        match self.files.get_mut(path)? {
            FileContent::Text(text) | FileContent::Program(text) => {
                self.changed.insert(path.to_owned());
                Some(text)
            }
            _ => None,
        }
    }

    /// Returns a source file, for changes.
    pub(crate) fn source_mut(&mut self, path: &str) -> Option<&mut SourceFile> {
        match self.files.get_mut(path)? {
            FileContent::Source(file) | FileContent::Aside(file) => {
                self.changed.insert(path.to_owned());
                Some(file)
            }
            _ => None,
        }
    }

    /// Returns a source file.
    pub(crate) fn source(&self, path: &str) -> Option<&SourceFile> {
        match self.files.get(path)? {
            FileContent::Source(file) | FileContent::Aside(file) => Some(file),
            _ => None,
        }
    }

    /// Returns the source files of the project itself, without tests and vendored code.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &SourceFile)> {
        self.files.iter().filter_map(|(path, content)| match content {
            FileContent::Source(file) => Some((path.as_str(), file)),
            _ => None,
        })
    }

    /// Returns the path of the source file that holds a function.
    pub(crate) fn find(&self, function: &str) -> Option<&str> {
        let mut sources = self.sources();
        sources.find(|(_, file)| file.functions.iter().any(|f| f.name == function)).map(|(path, _)| path)
    }

    /// Returns a function, for changes.
    pub(crate) fn function_mut(&mut self, path: &str, name: &str) -> Option<&mut SourceFunction> {
        self.source_mut(path)?.functions.iter_mut().find(|function| function.name == name)
    }

    /// Returns all ordinary functions, each with path and name.
    pub(crate) fn ordinary_functions(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (path, file) in self.sources() {
            for function in &file.functions {
                if let FunctionBody::Ordinary(_) = function.body {
                    found.push((path.to_owned(), function.name.clone()));
                }
            }
        }
        found
    }

    /// Returns the bytes of a source file and the positions of its functions.
    pub(crate) fn render(&self, path: &str) -> Option<RenderedFile> {
        self.source(path).map(|file| file.render(self.layout, &self.package))
    }

    /// Returns a function as it stands in its file: text and first line.
    pub(crate) fn rendered_function(&self, path: &str, name: &str) -> Option<(String, u32)> {
        let at = self.source(path)?.functions.iter().position(|function| function.name == name)?;
        let rendered = self.render(path)?;
        let (span, line) = rendered.places.get(at)?.clone();
        Some((String::from_utf8(rendered.bytes[span].to_vec()).ok()?, line))
    }

    /// Returns the paths that changed since the last commit.
    pub(crate) fn changed(&self) -> &BTreeSet<String> {
        &self.changed
    }

    /// Replaces the files at `paths` by those of `other`.
    pub(crate) fn adopt(&mut self, other: &Self, paths: &BTreeSet<String>) {
        for path in paths {
            match other.files.get(path) {
                Some(content) => self.put(path, content.clone()),
                None => drop(self.remove(path)),
            }
        }
    }

    /// Writes the changed files into `pack` and returns the id of the tree.
    pub(crate) fn write(&mut self, pack: &mut PackWriter) -> Result<ObjectId, WorldError> {
        for path in std::mem::take(&mut self.changed) {
            let Some(content) = self.files.get(&path) else {
                self.root.remove(&path);
                continue;
            };
            let (kind, id) = match content {
                FileContent::Source(file) | FileContent::Aside(file) => {
                    let rendered = file.render(self.layout, &self.package);
                    (EntryKind::Blob, pack.add(Kind::Blob, &rendered.bytes)?)
                }
                FileContent::Text(text) => (EntryKind::Blob, pack.add(Kind::Blob, text.as_bytes())?),
                FileContent::Program(text) => {
                    (EntryKind::BlobExecutable, pack.add(Kind::Blob, text.as_bytes())?)
                }
                // Git stores the target of a link as the content of a blob.
                FileContent::Link(target) => (EntryKind::Link, pack.add(Kind::Blob, target.as_bytes())?),
                // A commit of another repository, of which this pack has no object.
                FileContent::Submodule(id) => (EntryKind::Commit, *id),
            };
            self.root.put(&path, kind, id);
        }
        self.root.write(pack)
    }
}
