//! The advisories of a world: what is known of each, before any database puts it into its form.

use streamguard_dataset::{Language, Weakness};

use super::flaw::Rating;
use crate::oracle::{Naming, PlantedAdvisory};

/// Who knows an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) nvd: bool,
    pub(super) github: bool,
    pub(super) osv: bool,
}

impl Known {
    pub(super) const fn by(nvd: bool, github: bool, osv: bool) -> Self {
        Self { nvd, github, osv }
    }

    /// Every combination, by turns; that all know it is the most frequent in the world, too.
    pub(super) const TURNS: [Self; 8] = [
        Self::by(true, true, true),
        Self::by(true, false, false),
        Self::by(false, true, false),
        Self::by(false, false, true),
        Self::by(true, true, false),
        Self::by(true, false, true),
        Self::by(false, true, true),
        Self::by(true, true, true),
    ];

    /// The collectors that learn of it.
    fn collectors(self) -> Vec<String> {
        let all = [("cve", self.nvd), ("github", self.github), ("osv", self.osv)];
        all.iter().filter(|(_, knows)| *knows).map(|(name, _)| (*name).to_owned()).collect()
    }
}

/// Where to read on.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) url: String,
    /// NVD's tags.
    pub(super) tags: &'static [&'static str],
    /// OSV's type.
    pub(super) kind: &'static str,
}

/// A package that is affected.
#[derive(Clone, Debug)]
pub(super) struct Package {
    pub(super) language: Language,
    pub(super) name: String,
    /// The first version without the flaw, if there is one yet.
    pub(super) fixed: Option<String>,
}

/// A range of commits.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) repository: String,
    pub(super) fixed: String,
}

/// One vulnerability, as far as anybody knows it.
#[derive(Clone, Debug)]
pub(super) struct Advisory {
    /// Its place among all, from 0.
    pub(super) number: usize,
    pub(super) known: Known,
    pub(super) cve: Option<String>,
    pub(super) ghsa: Option<String>,
    /// What OSV calls it, and in which ecosystem it is there.
    pub(super) osv: Option<(String, &'static str)>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) rating: &'static Rating,
    /// GitHub's, where it sees the matter in another way.
    pub(super) github_rating: &'static Rating,
    pub(super) weakness: &'static Weakness,
    /// Whether NVD does not say which weakness it is.
    pub(super) nvd_is_vague: bool,
    /// In seconds since 1970.
    pub(super) published: i64,
    pub(super) modified: i64,
    pub(super) withdrawn: Option<i64>,
    /// When it came to the list of known exploited vulnerabilities.
    pub(super) exploited: Option<i64>,
    pub(super) links: Vec<Link>,
    pub(super) package: Option<Package>,
    pub(super) range: Option<Range>,
    /// The project and the function, for exploits.
    pub(super) target: Option<(String, String)>,
    /// How it names its fix, and of which commit of which repository.
    pub(super) naming: Naming,
    pub(super) repository: Option<String>,
    pub(super) commit: Option<String>,
}

impl Advisory {
    /// All its names.
    pub(super) fn ids(&self) -> Vec<&str> {
        let osv = self.osv.as_ref().map(|(id, _)| id);
        let named: Vec<&String> =
            [self.cve.as_ref(), self.ghsa.as_ref(), osv].into_iter().flatten().collect();
        let is_first = |at: usize| !named[..at].contains(&named[at]);
        (0..named.len()).filter(|at| is_first(*at)).map(|at| named[at].as_str()).collect()
    }

    /// All its names but one.
    pub(super) fn aliases(&self, but: &str) -> Vec<&str> {
        self.ids().into_iter().filter(|id| *id != but).collect()
    }

    /// What the oracle says of it.
    pub(super) fn truth(&self) -> PlantedAdvisory {
        let is_code = |link: &&Link| self.repository.as_ref().is_some_and(|url| is_below(&link.url, url));
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

/// Whether a URL leads to something in a repository, not to the repository itself.
fn is_below(url: &str, repository: &str) -> bool {
    url.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'))
}
