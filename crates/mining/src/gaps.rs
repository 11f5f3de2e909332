//! Gaps of a repository: parts of its history or of its files that are not there, and what gets them.

use std::path::Path;

use streamguard_git::{self as git, MaintainedBranches, OpenRepository, RepositoryBranch, shell_word};
use streamguard_http::UpstreamSettings;

use super::history::CommitSelection;

/// Most branches that a message names.
const MAX_NAMED_BRANCHES: usize = 5;

/// Place of a repository, for messages and commands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RepositoryPlace<'a> {
    /// A folder of the user.
    Folder(&'a Path),
    /// A repository of a host, of which there is a mirror.
    Url(&'a str),
    /// A repository of a host in the snapshot that is replayed.
    Recorded(&'a str),
}

impl<'a> RepositoryPlace<'a> {
    /// Returns the place of a repository on this machine, which may be in the snapshot that is replayed.
    pub(crate) fn local(path: &'a Path, name: &'a str, upstream: &UpstreamSettings) -> Self {
        match &upstream.snapshot {
            Some(snapshot) if path.starts_with(snapshot) => Self::Recorded(name),
            _ => Self::Folder(path),
        }
    }

    /// Returns the name for messages.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Folder(path) => format!("{path:?}"),
            Self::Url(url) | Self::Recorded(url) => url.to_owned(),
        }
    }

    /// Returns the end of a sentence that says what mends the repository: a command for a folder, nothing for a mirror.
    fn advice(self, purpose: &str, arguments: &str) -> String {
        match self {
            Self::Folder(path) => {
                let folder = shell_word(&path.display().to_string());
                format!("; {purpose}: git -C {folder} {arguments}")
            }
            Self::Url(_) => String::new(),
            Self::Recorded(_) => "; record the snapshot anew, with these settings".to_owned(),
        }
    }
}

/// Describes a head that names a branch which does not exist, and the other branches.
pub(crate) fn unborn_head(place: RepositoryPlace<'_>, branch: &str, others: &[RepositoryBranch]) -> String {
    let names: Vec<&str> = others.iter().take(MAX_NAMED_BRANCHES).map(RepositoryBranch::name).collect();
    let more = match others.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    // A mirror has a head of its own, and does not know the name at the host.
    let (named, hint) = match place {
        RepositoryPlace::Folder(_) => (format!("the branch {branch:?}, which"), ""),
        RepositoryPlace::Url(_) => ("a branch that".to_owned(), "; clone the right one, and give its folder"),
        RepositoryPlace::Recorded(_) => ("a branch that".to_owned(), ""),
    };
    let read = if others.len() == 1 { "only this one was read" } else { "none was read" };
    let advice = others.first().map(|first| place.advice("choose one by", &head_command(branch, first)));
    format!(
        "{}: its HEAD names {named} does not exist; it has {}{more}, and {read}{hint}{}",
        place.name(),
        names.join(", "),
        advice.unwrap_or_default()
    )
}

/// Returns the arguments of git that make a branch the head.
fn head_command(missing: &str, branch: &RepositoryBranch) -> String {
    if branch.full_name.starts_with("refs/heads/") {
        format!("symbolic-ref HEAD {}", shell_word(&branch.full_name))
    } else {
        format!("branch {} {}", shell_word(missing), shell_word(branch.name()))
    }
}

/// Describes what the history of a selection lacks.
pub(crate) fn history_gaps(
    repository: &OpenRepository,
    place: RepositoryPlace<'_>,
    selection: &CommitSelection,
) -> Vec<String> {
    let mut gaps = Vec::new();
    if selection.cut_off > 0 {
        let (commits, advice) = (commits(selection.cut_off), place.advice("get it by", "fetch --unshallow"));
        let name = place.name();
        gaps.push(format!("{name} is a shallow clone: the history before {commits} is missing{advice}"));
    }
    if selection.unreadable > 0 {
        let before = "cannot be read, and the history before is missing";
        gaps.push(missing_objects(repository, place, &format!("{} {before}", commits(selection.unreadable))));
    }
    gaps
}

/// Describes branches that were not read.
pub(crate) fn branch_gaps(place: RepositoryPlace<'_>, branches: &MaintainedBranches) -> Vec<String> {
    let name = place.name();
    let mut gaps = Vec::new();
    if branches.unreadable > 0 {
        let advice = place.advice("see what is damaged by", "fsck");
        gaps.push(format!(
            "{name}: the commits of {} that cannot be read are missing{advice}",
            branch_count(branches.unreadable)
        ));
    }
    if branches.left_out > 0 {
        gaps.push(format!(
            "{name} has so many branches that the commits of {} are missing; choose fewer by --branches",
            branch_count(branches.left_out)
        ));
    }
    gaps
}

fn branch_count(count: u64) -> String {
    if count == 1 { "1 branch".to_owned() } else { format!("{count} branches") }
}

/// Describes files that were missing when `count` commits were mined.
pub(crate) fn missing_files(repository: &OpenRepository, place: RepositoryPlace<'_>, count: usize) -> String {
    let part = format!("the files of {} to mine are missing", commits(count as u64));
    missing_objects(repository, place, &part)
}

fn missing_objects(repository: &OpenRepository, place: RepositoryPlace<'_>, part: &str) -> String {
    let (kind, advice) = cause(repository, place);
    format!("{}{kind}: {part}{advice}", place.name())
}

/// Returns why a repository may lack objects, and what gets them.
fn cause(repository: &OpenRepository, place: RepositoryPlace<'_>) -> (String, String) {
    let gone = git::missing_alternates(repository);
    if let Some(folder) = gone.first() {
        let advice =
            "; bring it back, or clone the repository anew without --reference and --shared".to_owned();
        return (format!(" borrows objects from {folder:?}, which does not exist"), advice);
    }
    if repository.damaged_reads() > 0 {
        let advice = match place {
            RepositoryPlace::Folder(_) => place.advice("see what is damaged by", "fsck"),
            // The copy is checked, and made anew, whenever a run begins to use it.
            RepositoryPlace::Url(_) | RepositoryPlace::Recorded(_) => "; run again with --resume".to_owned(),
        };
        return (" is damaged".to_owned(), advice);
    }
    match (place, git::promisor_remote(repository)) {
        (RepositoryPlace::Url(_), _) => (" lacks objects at its host".to_owned(), String::new()),
        (RepositoryPlace::Recorded(_), _) => {
            (" lacks objects in the snapshot".to_owned(), place.advice("get them by", ""))
        }
        (RepositoryPlace::Folder(_), Some(remote)) => {
            let arguments = format!("fetch --refetch --no-filter {}", shell_word(&remote));
            (" is a partial clone".to_owned(), place.advice("get them by", &arguments))
        }
        (RepositoryPlace::Folder(_), None) => {
            (" is damaged".to_owned(), place.advice("see what is damaged by", "fsck"))
        }
    }
}

/// Describes a repository whose head cannot be read, with the likely cause.
pub(crate) fn unreadable_head(repository: &gix::Repository, error: &gix::Error) -> String {
    match git::missing_alternates(repository).first() {
        Some(folder) => format!(
            "cannot read the history: the repository borrows objects from {folder:?}, which does not exist; bring it \
             back, or clone the repository anew without --reference and --shared"
        ),
        None => format!("cannot read the history: {error}"),
    }
}

fn commits(count: u64) -> String {
    if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") }
}
