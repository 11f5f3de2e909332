//! A commit by the beginning of its id.

use gix::ObjectId;
use gix::hash::Prefix;

/// Finds the one commit whose id begins with these hexadecimal digits, at least four. Returns `None` if there is none, if
/// there are several, or if the object is something else.
pub fn find_commit(repository: &gix::Repository, digits: &str) -> Option<ObjectId> {
    let id = match ObjectId::from_hex(digits.as_bytes()) {
        Ok(id) => id,
        Err(_) => {
            let prefix = Prefix::from_hex(digits).ok()?;
            repository.objects.lookup_prefix(prefix, None).ok()??.ok()?
        }
    };
    repository.find_commit(id).ok().map(|commit| commit.id)
}
