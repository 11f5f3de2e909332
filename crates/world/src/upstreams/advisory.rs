//! Advisories of a world, before any database puts them into its form.

use streamguard_dataset::{Language, Weakness};

use super::weakness_effect::CvssRating;
use crate::truth::{FixNaming, PlantedAdvisory};

/// Start of ratings by CVSS 4.0: 1 January 2024.
pub(super) const CVSS4_SINCE: i64 = 1_704_067_200;

/// End of ratings by CVSS 2.0: 13 July 2022, as at NVD.
pub(super) const CVSS2_UNTIL: i64 = 1_657_670_400;

/// Databases that know an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdvisorySources {
    pub(super) nvd: bool,
    pub(super) github: bool,
    pub(super) osv: bool,
}

impl AdvisorySources {
    pub(super) const fn by(nvd: bool, github: bool, osv: bool) -> Self {
        Self { nvd, github, osv }
    }

    /// Every combination, to be used in turn. Known to all is the most frequent case, as in reality.
    pub(super) const COMBINATIONS: [Self; 12] = [
        Self::by(true, true, true),
        Self::by(true, false, false),
        Self::by(true, true, true),
        Self::by(false, true, false),
        Self::by(true, true, true),
        Self::by(false, false, true),
        Self::by(true, true, false),
        Self::by(true, true, true),
        Self::by(true, false, true),
        Self::by(true, true, true),
        Self::by(false, true, true),
        Self::by(true, true, true),
    ];

    /// Returns the collectors of these databases.
    fn collectors(self) -> Vec<String> {
        let all = [("cve", self.nvd), ("github", self.github), ("osv", self.osv)];
        all.iter().filter(|(_, knows)| *knows).map(|(name, _)| (*name).to_owned()).collect()
    }
}

/// A reference of an advisory.
#[derive(Clone, Debug)]
pub(super) struct AdvisoryLink {
    pub(super) url: String,
    /// NVD's tags.
    pub(super) tags: &'static [&'static str],
    /// OSV's type.
    pub(super) kind: &'static str,
}

/// A package that an advisory is about.
#[derive(Clone, Debug)]
pub(super) struct AffectedPackage {
    pub(super) language: Language,
    pub(super) name: String,
    /// First version without the flaw, if there is one yet.
    pub(super) fixed: Option<String>,
}

/// A range of commits that ends with the fix.
#[derive(Clone, Debug)]
pub(super) struct CommitRange {
    pub(super) repository: String,
    pub(super) fixed: String,
}

/// One vulnerability with all facts, of which each database knows some.
#[derive(Clone, Debug)]
pub(super) struct WorldAdvisory {
    /// Number of the advisory, from 0.
    pub(super) number: usize,
    pub(super) known: AdvisorySources,
    pub(super) cve: Option<String>,
    pub(super) ghsa: Option<String>,
    /// Id and ecosystem in OSV.
    pub(super) osv: Option<(String, &'static str)>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) rating: &'static CvssRating,
    /// Rating by GitHub, which disagrees in some cases.
    pub(super) github_rating: &'static CvssRating,
    pub(super) weakness: &'static Weakness,
    /// Whether NVD does not name the weakness.
    pub(super) nvd_is_vague: bool,
    /// Times in seconds since 1970.
    pub(super) published: i64,
    pub(super) modified: i64,
    pub(super) withdrawn: Option<i64>,
    /// Time of the entry into the list of known exploited vulnerabilities.
    pub(super) exploited: Option<i64>,
    pub(super) links: Vec<AdvisoryLink>,
    pub(super) package: Option<AffectedPackage>,
    pub(super) range: Option<CommitRange>,
    /// Names of the project and the function, for exploits.
    pub(super) target: Option<(String, String)>,
    /// Way in which the advisory names its fix.
    pub(super) naming: FixNaming,
    pub(super) repository: Option<String>,
    pub(super) commit: Option<String>,
}

impl WorldAdvisory {
    /// Returns all ids, each once.
    pub(super) fn ids(&self) -> Vec<&str> {
        let osv = self.osv.as_ref().map(|(id, _)| id);
        let named: Vec<&String> =
            [self.cve.as_ref(), self.ghsa.as_ref(), osv].into_iter().flatten().collect();
        let is_first = |at: usize| !named[..at].contains(&named[at]);
        (0..named.len()).filter(|at| is_first(*at)).map(|at| named[at].as_str()).collect()
    }

    /// Returns all ids but one.
    pub(super) fn aliases(&self, but: &str) -> Vec<&str> {
        self.ids().into_iter().filter(|id| *id != but).collect()
    }

    /// Returns the truth about the advisory.
    pub(super) fn truth(&self) -> PlantedAdvisory {
        let is_code =
            |link: &&AdvisoryLink| self.repository.as_ref().is_some_and(|url| is_below(&link.url, url));
        PlantedAdvisory {
            ids: self.ids().into_iter().map(str::to_owned).collect(),
            collectors: self.known.collectors(),
            repository: self.repository.clone(),
            commit: self.commit.clone(),
            naming: self.naming,
            references: self.links.iter().filter(is_code).map(|link| link.url.clone()).collect(),
            withdrawn: self.withdrawn.is_some(),
            resolves: self.commit.is_some() && self.withdrawn.is_none(),
        }
    }
}

/// Returns whether a URL leads to something in a repository, not to the repository itself.
fn is_below(url: &str, repository: &str) -> bool {
    // With the slash, or the repository `tide` would hold the addresses of `tide-tables`.
    url.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'))
}
