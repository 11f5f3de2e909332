//! Repositories that are open for reading. The ids of their objects are checked.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gix::ObjectId;

use gix::objs::{Kind, compute_hash};
use gix::odb::pack::cache::Object;
use gix::odb::pack::cache::object::MemoryCappedHashmap;

use crate::repository_files::endless_file;
use crate::repository_format::unsupported_format;
use crate::source::RepositorySourceError;

/// Size of the cache of unpacked objects, in bytes. Neighbouring commits share most of their trees.
const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// Largest object that is compared with others, in bytes; larger ones count as binary. It is the largest that any reader
/// unpacks.
const MAX_COMPARED_BYTES: usize = 32 << 20;

/// Most memory that is taken to unpack an object, in bytes. A packed one takes three times its size.
const MAX_UNPACKED_BYTES: usize = 4 * MAX_COMPARED_BYTES;

/// A repository that is open for reading.
///
/// An object names its own content, so damage can be noticed: each object that is read is hashed, and counted if it does
/// not have the content that its id stands for. gix hands it out all the same, so whoever has read objects asks for the
/// count before using them.
#[derive(Clone, Debug)]
pub struct OpenRepository {
    inner: gix::Repository,
    damaged: Arc<AtomicU64>,
}

impl OpenRepository {
    /// Returns how often an object was read, here or in a clone of this value, that has another content than its id
    /// stands for.
    pub fn damaged_reads(&self) -> u64 {
        self.damaged.load(Ordering::Relaxed)
    }
}

impl Deref for OpenRepository {
    type Target = gix::Repository;

    fn deref(&self) -> &gix::Repository {
        &self.inner
    }
}

/// Opens a local repository for reading. Neither the configuration of the user or the system nor the environment
/// has an influence.
///
/// # Errors
/// [`RepositorySourceError::Unreadable`].
pub fn open_repository(path: &Path) -> Result<OpenRepository, RepositorySourceError> {
    let unreadable = |reason: String| RepositorySourceError::Unreadable { path: path.to_owned(), reason };
    let compared = format!("core.bigFileThreshold={MAX_COMPARED_BYTES}");
    let unpacked = format!("gitoxide.objects.allocLimit={MAX_UNPACKED_BYTES}");
    let options = gix::open::Options::isolated().strict_config(false).config_overrides([
        // Replacements exist on one machine only: elsewhere, the ids in the samples name the objects as they are.
        "core.useReplaceRefs=false",
        // It repeats the parents and dates of commits, and nothing would tell if it was damaged.
        "core.commitGraph=false",
        // It names any file of this machine.
        "core.attributesFile=/dev/null",
        // A few bytes stand for an object that no memory holds.
        &compared,
        &unpacked,
    ]);
    // Asked first: the library would read it until the memory is full, or wait for it for ever.
    if let Some(reason) = endless_file(path) {
        return Err(unreadable(reason));
    }
    // The library has another reason, which tells nobody what to do.
    if let Some(reason) = unsupported_format(path) {
        return Err(unreadable(reason));
    }
    let mut inner = gix::open_opts(path, options).map_err(|error| unreadable(with_causes(&error)))?;
    let damaged = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&damaged);
    inner.objects.set_object_cache(move || Box::new(CheckedCache::new(Arc::clone(&counter))));
    Ok(OpenRepository { inner, damaged })
}

/// The cache that gix offers each object to which it has unpacked. It is the one place that all objects pass, whether
/// a walk, a comparison of trees or this program reads them.
struct CheckedCache {
    cache: MemoryCappedHashmap,
    damaged: Arc<AtomicU64>,
}

impl CheckedCache {
    fn new(damaged: Arc<AtomicU64>) -> Self {
        Self { cache: MemoryCappedHashmap::new(OBJECT_CACHE_BYTES), damaged }
    }
}

impl Object for CheckedCache {
    fn put(&mut self, id: ObjectId, kind: Kind, data: &[u8]) {
        if compute_hash(id.kind(), kind, data).is_ok_and(|actual| actual == id) {
            self.cache.put(id, kind, data);
        } else {
            // It is not kept, so that each further read of it counts.
            self.damaged.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn get(&mut self, id: &ObjectId, out: &mut Vec<u8>) -> Option<Kind> {
        self.cache.get(id, out)
    }
}

/// Returns the text of an error with those of its causes, which say more.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}
