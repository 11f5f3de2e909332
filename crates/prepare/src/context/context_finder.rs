//! The context of a function, from the clone of its repository.

use streamguard_code::{DefinitionFinder, UsedNameFinder};
use streamguard_dataset::Language;
use streamguard_engine::ShardError;

use super::commit_files::{ContextClone, ListedFile};
use super::function_context::{FunctionContext, RowContext};
use super::lookup::{Lookup, NamedFile, simple_name};
use super::nearness::nearness;
use super::ranking::choose;
use super::request::ContextRequest;

/// Most files of a commit whose names are read, the nearest first. Linux has 60,000 of C, most of them of drivers.
const MAX_FILES: usize = 20_000;

/// Most bytes of those files.
const MAX_TREE_BYTES: u64 = 256 << 20;

/// Most memory for the names of those files, in bytes. Code that people write takes a fraction of its own size.
pub(super) const MAX_NAME_BYTES: usize = 128 << 20;

/// Finds the context of functions. Each thread needs its own.
pub(crate) struct ContextFinder {
    clones: Vec<ContextClone>,
    /// The clone of the row before, the only one of which something is kept.
    last: usize,
    definitions: DefinitionFinder,
    names: UsedNameFinder,
}

impl ContextFinder {
    /// Creates a finder that looks into some clones.
    pub(crate) fn new(clones: Vec<ContextClone>) -> Self {
        Self { clones, last: 0, definitions: DefinitionFinder::new(), names: UsedNameFinder::new() }
    }

    /// Looks up the context of a function.
    ///
    /// # Errors
    /// An object of the repository that is missing or damaged; the error of `check`, which is called again and again.
    pub(crate) fn find(
        &mut self,
        request: &ContextRequest,
        check: &dyn Fn() -> Result<(), ShardError>,
    ) -> Result<RowContext, ShardError> {
        let clones = self.clones.iter().enumerate();
        let fitting = clones.filter_map(|(at, clone)| Some((clone.fit(&request.repository)?, at)));
        let Some((_, at)) = fitting.min() else {
            return Ok(RowContext::NoClone(request.repository.clone()));
        };
        if at != self.last {
            self.clones[self.last].forget();
            self.last = at;
        }
        let clone = &mut self.clones[at];
        let Some(commit) = clone.commit(&request.commit)? else { return Ok(RowContext::NoCommit) };
        let Some(listed) = clone.files(commit)? else { return Ok(RowContext::TooLarge) };
        let (files, is_cut) = near_files(request, &listed, clone, check)?;
        let mut lookup = Lookup {
            request,
            clone,
            finder: &mut self.definitions,
            files,
            own_name: simple_name(&request.function),
            found: Vec::new(),
            is_cut,
        };
        match self.names.find(request.language, &request.path, &request.code) {
            Ok(used) => {
                lookup.is_cut |= used.is_cut;
                lookup.add_used(&used.names, check)?;
            }
            Err(_) => lookup.is_cut = true,
        }
        lookup.add_callers(&mut self.names, check)?;
        let (context, is_cut) = choose(lookup.found);
        Ok(RowContext::Found(Box::new(FunctionContext {
            repository: request.repository.clone(),
            commit: commit.to_string(),
            function: request.function.clone(),
            path: request.path.clone(),
            context,
            truncated: is_cut || lookup.is_cut,
        })))
    }
}

/// Returns the files that may belong to a function, the nearest first, and whether a bound left some out.
fn near_files<'a>(
    request: &ContextRequest,
    listed: &'a [ListedFile],
    clone: &mut ContextClone,
    check: &dyn Fn() -> Result<(), ShardError>,
) -> Result<(Vec<NamedFile<'a>>, bool), ShardError> {
    let family = family_of(request.language);
    let belongs = |file: &&ListedFile| {
        family_of(file.language) == family && (file.is_source || file.path == request.path)
    };
    let mut near: Vec<&ListedFile> = listed.iter().filter(belongs).collect();
    // A stable sort: files that are equally near keep the order of their paths.
    near.sort_by_cached_key(|file| nearness(&request.path, &file.path));
    // A script that only its first line names is not listed.
    let is_listed = listed.iter().any(|file| file.path == request.path);
    let mut is_cut = !is_listed || near.len() > MAX_FILES;
    let (mut bytes, mut name_bytes) = (0, 0);
    let mut files = Vec::new();
    for file in near.into_iter().take(MAX_FILES) {
        check()?;
        let names = clone.names(file)?;
        is_cut |= names.is_unread;
        bytes += names.size;
        name_bytes += names.held_bytes();
        if bytes > MAX_TREE_BYTES || name_bytes > MAX_NAME_BYTES {
            is_cut = true;
            break;
        }
        files.push((file, names));
    }
    Ok((files, is_cut))
}

/// Returns the language that stands for all that may use the definitions of each other.
fn family_of(language: Language) -> Language {
    match language {
        Language::Cpp | Language::ObjectiveC | Language::Yacc | Language::Lex | Language::Xs => Language::C,
        Language::TypeScript | Language::Astro | Language::Html | Language::Vue | Language::Svelte => {
            Language::JavaScript
        }
        Language::Jupyter => Language::Python,
        language => language,
    }
}
