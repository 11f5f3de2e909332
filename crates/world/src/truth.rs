//! Truth about a world: the planted fixes, the decoys and the advisories.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use streamguard_dataset::Language;

/// Age of the newest commit of a repository up to which fixes count as findable, in seconds: three
/// years of 365.25 days, the default of the collector.
pub const FINDABLE_WINDOW: i64 = 3 * 31_557_600;

/// Way to find a planted fix from the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Findability {
    /// By the message of the commit.
    ByMessage,
    /// Only by the message of the merge.
    ThroughMerge,
    /// Not at all: no message mentions security.
    Silent,
    /// Only by looking further back than [`FINDABLE_WINDOW`] before the newest commit.
    OutsideWindow,
}

/// One function that a commit fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedFix {
    /// Address of the repository, as in the manifest.
    pub repository: String,
    /// Id of the commit, in hexadecimal digits.
    pub commit: String,
    /// Path of the file before the commit.
    pub path_before: String,
    /// Path of the file after it.
    pub path_after: String,
    /// Plain name of the function, without the class around it.
    pub function: String,
    /// Language of the function.
    pub language: Language,
    /// Name of the weakness, as in `vulnerability_type`.
    pub weakness: String,
    /// Function before the commit: the exact bytes of the file from its first character that is not white
    /// space to its last one.
    pub before: String,
    /// Function after the commit.
    pub after: String,
    /// First line of the function before the commit, from 1.
    pub start_line_before: u32,
    /// First line of the function after the commit.
    pub start_line_after: u32,
    /// Way to find the fix.
    pub findable: Findability,
    /// Whether the commit also changes functions that have nothing to do with the fix.
    pub tangled: bool,
}

/// A commit that looks like a security fix and is not one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoy {
    /// Address of the repository.
    pub repository: String,
    /// Id of the commit, in hexadecimal digits.
    pub commit: String,
    /// Kind of the commit: a name of an [`event`](RepositoryTruth::events).
    pub event: String,
}

/// Summary of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryTruth {
    /// Address of the repository.
    pub url: String,
    /// Path of the bare repository in a snapshot.
    pub path: String,
    /// Number of commits that the branch reaches.
    pub commits: usize,
    /// Number of events, by kind.
    pub events: BTreeMap<String, usize>,
}

/// Way in which an advisory names its fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixNaming {
    /// By the URL of the commit.
    Commit,
    /// By the URL of the pull request.
    Pull,
    /// By the URL of a comparison of the commit with its parent, or of two releases; then the commit's
    /// message has the CVE id.
    Comparison,
    /// By the URL of the first release with the fix; the commit's message has the CVE id.
    Release,
    /// By a range of commits, as in OSV, without a URL.
    Range,
    /// Not at all.
    Nothing,
}

/// An advisory that upstreams of the world know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedAdvisory {
    /// All ids, the CVE id first.
    pub ids: Vec<String>,
    /// Collectors whose upstreams know the advisory: `cve`, `github`, `osv`.
    pub collectors: Vec<String>,
    /// Address of the affected repository, which need not exist; none without public code.
    pub repository: Option<String>,
    /// Id of the fix commit, in hexadecimal digits.
    pub commit: Option<String>,
    /// Way in which the advisory names the commit.
    pub naming: FixNaming,
    /// URLs that name something in the repository.
    pub references: Vec<String>,
    /// Whether the advisory was withdrawn.
    pub withdrawn: bool,
    /// Whether the advisory leads to its commit, or to the merge of that commit.
    pub resolves: bool,
}

/// Truth about a world, or about one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorldTruth {
    /// Repositories, by path.
    pub repositories: Vec<RepositoryTruth>,
    /// All planted fixes.
    pub planted: Vec<PlantedFix>,
    /// All commits that only look like fixes.
    pub decoys: Vec<Decoy>,
    /// All advisories; none in the truth about one repository.
    pub advisories: Vec<PlantedAdvisory>,
}

/// One line of `truth.jsonl`.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum TruthLine<R, P, D, A> {
    Repository(R),
    Planted(P),
    Decoy(D),
    Advisory(A),
}

impl WorldTruth {
    /// Writes one JSON object a line, with its `kind`: repository, planted, decoy or
    /// advisory.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_lines(&self, out: &mut impl Write) -> io::Result<()> {
        let repositories = self.repositories.iter().map(TruthLine::Repository);
        let planted = self.planted.iter().map(TruthLine::Planted);
        let decoys = self.decoys.iter().map(TruthLine::Decoy);
        let advisories = self.advisories.iter().map(TruthLine::Advisory);
        for line in repositories.chain(planted).chain(decoys).chain(advisories) {
            let line: TruthLine<&RepositoryTruth, &PlantedFix, &Decoy, &PlantedAdvisory> = line;
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Reads the lines that [`Self::write_lines`] wrote.
    ///
    /// # Errors
    /// Those of `lines`, and if a line is not one of `truth.jsonl`.
    pub fn read_lines(lines: impl BufRead) -> io::Result<Self> {
        let mut truth = Self::default();
        for line in lines.lines() {
            match serde_json::from_str(&line?)? {
                TruthLine::Repository(repository) => truth.repositories.push(repository),
                TruthLine::Planted(planted) => truth.planted.push(planted),
                TruthLine::Decoy(decoy) => truth.decoys.push(decoy),
                TruthLine::Advisory(advisory) => truth.advisories.push(advisory),
            }
        }
        Ok(truth)
    }

    /// Adds the truth about further repositories.
    pub(crate) fn extend(&mut self, other: Self) {
        self.repositories.extend(other.repositories);
        self.planted.extend(other.planted);
        self.decoys.extend(other.decoys);
        self.advisories.extend(other.advisories);
    }
}
