//! The lookup of names in the files of a commit.

use std::collections::BTreeSet;
use std::rc::Rc;

use memchr::memmem;
use streamguard_code::{Definition, DefinitionFinder, DefinitionKind, UsedName, UsedNameFinder};
use streamguard_engine::ShardError;

use super::blob_names::{BlobNames, name_hash};
use super::commit_files::{ContextClone, ListedFile};
use super::function_context::{ContextEntry, Relation};
use super::ranking::{MAX_ENTRY_BYTES, RankedEntry};
use super::request::ContextRequest;

/// Most files that are parsed for what a function uses: half a second of work, if all are large.
const MAX_PARSED_FILES: usize = 28;

/// Most files that are parsed for the callers of a function.
const MAX_CALLER_FILES: usize = 12;

/// Most files that are parsed for one name: what seems to define it may not.
const MAX_FILES_OF_NAME: usize = 4;

/// Most files that may seem to define a name. One of more, such as `init`, says too little; those in the same file count.
const MAX_DEFINING_FILES: usize = 32;

/// Most definitions of one name: overloads, or branches of `#if`.
const MAX_DEFINITIONS_OF_NAME: usize = 2;

/// Most functions that are read closer, since they have the name of the function in their text.
const MAX_READ_CALLERS: usize = 24;

/// Shortest name that is looked up, in bytes.
const MIN_NAME_BYTES: usize = 2;

/// File of a commit, with the names in it.
pub(super) type NamedFile<'a> = (&'a ListedFile, Rc<BlobNames>);

/// Function whose context is looked up, in the files of its commit, the nearest first.
pub(super) struct Lookup<'a> {
    pub(super) request: &'a ContextRequest,
    pub(super) clone: &'a mut ContextClone,
    pub(super) finder: &'a mut DefinitionFinder,
    pub(super) files: Vec<NamedFile<'a>>,
    /// Name of the function without what it is in.
    pub(super) own_name: &'a str,
    pub(super) found: Vec<RankedEntry>,
    pub(super) is_cut: bool,
}

