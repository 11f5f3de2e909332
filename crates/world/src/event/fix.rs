//! Security fixes.

use std::sync::Arc;

use gix::ObjectId;

use crate::WorldError;
use crate::fix::{self as known, Fix};
use crate::history::{History, file_of};
use crate::messages::fix::{self, About, Precise};
use crate::messages::weakness;
use crate::neutral::Refactoring;
use crate::oracle::{Findable, Planted};
use crate::random::Random;
use crate::source::{Body, Pair};

/// How a fix comes into the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One commit.
    Plain,
    /// One commit that also changes functions that have nothing to do with it.
    Tangled,
    /// One commit that also gives the file another name.
    Renamed,
    /// One commit made of a whole branch.
    Squashed,
    /// A branch, and a merge.
    Branch,
    /// A branch whose commits say nothing, and a merge that says what they are for.
    ThroughMerge,
    /// The same, with changes that have nothing to do with it.
    TangledThroughMerge,
    /// One commit that does not say what it is.
    Silent,
    /// One commit that is taken back soon after.
    Reverted,
}

impl Style {
    /// Its name among the events.
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

/// A function before its fix.
struct Standing {
    pair: Arc<Pair>,
    path: String,
    text: String,
    line: u32,
}

impl History {
    /// Fixes functions, and notes that they were.
    pub(crate) fn fix(&mut self, pairs: &[Arc<Pair>], style: Style) -> Result<(), WorldError> {
        let standing = self.standing(pairs);
        let Some(first) = standing.first() else { return Ok(()) };
        let path = first.path.clone();
        self.note(style.event());
        if pairs.len() > 1 {
            self.note("fix_of_several_functions");
        }
        self.cast();
        let tangled = matches!(style, Style::Tangled | Style::TangledThroughMerge);
        let one_file = standing.iter().all(|one| one.path == path);
        let precise = self.precision(tangled, pairs.len(), one_file);
        let functions: Vec<String> = pairs.iter().map(|pair| pair.name.clone()).collect();
        let about = About {
            wording: weakness::wording(pairs[0].weakness),
            details: pairs.iter().map(|pair| pair.about.clone()).collect(),
            functions: &functions,
            file: file_of(&path),
            precise,
            reporter: self.colleague(),
            author: self.author,
            issue: self.next_issue(),
            advisory: self.next_advisory(),
        };
        let mut random = self.random.clone();
        self.random.next();
        match style {
            Style::Branch | Style::ThroughMerge | Style::TangledThroughMerge => {
                self.fix_in_branch(&standing, style, &about, &mut random)
            }
            _ => self.fix_at_once(&standing, style, &about, &mut random),
        }
    }

    /// One commit.
    fn fix_at_once(
        &mut self,
        standing: &[Standing],
        style: Style,
        about: &About<'_>,
        random: &mut Random,
    ) -> Result<(), WorldError> {
        let path = standing[0].path.clone();
        let (message, findable) = match style {
            Style::Silent => (fix::silent(about, random), Findable::Silent),
            Style::Squashed => (fix::squash(about, random), Findable::ByMessage),
            _ => (fix::loud(about, random), Findable::ByMessage),
        };
        self.apply(standing);
        let bystanders = match style {
            Style::Tangled => self.bystanders(&message, &path, about.precise),
            _ => 0,
        };
        if style != Style::Silent {
            self.company(standing, style == Style::Squashed);
        }
        let renamed = (style == Style::Renamed).then(|| self.free_path());
        if let Some(new) = &renamed {
            self.project.rename(&path, new);
        }
        let parent = self.head;
        let commit = self.commit(&message)?;
        self.record(standing, commit, findable, bystanders > 0, renamed.as_deref());
        self.disclose(standing, about, (commit, parent), &[&message], style);
        if style == Style::Reverted {
            self.take_back(standing, commit, &message)?;
        }
        Ok(())
    }

    /// A branch, and a merge that says what it is for.
    fn fix_in_branch(
        &mut self,
        standing: &[Standing],
        style: Style,
        about: &About<'_>,
        random: &mut Random,
    ) -> Result<(), WorldError> {
        let path = &standing[0].path;
        let merge = fix::merge(about, random);
        let (message, findable) = match style {
            Style::Branch => (fix::loud(about, random), Findable::ByMessage),
            _ => (fix::dull(about, random), Findable::ThroughMerge),
        };
        let fork = self.fork();
        if random.chance(40) {
            self.test(path, &about.functions[0]);
            self.commit("Failing test\n")?;
            self.wait();
        }
        self.apply(standing);
        let bystanders = match style {
            Style::TangledThroughMerge => self.bystanders(&merge, path, about.precise),
            _ => 0,
        };
        let parent = self.head;
        let commit = self.commit(&message)?;
        self.record(standing, commit, findable, bystanders > 0, None);
        self.disclose(standing, about, (commit, parent), &[&merge, &message], style);
        if random.chance(50) {
            self.wait();
            self.change(&format!("Changes to {}", about.functions[0]));
            self.commit("Changelog\n")?;
        }
        self.join(fork, &merge)?;
        Ok(())
    }

