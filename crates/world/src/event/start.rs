//! The first commit of a repository.

use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use streamguard_dataset::Language;

use crate::documents;
use crate::error::WorldError;
use crate::file_names::{snake, stem_of};
use crate::history::RepositoryHistory;
use crate::project_files::FileContent;
use crate::source_file::{FunctionBody, PlantedPair, SourceFile, SourceFunction};

impl RepositoryHistory {
    /// Commits the first files: `sources` source files, with the vulnerable functions of `pairs` among them.
    pub(crate) fn start(&mut self, sources: usize, pairs: &[Arc<PlantedPair>]) -> Result<(), WorldError> {
        let layout = self.layout();
        let purpose = documents::purpose(&mut self.random);
        let (owner, name) = (self.owner, self.name.clone());
        let manifest = documents::manifest(layout, &name, self.version, &self.libraries);
        let texts = [
            ("README.md", documents::readme(&name, layout, purpose)),
            ("LICENSE", documents::licence(owner)),
            ("CHANGELOG.md", documents::changelog()),
            ("docs/guide.md", documents::guide(&name)),
            (".github/workflows/build.yml", documents::workflow(&self.steps)),
            ("static/app.min.js", documents::minified(&mut self.random)),
            (layout.manifest.as_str(), manifest),
        ];
        for (path, text) in texts {
            self.project.put(path, FileContent::Text(text));
        }
        if layout.language == Language::C {
            self.project.put("Makefile", FileContent::Text(MAKEFILE.replace("{name}", &name)));
        }
        self.project.put("scripts/build.sh", FileContent::Program(documents::script(layout)));
        self.project.put("docs/README.md", FileContent::Link("../README.md".to_owned()));
        self.submodule()?;
        self.vendored();
        for number in 0..sources {
            let path = self.new_file(false);
            for _ in 0..3 + self.random.below(4) {
                if let Some(function) = self.new_ordinary_function() {
                    self.insert(&path, function);
                }
            }
            if let Some(file) = self.project.source_mut(&path) {
                // One file for each oddity; the first one stays plain.
                file.crlf = number == 1;
                file.no_final_newline = number == 2;
                file.latin1 = number == 3;
                if file.latin1 {
                    file.about = format!("The {} of {name}. Written in Genève by José.", stem_of(&path));
                }
            }
            if self.random.chance(50) {
                let first = self.project.source(&path).and_then(|file| file.functions.first().cloned());
                if let Some(function) = first {
                    self.add_test(&path, &function.name);
                }
            }
        }
        for pair in pairs {
            self.plant(pair);
        }
        self.choose_author();
        let message =
            self.random.pick(&["Initial commit", "First import", "Initial import from the old repository"]);
        self.commit(&format!("{message}\n"))?;
        self.count_event("start");
        Ok(())
    }

    /// Puts a vulnerable function into any file with room. Returns the path.
    pub(crate) fn plant(&mut self, pair: &Arc<PlantedPair>) -> String {
        let path = self.file_with_room(pair.in_class);
        self.plant_at(&path, pair);
        path
    }

    /// Puts a vulnerable function into a file.
    pub(crate) fn plant_at(&mut self, path: &str, pair: &Arc<PlantedPair>) {
        let function =
            SourceFunction { name: pair.name.clone(), body: FunctionBody::Planted(Arc::clone(pair), false) };
        self.insert(path, function);
    }

    /// Adds a submodule at a commit that does not exist.
    fn submodule(&mut self) -> Result<(), WorldError> {
        let name = format!("git.example/{}", self.owner);
        let id: ObjectId = gix::objs::compute_hash(gix::hash::Kind::Sha1, Kind::Blob, name.as_bytes())
            .map_err(WorldError::git)?;
        let modules = format!(
            "[submodule \"themes\"]\n\tpath = themes\n\turl = https://git.example/{}/themes\n",
            self.owner
        );
        self.project.put(".gitmodules", FileContent::Text(modules));
        self.project.put("themes", FileContent::Submodule(id));
        Ok(())
    }

    /// Adds vendored code.
    fn vendored(&mut self) {
        let layout = self.layout();
        let path = format!("vendor/{}/{}.{}", "charts", layout.stem("draw"), layout.extension);
        let stem = snake(stem_of(&path));
        let file = SourceFile {
            about: "Charts 2.4, a copy.".to_owned(),
            class: layout.class(&stem, false),
            ..SourceFile::default()
        };
        self.project.put(&path, FileContent::Aside(file));
        for _ in 0..4 {
            if let Some(function) = self.new_ordinary_function() {
                self.insert(&path, function);
            }
        }
    }

    /// Returns the path of the vendored code.
    pub(crate) fn vendored_path(&self) -> String {
        let layout = self.layout();
        format!("vendor/charts/{}.{}", layout.stem("draw"), layout.extension)
    }
}

const MAKEFILE: &str = "CFLAGS ?= -O2 -Wall\nOBJECTS := $(patsubst %.c,%.o,$(wildcard src/*.c src/*/*.c))\n\n\
                        {name}: $(OBJECTS)\n\t$(CC) $(LDFLAGS) -o $@ $^\n\nclean:\n\trm -f {name} $(OBJECTS)\n";
