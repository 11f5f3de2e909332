//! What the jobs promise, one module a topic.

// Which commits and functions are security fixes: messages, classes, support inside a commit.
mod message;
// Pairs that are generated from a seed.
mod synthetic;
