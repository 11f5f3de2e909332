//! What the jobs promise, one module a topic.

// From a changed file to the functions that changed in it.
mod extract;
// Which commits and functions are security fixes: messages, classes, support inside a commit.
mod message;
// Pairs that are generated from a seed.
mod synthetic;
