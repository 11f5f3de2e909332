//! Exposure of releases: which of them have a function that lacks a fix.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::Finding;
use crate::signature::SignatureOrigin;
use crate::verdict::Verdict;

/// Releases that lack a fix, as far as their code shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FixExposure {
    /// Function of each release, by its path and name where it was last seen.
    pub path: String,
    /// Name of the function.
    pub function: String,
    /// Releases in which it lacks the fix, in the order that they were added.
    pub vulnerable: Vec<String>,
    /// Releases in which it has the fix.
    pub fixed: Vec<String>,
    /// Releases in which it is neither side.
    pub unclear: Vec<String>,
    /// Fix.
    pub fix: SignatureOrigin,
}

/// Collects the findings of releases.
#[derive(Debug, Default)]
pub struct ExposureHistory {
    exposures: BTreeMap<(Vec<String>, String, String), FixExposure>,
}

impl ExposureHistory {
    /// Adds the findings of a release. Of several functions for the same fix, the worst counts.
    pub fn add<'f>(&mut self, release: &str, findings: impl IntoIterator<Item = &'f Finding>) {
        let mut worst = BTreeMap::<(Vec<String>, String, String), &Finding>::new();
        for finding in findings {
            let key = key(finding);
            let is_worse = worst.get(&key).is_none_or(|other| finding.verdict < other.verdict);
            if is_worse {
                worst.insert(key, finding);
            }
        }
        for (key, finding) in worst {
            let exposure = self.exposures.entry(key).or_insert_with(|| FixExposure {
                path: String::new(),
                function: String::new(),
                vulnerable: Vec::new(),
                fixed: Vec::new(),
                unclear: Vec::new(),
                fix: finding.fix.clone(),
            });
            (exposure.path, exposure.function) = (finding.path.clone(), finding.function.clone());
            let releases = match finding.verdict {
                Verdict::Vulnerable => &mut exposure.vulnerable,
                Verdict::Unclear => &mut exposure.unclear,
                Verdict::Fixed => &mut exposure.fixed,
            };
            releases.push(release.to_owned());
        }
    }

    /// Returns the exposure to each fix that a release lacks, sorted by advisory and commit.
    pub fn finish(self) -> Vec<FixExposure> {
        self.exposures.into_values().filter(|exposure| !exposure.vulnerable.is_empty()).collect()
    }
}

/// Returns what names a fix of a function: the advisories, or else the commit, and the function upstream.
fn key(finding: &Finding) -> (Vec<String>, String, String) {
    let fix = &finding.fix;
    let commit = if fix.advisories.is_empty() { fix.commit.clone() } else { String::new() };
    (fix.advisories.clone(), commit, fix.function.clone())
}