impl Lookup<'_> {
    /// Adds the definitions of the names that the function uses.
    pub(super) fn add_used(
        &mut self,
        used: &[UsedName],
        check: &dyn Fn() -> Result<(), ShardError>,
    ) -> Result<(), ShardError> {
        let mut parsed = BTreeSet::new();
        // What is called matters most, and the bound is on the files of all names together.
        let (called, named): (Vec<_>, Vec<_>) = used.iter().enumerate().partition(|(_, name)| name.is_called);
        for (order, name) in called.into_iter().chain(named) {
            if name.name.len() < MIN_NAME_BYTES || name.name == self.own_name {
                continue;
            }
            check()?;
            let hash = name_hash(name.name.as_bytes());
            let defining = self
                .files
                .iter()
                .enumerate()
                .filter(|(_, (file, names))| file.path == self.request.path || names.declares(hash));
            let mut places: Vec<usize> = defining.map(|(place, _)| place).collect();
            if places.len() > MAX_DEFINING_FILES {
                places.retain(|place| self.files[*place].0.path == self.request.path);
            }
            for (count, place) in places.into_iter().enumerate() {
                let is_new = !parsed.contains(&place);
                if count == MAX_FILES_OF_NAME || (is_new && parsed.len() == MAX_PARSED_FILES) {
                    self.is_cut = true;
                    break;
                }
                parsed.insert(place);
                if self.add_definitions(name, order, place)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Adds the definitions of a name in a file, and tells whether there are any.
    fn add_definitions(&mut self, name: &UsedName, order: usize, place: usize) -> Result<bool, ShardError> {
        let file = self.files[place].0;
        let Some(defined) = self.clone.definitions(file, self.finder)? else {
            self.is_cut = true;
            return Ok(false);
        };
        let mut added = 0;
        for definition in &defined.definitions {
            let relation = match definition.kind {
                DefinitionKind::Function if name.is_called => Relation::Callee,
                DefinitionKind::Type if name.may_be_type => Relation::Type,
                DefinitionKind::Global if name.may_be_global || name.is_called => Relation::Global,
                _ => continue,
            };
            if simple_name(&definition.name) == name.name && !self.is_own(file, definition) {
                if added == MAX_DEFINITIONS_OF_NAME {
                    self.is_cut = true;
                    break;
                }
                added += 1;
                self.add(relation, (place, order), file, definition, &defined.text);
            }
        }
        Ok(added > 0)
    }

    /// Adds the functions that call the function.
    pub(super) fn add_callers(
        &mut self,
        names: &mut UsedNameFinder,
        check: &dyn Fn() -> Result<(), ShardError>,
    ) -> Result<(), ShardError> {
        let hash = name_hash(self.own_name.as_bytes());
        let declaring = self.files.iter().filter(|(_, names)| names.declares(hash)).count();
        if self.own_name.len() < MIN_NAME_BYTES {
            return Ok(());
        }
        let calling = self.files.iter().enumerate().filter(|(_, (_, names))| names.calls(hash));
        let mut places: Vec<usize> = calling.map(|(place, _)| place).collect();
        if declaring > MAX_DEFINING_FILES {
            places.retain(|place| self.files[*place].0.path == self.request.path);
        }
        self.is_cut |= places.len() > MAX_CALLER_FILES;
        let search = memmem::Finder::new(self.own_name.as_bytes());
        let mut read = 0;
        for place in places.into_iter().take(MAX_CALLER_FILES) {
            let file = self.files[place].0;
            let Some(defined) = self.clone.definitions(file, self.finder)? else {
                self.is_cut = true;
                continue;
            };
            // The innermost of nested functions is the one that calls.
            let mut taken: Vec<&Definition> = Vec::new();
            for definition in defined.definitions.iter().rev() {
                let text = defined.text.get(definition.span.clone()).unwrap_or_default();
                let is_other = definition.kind == DefinitionKind::Function
                    && simple_name(&definition.name) != self.own_name
                    && !self.is_own(file, definition)
                    && !taken.iter().any(|inner| definition.span.contains(&inner.span.start))
                    && search.find(text.as_bytes()).is_some();
                if !is_other {
                    continue;
                }
                check()?;
                if read == MAX_READ_CALLERS {
                    self.is_cut = true;
                    return Ok(());
                }
                read += 1;
                let Ok(used) = names.find(file.language, &file.path, text) else {
                    self.is_cut = true;
                    continue;
                };
                if used.names.iter().any(|name| name.is_called && name.name == self.own_name) {
                    taken.push(definition);
                }
            }
            for definition in taken {
                self.add(Relation::Caller, (place, 0), file, definition, &defined.text);
            }
        }
        Ok(())
    }

    /// Tells whether a definition is the function itself, or around it or in it.
    fn is_own(&self, file: &ListedFile, definition: &Definition) -> bool {
        let lines = self.request.lines.as_ref();
        file.path == self.request.path
            && definition.kind == DefinitionKind::Function
            && match lines {
                Some(lines) => *lines.start() <= definition.end_line && definition.start_line <= *lines.end(),
                None => definition.name == self.request.function,
            }
    }

    fn add(
        &mut self,
        relation: Relation,
        rank: (usize, usize),
        file: &ListedFile,
        definition: &Definition,
        text: &str,
    ) {
        let code = text.get(definition.span.clone()).unwrap_or_default();
        let entry = ContextEntry {
            relation,
            name: definition.name.clone(),
            path: file.path.clone(),
            start_line: definition.start_line,
            end_line: definition.end_line,
            // A character more than an entry may have, so that the choice sees that it cuts.
            code: code[..code.floor_char_boundary(MAX_ENTRY_BYTES + char::MAX.len_utf8())].to_owned(),
        };
        let is_same = |known: &ContextEntry| {
            (&known.path, known.start_line, known.end_line, &known.code)
                == (&entry.path, entry.start_line, entry.end_line, &entry.code)
        };
        // A `typedef` defines two names, and a function may call and be called by another one.
        if !self.found.iter().any(|known| is_same(&known.entry)) {
            self.found.push(RankedEntry { rank, entry });
        }
    }
}

/// Returns a name without those of the scopes around it, in any language.
pub(super) fn simple_name(name: &str) -> &str {
    let simple = name.rsplit(['.', ':', '#', '\\', '>']).next().unwrap_or(name);
    // An operator such as `operator->` is all of its name.
    if simple.is_empty() { name } else { simple }
}
