//! Licences found through the public interface.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

/// Several files of one repository.
mod repository;
/// Texts as they lie in `/usr/share/common-licenses`.
mod texts;
