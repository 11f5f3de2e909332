//! Shards of a scan: so many files that a shard takes about a second, and so few that a crash costs little.

use std::path::PathBuf;

use gix::ObjectId;
use serde::{Deserialize, Serialize};
use streamguard_engine::ShardError;

use crate::archive::ArchiveFormat;
use crate::inputs::{RevisionBlob, ScanInputs, ScanItem};
use crate::revision::ScannedRepository;
use streamguard_git::RevisionFile;

/// Most files of a shard.
const FILES_PER_SHARD: usize = 500;

/// A piece of the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanShard {
    /// Folders that could not be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
    /// Repository of a revision, and the text before its paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository: Option<(PathBuf, String)>,
    /// Files of the revision: their paths and the ids of their contents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blobs: Vec<(String, String)>,
    /// Files on disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folders: Vec<FolderFiles>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archive: Option<PathBuf>,
}

/// Files of one folder. One text instead of a list, because a plan holds the names of all files of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FolderFiles {
    folder: PathBuf,
    /// Their names, separated by `/`, which no name has.
    names: String,
}

/// Cuts inputs into shards. The cut depends on nothing but the inputs.
pub(super) fn cut(inputs: &ScanInputs) -> Vec<ScanShard> {
    let mut shards = Vec::new();
    let mut faults = inputs.faults.clone();
    let mut open = ScanShard::default();
    let mut files = 0;
    for item in &inputs.items {
        let repository = match item {
            ScanItem::Blob(blob) => {
                Some((inputs.repositories[blob.repository].0.clone(), blob.prefix.clone()))
            }
            _ => None,
        };
        let is_archive = matches!(item, ScanItem::Archive(..));
        if files == FILES_PER_SHARD || is_archive || repository != open.repository {
            shards.push(std::mem::take(&mut open));
            files = 0;
        }
        open.repository = repository;
        match item {
            ScanItem::File(path) => match (path.to_str(), path.file_name().and_then(|name| name.to_str())) {
                (Some(_), Some(name)) => open.add_file(path.parent().unwrap_or("".as_ref()).to_owned(), name),
                // Plans are JSON, which is Unicode.
                _ => faults.push(format!("{}: its path is not UTF-8, not scanned", path.display())),
            },
            ScanItem::Archive(path, _) => open.archive = Some(path.clone()),
            ScanItem::Blob(blob) => {
                open.blobs.push((blob.file.path.clone(), blob.file.blob.to_hex().to_string()));
            }
            // A job has no text that only one process knows.
            ScanItem::Text(_) => {}
        }
        files += 1;
        if is_archive {
            shards.push(std::mem::take(&mut open));
            files = 0;
        }
    }
    shards.push(open);
    shards.retain(|shard| *shard != ScanShard::default());
    if !faults.is_empty() {
        shards.insert(0, ScanShard { faults, ..ScanShard::default() });
    }
    shards
}

impl ScanShard {
    fn add_file(&mut self, folder: PathBuf, name: &str) {
        match self.folders.last_mut().filter(|last| last.folder == folder) {
            Some(last) => {
                last.names.push('/');
                last.names.push_str(name);
            }
            None => self.folders.push(FolderFiles { folder, names: name.to_owned() }),
        }
    }

    /// Returns what could not be listed.
    pub(super) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Returns the items of the shard, and the repository that holds them.
    pub(super) fn open(&self) -> Result<(Vec<ScanItem>, Vec<ScannedRepository>), ShardError> {
        let mut items = Vec::new();
        let mut repositories = Vec::new();
        if let Some((path, prefix)) = &self.repository {
            repositories.push(ScannedRepository::open(path).map_err(ShardError::failed)?);
            for (path, id) in &self.blobs {
                let blob = ObjectId::from_hex(id.as_bytes()).map_err(ShardError::failed)?;
                let file = RevisionFile { path: path.clone(), blob };
                items.push(ScanItem::Blob(Box::new(RevisionBlob {
                    repository: 0,
                    prefix: prefix.clone(),
                    file,
                })));
            }
        }
        for FolderFiles { folder, names } in &self.folders {
            items.extend(names.split('/').map(|name| ScanItem::File(folder.join(name))));
        }
        if let Some(path) = &self.archive {
            let format = ArchiveFormat::of(path)
                .ok_or_else(|| ShardError::Failed(format!("{} is not an archive", path.display())))?;
            items.push(ScanItem::Archive(path.clone(), format));
        }
        Ok((items, repositories))
    }
}
