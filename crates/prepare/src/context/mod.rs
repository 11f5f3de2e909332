//! Context of samples: what a function calls and uses, and what calls it, at the commit before its fix.
//!
//! Names are looked up, and nothing is resolved: the words of each file that look like a definition or a call are kept by
//! their hashes, and only files that have a wanted one are parsed. All bounds are in files, entries and bytes.

mod blob_names;
mod commit_files;
mod context_file;
mod context_finder;
mod function_context;
mod lookup;
mod nearness;
mod ranking;
mod request;
mod row_lookup;

pub use context_file::ContextCounts;

pub(crate) use commit_files::context_clone_names;
pub(crate) use context_file::{CONTEXT_NAME, write_context};
pub(crate) use function_context::RowContext;
pub(crate) use row_lookup::RowLookup;
