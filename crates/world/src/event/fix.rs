//! Security fixes.

use std::sync::Arc;

use gix::ObjectId;

use crate::disclosure::{self, FixDisclosure};
use crate::error::WorldError;
use crate::file_names::file_of;
use crate::history::RepositoryHistory;
use crate::messages::fix::{self, FixMessageContext, LocationPrecision};
use crate::messages::weakness_wording;
use crate::ordinary_code::Refactoring;
use crate::random::WorldRandom;
use crate::source_file::{FunctionBody, PlantedPair};
use crate::truth::{Findability, PlantedFix};

/// Shape of a fix in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FixStyle {
    /// One commit.
    Plain,
    /// One commit that also changes unrelated functions.
    Tangled,
    /// One commit that also renames the file.
    Renamed,
    /// One commit made of a whole branch.
    Squashed,
    /// A branch whose fix names the weakness, and a merge.
    Branch,
    /// A branch whose commits say nothing, and a merge that names their purpose.
    ThroughMerge,
    /// As `ThroughMerge`, with changes of unrelated functions.
    TangledThroughMerge,
    /// One commit whose message does not mention security.
    Silent,
    /// One commit that is reverted soon after.
    Reverted,
}

impl FixStyle {
    /// Returns the name among the events.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Plain => "fix",
            Self::Tangled => "fix_tangled",
            Self::Renamed => "fix_with_rename",
            Self::Squashed => "fix_squashed",
            Self::Branch => "fix_merged",
            Self::ThroughMerge => "fix_through_merge",
            Self::TangledThroughMerge => "fix_tangled_through_merge",
            Self::Silent => "fix_silent",
            Self::Reverted => "fix_reverted",
        }
    }
}

/// A planted function as it stands before its fix.
struct UnfixedFunction {
    pair: Arc<PlantedPair>,
    path: String,
    text: String,
    line: u32,
}

impl RepositoryHistory {
    /// Fixes functions in one style and records the truth about them.
    pub(crate) fn fix(&mut self, pairs: &[Arc<PlantedPair>], style: FixStyle) -> Result<(), WorldError> {
        let unfixed = self.find_unfixed(pairs);
        let Some(first) = unfixed.first() else { return Ok(()) };
        let path = first.path.clone();
        self.count_event(style.event());
        if pairs.len() > 1 {
            self.count_event("fix_of_several_functions");
        }
        self.choose_author();
        let tangled = matches!(style, FixStyle::Tangled | FixStyle::TangledThroughMerge);
        let one_file = unfixed.iter().all(|one| one.path == path);
        let precise = self.precision(tangled, pairs.len(), one_file);
        let functions: Vec<String> = pairs.iter().map(|pair| pair.name.clone()).collect();
        let about = FixMessageContext {
            wording: weakness_wording::wording(pairs[0].weakness),
            details: pairs.iter().map(|pair| pair.about.clone()).collect(),
            functions: &functions,
            file: file_of(&path),
            precise,
            reporter: self.colleague(),
            author: self.author,
            issue: self.next_issue(),
            advisory: self.next_advisory(),
        };
        // A copy, because the methods below borrow the whole history. One step keeps its stream apart.
        let mut random = self.random.clone();
        self.random.next();
        match style {
            FixStyle::Branch | FixStyle::ThroughMerge | FixStyle::TangledThroughMerge => {
                self.fix_in_branch(&unfixed, style, &about, &mut random)
            }
            _ => self.fix_in_one_commit(&unfixed, style, &about, &mut random),
        }
    }

