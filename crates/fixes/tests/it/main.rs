//! Tests of the job `fixes`.

// The job in the demo world.
mod fixes;
// References in URLs and in the history of a repository.
mod references;
// Commits that a record of OSV names and that are not fixes.
mod vulnerable_commits;
