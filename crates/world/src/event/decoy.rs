//! What sounds like security and is none.

use gix::ObjectId;

use crate::WorldError;
use crate::history::{History, file_of, stem_of};
use crate::messages::{self, decoy};
use crate::neutral::Refactoring;
use crate::project::Content;

/// Makes a decoy, if the project has what it takes.
type Event = fn(&mut History) -> Result<Option<ObjectId>, WorldError>;

/// The kinds of decoys, each with its name among the events.
const KINDS: &[(&str, Event)] = &[
    ("decoy_lookalike", History::lookalike),
    ("decoy_tests", History::tests_only),
    ("decoy_docs", History::docs_only),
    ("decoy_ci", History::ci_only),
    ("decoy_lookalike", History::lookalike),
    ("decoy_vendored", History::vendored_only),
    ("decoy_minified", History::minified_only),
    ("decoy_dependency", History::dependency_cve),
    ("decoy_lookalike", History::lookalike),
    ("decoy_release", History::security_release),
    ("decoy_changelog", History::changelog_cve),
    ("decoy_comment", History::comment_on_security),
    ("decoy_lookalike", History::lookalike),
    ("decoy_layout", History::layout_before_audit),
    ("decoy_removal", History::removal),
    ("decoy_addition", History::addition),
    ("decoy_merge", History::merge_of_docs),
];

impl History {
    /// The decoy number `kind`.
    pub(crate) fn decoy(&mut self, kind: usize) -> Result<(), WorldError> {
        let (event, make) = KINDS[kind % KINDS.len()];
        self.cast();
        if let Some(id) = make(self)? {
            self.note_decoy(id, event);
        }
        Ok(())
    }

    fn say(&mut self, patterns: &[&str], path: &str, function: &str, more: &[(&str, &str)]) -> String {
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
        messages::fill(self.random.pick(patterns), &values) + "\n"
    }

    /// A function that sees a change of one of these kinds.
    fn changed(&mut self, allowed: &[Refactoring]) -> Option<(String, String)> {
        let mut all = self.project.neutrals();
        while let Some((path, name)) = self.random.take(&mut all) {
            if self.refactor(&path, &name, allowed).is_some() {
                return Some((path, name));
            }
        }
        None
    }

    fn lookalike(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let kinds = [Refactoring::Shape, Refactoring::Rename, Refactoring::Constant, Refactoring::Log];
        let Some((path, name)) = self.changed(&kinds) else { return Ok(None) };
        let message = self.say(decoy::LOOKALIKES, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn tests_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let mut all = self.project.neutrals();
        let Some((path, name)) = self.random.take(&mut all) else { return Ok(None) };
        self.test(&path, &name);
        let message = self.say(decoy::TESTS, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn docs_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let message = self.say(decoy::DOCS, "docs/guide.md", "", &[]);
        let line = "- Report vulnerabilities by mail to security@harbor.example.\n";
        match self.project.text_mut("docs/guide.md") {
            Some(text) if self.random.chance(60) => text.push_str(line),
            _ => self.project.put("SECURITY.md", Content::Text(format!("# Security\n\n{line}"))),
        }
        self.commit(&message).map(Some)
    }

    fn ci_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let number = self.commits;
        self.step(&format!("scan --security --round {number}"));
        let message = self.say(decoy::CI, "build.yml", "", &[]);
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
        let message = self.say(decoy::VENDORED, &path, "", &[]);
        self.commit(&message).map(Some)
    }

    fn minified_only(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let text = crate::documents::minified(&mut self.random);
        self.project.put("static/app.min.js", Content::Text(text));
        let message = self.say(decoy::MINIFIED, "static/app.min.js", "", &[]);
        self.commit(&message).map(Some)
    }

    fn dependency_cve(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let (library, old, new) = self.bump_library();
        let values = [("library", library), ("old", old.as_str()), ("new", &new)];
        let message = self.say(decoy::DEPENDENCY, "", "", &values);
        self.commit(&message).map(Some)
    }

    fn security_release(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let new = self.next_version();
        let message = self.say(decoy::RELEASE, "", "", &[("new", &new)]);
        let id = self.commit(&message)?;
        self.tags.push((format!("v{new}"), id));
        Ok(Some(id))
    }

    fn changelog_cve(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let message = self.say(decoy::CHANGELOG, "CHANGELOG.md", "", &[]);
        let advisory = self.next_advisory();
        self.change(&format!("Security: see {}", advisory.cve));
        self.commit(&message).map(Some)
    }

    fn comment_on_security(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let Some((path, name)) = self.changed(&[Refactoring::Comment]) else { return Ok(None) };
        let message = self.say(decoy::COMMENT, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn layout_before_audit(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let paths: Vec<String> = self.project.sources().map(|(path, _)| path.to_owned()).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let path = self.random.pick(&paths);
        if let Some(file) = self.project.source_mut(&path) {
            file.airy = !file.airy;
        }
        let message = self.say(decoy::FORMAT, &path, "", &[]);
        self.commit(&message).map(Some)
    }

    fn removal(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let mut all = self.project.neutrals();
        let Some((path, name)) = self.random.take(&mut all) else { return Ok(None) };
        self.take_out(&path, &name);
        let message = self.say(decoy::REMOVAL, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn addition(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let Some(function) = self.neutral() else { return Ok(None) };
        let path = self.roomy(false);
        let name = function.name.clone();
        self.insert(&path, function);
        let message = self.say(decoy::ADDITION, &path, &name, &[]);
        self.commit(&message).map(Some)
    }

    fn merge_of_docs(&mut self) -> Result<Option<ObjectId>, WorldError> {
        let fork = self.fork();
        if let Some(text) = self.project.text_mut("docs/guide.md") {
            text.push_str("- Pages are escaped where they are written.\n");
        }
        self.commit("First draft\n")?;
        self.wait();
        let (issue, handle) = (self.next_issue().to_string(), self.author.handle);
        let (branch, title) = self.random.pick(decoy::MERGES);
        let pattern = format!("Merge pull request #{issue} from {handle}/{branch}\n\n{title}");
        let message = self.say(&[&pattern], "docs/guide.md", "", &[]);
        self.join(fork, &message).map(Some)
    }
}
