//! From URLs to repositories and commits.

// All that the data of the tests refers to.
mod data;
// What local history tells of pull requests, advisories and versions.
mod history;
// The forms of every family of hosts.
mod hosts;
// What must have no answer.
mod hostile;
