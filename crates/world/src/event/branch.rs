//! Branches and their merges.

use std::collections::BTreeSet;

use gix::ObjectId;

use crate::WorldError;
use crate::history::History;
use crate::messages::ordinary;
use crate::project::Project;

/// A branch that has begun: what there was before it.
pub(crate) struct Fork {
    project: Project,
    head: Option<ObjectId>,
}

impl History {
    /// Begins a branch.
    pub(crate) fn fork(&mut self) -> Fork {
        self.touched.clear();
        Fork { project: self.project.clone(), head: self.head }
    }

    /// Merges the present branch; meanwhile other things happened.
    pub(crate) fn join(&mut self, fork: Fork, message: &str) -> Result<ObjectId, WorldError> {
        let branch = std::mem::replace(&mut self.project, fork.project);
        let Some(tip) = self.head else { return Err(WorldError::Git("a branch without a commit".into())) };
        let paths: BTreeSet<String> = std::mem::take(&mut self.touched);
        self.head = fork.head;
        self.avoid = paths;
        for _ in 0..self.random.below(3) {
            self.wait();
            self.cast();
            match self.random.below(3) {
                0 => self.ci()?,
                1 => self.feature()?,
                _ => self.refactoring()?,
            }
        }
        let paths = std::mem::take(&mut self.avoid);
        self.project.adopt(&branch, &paths);
        self.wait();
        self.cast();
        let parents: Vec<ObjectId> = self.head.into_iter().chain([tip]).collect();
        self.note("merge");
        self.commit_on(&parents, message.as_bytes().to_vec(), None)
    }

    /// A branch with ordinary work.
    pub(crate) fn feature_branch(&mut self) -> Result<(), WorldError> {
        let fork = self.fork();
        for _ in 0..1 + self.random.below(3) {
            if self.random.chance(60) {
                self.feature()?
            } else {
                self.tests()?
            }
            self.wait();
        }
        let (issue, handle) = (self.next_issue().to_string(), self.author.handle);
        let title = self.added.as_ref().map_or_else(|| "More tests".to_owned(), |added| added.0.clone());
        let branch =
            self.random.pick(&["next-table", "overview", "second-page", "summer-work", "lists", "quay-view"]);
        let values = [("issue", issue.as_str()), ("handle", handle), ("branch", branch), ("title", &title)];
        let message = ordinary::merge(&values, &mut self.random);
        self.join(fork, &message)?;
        Ok(())
    }
}
