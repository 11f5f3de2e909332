//! State of one repository while its history is written, and the making of a commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gix::ObjectId;
use gix::actor::Signature;
use gix::date::Time;
use gix::objs::Commit;
use streamguard_dataset::Language;
use streamguard_synthetic::{PairBuffer, PairGenerator};

use crate::disclosure::FixDisclosure;
use crate::documents::VersionNumber;
use crate::error::WorldError;
use crate::identifiers::AdvisoryIds;
use crate::names::{self, Person};
use crate::pack_writer::PackWriter;
use crate::project_files::ProjectFiles;
use crate::project_layout::ProjectLayout;
use crate::random::WorldRandom;
use crate::settings::WorldSettings;
use crate::source_file::PlantedPair;
use crate::truth::{Decoy, WorldTruth};

/// A repository whose history is being written.
pub(crate) struct RepositoryHistory {
    pub(crate) settings: WorldSettings,
    generator: Arc<PairGenerator>,
    /// Address of the repository.
    pub(crate) url: String,
    /// Owner of the repository.
    pub(crate) owner: &'static str,
    pub(crate) name: String,
    /// Number of the repository in its world.
    pub(crate) number: usize,
    pub(crate) random: WorldRandom,
    pub(crate) pack: PackWriter,
    /// Files of the branch that is being written.
    pub(crate) project: ProjectFiles,
    /// Last commit of that branch.
    pub(crate) head: Option<ObjectId>,
    /// Time of the next commit, in seconds since 1970.
    pub(crate) now: i64,
    /// Longest time between the commits of one piece of work, in seconds.
    pub(crate) pause: i64,
    contributors: Vec<&'static Person>,
    /// Author of the next commit.
    pub(crate) author: &'static Person,
    /// Last number of an issue or pull request.
    pub(crate) issue: u32,
    pub(crate) advisory: u32,
    /// Version of the project.
    pub(crate) version: VersionNumber,
    pub(crate) libraries: Vec<(&'static str, VersionNumber)>,
    /// Tags, each with its name and commit.
    pub(crate) tags: Vec<(String, ObjectId)>,
    /// Steps that were added to continuous integration.
    pub(crate) steps: Vec<String>,
    /// Last ordinary function that was added: subject and id of the commit, path, name.
    pub(crate) added: Option<(String, ObjectId, String, String)>,
    pub(crate) names: BTreeSet<String>,
    pub(crate) stems: Vec<&'static str>,
    buffer: PairBuffer,
    pairs: u64,
    /// Paths that the present branch changed.
    pub(crate) touched: BTreeSet<String>,
    pub(crate) avoid: BTreeSet<String>,
    pub(crate) truth: WorldTruth,
    /// Facts about the fixes, for advisories.
    pub(crate) fixes: Vec<FixDisclosure>,
    /// Time of each planted fix, in the order of `truth.planted`.
    pub(crate) dates: Vec<i64>,
    pub(crate) events: BTreeMap<String, usize>,
    pub(crate) commits: usize,
}

impl RepositoryHistory {
    /// Returns a repository without commits.
    pub(crate) fn new(
        settings: &WorldSettings,
        generator: &Arc<PairGenerator>,
        number: usize,
        layout: &'static ProjectLayout,
    ) -> Self {
        let (owner, name) = names::repository(settings.seed, number);
        let mut random = WorldRandom::new(settings.seed, number as u64);
        let mut people: Vec<&'static Person> = names::NAME_LISTS.people.iter().collect();
        // Every draw moves the stream: the order of these lines is part of the bytes of the demo.
        random.shuffle(&mut people);
        people.truncate(3 + random.below(6));
        let mut stems = names::NAME_LISTS.file_stems.iter().map(String::as_str).collect::<Vec<_>>();
        random.shuffle(&mut stems);
        let package = name.replace(
            '-',
            match layout.language {
                Language::Java | Language::Go | Language::C => "",
                _ => "_",
            },
        );
        let libraries = layout.libraries.iter().map(|library| {
            (library.as_str(), [1 + random.below(4) as u32, random.below(12) as u32, random.below(9) as u32])
        });
        let libraries = libraries.collect();
        Self {
            url: format!("https://git.example/{owner}/{name}"),
            owner,
            name,
            number,
            pack: PackWriter::new(settings.compression),
            project: ProjectFiles::new(layout, package),
            head: None,
            now: 0,
            pause: 3600,
            author: people[0],
            contributors: people,
            issue: 1 + random.below(40) as u32,
            // Room for 4,000 advisories in each repository before ids repeat.
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
            truth: WorldTruth::default(),
            fixes: Vec::new(),
            dates: Vec::new(),
            events: BTreeMap::new(),
            commits: 0,
            settings: settings.clone(),
            generator: Arc::clone(generator),
            random,
        }
    }

