//! The first commit of a repository.

use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use streamguard_dataset::Language;

use crate::WorldError;
use crate::documents;
use crate::history::{History, snake, stem_of};
use crate::project::Content;
use crate::source::{Body, Function, Pair, SourceFile};

impl History {
    /// Commits the first files: with so many source files, and these functions among them.
    pub(crate) fn start(&mut self, sources: usize, pairs: &[Arc<Pair>]) -> Result<(), WorldError> {
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
            (layout.manifest, manifest),
        ];
        for (path, text) in texts {
            self.project.put(path, Content::Text(text));
        }
        if layout.language == Language::C {
            self.project.put("Makefile", Content::Text(MAKEFILE.replace("{name}", &name)));
        }
        self.project.put("scripts/build.sh", Content::Program(documents::script(layout)));
        self.project.put("docs/README.md", Content::Link("../README.md".to_owned()));
        self.submodule()?;
        self.vendored();
        for number in 0..sources {
            let path = self.new_file(false);
            for _ in 0..3 + self.random.below(4) {
                if let Some(function) = self.neutral() {
                    self.insert(&path, function);
                }
            }
            if let Some(file) = self.project.source_mut(&path) {
                // One file of each odd kind; the first stays plain.
                file.crlf = number == 1;
                file.cut = number == 2;
                file.latin1 = number == 3;
                if file.latin1 {
                    file.about = format!("The {} of {name}. Written in Genève by José.", stem_of(&path));
                }
            }
            if self.random.chance(50) {
                let first = self.project.source(&path).and_then(|file| file.functions.first().cloned());
                if let Some(function) = first {
                    self.test(&path, &function.name);
                }
            }
        }
        for pair in pairs {
            self.introduce(pair);
        }
        self.cast();
        let message =
            self.random.pick(&["Initial commit", "First import", "Initial import from the old repository"]);
        self.commit(&format!("{message}\n"))?;
        self.note("start");
        Ok(())
    }

    /// Puts a function with its flaw into some file, and says into which.
    pub(crate) fn introduce(&mut self, pair: &Arc<Pair>) -> String {
        let path = self.roomy(pair.in_class);
        self.introduce_at(&path, pair);
        path
    }

    /// Puts a function with its flaw into a file.
    pub(crate) fn introduce_at(&mut self, path: &str, pair: &Arc<Pair>) {
        let function = Function { name: pair.name.clone(), body: Body::Planted(Arc::clone(pair), false) };
        self.insert(path, function);
    }

    /// A submodule at a commit that is nowhere.
    fn submodule(&mut self) -> Result<(), WorldError> {
        let name = format!("git.example/{}", self.owner);
        let id: ObjectId = gix::objs::compute_hash(gix::hash::Kind::Sha1, Kind::Blob, name.as_bytes())
            .map_err(WorldError::git)?;
        let modules = format!(
            "[submodule \"themes\"]\n\tpath = themes\n\turl = https://git.example/{}/themes\n",
            self.owner
        );
        self.project.put(".gitmodules", Content::Text(modules));
        self.project.put("themes", Content::Submodule(id));
        Ok(())
    }

    /// Other people's code in the tree.
    fn vendored(&mut self) {
        let layout = self.layout();
        let path = format!("vendor/{}/{}.{}", "charts", layout.stem("draw"), layout.extension);
        let stem = snake(stem_of(&path));
        let file = SourceFile {
            about: "Charts 2.4, a copy.".to_owned(),
            class: layout.class(&stem, false),
            ..SourceFile::default()
        };
        self.project.put(&path, Content::Aside(file));
        for _ in 0..4 {
            if let Some(function) = self.neutral() {
                self.insert(&path, function);
            }
        }
    }

    /// Where other people's code is.
    pub(crate) fn vendored_path(&self) -> String {
        let layout = self.layout();
        format!("vendor/charts/{}.{}", layout.stem("draw"), layout.extension)
    }
}

const MAKEFILE: &str = "CFLAGS ?= -O2 -Wall\nOBJECTS := $(patsubst %.c,%.o,$(wildcard src/*.c src/*/*.c))\n\n\
                        {name}: $(OBJECTS)\n\t$(CC) $(LDFLAGS) -o $@ $^\n\nclean:\n\trm -f {name} $(OBJECTS)\n";
