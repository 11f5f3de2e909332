//! Files of a commit as git sees them: names, modes and ids, and the trees made of them.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};

use crate::error::WorldError;
use crate::pack_writer::PackWriter;

/// A folder of a commit. Keeps the id of its tree until a file below changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct TreeFolder {
    files: BTreeMap<String, (EntryKind, ObjectId)>,
    folders: BTreeMap<String, TreeFolder>,
    id: Option<ObjectId>,
}

impl TreeFolder {
    /// Adds or replaces the file at `path`.
    pub(crate) fn put(&mut self, path: &str, kind: EntryKind, id: ObjectId) {
        // On the way down, so that every folder above the file is written anew.
        self.id = None;
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder.to_owned()).or_default().put(rest, kind, id),
            None => drop(self.files.insert(path.to_owned(), (kind, id))),
        }
    }

    /// Removes the file at `path`, and folders that become empty.
    pub(crate) fn remove(&mut self, path: &str) {
        self.id = None;
        match path.split_once('/') {
            None => drop(self.files.remove(path)),
            Some((name, rest)) => {
                if let Some(folder) = self.folders.get_mut(name) {
                    folder.remove(rest);
                    // Git has no empty folders.
                    if folder.files.is_empty() && folder.folders.is_empty() {
                        self.folders.remove(name);
                    }
                }
            }
        }
    }

    /// Writes the trees that changed and returns the id of the topmost.
    pub(crate) fn write(&mut self, pack: &mut PackWriter) -> Result<ObjectId, WorldError> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let mut entries = Vec::with_capacity(self.files.len() + self.folders.len());
        for (name, (kind, id)) in &self.files {
            entries.push(Entry { mode: (*kind).into(), filename: name.as_str().into(), oid: *id });
        }
        for (name, folder) in &mut self.folders {
            let oid = folder.write(pack)?;
            entries.push(Entry { mode: EntryKind::Tree.into(), filename: name.as_str().into(), oid });
        }
        // Git sorts folders as if a slash stood after their name; so does `Entry`.
        entries.sort();
        let id = pack.add_object(&Tree { entries })?;
        self.id = Some(id);
        Ok(id)
    }
}
