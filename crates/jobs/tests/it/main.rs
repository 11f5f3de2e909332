//! The integration tests of the jobs, in one binary.

// Which commits and functions are security fixes: messages, classes, support inside a commit.
mod message;
