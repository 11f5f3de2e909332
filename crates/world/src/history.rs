//! The history of one repository: what is known while it is written, and how a commit is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gix::ObjectId;
use gix::actor::Signature;
use gix::date::Time;
use gix::objs::Commit;
use streamguard_dataset::Language;
use streamguard_synthetic::{PairBuffer, PairGenerator};

use crate::documents::{self, Version};
use crate::fix::Fix;
use crate::identifiers::Identifiers;
use crate::layout::Layout;
use crate::names::{self, Person};
use crate::neutral::{self, Neutral};
use crate::oracle::{Decoy, Truth};
use crate::pack::PackWriter;
use crate::project::{Content, Project};
use crate::random::Random;
use crate::source::{Body, Function, Pair, SourceFile};
use crate::words::{Case, capitalized};
use crate::{Settings, WorldError};

/// Functions that a file may have before a new one is begun.
const FULL: usize = 9;

/// A repository in the making.
pub(crate) struct History {
    pub(crate) settings: Settings,
    generator: Arc<PairGenerator>,
    /// Address of the repository.
    pub(crate) url: String,
    /// Owner and name.
    pub(crate) owner: &'static str,
    pub(crate) name: String,
    /// Number of the repository in its world.
    pub(crate) number: usize,
    pub(crate) random: Random,
    pub(crate) pack: PackWriter,
    /// The files of the branch that is being written.
    pub(crate) project: Project,
    /// The last commit of that branch.
    pub(crate) head: Option<ObjectId>,
    /// When it was made, in seconds since 1970.
    pub(crate) now: i64,
    /// Longest time between the commits of one piece of work, in seconds.
    pub(crate) pause: i64,
    crew: Vec<&'static Person>,
    /// Who makes the next commit.
    pub(crate) author: &'static Person,
    /// Numbers of issues and advisories.
    pub(crate) issue: u32,
    pub(crate) advisory: u32,
    /// Version of the project, and of what it needs.
    pub(crate) version: Version,
    pub(crate) libraries: Vec<(&'static str, Version)>,
    /// Tags: name and commit.
    pub(crate) tags: Vec<(String, ObjectId)>,
    /// Steps of continuous integration that were added.
    pub(crate) steps: Vec<String>,
    /// The last ordinary function that was added: subject of the commit, id, path, name.
    pub(crate) added: Option<(String, ObjectId, String, String)>,
    names: BTreeSet<String>,
    stems: Vec<&'static str>,
    buffer: PairBuffer,
    pairs: u64,
    /// Paths that the present branch changed; those that the other branch must leave alone.
    pub(crate) touched: BTreeSet<String>,
    pub(crate) avoid: BTreeSet<String>,
    pub(crate) truth: Truth,
    /// What advisories could say of the fixes.
    pub(crate) fixes: Vec<Fix>,
    /// When each planted fix was committed.
    pub(crate) dates: Vec<i64>,
    pub(crate) events: BTreeMap<String, usize>,
    pub(crate) commits: usize,
}

impl History {
    /// A repository without commits.
    pub(crate) fn new(
        settings: &Settings,
        generator: &Arc<PairGenerator>,
        number: usize,
        layout: &'static Layout,
    ) -> Self {
        let (owner, name) = names::repository(settings.seed, number);
        let mut random = Random::new(settings.seed, number as u64);
        let mut people: Vec<&'static Person> = names::PEOPLE.iter().collect();
        random.shuffle(&mut people);
        people.truncate(3 + random.below(6));
        let mut stems = names::STEMS.to_vec();
        random.shuffle(&mut stems);
        let package = name.replace(
            '-',
            match layout.language {
                Language::Java | Language::Go | Language::C => "",
                _ => "_",
            },
        );
        let libraries = layout.libraries.iter().map(|library| {
            (*library, [1 + random.below(4) as u32, random.below(12) as u32, random.below(9) as u32])
        });
        let libraries = libraries.collect();
        Self {
            url: format!("https://git.example/{owner}/{name}"),
            owner,
            name,
            number,
            pack: PackWriter::new(settings.compression),
            project: Project::new(layout, package),
            head: None,
            now: 0,
            pause: 3600,
            author: people[0],
            crew: people,
            issue: 1 + random.below(40) as u32,
            advisory: (number * 4001) as u32,
            version: [0, 1 + random.below(4) as u32, 0],
            libraries,
            tags: Vec::new(),
            steps: Vec::new(),
            added: None,
            names: BTreeSet::new(),
            stems,
            buffer: PairBuffer::default(),
            pairs: 0,
            touched: BTreeSet::new(),
            avoid: BTreeSet::new(),
            truth: Truth::default(),
            fixes: Vec::new(),
            dates: Vec::new(),
            events: BTreeMap::new(),
            commits: 0,
            settings: settings.clone(),
            generator: Arc::clone(generator),
            random,
        }
    }

