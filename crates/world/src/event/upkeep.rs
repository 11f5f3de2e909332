//! Everyday events beside the code: documents, continuous integration, libraries, releases.

use gix::ObjectId;

use crate::documents::{self, dotted};
use crate::error::WorldError;
use crate::file_names::words_of;
use crate::history::RepositoryHistory;
use crate::messages::ordinary::CommitTopic;
use crate::project_files::FileContent;

impl RepositoryHistory {
    pub(super) fn docs(&mut self) -> Result<(), WorldError> {
        let (about, name) = self.some_function().unwrap_or_else(|| (self.name.clone(), self.name.clone()));
        let note = documents::note(&name, &mut self.random);
        let guide = self.random.chance(60) && !self.avoid.contains("docs/guide.md");
        let path = if guide { "docs/guide.md" } else { "README.md" };
        if let Some(text) = self.project.text_mut(path) {
            text.push_str(&note);
        }
        let message = self.message(CommitTopic::Docs, &about, &name, &[]);
        self.commit(&message)?;
        self.count_event("docs");
        Ok(())
    }

    pub(crate) fn tests(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.add_test(&path, &name);
        let message = self.message(CommitTopic::Tests, &path, &name, &[]);
        self.commit(&message)?;
        self.count_event("tests");
        Ok(())
    }

    pub(crate) fn ci(&mut self) -> Result<(), WorldError> {
        let number = self.steps.len() + 1;
        self.add_ci_step(&format!("make check-{number}"));
        let message = self.message(CommitTopic::Ci, "build.yml", "", &[]);
        self.commit(&message)?;
        self.count_event("ci");
        Ok(())
    }

    /// Adds a step to continuous integration.
    pub(crate) fn add_ci_step(&mut self, command: &str) {
        self.steps.push(command.to_owned());
        if self.steps.len() > 6 {
            self.steps.remove(0);
        }
        self.project.put(".github/workflows/build.yml", FileContent::Text(documents::workflow(&self.steps)));
    }

    pub(super) fn dependency(&mut self) -> Result<(), WorldError> {
        let (library, old, new) = self.bump_library();
        let message = self.message(
            CommitTopic::Dependency,
            "",
            "",
            &[("library", library), ("old", &old), ("new", &new)],
        );
        self.commit(&message)?;
        self.count_event("dependency");
        Ok(())
    }

    /// Updates a library. Returns its name, the old and the new version.
    pub(crate) fn bump_library(&mut self) -> (&'static str, String, String) {
        let at = self.random.below(self.libraries.len());
        let (library, version) = self.libraries[at];
        let [major, minor, patch] = version;
        let new = if self.random.chance(70) { [major, minor, patch + 1] } else { [major, minor + 1, 0] };
        self.libraries[at].1 = new;
        self.write_manifest();
        (library, dotted(version), dotted(new))
    }

    fn write_manifest(&mut self) {
        let layout = self.layout();
        let text = documents::manifest(layout, &self.name, self.version, &self.libraries);
        self.project.put(&layout.manifest, FileContent::Text(text));
    }

    pub(super) fn release(&mut self) -> Result<(), WorldError> {
        let new = self.next_version();
        let message = self.message(CommitTopic::Release, "", "", &[("new", &new)]);
        let id = self.commit(&message)?;
        self.tags.push((format!("v{new}"), id));
        self.count_event("release");
        Ok(())
    }

    /// Raises the version of the project and returns it.
    pub(crate) fn next_version(&mut self) -> String {
        let [major, minor, patch] = self.version;
        self.version = if self.random.chance(60) { [major, minor, patch + 1] } else { [major, minor + 1, 0] };
        let version = self.version;
        if let Some(text) = self.project.text_mut("CHANGELOG.md") {
            documents::release(text, version);
        }
        self.write_manifest();
        dotted(version)
    }

    pub(super) fn changelog(&mut self) -> Result<(), WorldError> {
        let Some((path, name)) = self.some_function() else { return self.docs() };
        self.add_changelog_entry(&format!("{} is faster", words_of(&name)));
        let message = self.message(CommitTopic::Changelog, &path, &name, &[]);
        self.commit(&message)?;
        self.count_event("changelog");
        Ok(())
    }

    /// Reverts the commit of the last new function, if the function is still in its file.
    pub(super) fn revert(&mut self) -> Result<(), WorldError> {
        let Some((subject, id, path, name)) = self.added.take() else { return self.feature() };
        // Looked at first: a function that is taken out could not be put back at its place.
        if self.avoid.contains(&path) || self.extract_function(&path, &name).is_none() {
            return self.docs();
        }
        self.commit(&format!("Revert \"{subject}\"\n\nThis reverts commit {id}.\n"))?;
        self.count_event("revert");
        Ok(())
    }

    pub(super) fn empty(&mut self) -> Result<(), WorldError> {
        let message = self.message(CommitTopic::Empty, "", "", &[]);
        self.commit(&message)?;
        self.count_event("empty");
        Ok(())
    }

    /// Changes the mode of the build script between executable and not.
    pub(super) fn mode(&mut self) -> Result<(), WorldError> {
        let path = "scripts/build.sh";
        let content = match self.project.remove(path) {
            Some(FileContent::Program(text)) => FileContent::Text(text),
            Some(FileContent::Text(text)) => FileContent::Program(text),
            _ => return self.docs(),
        };
        self.project.put(path, content);
        let message = self.random.pick(&[
            "Change the mode of the build script\n",
            "build.sh: mode\n",
            "chmod build.sh\n",
        ]);
        self.commit(message)?;
        self.count_event("mode");
        Ok(())
    }

    /// Commits with a message in another encoding.
    pub(super) fn latin1_message(&mut self) -> Result<(), WorldError> {
        let name = self.name.clone();
        if let Some(text) = self.project.text_mut("docs/guide.md") {
            text.push_str(&format!("- The name {name} is older than the code.\n"));
        }
        let parents: Vec<ObjectId> = self.head.into_iter().collect();
        // "Präzisere Anleitung" in Latin-1.
        self.commit_on(&parents, b"Pr\xe4zisere Anleitung\n".to_vec(), Some("ISO-8859-1"))?;
        self.count_event("latin1_message");
        Ok(())
    }
}
