//! What was planted: the truth about a world.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use streamguard_dataset::Language;

/// How a planted fix can be found from the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Findable {
    /// By the message of its commit.
    ByMessage,
    /// Only by the message of the merge that brought its commit in.
    ThroughMerge,
    /// Not at all: no message speaks of it.
    Silent,
    /// Only by who looks further back than [`WINDOW`](crate::WINDOW) before the newest commit.
    OutsideWindow,
}

/// One function that a commit fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planted {
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
    /// Its language.
    pub language: Language,
    /// Name of the weakness, as in `vulnerability_type`.
    pub weakness: String,
    /// The function before the commit: the exact bytes of the file from its first character
    /// that is no white space to its last one.
    pub before: String,
    /// The function after it.
    pub after: String,
    /// The line that it starts in before the commit, from 1.
    pub start_line_before: u32,
    /// The line that it starts in after it.
    pub start_line_after: u32,
    /// How it can be found.
    pub findable: Findable,
    /// Whether the commit also changes functions that have nothing to do with the fix.
    pub tangled: bool,
}

/// A commit that looks like a security fix and is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoy {
    /// Address of the repository.
    pub repository: String,
    /// Id of the commit, in hexadecimal digits.
    pub commit: String,
    /// What it is instead: a name of an [`event`](RepositoryTruth::events).
    pub event: String,
}

/// What a repository holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryTruth {
    /// Its address.
    pub url: String,
    /// Path of the bare repository in a snapshot.
    pub path: String,
    /// How many commits its branch reaches.
    pub commits: usize,
    /// What happened in it, by kind, and how often.
    pub events: BTreeMap<String, usize>,
}

/// How an advisory names its fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// By the URL of the commit.
    Commit,
    /// By the URL of the pull request that brought it.
    Pull,
    /// By the URL of a comparison of the commit with the one before it, or of two releases; the
    /// commit's message has the CVE id then.
    Comparison,
    /// By the URL of the first release that holds it; the commit's message has the CVE id.
    Release,
    /// By a range of commits, as OSV has it, and by no URL.
    Range,
    /// Not at all.
    Nothing,
}

/// An advisory that upstreams of the world know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantedAdvisory {
    /// All its names, the CVE id first.
    pub ids: Vec<String>,
    /// The collectors whose upstreams know it: `cve`, `github`, `osv`.
    pub collectors: Vec<String>,
    /// Address of the repository that it is about, which need not exist; none without code.
    pub repository: Option<String>,
    /// Id of the commit that is the fix, in hexadecimal digits.
    pub commit: Option<String>,
    /// How it names that commit.
    pub naming: Naming,
    /// URLs in it that name something in the repository.
    pub references: Vec<String>,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Whether it leads to its commit, or to the merge that brought it.
    pub resolves: bool,
}

/// The truth about a world, or about one repository of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The repositories, by path.
    pub repositories: Vec<RepositoryTruth>,
    /// All planted fixes.
    pub planted: Vec<Planted>,
    /// All commits that only look like fixes.
    pub decoys: Vec<Decoy>,
    /// All advisories; none in the truth about one repository.
    pub advisories: Vec<PlantedAdvisory>,
}

/// One line of `truth.jsonl`.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<R, P, D, A> {
    Repository(R),
    Planted(P),
    Decoy(D),
    Advisory(A),
}

impl Truth {
    /// Writes one JSON object a line, with its `kind`: repository, planted, decoy or
    /// advisory.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_lines(&self, out: &mut impl Write) -> io::Result<()> {
        let repositories = self.repositories.iter().map(Line::Repository);
        let planted = self.planted.iter().map(Line::Planted);
        let decoys = self.decoys.iter().map(Line::Decoy);
        let advisories = self.advisories.iter().map(Line::Advisory);
        for line in repositories.chain(planted).chain(decoys).chain(advisories) {
            let line: Line<&RepositoryTruth, &Planted, &Decoy, &PlantedAdvisory> = line;
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Reads what [`Self::write_lines`] wrote.
    ///
    /// # Errors
    /// Those of `lines`, and if a line is not one of `truth.jsonl`.
    pub fn read_lines(lines: impl BufRead) -> io::Result<Self> {
        let mut truth = Self::default();
        for line in lines.lines() {
            match serde_json::from_str(&line?)? {
                Line::Repository(repository) => truth.repositories.push(repository),
                Line::Planted(planted) => truth.planted.push(planted),
                Line::Decoy(decoy) => truth.decoys.push(decoy),
                Line::Advisory(advisory) => truth.advisories.push(advisory),
            }
        }
        Ok(truth)
    }

    /// Takes over what is known of further repositories.
    pub(crate) fn extend(&mut self, other: Self) {
        self.repositories.extend(other.repositories);
        self.planted.extend(other.planted);
        self.decoys.extend(other.decoys);
        self.advisories.extend(other.advisories);
    }
}
