//! A finished repository: the files of a bare one, and the truth about it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use streamguard_dataset::Language;
use streamguard_synthetic::PairGenerator;

use crate::disclosure::FixedProject;
use crate::error::WorldError;
use crate::history::RepositoryHistory;
use crate::names;
use crate::project_layout::ProjectLayout;
use crate::settings::WorldSettings;
use crate::truth::{RepositoryTruth, WorldTruth};

/// A bare repository in memory.
#[derive(Clone, Debug)]
pub struct WorldRepository {
    /// Owner and name, as in the address.
    pub full_name: String,
    /// Address: `https://git.example/<owner>/<name>`.
    pub url: String,
    /// Files of the bare repository, by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// Truth about the planted fixes.
    pub truth: WorldTruth,
    /// Facts about the project, for advisories.
    pub(crate) project: FixedProject,
}

/// Role of a repository in its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RepositoryRole {
    /// No commit at all.
    Empty,
    /// A history without a fix.
    Quiet,
    /// A history with this number of fixed functions.
    Fixed(usize),
}

/// Returns the role of the repository number `number`.
fn part(settings: &WorldSettings, number: usize) -> RepositoryRole {
    let (empty, quiet) = (usize::from(settings.repositories > 2), usize::from(settings.repositories > 5));
    let others = settings.repositories - empty - quiet;
    if number < others {
        let more = usize::from(number < settings.fixes % others);
        RepositoryRole::Fixed(settings.fixes / others + more)
    } else if number < others + quiet {
        RepositoryRole::Quiet
    } else {
        RepositoryRole::Empty
    }
}

impl WorldRepository {
    /// Returns owner and name of the repository number `number`.
    pub(crate) fn full_name(settings: &WorldSettings, number: usize) -> String {
        let (owner, name) = names::repository(settings.seed, number);
        format!("{owner}/{name}")
    }

    /// Makes the repository number `number`.
    pub(crate) fn new(
        settings: &WorldSettings,
        generator: &Arc<PairGenerator>,
        number: usize,
    ) -> Result<Self, WorldError> {
        let full_name = Self::full_name(settings, number);
        let part = part(settings, number);
        let layout = layout(settings, generator, number, part)?;
        let mut history = RepositoryHistory::new(settings, generator, number, layout);
        match part {
            RepositoryRole::Empty => history.count_event("empty_repository"),
            RepositoryRole::Quiet => history.run(0)?,
            RepositoryRole::Fixed(fixes) => history.run(fixes)?,
        }
        let RepositoryHistory {
            url, owner, name, pack, head, tags, mut truth, events, commits, fixes, ..
        } = history;
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
            // The header with the space at its end is git's own; it promises that tags are peeled and sorted.
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

    /// Returns the path in a snapshot, which is that of the mirror in a cache.
    pub(crate) fn path(&self) -> String {
        in_cache(&self.url)
    }

    /// Folders that git needs even if they are empty.
    pub(crate) const EMPTY_FOLDERS: [&str; 5] =
        ["objects", "objects/pack", "refs", "refs/heads", "refs/tags"];

    /// Writes the bare repository into a folder, which is created.
    ///
    /// # Errors
    /// [`WorldError::Io`].
    pub fn write(&self, folder: &Path) -> Result<(), WorldError> {
        for name in Self::EMPTY_FOLDERS {
            fs::create_dir_all(folder.join(name)).map_err(|error| WorldError::io(folder, error))?;
        }
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::write(&path, bytes).map_err(|error| WorldError::io(&path, error))?;
        }
        Ok(())
    }
}

/// Returns the path of a repository's mirror in a cache.
fn in_cache(url: &str) -> String {
    // The manifest has slashes on every machine.
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

/// Returns the layout of a repository. The languages of the settings or else of the generator take turns; a
/// project without fixes may be in any language.
fn layout(
    settings: &WorldSettings,
    generator: &PairGenerator,
    number: usize,
    part: RepositoryRole,
) -> Result<&'static ProjectLayout, WorldError> {
    let can_be_fixed = |wanted: &Language| generator.kinds().any(|(language, _)| language == *wanted);
    let chosen = settings.languages.iter().filter(|language| can_be_fixed(language));
    let chosen: Vec<_> = chosen.filter_map(|language| ProjectLayout::of(*language)).collect();
    if let (false, RepositoryRole::Fixed(_)) = (chosen.is_empty(), part) {
        return Ok(chosen[number % chosen.len()]);
    }
    let mut known: Vec<&'static ProjectLayout> = Vec::new();
    for layout in generator.kinds().filter_map(|(language, _)| ProjectLayout::of(language)) {
        if !known.iter().any(|there| there.language == layout.language) {
            known.push(layout);
        }
    }
    if part == RepositoryRole::Quiet {
        known = ProjectLayout::all().iter().collect();
    }
    known.get(number % known.len().max(1)).copied().ok_or(WorldError::NoLanguage)
}
