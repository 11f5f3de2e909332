//! Tests of streamguard-mining, one module a topic.

// Which commits are security fixes, by their messages.
mod message;
// Damaged, unusual and hostile repositories.
mod repositories;
// Which of the functions that a fix changed are the fix.
mod scoring;
