//! The HTTP client, before servers that do what servers do.

// What is kept, for whom, and how two get it once.
mod cache;
// Answers that are broken, endless, slow or somebody else's.
mod faults;
// Who may ask how often.
mod limits;
// Redirects, credentials and where they never show up.
mod secrets;
// A server that misbehaves by script, and somebody who waits for it.
mod server;
// Servers that cannot prove who they are.
mod tls;
