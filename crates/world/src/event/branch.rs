//! Branches and their merges.

use std::collections::BTreeSet;

use gix::ObjectId;

use crate::error::WorldError;
use crate::history::RepositoryHistory;
use crate::messages::ordinary;
use crate::project_files::ProjectFiles;

/// State of the main branch at the start of another one.
pub(crate) struct OpenBranch {
    project: ProjectFiles,
    head: Option<ObjectId>,
}

impl RepositoryHistory {
    /// Starts a branch.
    pub(crate) fn fork(&mut self) -> OpenBranch {
        self.touched.clear();
        OpenBranch { project: self.project.clone(), head: self.head }
    }

    /// Merges the present branch, after other commits on the main branch.
    pub(crate) fn join(&mut self, fork: OpenBranch, message: &str) -> Result<ObjectId, WorldError> {
        let branch = std::mem::replace(&mut self.project, fork.project);
        let Some(tip) = self.head else { return Err(WorldError::Git("a branch without a commit".into())) };
        let paths: BTreeSet<String> = std::mem::take(&mut self.touched);
        self.head = fork.head;
        // Merges have no conflicts: until then, the main branch leaves the files of this one alone.
        self.avoid = paths;
        for _ in 0..self.random.below(3) {
            self.advance_time();
            self.choose_author();
            match self.random.below(3) {
                0 => self.ci()?,
                1 => self.feature()?,
                _ => self.refactoring()?,
            }
        }
        let paths = std::mem::take(&mut self.avoid);
        self.project.adopt(&branch, &paths);
        self.advance_time();
        self.choose_author();
        // The main branch is the first parent, as `git merge` has it; collectors compare with that
        // one.
        let parents: Vec<ObjectId> = self.head.into_iter().chain([tip]).collect();
        self.count_event("merge");
        self.commit_on(&parents, message.as_bytes().to_vec(), None)
    }

    /// Makes a branch with ordinary work and merges it.
    pub(crate) fn feature_branch(&mut self) -> Result<(), WorldError> {
        let fork = self.fork();
        for _ in 0..1 + self.random.below(3) {
            if self.random.chance(60) {
                self.feature()?
            } else {
                self.tests()?
            }
            self.advance_time();
        }
        let (issue, handle) = (self.next_issue().to_string(), self.author.handle.as_str());
        let title = self.added.as_ref().map_or_else(|| "More tests".to_owned(), |added| added.0.clone());
        let branch =
            self.random.pick(&["next-table", "overview", "second-page", "summer-work", "lists", "quay-view"]);
        let values = [("issue", issue.as_str()), ("handle", handle), ("branch", branch), ("title", &title)];
        let message = ordinary::merge(&values, &mut self.random);
        self.join(fork, &message)?;
        Ok(())
    }
}
