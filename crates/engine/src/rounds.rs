//! The rounds in which shards were handed to a cluster, as files: what its elements read, and what
//! a run that goes on attaches to.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cluster::Submission;

/// Version of the file.
const FORMAT: u32 = 1;

/// One round of a job: written before it is handed over, and again when the engine has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionFile {
    format: u32,
    /// The engine that it was made for.
    pub(crate) cluster: String,
    /// The name of the round on the cluster.
    pub(crate) name: String,
    job: String,
    /// Hash of the plan.
    pub(crate) plan: String,
    number: u32,
    lane: usize,
    /// The shards of each element.
    pub(crate) elements: Vec<Vec<u32>>,
    /// The engine's names of what it made of the round; none as long as it has not answered.
    pub(crate) ids: Vec<String>,
}

impl SubmissionFile {
    /// Reads the file of a round.
    ///
    /// # Errors
    /// What the file system says; `InvalidData` if it is no such file.
    pub fn read(path: &Path) -> io::Result<Self> {
        let round: Self = serde_json::from_slice(&fs::read(path)?)?;
        if round.format == FORMAT {
            Ok(round)
        } else {
            let reason = format!("format {}, this program reads {FORMAT}", round.format);
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        }
    }

    /// The job whose shards these are.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// The shards of an element; none if there is no such element.
    pub fn shards(&self, element: u32) -> Option<&[u32]> {
        self.elements.get(element as usize).map(Vec::as_slice)
    }

    /// Where it was handed over, and as what; nothing if it never was.
    pub(crate) fn whereabouts(&self) -> Option<String> {
        let ids = self.ids.join(", ");
        match (self.ids.is_empty(), ids == self.name) {
            (true, _) => None,
            (false, true) => Some(format!("{} {ids}", self.cluster)),
            (false, false) => Some(format!("{} {ids} ({})", self.cluster, self.name)),
        }
    }

    /// The element that each shard was given to.
    pub(crate) fn by_shard(&self) -> BTreeMap<u32, u32> {
        let elements = self.elements.iter().zip(0..);
        elements.flat_map(|(shards, element)| shards.iter().map(move |shard| (*shard, element))).collect()
    }
}

/// The rounds of one job of a run.
#[derive(Debug)]
pub(crate) struct SubmissionStore {
    /// The folder of the run.
    root: PathBuf,
    /// Where the rounds of all its jobs are.
    folder: PathBuf,
    job: String,
    /// Hash of the job's plan.
    plan: String,
    /// The engine; empty if somebody else hands rounds over.
    cluster: String,
    /// What no other run has: names of rounds begin with it.
    run: String,
}

