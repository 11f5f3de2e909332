//! What the jobs promise, one module a topic.

// The engine's contract, kept by every job.
mod contract;
// Records and walks of the National Vulnerability Database.
mod cve;
// Rows and files of ExploitDB.
mod exploitdb;
// From a changed file to the functions that changed in it.
mod extract;
// From advisories to pairs.
mod fixes;
// Remote repositories: who may be asked, and what is fetched.
mod git;
// Advisories and walks of the GitHub Advisory Database.
mod github;
// Which commits are security fixes, by their messages.
mod message;
// Records, archives and lists of changes of OSV.
mod osv;
// From URLs to repositories and commits, and what local history tells.
mod references;
// Damaged, unusual and hostile repositories.
mod repositories;
// The upstreams on this machine.
mod simulator;
// Which of the functions that a fix changed are the fix.
mod support;
// The HTTP client, before servers that do what servers do.
mod upstream;
