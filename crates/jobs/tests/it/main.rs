//! The integration tests of the jobs, in one binary.

// Which commits are security fixes, by their messages.
mod message;
// Which of the functions that a fix changed are the fix.
mod support;
