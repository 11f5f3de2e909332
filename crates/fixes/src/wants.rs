//! What is wanted: from advisories to the commits they name, gathered by repository.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use streamguard_dataset::MergedAdvisory;
use streamguard_dataset::advisory::SourcedReference;

use crate::reference::{self, Pointer, Target};

/// Most wanted fixes in one shard: a repository with more takes several.
const PIECE: usize = 200;

/// How much of an advisory's text goes along to tell functions by, in bytes.
const TEXT: usize = 1000;

/// Fixes that are wanted of one repository: the payload of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// `https://host/path` of the repository.
    pub(super) repository: String,
    /// Repositories of the same name: forks and former homes, which have the same commits under
    /// the same ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) kin: Vec<String>,
    /// The fixes.
    pub(super) wants: Vec<Want>,
}

/// A fix, and the advisories that name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Want {
    /// How it is named.
    pub(super) named: Named,
    /// What is known of it; at least one.
    pub(super) clues: Vec<Clue>,
}

/// How a fix is named, from the surest to the least sure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named {
    /// By a URL, or a commit of a range.
    Target(Target),
    /// Not at all: the repository is known, and its messages may name the advisory. With the
    /// versions that are fixed.
    Search(Vec<String>),
}

/// What one advisory says of a fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Clue {
    /// Its names; the first is that in `advisories.jsonl`.
    pub(super) ids: Vec<String>,
    /// Who brought it.
    pub(super) collectors: Vec<String>,
    /// Who names the fix, and how: `cve:Patch`, `osv:FIX`, `osv:range`.
    pub(super) evidence: Vec<String>,
    /// Its weaknesses.
    pub(super) cwes: Vec<String>,
    /// The beginning of its text.
    pub(super) text: String,
}

/// Everything that advisories want, in an order that depends on them alone: what is named by a
/// commit first, then pull requests, then searches; the collectors take turns.
pub(super) fn pieces(advisories: &[MergedAdvisory]) -> Vec<Piece> {
    let mut repositories = Repositories::default();
    for advisory in advisories.iter().filter(|advisory| advisory.withdrawn.is_none()) {
        repositories.take(advisory);
    }
    repositories.into_pieces()
}

/// Wants by repository, in the order in which repositories are first met.
#[derive(Default)]
struct Repositories {
    positions: HashMap<String, usize>,
    all: Vec<Repository>,
}

#[derive(Default)]
struct Repository {
    url: String,
    positions: HashMap<Named, usize>,
    wants: Vec<Want>,
}

impl Repositories {
    fn take(&mut self, advisory: &MergedAdvisory) {
        let introduced: BTreeSet<&str> = advisory
            .affected
            .iter()
            .filter(|affected| affected.repository.is_some())
            .flat_map(|affected| affected.introduced.iter().map(String::as_str))
            .collect();
        let mut named: BTreeMap<Pointer, Vec<String>> = BTreeMap::new();
        for reference in &advisory.references {
            // A commit that brought the flaw is referred to as well.
            if let Some(pointer) = reference::parse(&reference.url)
                && !is_catalogue(&pointer.repository)
                && !matches!(pointer.target, Target::State(_))
                && !matches!(&pointer.target, Target::Commit(id) if introduced.contains(id.as_str()))
            {
                named.entry(pointer).or_default().extend(reference.tags.iter().cloned());
            }
        }
        for affected in &advisory.affected {
            let Some(repository) = affected.repository.as_deref().and_then(reference::cloneable) else {
                continue;
            };
            for commit in affected.fixed.iter().filter(|commit| reference::is_commit_id(commit)) {
                let target = Target::Commit(commit.to_ascii_lowercase());
                let pointer = Pointer { repository: repository.clone(), target };
                let evidence = named.entry(pointer).or_default();
                if !evidence.iter().any(|known| known == "osv:range") {
                    evidence.push("osv:range".to_owned());
                }
            }
        }
        let surest = named.keys().map(|pointer| rank(&pointer.target)).min();
        for (pointer, evidence) in named {
            // What names a state or a release is of use only where nothing names the change.
            if surest == Some(rank(&pointer.target)) || rank(&pointer.target) <= PULL {
                let clue = clue(advisory, evidence);
                self.want(&pointer.repository.clone(), Named::Target(pointer.target), clue);
            }
        }
        if surest.is_none() {
            self.search(advisory);
        }
    }

    /// An advisory that names no change, but repositories.
    fn search(&mut self, advisory: &MergedAdvisory) {
        let pages = advisory.references.iter().filter(|reference| is_of_project(reference));
        let pages = pages.filter_map(|reference| reference::repository(&reference.url));
        let ranges = advisory.affected.iter().filter_map(|affected| affected.repository.as_deref());
        let mut repositories: Vec<String> = pages.chain(ranges.filter_map(reference::cloneable)).collect();
        repositories.retain(|repository| !is_catalogue(repository));
        repositories.sort_by_key(|repository| reference::key(repository));
        repositories.dedup_by_key(|repository| reference::key(repository));
        // Of several it cannot be told which is the project's.
        let [repository] = repositories.as_slice() else { return };
        let fixed: BTreeSet<String> = advisory
            .affected
            .iter()
            .filter(|affected| affected.repository.is_none())
            .flat_map(|affected| affected.fixed.iter().cloned())
            .collect();
        let clue = clue(advisory, Vec::new());
        self.want(repository, Named::Search(fixed.into_iter().collect()), clue);
    }

