//! The seal of a mirror, by which damage is noticed before the mirror is used.
//!
//! Objects have ids that tell their content. References, the boundary of a shallow mirror and its configuration have
//! nothing of the kind, and each of them decides what is mined.

use std::io;
use std::path::Path;

use streamguard_cache::FolderSeal;

/// Returns whether a mirror is as it was when it was sealed. A mirror without a seal is not.
pub(crate) fn is_intact(mirror: &Path) -> bool {
    FolderSeal::is_intact(mirror)
}

/// Lets git change a mirror. If git is killed, the objects are still checked, and all else is fetched again.
pub(crate) fn open(mirror: &Path) -> io::Result<()> {
    FolderSeal::open(mirror, is_object)
}

/// Seals a mirror as it is now.
pub(crate) fn renew(mirror: &Path) -> io::Result<()> {
    FolderSeal::renew(mirror, is_object)
}

/// Returns whether a file holds objects. Such files are never changed: their names are made of their content.
fn is_object(path: &str) -> bool {
    path.starts_with("objects/")
}