    /// How exactly the message has to say where; a few do not, although they should.
    fn precision(&mut self, tangled: bool, functions: usize, one_file: bool) -> Precise {
        if !tangled && functions == 1 {
            return Precise::No;
        }
        match self.random.below(100) {
            0..3 => Precise::No,
            3..27 if one_file => Precise::File,
            _ => Precise::Functions,
        }
    }

    fn standing(&self, pairs: &[Arc<Pair>]) -> Vec<Standing> {
        let look = |pair: &Arc<Pair>| {
            let path = self.project.find(&pair.name)?.to_owned();
            let (text, line) = self.project.standing(&path, &pair.name)?;
            Some(Standing { pair: Arc::clone(pair), path, text, line })
        };
        pairs.iter().filter_map(look).collect()
    }

    fn apply(&mut self, standing: &[Standing]) {
        for one in standing {
            let Some(file) = self.project.source_mut(&one.path) else { continue };
            for line in one.pair.prelude.iter().filter(|line| one.pair.comes_with_fix(line)) {
                file.import(line);
            }
            if let Some(function) = file.functions.iter_mut().find(|function| function.name == one.pair.name)
            {
                function.body = Body::Planted(Arc::clone(&one.pair), true);
            }
        }
    }

    /// Tests, a line in the list of changes, a note in the guide: what often goes with a fix.
    fn company(&mut self, standing: &[Standing], always: bool) {
        for one in standing {
            if always || self.random.chance(40) {
                self.test(&one.path, &one.pair.name);
            }
        }
        if always || self.random.chance(30) {
            let line =
                self.random.pick(&["Fixed {function}", "{function} is stricter", "Changed {function}"]);
            self.change(&line.replace("{function}", &standing[0].pair.name));
        }
    }

    /// Changes functions that have nothing to do with the fix; says how many.
    fn bystanders(&mut self, message: &str, fixed: &str, precise: Precise) -> usize {
        let mut candidates = self.project.neutrals();
        // Whoever reads "fix .. in this file" cannot know that half of it is something else.
        candidates.retain(|(path, name)| {
            !message.contains(name.as_str()) && (precise == Precise::Functions || path != fixed)
        });
        if self.random.chance(60) && candidates.iter().any(|(path, _)| path == fixed) {
            candidates.retain(|(path, _)| path == fixed);
        }
        let wanted = 1 + self.random.below(3);
        let mut changed = 0;
        while changed < wanted {
            let Some((path, name)) = self.random.take(&mut candidates) else { break };
            changed += usize::from(self.refactor(&path, &name, HONEST).is_some());
        }
        changed
    }

    fn record(
        &mut self,
        standing: &[Standing],
        commit: ObjectId,
        findable: Findable,
        tangled: bool,
        renamed: Option<&str>,
    ) {
        for one in standing {
            let path_after = renamed.unwrap_or(&one.path).to_owned();
            let Some((after, line)) = self.project.standing(&path_after, &one.pair.name) else { continue };
            let seconds = self.now;
            self.dates.push(seconds);
            self.truth.planted.push(Planted {
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

    /// Notes what an advisory of a fix could say.
    fn disclose(
        &mut self,
        standing: &[Standing],
        about: &About<'_>,
        (commit, parent): (ObjectId, Option<ObjectId>),
        messages: &[&str],
        style: Style,
    ) {
        let Some((first, parent)) = standing.first().zip(parent) else { return };
        // A revert repeats the subject, so that two commits may name the advisory.
        let is_named =
            style != Style::Reverted && messages.iter().any(|text| text.contains(&about.advisory.cve));
        self.fixes.push(Fix {
            commit: commit.to_string(),
            parent: parent.to_string(),
            seconds: self.now,
            identifiers: about.advisory.clone(),
            is_named,
            pull: known::pull(messages, about.issue).then_some(about.issue),
            release: self.tags.len(),
            function: first.pair.name.clone(),
            file: first.path.clone(),
            weakness: first.pair.weakness,
        });
    }

    /// Takes a fix back.
    fn take_back(
        &mut self,
        standing: &[Standing],
        commit: ObjectId,
        message: &str,
    ) -> Result<(), WorldError> {
        self.wait();
        self.cast();
        for one in standing {
            if let Some(function) = self.project.function_mut(&one.path, &one.pair.name) {
                function.body = Body::Planted(Arc::clone(&one.pair), false);
            }
        }
        let subject = message.lines().next().unwrap_or_default();
        let message = format!(
            "Revert \"{subject}\"\n\nThis reverts commit {commit}.\n\nIt broke the import of old data.\n"
        );
        let id = self.commit(&message)?;
        self.note_decoy(id, "decoy_revert_of_fix");
        Ok(())
    }
}

/// Changes that are no fix of anything, and change code.
const HONEST: &[Refactoring] = &[
    Refactoring::Rename,
    Refactoring::Rename,
    Refactoring::Log,
    Refactoring::Hint,
    Refactoring::Constant,
    Refactoring::Shape,
];