    /// One commit.
    fn fix_in_one_commit(
        &mut self,
        unfixed: &[UnfixedFunction],
        style: FixStyle,
        about: &FixMessageContext<'_>,
        random: &mut WorldRandom,
    ) -> Result<(), WorldError> {
        let path = unfixed[0].path.clone();
        let (message, findable) = match style {
            FixStyle::Silent => (fix::silent(about, random), Findability::Silent),
            FixStyle::Squashed => (fix::squash(about, random), Findability::ByMessage),
            _ => (fix::loud(about, random), Findability::ByMessage),
        };
        self.apply_fix(unfixed);
        let unrelated = match style {
            FixStyle::Tangled => self.change_unrelated(&message, &path, about.precise),
            _ => 0,
        };
        if style != FixStyle::Silent {
            self.add_companions(unfixed, style == FixStyle::Squashed);
        }
        let renamed = (style == FixStyle::Renamed).then(|| self.free_path());
        if let Some(new) = &renamed {
            self.project.rename(&path, new);
        }
        // Read before the commit, which moves the head.
        let parent = self.head;
        let commit = self.commit(&message)?;
        self.record_planted(unfixed, commit, findable, unrelated > 0, renamed.as_deref());
        self.record_disclosure(unfixed, about, (commit, parent), &[&message], style);
        if style == FixStyle::Reverted {
            self.revert_fix(unfixed, commit, &message)?;
        }
        Ok(())
    }

    /// Commits the fix in a branch and merges it.
    fn fix_in_branch(
        &mut self,
        unfixed: &[UnfixedFunction],
        style: FixStyle,
        about: &FixMessageContext<'_>,
        random: &mut WorldRandom,
    ) -> Result<(), WorldError> {
        let path = &unfixed[0].path;
        let merge = fix::merge(about, random);
        let (message, findable) = match style {
            FixStyle::Branch => (fix::loud(about, random), Findability::ByMessage),
            _ => (fix::work_in_progress(about, random), Findability::ThroughMerge),
        };
        let fork = self.fork();
        if random.chance(40) {
            self.add_test(path, &about.functions[0]);
            self.commit("Failing test\n")?;
            self.advance_time();
        }
        self.apply_fix(unfixed);
        let unrelated = match style {
            FixStyle::TangledThroughMerge => self.change_unrelated(&merge, path, about.precise),
            _ => 0,
        };
        let parent = self.head;
        let commit = self.commit(&message)?;
        self.record_planted(unfixed, commit, findable, unrelated > 0, None);
        self.record_disclosure(unfixed, about, (commit, parent), &[&merge, &message], style);
        if random.chance(50) {
            self.advance_time();
            self.add_changelog_entry(&format!("Changes to {}", about.functions[0]));
            self.commit("Changelog\n")?;
        }
        self.join(fork, &merge)?;
        Ok(())
    }

    /// Chooses the precision of the place in the message. A few messages are less precise than they should
    /// be.
    fn precision(&mut self, tangled: bool, functions: usize, one_file: bool) -> LocationPrecision {
        if !tangled && functions == 1 {
            return LocationPrecision::No;
        }
        match self.random.below(100) {
            0..3 => LocationPrecision::No,
            3..27 if one_file => LocationPrecision::File,
            _ => LocationPrecision::Functions,
        }
    }

    fn find_unfixed(&self, pairs: &[Arc<PlantedPair>]) -> Vec<UnfixedFunction> {
        let look = |pair: &Arc<PlantedPair>| {
            let path = self.project.find(&pair.name)?.to_owned();
            let (text, line) = self.project.rendered_function(&path, &pair.name)?;
            Some(UnfixedFunction { pair: Arc::clone(pair), path, text, line })
        };
        pairs.iter().filter_map(look).collect()
    }

    fn apply_fix(&mut self, unfixed: &[UnfixedFunction]) {
        for one in unfixed {
            let Some(file) = self.project.source_mut(&one.path) else { continue };
            for line in one.pair.prelude.iter().filter(|line| one.pair.comes_with_fix(line)) {
                file.import(line);
            }
            if let Some(function) = file.functions.iter_mut().find(|function| function.name == one.pair.name)
            {
                function.body = FunctionBody::Planted(Arc::clone(&one.pair), true);
            }
        }
    }

    /// Adds the usual companions of a fix: tests and a line in the change log.
    fn add_companions(&mut self, unfixed: &[UnfixedFunction], always: bool) {
        for one in unfixed {
            if always || self.random.chance(40) {
                self.add_test(&one.path, &one.pair.name);
            }
        }
        if always || self.random.chance(30) {
            let line =
                self.random.pick(&["Fixed {function}", "{function} is stricter", "Changed {function}"]);
            self.add_changelog_entry(&line.replace("{function}", &unfixed[0].pair.name));
        }
    }

