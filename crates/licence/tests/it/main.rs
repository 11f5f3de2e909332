//! Licences found through the public interface.

/// Several files of one repository.
mod repository;
/// Texts as they lie in `/usr/share/common-licenses`.
mod texts;
