//! References in URLs and in the history of a repository.

// All URLs in the recorded data.
mod data;
// Pull requests, advisories and versions in the history of a repository.
mod history;
// The forms of each family of hosts.
mod hosts;
// URLs that must be refused.
mod hostile;
// Pages whose repository is cloned from another address.
mod moved;
// URLs as they stand in texts.
mod texts;
