//! Clones of the repositories of a dataset, and the files of their commits.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use gix::ObjectId;
use gix::object::Kind;
use streamguard_code::{Definition, DefinitionFinder, PathClass, SourceFile, classify_path};
use streamguard_dataset::Language;
use streamguard_engine::{JobError, ShardError};
use streamguard_git::{
    OpenRepository, RepositorySource, RevisionReadError, find_commit, folder_name, open_repository,
};

use super::blob_names::BlobNames;
use super::context_finder::MAX_NAME_BYTES;
use super::request::RequestedCommit;

/// Largest file that is read, in bytes: as large as one from which samples are taken.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Memory for the names of files, in bytes: more than one commit may have. What is forgotten is read again, with the same
/// result.
const MAX_NAME_CACHE_BYTES: usize = 2 * MAX_NAME_BYTES;

/// Memory for the text and definitions of files, in bytes.
const MAX_DEFINITION_CACHE_BYTES: usize = 64 << 20;

/// Names of files.
type NameCache = BoundedCache<(ObjectId, Language), Rc<BlobNames>>;

/// Files with their definitions, or none if they have more than is read.
type DefinitionCache = BoundedCache<(ObjectId, String), Option<Rc<DefinedFile>>>;

/// Clone of a repository, and what was read of it.
pub(crate) struct ContextClone {
    repository: OpenRepository,
    path: PathBuf,
    /// Its name in samples, see [`RepositorySource::Local`].
    name: String,
    folder: String,
    /// Files of the last commit that was asked for; neighbouring rows are often of one.
    listed: Option<(ObjectId, Option<Rc<Vec<ListedFile>>>)>,
    names: NameCache,
    definitions: DefinitionCache,
}

/// File of a commit.
pub(super) struct ListedFile {
    pub(super) path: String,
    pub(super) blob: ObjectId,
    pub(super) language: Language,
    /// Whether it is source code of the project itself, and neither a test nor vendored.
    pub(super) is_source: bool,
}

/// Text of a file, and its definitions.
pub(super) struct DefinedFile {
    pub(super) text: String,
    pub(super) definitions: Vec<Definition>,
}

/// Opens the clones that the settings name.
///
/// # Errors
/// A path that is not a repository.
pub(crate) fn open_context_clones(paths: &[PathBuf]) -> Result<Vec<ContextClone>, JobError> {
    paths.iter().map(|path| ContextClone::open(path).map_err(JobError::failed)).collect()
}

/// Returns the names of the repositories that the settings name by their clones.
pub(crate) fn context_clone_names(paths: &[PathBuf]) -> Result<Vec<String>, JobError> {
    Ok(open_context_clones(paths)?.into_iter().map(|clone| clone.name).collect())
}

impl ContextClone {
    fn open(path: &std::path::Path) -> Result<Self, String> {
        let spec = path.to_string_lossy();
        match RepositorySource::parse(&spec) {
            Ok(RepositorySource::Local { path, name }) => {
                let repository = open_repository(&path).map_err(|error| error.to_string())?;
                let folder = folder_name(&path);
                let (names, definitions) = empty_caches();
                Ok(Self { repository, path, name, folder, listed: None, names, definitions })
            }
            Ok(RepositorySource::Remote { url }) => {
                Err(format!("--context takes clones on this machine: git clone {url}, and give its folder"))
            }
            Err(error) => Err(format!("--context: {error}")),
        }
    }

