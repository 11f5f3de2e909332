//! The setting `branches`: which branches of a repository are read.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_git::{BranchKind, MaintainedBranches, maintained_branches};

/// Branches of which the history is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum BranchChoice {
    /// Only the one that HEAD names
    Head,
    /// That of HEAD, and those named after a version, such as 1.26.x, 3-2-stable or release/2.0
    #[default]
    Release,
    /// All
    All,
}

impl BranchChoice {
    /// Returns the branches besides the head. `name` is the name of the repository.
    ///
    /// # Errors
    /// References that cannot be read.
    pub(crate) fn branches(
        self,
        repository: &gix::Repository,
        name: &str,
    ) -> Result<MaintainedBranches, gix::Error> {
        let kind = match self {
            Self::Head => return Ok(MaintainedBranches::default()),
            Self::Release => BranchKind::Release,
            Self::All => BranchKind::Any,
        };
        let name = name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let project = name.strip_suffix(".git").unwrap_or(name);
        maintained_branches(repository, project, kind)
    }
}