    /// Changes functions that have nothing to do with the fix. Returns their number.
    fn change_unrelated(&mut self, message: &str, fixed: &str, precise: LocationPrecision) -> usize {
        let mut candidates = self.project.ordinary_functions();
        // A message that names only the file would claim the other changes in it as part of the fix.
        candidates.retain(|(path, name)| {
            !message.contains(name.as_str()) && (precise == LocationPrecision::Functions || path != fixed)
        });
        if self.random.chance(60) && candidates.iter().any(|(path, _)| path == fixed) {
            candidates.retain(|(path, _)| path == fixed);
        }
        let wanted = 1 + self.random.below(3);
        let mut changed = 0;
        while changed < wanted {
            let Some((path, name)) = self.random.take(&mut candidates) else { break };
            changed += usize::from(self.refactor(&path, &name, UNRELATED_CHANGES).is_some());
        }
        changed
    }

    fn record_planted(
        &mut self,
        unfixed: &[UnfixedFunction],
        commit: ObjectId,
        findable: Findability,
        tangled: bool,
        renamed: Option<&str>,
    ) {
        for one in unfixed {
            let path_after = renamed.unwrap_or(&one.path).to_owned();
            let Some((after, line)) = self.project.rendered_function(&path_after, &one.pair.name) else {
                continue;
            };
            let seconds = self.now;
            self.dates.push(seconds);
            self.truth.planted.push(PlantedFix {
                repository: self.url.clone(),
                commit: commit.to_string(),
                path_before: one.path.clone(),
                path_after,
                function: one.pair.name.clone(),
                language: self.layout().language,
                weakness: one.pair.weakness.name.to_owned(),
                before: one.text.clone(),
                after,
                start_line_before: one.line,
                start_line_after: line,
                findable,
                tangled,
            });
        }
    }

    /// Records the facts that an advisory of the fix can disclose.
    fn record_disclosure(
        &mut self,
        unfixed: &[UnfixedFunction],
        about: &FixMessageContext<'_>,
        (commit, parent): (ObjectId, Option<ObjectId>),
        messages: &[&str],
        style: FixStyle,
    ) {
        let Some((first, parent)) = unfixed.first().zip(parent) else { return };
        // A revert repeats the subject, so that two commits may name the advisory.
        let is_named =
            style != FixStyle::Reverted && messages.iter().any(|text| text.contains(&about.advisory.cve));
        self.fixes.push(FixDisclosure {
            commit: commit.to_string(),
            parent: parent.to_string(),
            seconds: self.now,
            identifiers: about.advisory.clone(),
            is_named,
            pull: disclosure::names_pull_request(messages, about.issue).then_some(about.issue),
            release: self.tags.len(),
            function: first.pair.name.clone(),
            file: first.path.clone(),
            weakness: first.pair.weakness,
        });
    }

    /// Reverts a fix.
    fn revert_fix(
        &mut self,
        unfixed: &[UnfixedFunction],
        commit: ObjectId,
        message: &str,
    ) -> Result<(), WorldError> {
        self.advance_time();
        self.choose_author();
        for one in unfixed {
            if let Some(function) = self.project.function_mut(&one.path, &one.pair.name) {
                function.body = FunctionBody::Planted(Arc::clone(&one.pair), false);
            }
        }
        let subject = message.lines().next().unwrap_or_default();
        let message = format!(
            "Revert \"{subject}\"\n\nThis reverts commit {commit}.\n\nIt broke the import of old data.\n"
        );
        let id = self.commit(&message)?;
        self.record_decoy(id, "decoy_revert_of_fix");
        Ok(())
    }
}

/// Changes of code that fix nothing.
const UNRELATED_CHANGES: &[Refactoring] = &[
    Refactoring::Rename,
    Refactoring::Rename,
    Refactoring::Log,
    Refactoring::Hint,
    Refactoring::Constant,
    Refactoring::Shape,
];
