//! A finished repository: the files of a bare one, and the truth about it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use streamguard_synthetic::PairGenerator;

use crate::fix::FixedProject;
use crate::history::History;
use crate::layout::Layout;
use crate::names;
use crate::oracle::{RepositoryTruth, Truth};
use crate::{Settings, WorldError};

/// A bare repository in memory.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Owner and name, as in its address.
    pub full_name: String,
    /// Its address: `https://git.example/<owner>/<name>`.
    pub url: String,
    /// Its files, by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// The truth about it.
    pub truth: Truth,
    /// What advisories could say of it.
    pub(crate) project: FixedProject,
}

/// What a repository is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It has no commit at all.
    Empty,
    /// It has a history, and never a fix.
    Quiet,
    /// So many functions of it are fixed.
    Fixed(usize),
}

/// What the repository number `number` is there for.
fn part(settings: &Settings, number: usize) -> Part {
    let (empty, quiet) = (usize::from(settings.repositories > 2), usize::from(settings.repositories > 5));
    let others = settings.repositories - empty - quiet;
    if number < others {
        let more = usize::from(number < settings.fixes % others);
        Part::Fixed(settings.fixes / others + more)
    } else if number < others + quiet {
        Part::Quiet
    } else {
        Part::Empty
    }
}

impl Repository {
    /// Owner and name of the repository number `number`.
    pub(crate) fn full_name(settings: &Settings, number: usize) -> String {
        let (owner, name) = names::repository(settings.seed, number);
        format!("{owner}/{name}")
    }

    /// Writes the repository number `number`.
    pub(crate) fn new(
        settings: &Settings,
        generator: &Arc<PairGenerator>,
        number: usize,
    ) -> Result<Self, WorldError> {
        let full_name = Self::full_name(settings, number);
        let part = part(settings, number);
        let layout = layout(generator, number, part)?;
        let mut history = History::new(settings, generator, number, layout);
        match part {
            Part::Empty => history.note("empty_repository"),
            Part::Quiet => history.run(0)?,
            Part::Fixed(fixes) => history.run(fixes)?,
        }
        let History { url, owner, name, pack, head, tags, mut truth, events, commits, fixes, .. } = history;
        let path = in_cache(&url);
        truth.repositories.push(RepositoryTruth { url: url.clone(), path, commits, events });
        let project = FixedProject {
            url: url.clone(),
            owner,
            name,
            language: layout.language,
            tags: tags.iter().map(|(tag, _)| tag.clone()).collect(),
            fixes,
        };
        let mut files = vec![
            ("HEAD".to_owned(), b"ref: refs/heads/main\n".to_vec()),
            ("config".to_owned(), config(&url).into_bytes()),
        ];
        if let Some(head) = head {
            let mut refs = vec![("refs/heads/main".to_owned(), head)];
            refs.extend(tags.into_iter().map(|(tag, id)| (format!("refs/tags/{tag}"), id)));
            refs.sort();
            let lines: String = refs.iter().map(|(name, id)| format!("{id} {name}\n")).collect();
            let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}");
            files.push(("packed-refs".to_owned(), packed.into_bytes()));
        }
        if let Some(pack) = pack.finish()? {
            files.push((format!("objects/pack/{}.pack", pack.name), pack.objects));
            files.push((format!("objects/pack/{}.idx", pack.name), pack.index));
        }
        files.sort();
        Ok(Self { full_name, url, files, truth, project })
    }

    /// Where it lies in a snapshot: where its mirror would be in a cache.
    pub(crate) fn path(&self) -> String {
        in_cache(&self.url)
    }

    /// Folders that git looks for, even if they are empty.
    pub(crate) const FOLDERS: [&str; 5] = ["objects", "objects/pack", "refs", "refs/heads", "refs/tags"];

    /// Writes the bare repository into a folder, which is created.
    ///
    /// # Errors
    /// [`WorldError::Io`].
    pub fn write(&self, folder: &Path) -> Result<(), WorldError> {
        for name in Self::FOLDERS {
            fs::create_dir_all(folder.join(name)).map_err(|error| WorldError::io(folder, error))?;
        }
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::write(&path, bytes).map_err(|error| WorldError::io(&path, error))?;
        }
        Ok(())
    }
}

/// Where the mirror of a repository is in a cache.
fn in_cache(url: &str) -> String {
    // What is written in the manifest has slashes on every machine.
    let path = streamguard_git::mirror_path(Path::new(""), url);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn config(url: &str) -> String {
    format!(
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n\
         [remote \"origin\"]\n\turl = {url}\n\tfetch = +refs/heads/*:refs/heads/*\n"
    )
}

/// The languages of the generator take turns. A project without fixes may be in any language.
fn layout(generator: &PairGenerator, number: usize, part: Part) -> Result<&'static Layout, WorldError> {
    let mut known: Vec<&'static Layout> = Vec::new();
    for layout in generator.kinds().filter_map(|(language, _)| Layout::of(language)) {
        if !known.iter().any(|there| there.language == layout.language) {
            known.push(layout);
        }
    }
    if part == Part::Quiet {
        known = Layout::all().iter().collect();
    }
    known.get(number % known.len().max(1)).copied().ok_or(WorldError::NoLanguage)
}
