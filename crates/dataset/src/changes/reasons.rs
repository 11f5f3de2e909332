//! Reasons of changes, found by what the advisories of both versions say.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;

use streamguard_durable::open_regular;

use super::ChangeReason;
use super::compare::Differing;
use super::row::Row;
use crate::advisory::MergedAdvisory;
use crate::error::{LineFault, SampleFileError};

/// Fields of a row that state its label.
const LABEL_FIELDS: [&str; 4] = ["vulnerability_type", "label_evidence", "label_confidence", "quality_flags"];

/// Fields of a row that come from its advisory.
const ADVISORY_FIELDS: [&str; 8] = [
    "cwes",
    "severity",
    "cvss_score",
    "cvss_vector",
    "cvss_version",
    "advisory_ids",
    "description",
    "published_date",
];

/// What the advisories of the differing rows say.
pub(super) struct Reasons<'a> {
    /// Ids of the older version's advisories, as far as differing rows name them.
    known: HashSet<String>,
    /// Advisories of the newer version that differing rows name, by each of their ids.
    newer: HashMap<String, AdvisoryFacts>,
    /// Commits of the differing rows of the newer version.
    commits: HashSet<String>,
    at_target: &'a BTreeSet<String>,
}

#[derive(Clone)]
struct AdvisoryFacts {
    is_withdrawn: bool,
    /// Commits that it was followed to.
    commits: Vec<String>,
}

impl<'a> Reasons<'a> {
    pub(super) fn read(
        older: Option<&Path>,
        newer: Option<&Path>,
        differing: &Differing,
        at_target: &'a BTreeSet<String>,
    ) -> Result<Self, SampleFileError> {
        let rows = || differing.newer.iter().chain(differing.older.values());
        let wanted: HashSet<&str> =
            rows().flat_map(|row| row.advisory_ids.iter().map(String::as_str)).collect();
        let mut reasons = Self {
            known: HashSet::new(),
            newer: HashMap::new(),
            commits: differing.newer.iter().filter_map(|row| row.commit.clone()).collect(),
            at_target,
        };
        let wanted_ids = |advisory: &MergedAdvisory| -> Vec<String> {
            let ids = std::iter::once(&advisory.id).chain(&advisory.aliases);
            ids.filter(|id| wanted.contains(id.as_str())).cloned().collect()
        };
        for_each_advisory(older, |advisory| reasons.known.extend(wanted_ids(&advisory)))?;
        for_each_advisory(newer, |advisory| {
            let ids = wanted_ids(&advisory);
            if ids.is_empty() {
                return;
            }
            let commits = advisory.fixes.into_iter().filter_map(|fix| fix.commit).collect();
            let facts = AdvisoryFacts { is_withdrawn: advisory.withdrawn.is_some(), commits };
            reasons.newer.extend(ids.into_iter().map(|id| (id, facts.clone())));
        })?;
        Ok(reasons)
    }

    pub(super) fn of_added(&self, row: &Row) -> ChangeReason {
        match row.advisory_ids.as_slice() {
            [] => ChangeReason::NewFinding,
            ids if ids.iter().any(|id| self.known.contains(id)) => ChangeReason::NewFix,
            _ => ChangeReason::NewAdvisory,
        }
    }

    pub(super) fn of_changed(older: &Row, newer: &Row, fields: &[String]) -> ChangeReason {
        let has_any = |names: &[&str]| fields.iter().any(|field| names.contains(&field.as_str()));
        if older.id != newer.id {
            return match older.code == newer.code {
                true => ChangeReason::MovedCommit,
                false => ChangeReason::CorrectedCode,
            };
        }
        // An advisory that was corrected often changes the label as well: it is the cause then.
        if has_any(&ADVISORY_FIELDS) {
            ChangeReason::CorrectedAdvisory
        } else if has_any(&LABEL_FIELDS) {
            ChangeReason::CorrectedLabel
        } else {
            ChangeReason::CorrectedOrigin
        }
    }

    pub(super) fn of_withdrawn(&self, row: &Row) -> ChangeReason {
        let advisories: Vec<&AdvisoryFacts> =
            row.advisory_ids.iter().filter_map(|id| self.newer.get(id)).collect();
        if !row.advisory_ids.is_empty() {
            if advisories.is_empty() {
                return ChangeReason::AdvisoryGone;
            }
            if advisories.iter().all(|advisory| advisory.is_withdrawn) {
                return ChangeReason::AdvisoryWithdrawn;
            }
        }
        let commit = row.commit.as_deref().unwrap_or_default();
        if self.commits.contains(commit) {
            return ChangeReason::LabelWithdrawn;
        }
        if self.at_target.contains(&row.collector) {
            return ChangeReason::BeyondTarget;
        }
        let leads_there =
            |advisory: &&AdvisoryFacts| advisory.commits.iter().any(|followed| followed == commit);
        match !advisories.is_empty() && !advisories.iter().any(leads_there) {
            true => ChangeReason::FixNoLongerNamed,
            false => ChangeReason::LabelWithdrawn,
        }
    }
}

fn for_each_advisory(
    path: Option<&Path>,
    mut use_advisory: impl FnMut(MergedAdvisory),
) -> Result<(), SampleFileError> {
    let Some(path) = path else { return Ok(()) };
    let unreadable = |error| SampleFileError::read(path, error);
    for (number, line) in (1..).zip(BufReader::new(open_regular(path).map_err(unreadable)?).lines()) {
        use_advisory(serde_json::from_str(&line.map_err(unreadable)?).map_err(|error| {
            SampleFileError::Line { path: path.to_owned(), line: number, fault: LineFault::invalid(&error) }
        })?);
    }
    Ok(())
}