    /// Tells how well the name of a repository in a dataset fits the clone: 0 by its name, 1 by its first commit, or by its
    /// folder where one of the two does not know that commit.
    pub(super) fn fit(&self, repository: &str) -> Option<u8> {
        let plain = |name: &str| {
            let name = name.trim_end_matches('/');
            name.strip_suffix(".git").unwrap_or(name).to_ascii_lowercase()
        };
        let (wanted, own) = (plain(repository), plain(&self.name));
        if wanted == own {
            return Some(0);
        }
        // `folder@` and the first commit, which a shallow clone does not know.
        let first_commit = |name: &str| {
            let commit = name.rsplit_once('@').map(|(_, commit)| commit.to_owned());
            commit.filter(|commit| commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let folder = |name: &str| match first_commit(name) {
            Some(commit) => name[..name.len() - commit.len() - 1].to_owned(),
            None => name.to_owned(),
        };
        let is_same = match (first_commit(&wanted), first_commit(&own)) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => folder(&wanted) == plain(&self.folder),
        };
        is_same.then_some(1)
    }

    /// Forgets what was read.
    pub(super) fn forget(&mut self) {
        (self.listed, (self.names, self.definitions)) = (None, empty_caches());
    }

    /// Returns the commit that is asked for, if the clone has it.
    pub(super) fn commit(&self, commit: &RequestedCommit) -> Result<Option<ObjectId>, ShardError> {
        let (RequestedCommit::Exact(name) | RequestedCommit::ParentOf(name)) = commit;
        let damaged = self.repository.damaged_reads();
        let found = find_commit(&self.repository, name);
        // An object that is there and cannot be read is neither one that is missing nor one of another kind.
        let is_other = |id| self.repository.find_header(id).is_ok_and(|header| header.kind() != Kind::Commit);
        let is_unreadable = |id: ObjectId| self.repository.has_object(id) && !is_other(id);
        if found.is_none() && ObjectId::from_hex(name.as_bytes()).is_ok_and(is_unreadable) {
            return Err(self.error(&format!("the commit {name} cannot be read")));
        }
        let parent = match (commit, found) {
            (RequestedCommit::ParentOf(_), Some(id)) => {
                let commit = self.repository.find_commit(id).map_err(|error| self.error(&error))?;
                commit.parent_ids().next().map(gix::Id::detach).filter(|id| self.repository.has_object(id))
            }
            (_, found) => found,
        };
        self.repository.check_reads(damaged).map_err(|error| self.error(&error))?;
        Ok(parent)
    }

    /// Returns the source files of a commit, by path; `None` if there are too many.
    pub(super) fn files(&mut self, commit: ObjectId) -> Result<Option<Rc<Vec<ListedFile>>>, ShardError> {
        if let Some((_, files)) = self.listed.as_ref().filter(|(listed, _)| *listed == commit) {
            return Ok(files.clone());
        }
        let found = self.repository.revision_files(commit, &|path| Language::from_path(path).is_some());
        let found = match found {
            Ok(files) => Some(files),
            Err(RevisionReadError::TooManyEntries) => None,
            Err(error) => return Err(self.error(&error)),
        };
        let files = found.map(|files| {
            let listed = files.into_iter().filter_map(|file| {
                let language = Language::from_path(&file.path)?;
                let is_source = classify_path(&file.path) == PathClass::Source;
                Some(ListedFile { path: file.path, blob: file.blob, language, is_source })
            });
            Rc::new(listed.collect())
        });
        self.listed = Some((commit, files.clone()));
        Ok(files)
    }

    /// Returns the names that a file seems to define and to call.
    pub(super) fn names(&mut self, file: &ListedFile) -> Result<Rc<BlobNames>, ShardError> {
        let key = (file.blob, file.language);
        if let Some(names) = self.names.get(&key) {
            return Ok(Rc::clone(names));
        }
        let names = self.read(file)?.map_or_else(BlobNames::of_unread, |bytes| {
            BlobNames::read(&String::from_utf8_lossy(&bytes), file.language)
        });
        let names = Rc::new(names);
        self.names.insert(key, Rc::clone(&names), names.held_bytes());
        Ok(names)
    }

    /// Returns the definitions of a file; `None` if it has more than is read, or cannot be parsed within the bounds.
    pub(super) fn definitions(
        &mut self,
        file: &ListedFile,
        finder: &mut DefinitionFinder,
    ) -> Result<Option<Rc<DefinedFile>>, ShardError> {
        // The path decides how a text is read.
        let key = (file.blob, file.path.clone());
        if let Some(defined) = self.definitions.get(&key) {
            return Ok(defined.clone());
        }
        let bytes = self.read(file)?;
        let source = bytes.as_ref().and_then(|bytes| SourceFile::recognise(&file.path, bytes));
        let defined = source.and_then(|source| {
            let definitions = finder.find(&source).ok()?;
            Some(Rc::new(DefinedFile { text: source.text.into_owned(), definitions }))
        });
        let held = |file: &Rc<DefinedFile>| {
            let definitions = file.definitions.iter();
            file.text.len() + definitions.map(|one| size_of::<Definition>() + one.name.len()).sum::<usize>()
        };
        self.definitions.insert(key, defined.clone(), defined.as_ref().map_or(0, held));
        Ok(defined)
    }

    fn read(&self, file: &ListedFile) -> Result<Option<Vec<u8>>, ShardError> {
        self.repository.read_blob(file.blob, MAX_FILE_BYTES).map_err(|error| self.error(&error))
    }

    fn error(&self, reason: &dyn std::fmt::Display) -> ShardError {
        ShardError::failed(format!(
            "cannot read {:?}: {reason}; a whole clone is needed: git clone",
            self.path
        ))
    }
}

/// Values that are forgotten all at once when they take too much memory.
struct BoundedCache<K, V> {
    values: HashMap<K, V>,
    held_bytes: usize,
    max_bytes: usize,
}

fn empty_caches() -> (NameCache, DefinitionCache) {
    (BoundedCache::new(MAX_NAME_CACHE_BYTES), BoundedCache::new(MAX_DEFINITION_CACHE_BYTES))
}

impl<K: Eq + std::hash::Hash, V> BoundedCache<K, V> {
    fn new(max_bytes: usize) -> Self {
        Self { values: HashMap::new(), held_bytes: 0, max_bytes }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.held_bytes += bytes + size_of::<(K, V)>();
        if self.held_bytes > self.max_bytes {
            self.values.clear();
            self.held_bytes = bytes;
        }
        self.values.insert(key, value);
    }
}
