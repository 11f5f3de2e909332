//! Tests of streamguard-fixes, one module a topic.

// From advisories to pairs.
mod fixes;
// From URLs to repositories and commits, and what local history tells.
mod references;
