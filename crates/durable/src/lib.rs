//! Files that are complete or absent.
//!
//! A file is written under a temporary name beside its final one, synced, and then renamed. A reader
//! never sees half a file, and a crash or a power cut leaves the old content or the new content, nothing in
//! between. Temporary files that killed processes left behind can be recognised by their names and removed.
//!
//! ```
//! use std::io::Write;
//!
//! use streamguard_durable::{AtomicFile, WriteError, write_atomic};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! // A small file in one call.
//! let path = folder.join("settings.json");
//! write_atomic(&path, b"{}").map_err(WriteError::at(&path))?;
//!
//! // A large file, piece by piece. Without `commit` nothing of it stays.
//! let path = folder.join("numbers.txt");
//! let mut file = AtomicFile::create(&path)?;
//! for number in 0..1000 {
//!     writeln!(file, "{number}")?;
//! }
//! assert!(!path.exists());
//! file.commit()?;
//! assert!(path.exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atomic_file;
mod error;
mod inner_folder;
mod leftovers;
mod named_file;
mod own_file;
mod regular_file;
mod temporary_file;
mod temporary_name;

pub use atomic_file::{AtomicFile, sync_folder, write_atomic};
pub use error::WriteError;
pub use inner_folder::{create_inner_folders, is_behind_link};
pub use leftovers::{remove_all_leftovers, remove_dead_leftovers};
pub use named_file::write_named_file;
pub use own_file::{open_own_file, refuse_link};
pub use regular_file::{open_regular, read_regular, read_regular_text};
pub use temporary_file::TemporaryFile;
pub use temporary_name::host_name;
