//! Tests of streamguard-mining, one module per topic.

// Recognition of security fixes by their messages.
mod message;
/// Messages of commits: those of fixes, and those that only look like them.
mod message_samples;
// Damaged, unusual and hostile repositories.
mod repositories;
// Recognition of the fixing functions of a commit.
mod scoring;