    /// How its files are laid out.
    pub(crate) fn layout(&self) -> &'static Layout {
        self.project.layout
    }

    /// Somebody of the crew makes the next commit.
    pub(crate) fn cast(&mut self) {
        self.author = self.random.pick(&self.crew);
    }

    /// Somebody else of the crew.
    pub(crate) fn colleague(&mut self) -> &'static Person {
        self.random.pick(&self.crew)
    }

    /// The next number of an issue or pull request.
    pub(crate) fn next_issue(&mut self) -> u32 {
        self.issue += 1 + self.random.below(4) as u32;
        self.issue
    }

    /// The next identifiers of an advisory; no two repositories of the demo share any.
    pub(crate) fn next_advisory(&mut self) -> Identifiers {
        self.advisory += 1;
        Identifiers::new(self.advisory, self.now)
    }

    /// Some time passes.
    pub(crate) fn wait(&mut self) {
        self.now += self.random.between(60, self.pause.max(61));
    }

    /// Notes what happened.
    pub(crate) fn note(&mut self, event: &str) {
        *self.events.entry(event.to_owned()).or_default() += 1;
    }

    /// Notes that a commit looks like a fix and is none.
    pub(crate) fn note_decoy(&mut self, commit: ObjectId, event: &str) {
        self.note(event);
        let repository = self.url.clone();
        self.truth.decoys.push(Decoy { repository, commit: commit.to_string(), event: event.to_owned() });
    }

    /// Commits what changed since the last commit.
    pub(crate) fn commit(&mut self, message: &str) -> Result<ObjectId, WorldError> {
        let parents: Vec<ObjectId> = self.head.into_iter().collect();
        self.commit_on(&parents, message.as_bytes().to_vec(), None)
    }

    /// Commits on top of `parents`, with a message in `encoding`.
    pub(crate) fn commit_on(
        &mut self,
        parents: &[ObjectId],
        message: Vec<u8>,
        encoding: Option<&str>,
    ) -> Result<ObjectId, WorldError> {
        self.touched.extend(self.project.changed().iter().cloned());
        let tree = self.project.write(&mut self.pack)?;
        let signature = Signature {
            name: self.author.name.into(),
            email: format!("{}@{}", self.author.handle, self.author.host).into(),
            time: Time { seconds: self.now, offset: self.author.offset },
        };
        let commit = Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author: signature.clone(),
            committer: signature,
            encoding: encoding.map(Into::into),
            message: message.into(),
            extra_headers: Vec::new(),
        };
        let id = self.pack.add_object(&commit)?;
        self.head = Some(id);
        self.commits += 1;
        Ok(id)
    }

    /// A pair of the weakness number `kind` among those of the language, under a name that the
    /// project does not have yet.
    pub(crate) fn pair(&mut self, kind: usize) -> Option<Arc<Pair>> {
        let language = self.layout().language;
        let kinds: Vec<_> = self.generator.kinds().filter(|(of, _)| *of == language).collect();
        let (_, weakness) = *kinds.get(kind % kinds.len().max(1))?;
        let seed = self.settings.seed ^ 0x7061_6972 ^ (self.number as u64) << 32;
        for _ in 0..64 {
            self.pairs += 1;
            let written =
                self.generator.write_pair_of(language, weakness, seed, self.pairs, &mut self.buffer)?;
            if self.names.insert(written.function.to_owned()) {
                return Some(Arc::new(Pair {
                    weakness: written.weakness,
                    name: written.function.to_owned(),
                    vulnerable: written.vulnerable.to_owned(),
                    fixed: written.fixed.to_owned(),
                    about: written.description.trim_end_matches('.').to_owned(),
                    prelude: written.prelude.iter().map(|line| (*line).to_owned()).collect(),
                    in_class: written.in_class,
                }));
            }
        }
        None
    }

    /// A new ordinary function.
    pub(crate) fn neutral(&mut self) -> Option<Function> {
        let templates = neutral::templates(self.layout().language);
        for _ in 0..200 {
            let template = templates.get(self.random.below(templates.len().max(1)))?;
            let neutral = Neutral::new(template, self.layout().case, &mut self.random);
            let name = neutral.proposed_name();
            if self.names.insert(name.clone()) {
                return Some(Function { name, body: Body::Neutral(neutral) });
            }
        }
        None
    }

    /// A name for a function beside `name`, not taken yet.
    pub(crate) fn another_name(&mut self, name: &str) -> Option<String> {
        let case = self.layout().case;
        let mut words = ["all", "open", "late", "near", "now", "daily", "short"];
        self.random.shuffle(&mut words);
        let mut names = words.iter().map(|word| match case {
            Case::Snake => format!("{name}_{word}"),
            Case::Camel => format!("{name}{}", capitalized(word)),
        });
        names.find(|new| self.names.insert(new.clone()))
    }

    /// Puts a function into a file, at any place in it.
    pub(crate) fn insert(&mut self, path: &str, function: Function) {
        let layout = self.layout();
        let Some(file) = self.project.source_mut(path) else { return };
        match &function.body {
            Body::Planted(pair, _) => {
                for line in pair.prelude.iter().filter(|line| !pair.comes_with_fix(line)) {
                    file.import(line);
                }
            }
            Body::Neutral(neutral) => {
                for line in layout.imports(&neutral.text("")) {
                    file.import(line);
                }
            }
            Body::Plain(_) => {}
        }
        let at = self.random.below(file.functions.len() + 1);
        file.functions.insert(at, function);
    }

    /// A source file with room for another function, in a class or not; a new one if there is
    /// none.
    pub(crate) fn roomy(&mut self, in_class: bool) -> String {
        let needs = self.layout().class("x", in_class).is_some();
        let fits = |(path, file): &(&str, &SourceFile)| {
            file.class.is_some() == needs && file.functions.len() < FULL && !self.avoid.contains(*path)
        };
        let paths: Vec<String> =
            self.project.sources().filter(fits).map(|(path, _)| path.to_owned()).collect();
        if paths.is_empty() { self.new_file(in_class) } else { self.random.pick(&paths) }
    }

    /// An empty source file under a new name.
    pub(crate) fn new_file(&mut self, in_class: bool) -> String {
        let path = self.free_path();
        let stem = snake(stem_of(&path));
        let file = SourceFile {
            about: format!("The {} of {}.", stem.replace('_', " "), self.name),
            class: self.layout().class(&stem, in_class),
            ..SourceFile::default()
        };
        self.project.put(&path, Content::Source(file));
        path
    }

    /// A path for a source file that is not taken.
    pub(crate) fn free_path(&mut self) -> String {
        let (layout, package) = (self.layout(), self.project.package.clone());
        for round in 0.. {
            let folder = self.random.below(8);
            let stem = match self.stems.pop() {
                Some(stem) if round < 50 => stem.to_owned(),
                _ => format!("{}_{}", self.random.pick(names::STEMS), 2 + self.random.below(1 << 20)),
            };
            let path = layout.path(&package, folder, &stem);
            if !self.project.has(&path) {
                return path;
            }
        }
        unreachable!("the loop above has no end")
    }

    /// Adds a test of a function.
    pub(crate) fn test(&mut self, path: &str, function: &str) {
        let layout = self.layout();
        let stem = snake(stem_of(path));
        let tests = layout.test_path(&self.project.package, &stem);
        if self.avoid.contains(&tests) {
            return;
        }
        if !self.project.has(&tests) {
            let about = format!("Tests of {}.", stem_of(path));
            let class = layout.test_class(&stem);
            let head = layout.test_imports.iter().map(|line| (*line).to_owned()).collect();
            let file = SourceFile { about, head, class, ..SourceFile::default() };
            self.project.put(&tests, Content::Aside(file));
        }
        let number = 1 + self.random.below(900) as u32;
        let body = Body::Plain(layout.test(function, number));
        if let Some(file) = self.project.source_mut(&tests) {
            file.functions.push(Function { name: format!("{function}{number}"), body });
        }
    }

    /// Puts a line into the list of changes, unless another branch does.
    pub(crate) fn change(&mut self, line: &str) {
        if !self.avoid.contains("CHANGELOG.md")
            && let Some(text) = self.project.text_mut("CHANGELOG.md")
        {
            documents::add_change(text, line);
        }
    }
}

/// Name of a file without folders and extension.
pub(crate) fn stem_of(path: &str) -> &str {
    let file = file_of(path);
    file.split('.').next().unwrap_or(file)
}

/// Name of a file without folders.
pub(crate) fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A name of a file in snake case.
pub(crate) fn snake(stem: &str) -> String {
    crate::messages::words(stem).replace(' ', "_")
}
