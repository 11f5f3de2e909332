//! Decoys: commits that sound like security and fix nothing.

use gix::ObjectId;

use crate::error::WorldError;
use crate::file_names::{file_of, stem_of};
use crate::history::RepositoryHistory;
use crate::messages::decoy::{DECOY_MESSAGES, MergeTitle};
use crate::messages::pattern::fill;
use crate::ordinary_code::Refactoring;
use crate::project_files::FileContent;

/// Commits a decoy; returns nothing if the project has no place for it.
type DecoyAction = fn(&mut RepositoryHistory) -> Result<Option<ObjectId>, WorldError>;

/// Kinds of decoys, each with its name among the events.
const DECOYS: &[(&str, DecoyAction)] = &[
    // They take turns, so an entry that stands here several times comes up more often.
    ("decoy_lookalike", RepositoryHistory::lookalike),
    ("decoy_tests", RepositoryHistory::tests_only),
    ("decoy_docs", RepositoryHistory::docs_only),
    ("decoy_ci", RepositoryHistory::ci_only),
    ("decoy_lookalike", RepositoryHistory::lookalike),
    ("decoy_vendored", RepositoryHistory::vendored_only),
    ("decoy_minified", RepositoryHistory::minified_only),
    ("decoy_dependency", RepositoryHistory::dependency_cve),
    ("decoy_lookalike", RepositoryHistory::lookalike),
    ("decoy_release", RepositoryHistory::security_release),
    ("decoy_changelog", RepositoryHistory::changelog_cve),
    ("decoy_comment", RepositoryHistory::comment_on_security),
    ("decoy_lookalike", RepositoryHistory::lookalike),
    ("decoy_layout", RepositoryHistory::layout_before_audit),
    ("decoy_removal", RepositoryHistory::removal),
    ("decoy_addition", RepositoryHistory::addition),
    ("decoy_merge", RepositoryHistory::merge_of_docs),
];

impl RepositoryHistory {
    /// Commits the decoy number `kind`.
    pub(crate) fn decoy(&mut self, kind: usize) -> Result<(), WorldError> {
        let (event, make) = DECOYS[kind % DECOYS.len()];
        self.choose_author();
        if let Some(id) = make(self)? {
            self.record_decoy(id, event);
        }
        Ok(())
    }

    fn decoy_message(
        &mut self,
        patterns: &[String],
        path: &str,
        function: &str,
        more: &[(&str, &str)],
    ) -> String {
        let advisory = self.next_advisory();
        let scope = stem_of(path).to_lowercase();
        let mut values = vec![
            ("cve", advisory.cve.as_str()),
            ("ghsa", &advisory.ghsa),
            ("function", function),
            ("file", file_of(path)),
            ("scope", &scope),
        ];
        values.extend(more);
        fill(&self.random.pick(patterns), &values) + "\n"
    }

    /// Changes any ordinary function in one of these ways. Returns its path and name.
    fn change_any_function(&mut self, allowed: &[Refactoring]) -> Option<(String, String)> {
        let mut all = self.project.ordinary_functions();
        while let Some((path, name)) = self.random.take(&mut all) {
            if self.refactor(&path, &name, allowed).is_some() {
                return Some((path, name));
            }
        }
        None
    }

