//! Shards of the collector.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::history::CommitSelection;
use super::selected_commit::SelectedCommit;

/// Number of commits in one shard: a second or two of work, mostly parsing.
const COMMITS_PER_SHARD: usize = 25;

/// Payload of one shard.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepoShard {
    /// Commits of a repository on this machine, newest first.
    Commits {
        /// Folder of the repository.
        path: PathBuf,
        /// Name of the repository in its samples.
        name: String,
        /// Number of commits that were looked at to select these; on the first shard of a repository.
        #[serde(default)]
        walked: u64,
        /// Number of commits that could not be read meanwhile; on the first shard as well.
        #[serde(default)]
        unreadable: u64,
        /// Number of selected commits that were left out, since another one has the same patch; there as well.
        #[serde(default)]
        same_patches: u64,
        /// Commits to mine.
        commits: Vec<SelectedCommit>,
        /// Descriptions of what the history lacks; on the last shard, since nothing is missing if the samples before
        /// are enough.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gaps: Vec<String>,
    },
    /// A whole remote repository, which is fetched first.
    Remote {
        /// URL of the repository.
        url: String,
    },
    /// A repository without any commit.
    Empty {
        /// Folder of the repository.
        path: PathBuf,
    },
    /// A repository that cannot be mined; it fails alone.
    Refused {
        /// Reason why it cannot be mined.
        reason: String,
    },
}

impl RepoShard {
    /// Splits the selected commits of a local repository into shards. There is at least one; the first
    /// carries the counts of the selection, the last the gaps of its history.
    pub(crate) fn split(path: &Path, name: &str, selection: &CommitSelection) -> Vec<Self> {
        let (mut walked, mut unreadable) = (selection.walked, selection.unreadable);
        let mut same_patches = selection.same_patches;
        let mut chunks: Vec<&[_]> = selection.commits.chunks(COMMITS_PER_SHARD).collect();
        if chunks.is_empty() {
            chunks.push(&[]);
        }
        let last = chunks.len() - 1;
        chunks
            .into_iter()
            .enumerate()
            .map(|(at, commits)| Self::Commits {
                path: path.to_owned(),
                name: name.to_owned(),
                walked: std::mem::take(&mut walked),
                unreadable: std::mem::take(&mut unreadable),
                same_patches: std::mem::take(&mut same_patches),
                commits: commits.to_vec(),
                gaps: if at == last { selection.gaps.clone() } else { Vec::new() },
            })
            .collect()
    }
}
