//! Tests of the sources of advisories, with recorded data and against simulated upstreams.

// Records and pages of the National Vulnerability Database.
mod cve;
// Advisories and pages of the GitHub Advisory Database.
mod github;
// Records, archives and lists of changes of OSV.
mod osv;
// Answers that lack records, and never become a whole listing.
mod gaps;
// Listings that a cache keeps for later runs.
mod listings;
// Records of all sources with parts that are not as documented.
mod parts;
// Filters of a replay, compared with the answers of the upstreams.
mod replay;