impl SubmissionStore {
    pub(crate) fn new(
        root: &Path,
        state: &Path,
        clock_ms: u64,
        job: &str,
        plan: &str,
        cluster: &str,
    ) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let folder = state.canonicalize()?.join("cluster");
        fs::create_dir_all(folder.join("logs"))?;
        streamguard_durable::remove_dead_leftovers(&folder)?;
        let identity = format!("{}\n{clock_ms}\n{plan}", root.display());
        let run = blake3::hash(identity.as_bytes()).to_hex()[..12].to_owned();
        let (job, plan, cluster) = (job.to_owned(), plan.to_owned(), cluster.to_owned());
        Ok(Self { root, folder, job, plan, cluster, run })
    }

    fn path(&self, number: u32) -> PathBuf {
        path(&self.folder, &self.job, number)
    }

    /// The latest round of this plan, if there has been one. A file that cannot be read is none:
    /// then its shards are handed out again, which does no harm.
    pub(crate) fn latest(&self) -> Option<SubmissionFile> {
        let round = latest(&self.folder, &self.job)?;
        (round.plan == self.plan && round.job == self.job).then_some(round)
    }

    /// A new round of these shards in so many elements, written down.
    pub(crate) fn begin(&self, shards: &[u32], elements: usize, lane: usize) -> io::Result<SubmissionFile> {
        let number = (1..).find(|number| !self.path(*number).exists()).unwrap_or(u32::MAX);
        let round = SubmissionFile {
            format: FORMAT,
            cluster: self.cluster.clone(),
            name: format!("streamguard-{}-{}-{number}", self.run, self.job),
            job: self.job.clone(),
            plan: self.plan.clone(),
            number,
            lane,
            elements: divide(shards, elements),
            ids: Vec::new(),
        };
        self.write(&round)?;
        Ok(round)
    }

    /// Writes down what the engine made of a round.
    pub(crate) fn taken(&self, round: &mut SubmissionFile, ids: Vec<String>) -> io::Result<()> {
        round.ids = ids;
        self.write(round)
    }

    fn write(&self, round: &SubmissionFile) -> io::Result<()> {
        streamguard_durable::write_atomic(&self.path(round.number), &serde_json::to_vec(round)?)
    }

    /// A round as the engine is told of it.
    pub(crate) fn told(&self, round: &SubmissionFile) -> Submission {
        Submission {
            name: round.name.clone(),
            job: self.job.clone(),
            plan: self.root.clone(),
            file: self.path(round.number),
            logs: self.folder.join("logs"),
            elements: u32::try_from(round.elements.len()).unwrap_or(u32::MAX),
            lane: round.lane,
        }
    }
}

fn path(folder: &Path, job: &str, number: u32) -> PathBuf {
    folder.join(format!("{job}-{number}.json"))
}

/// The latest round of a job in a folder of rounds.
pub(crate) fn latest(folder: &Path, job: &str) -> Option<SubmissionFile> {
    let numbers = (1..).take_while(|number| path(folder, job, *number).exists());
    SubmissionFile::read(&path(folder, job, numbers.last()?)).ok()
}

/// Divides shards into so many elements whose sizes differ by one at most, the larger ones first.
fn divide(shards: &[u32], elements: usize) -> Vec<Vec<u32>> {
    let elements = elements.clamp(1, shards.len().max(1));
    let (size, larger) = (shards.len() / elements, shards.len() % elements);
    let (first, rest) = shards.split_at(larger * (size + 1));
    let first = first.chunks(size + 1);
    first.chain(rest.chunks(size.max(1))).map(<[u32]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_even() {
        assert_eq!(divide(&[1, 2, 3, 5, 8], 2), [vec![1, 2, 3], vec![5, 8]]);
        assert_eq!(divide(&[1, 2], 9), [[1], [2]]);
        assert_eq!(divide(&[7, 9], 1), [[7, 9]]);
        let sizes: Vec<usize> = divide(&(0..20).collect::<Vec<_>>(), 6).iter().map(Vec::len).collect();
        assert_eq!(sizes, [4, 4, 3, 3, 3, 3]);
    }

    #[test]
    fn a_round_is_found_again_by_the_same_run_and_plan_only() {
        let folder = tempfile::tempdir().unwrap();
        let rounds = |plan: &str, clock_ms| {
            SubmissionStore::new(folder.path(), folder.path(), clock_ms, "job", plan, "here").unwrap()
        };
        let first = rounds("a", 1);
        assert!(first.latest().is_none());
        let mut round = first.begin(&[3, 4, 9], 2, 8).unwrap();
        assert_eq!((round.shards(0), round.shards(2)), (Some(&[3, 4][..]), None));
        assert_eq!(round.by_shard().get(&9), Some(&1));
        first.taken(&mut round, vec!["17".to_owned()]).unwrap();
        assert_eq!(first.latest().as_ref(), Some(&round));
        assert!(rounds("b", 1).latest().is_none());
        let second = first.begin(&[9], 1, 8).unwrap();
        assert_ne!(second.name, round.name);
        assert_ne!(rounds("a", 2).begin(&[9], 1, 8).unwrap().name, second.name);
    }
}