    fn lookalike(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let kinds = [Refactoring::Shape, Refactoring::Rename, Refactoring::Constant, Refactoring::Log];
        let Some((path, name)) = self.change_any_function(&kinds) else { return Ok(None) };
        let message = self.decoy_message(&DECOY_MESSAGES.lookalike, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn tests_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let mut all = self.project.ordinary_functions();
        let Some((path, name)) = self.random.take(&mut all) else { return Ok(None) };
        self.add_test(&path, &name);
        let message = self.decoy_message(&DECOY_MESSAGES.tests, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn docs_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let message = self.decoy_message(&DECOY_MESSAGES.docs, "docs/guide.md", "", &[]);
        let line = "- Report vulnerabilities by mail to security@harbor.example.\n";
        match self.project.text_mut("docs/guide.md") {
            Some(text) if self.random.chance(60) => text.push_str(line),
            _ => self.project.put("SECURITY.md", FileContent::Text(format!("# Security\n\n{line}"))),
        }
        self.commit(&message).map(Some)
    }

    fn ci_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let number = self.commits;
        self.add_ci_step(&format!("scan --security --round {number}"));
        let message = self.decoy_message(&DECOY_MESSAGES.ci, "build.yml", "", &[]);
        self.commit(&message).map(Some)
    }

    fn vendored_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let path = self.vendored_path();
        let names: Vec<String> = self.project.source(&path).map_or_else(Vec::new, |file| {
            file.functions.iter().map(|function| function.name.clone()).collect()
        });
        let kinds = [Refactoring::Rename, Refactoring::Shape, Refactoring::Log];
        let changed = names.iter().filter(|name| self.refactor(&path, name, &kinds).is_some()).count();
        if changed == 0 {
            return Ok(None);
        }
        let message = self.decoy_message(&DECOY_MESSAGES.vendored, &path, "", &[]);
        self.commit(&message).map(Some)
    }

    fn minified_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let text = crate::documents::minified(&mut self.random);
        self.project.put("static/app.min.js", FileContent::Text(text));
        let message = self.decoy_message(&DECOY_MESSAGES.minified, "static/app.min.js", "", &[]);
        self.commit(&message).map(Some)
    }

    fn dependency_cve(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let (library, old, new) = self.bump_library();
        let values = [("library", library), ("old", old.as_str()), ("new", &new)];
        let message = self.decoy_message(&DECOY_MESSAGES.dependency, "", "", &values);
        self.commit(&message).map(Some)
    }

    fn security_release(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let new = self.next_version();
        let message = self.decoy_message(&DECOY_MESSAGES.release, "", "", &[("new", &new)]);
        let id = self.commit(&message)?;
        self.tags.push((format!("v{new}"), id));
        Ok(Some(id))
    }

    fn changelog_cve(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let message = self.decoy_message(&DECOY_MESSAGES.changelog, "CHANGELOG.md", "", &[]);
        let advisory = self.next_advisory();
        self.add_changelog_entry(&format!("Security: see {}", advisory.cve));
        self.commit(&message).map(Some)
    }

    fn comment_on_security(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let Some((path, name)) = self.change_any_function(&[Refactoring::Comment]) else { return Ok(None) };
        let message = self.decoy_message(&DECOY_MESSAGES.comment, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn layout_before_audit(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let paths: Vec<String> = self.project.sources().map(|(path, _)| path.to_owned()).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let path = self.random.pick(&paths);
        if let Some(file) = self.project.source_mut(&path) {
            file.extra_blank_lines = !file.extra_blank_lines;
        }
        let message = self.decoy_message(&DECOY_MESSAGES.format, &path, "", &[]);
        self.commit(&message).map(Some)
    }

    fn removal(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let mut all = self.project.ordinary_functions();
        let Some((path, name)) = self.random.take(&mut all) else { return Ok(None) };
        self.extract_function(&path, &name);
        let message = self.decoy_message(&DECOY_MESSAGES.removal, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn addition(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let Some(function) = self.new_ordinary_function() else { return Ok(None) };
        let path = self.file_with_room(false);
        let name = function.name.clone();
        self.insert(&path, function);
        let message = self.decoy_message(&DECOY_MESSAGES.addition, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn merge_of_docs(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let fork = self.fork();
        if let Some(text) = self.project.text_mut("docs/guide.md") {
            text.push_str("- Pages are escaped where they are written.\n");
        }
        self.commit("First draft\n")?;
        self.advance_time();
        let (issue, handle) = (self.next_issue().to_string(), &self.author.handle);
        let MergeTitle { branch, title } = self.random.pick_ref(&DECOY_MESSAGES.merge);
        let pattern = format!("Merge pull request #{issue} from {handle}/{branch}\n\n{title}");
        let message = self.decoy_message(&[pattern], "docs/guide.md", "", &[]);
        self.join(fork, &message).map(Some)
    }
}