    fn want(&mut self, url: &str, named: Named, clue: Clue) {
        let key = reference::key(url);
        let at = *self.positions.entry(key).or_insert_with(|| {
            self.all.push(Repository { url: url.to_owned(), ..Repository::default() });
            self.all.len() - 1
        });
        let Repository { positions, wants, .. } = &mut self.all[at];
        // Searches are for their own advisory each.
        let known = match &named {
            Named::Target(_) => positions.get(&named).copied(),
            Named::Search(_) => None,
        };
        match known {
            Some(at) => wants[at].clues.push(clue),
            None => {
                positions.insert(named.clone(), wants.len());
                wants.push(Want { named, clues: vec![clue] });
            }
        }
    }

    /// The repositories by their own names, where several have the same; those of which most is
    /// wanted first.
    fn kin(&self) -> HashMap<String, Vec<String>> {
        let mut kin: HashMap<String, Vec<&Repository>> = HashMap::new();
        for repository in &self.all {
            kin.entry(name_of(&repository.url)).or_default().push(repository);
        }
        kin.retain(|_, repositories| repositories.len() > 1);
        kin.into_iter()
            .map(|(name, mut repositories)| {
                repositories.sort_by_key(|repository| std::cmp::Reverse(repository.wants.len()));
                (name, repositories.into_iter().map(|repository| repository.url.clone()).collect())
            })
            .collect()
    }

    fn into_pieces(self) -> Vec<Piece> {
        let kin = self.kin();
        let mut by_rank: BTreeMap<u8, BTreeMap<String, Vec<Piece>>> = BTreeMap::new();
        for Repository { url, mut wants, .. } in self.all {
            wants.sort_by(|one, other| one.named.cmp(&other.named));
            for chunk in wants.chunks(PIECE) {
                let rank = chunk.iter().map(|want| want.named.rank()).min().unwrap_or(u8::MAX);
                let collector = chunk[0].clues[0].collectors.first().cloned().unwrap_or_default();
                let kin = kin.get(&name_of(&url)).into_iter().flatten();
                let kin = kin.filter(|other| **other != url).take(KIN).cloned().collect();
                let piece = Piece { repository: url.clone(), kin, wants: chunk.to_vec() };
                by_rank.entry(rank).or_default().entry(collector).or_default().push(piece);
            }
        }
        by_rank
            .into_values()
            .flat_map(|queues| streamguard_collect::interleave(queues.into_values().collect()))
            .collect()
    }
}

/// How many repositories of the same name are looked into.
const KIN: usize = 3;

/// The last part of a repository's address.
fn name_of(url: &str) -> String {
    url.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// Repositories of advisories: what happens in them fixes nothing.
const CATALOGUES: [&str; 12] = [
    "https://github.com/advisories",
    "https://github.com/advisory-database",
    "https://github.com/cveproject/",
    "https://github.com/friendsofphp/security-advisories",
    "https://github.com/github/advisory-database",
    "https://github.com/golang/vulndb",
    "https://github.com/google/oss-fuzz-vulns",
    "https://github.com/nodejs/security-wg",
    "https://github.com/ossf/malicious-packages",
    "https://github.com/pypa/advisory-database",
    "https://github.com/rubysec/ruby-advisory-db",
    "https://github.com/rustsec/advisory-db",
];

fn is_catalogue(repository: &str) -> bool {
    let key = reference::key(repository);
    CATALOGUES.iter().any(|catalogue| key.starts_with(catalogue))
}

/// Rank of pull requests: the last that names a change.
const PULL: u8 = 1;

/// How sure a target is, the surest first.
fn rank(target: &Target) -> u8 {
    match target {
        Target::Commit(_) => 0,
        Target::Pull(_) => PULL,
        Target::Compare(..) => 2,
        Target::Tag(_) => 3,
        Target::State(_) => 4,
    }
}

impl Named {
    /// The whole id of a commit, if that is the name.
    pub(super) fn whole_commit(&self) -> Option<&str> {
        match self {
            Self::Target(Target::Commit(id)) if reference::is_commit_id(id) => Some(id),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Target(target) => rank(target),
            Self::Search(_) => u8::MAX,
        }
    }
}

/// Whether a page is surely the project's own: others report and attack from repositories too.
fn is_of_project(reference: &SourcedReference) -> bool {
    let is_tagged = |tag: &String| {
        let tag = tag.split_once(':').map_or(tag.as_str(), |(_, tag)| tag);
        matches!(tag, "Patch" | "Product" | "Release Notes" | "PACKAGE" | "FIX")
    };
    let pages = ["/issues/", "/releases/", "/security/advisories/", "/discussions/", "/-/issues/"];
    reference.tags.iter().any(is_tagged) || pages.iter().any(|page| reference.url.contains(page))
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(Target::Commit(id) | Target::State(id)) => f.write_str(id),
            Self::Target(Target::Pull(number)) => write!(f, "pull/{number}"),
            Self::Target(Target::Compare(from, to)) => write!(f, "compare/{from}...{to}"),
            Self::Target(Target::Tag(tag)) => write!(f, "tag/{tag}"),
            Self::Search(_) => f.write_str("search"),
        }
    }
}

fn clue(advisory: &MergedAdvisory, evidence: Vec<String>) -> Clue {
    let texts = [advisory.summary.as_deref(), advisory.description.as_deref()];
    let mut text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    text.truncate(text.floor_char_boundary(TEXT));
    let ids = std::iter::once(&advisory.id).chain(&advisory.aliases).cloned().collect();
    Clue { ids, collectors: advisory.collectors.clone(), evidence, cwes: advisory.cwes.clone(), text }
}