    /// Returns the layout of the project's files.
    pub(crate) fn layout(&self) -> &'static ProjectLayout {
        self.project.layout
    }

    /// Chooses the author of the next commit.
    pub(crate) fn choose_author(&mut self) {
        self.author = self.random.pick(&self.contributors);
    }

    /// Picks a contributor.
    pub(crate) fn colleague(&mut self) -> &'static Person {
        self.random.pick(&self.contributors)
    }

    /// Returns the next number of an issue or pull request.
    pub(crate) fn next_issue(&mut self) -> u32 {
        self.issue += 1 + self.random.below(4) as u32;
        self.issue
    }

    /// Returns the next ids of an advisory. No two repositories of the demo share any.
    pub(crate) fn next_advisory(&mut self) -> AdvisoryIds {
        self.advisory += 1;
        AdvisoryIds::new(self.advisory, self.now)
    }

    /// Moves the clock forward.
    pub(crate) fn advance_time(&mut self) {
        self.now += self.random.between(60, self.pause.max(61));
    }

    /// Counts an event.
    pub(crate) fn count_event(&mut self, event: &str) {
        *self.events.entry(event.to_owned()).or_default() += 1;
    }

    /// Records a commit that looks like a fix and is not one.
    pub(crate) fn record_decoy(&mut self, commit: ObjectId, event: &str) {
        self.count_event(event);
        let repository = self.url.clone();
        self.truth.decoys.push(Decoy { repository, commit: commit.to_string(), event: event.to_owned() });
    }

    /// Commits the changes since the last commit.
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
        // Noted for the merge of this branch, which takes over exactly these files.
        self.touched.extend(self.project.changed().iter().cloned());
        let tree = self.project.write(&mut self.pack)?;
        let signature = Signature {
            name: self.author.name.as_str().into(),
            email: self.author.address().into(),
            time: Time { seconds: self.now, offset: self.author.utc_offset() },
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

    /// Generates a pair of the weakness number `kind` among those of the language, under a name that is new
    /// in the project. Returns nothing if no such name is found.
    pub(crate) fn pair(&mut self, kind: usize) -> Option<Arc<PlantedPair>> {
        let language = self.layout().language;
        let kinds: Vec<_> = self.generator.kinds().filter(|(of, _)| *of == language).collect();
        let (_, weakness) = *kinds.get(kind % kinds.len().max(1))?;
        // "pair" in ASCII keeps these pairs apart from those of a dataset with the same seed.
        let seed = self.settings.seed ^ 0x7061_6972 ^ (self.number as u64) << 32;
        // A generator has only so many names; after this many misses the rest is not worth looking
        // for.
        for _ in 0..64 {
            self.pairs += 1;
            let written =
                self.generator.write_pair_of(language, weakness, seed, self.pairs, &mut self.buffer)?;
            if self.names.insert(written.function.to_owned()) {
                return Some(Arc::new(PlantedPair {
                    weakness: written.weakness,
                    name: written.function.to_owned(),
                    vulnerable: written.vulnerable.to_owned(),
                    fixed: written.fixed.to_owned(),
                    about: written.description.trim_end_matches('.').to_owned(),
                    prelude: written.prelude.iter().map(|line| line.to_owned()).collect(),
                    in_class: written.in_class,
                }));
            }
        }
        None
    }
}
