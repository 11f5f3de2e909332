//! Tests of streamguard-advisories, one module a topic.

// Records and walks of the National Vulnerability Database.
mod cve;
// Advisories and walks of the GitHub Advisory Database.
mod github;
// Records, archives and lists of changes of OSV.
mod osv;
