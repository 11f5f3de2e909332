//! The files of paths that are followed: the present one of each path, and those that had the path before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::growing_file::{FileId, GrowingFile, Growth, file_id};
use crate::line_reader::LineBatch;
use crate::log_source::InputError;

/// Reads of one file in a row, so that others are read too.
const FILE_READS: usize = 64;

/// Time after which a file without a followed path is closed if it does not grow. A server goes on writing to a renamed
/// file until it is told to open its log anew.
const MAX_IDLE: Duration = Duration::from_secs(60);

/// What happened to a file.
#[derive(Debug)]
pub(super) enum FileChange {
    /// Another file has its path.
    Rotated,
    /// The file was emptied. What was not read yet was found in a copy, or not.
    Truncated { copy: Option<PathBuf> },
    /// The file cannot be read now; it is tried again.
    Unreadable(io::Error),
    /// A file that could never be read lost its path to another one.
    Missed,
}

impl FileChange {
    /// Describes the change of a path.
    pub(super) fn describe(&self, name: &str) -> String {
        match self {
            Self::Rotated => {
                format!("{name} was rotated: the old file is read to its end, the new one from its beginning")
            }
            Self::Truncated { copy: Some(copy) } => {
                format!("{name} was truncated: the rest of its lines was read from {}", copy.display())
            }
            Self::Truncated { copy: None } => {
                format!("{name} was truncated, and no copy of it was found: its last lines may be missing")
            }
            Self::Unreadable(error) => InputError::describe(name, error),
            Self::Missed => {
                format!("{name}: a file that could not be read was rotated, its lines are missing")
            }
        }
    }
}

/// An open file.
#[derive(Debug)]
struct OpenFile {
    file: GrowingFile,
    /// Index of the log to which its lines belong.
    log: usize,
    /// Last time at which the file had a followed path, or grew.
    needed_at: Instant,
    /// Whether the last read failed.
    is_unreadable: bool,
    /// Size up to which the file is read, once the run is to end.
    last_size: Option<u64>,
}

/// Path of a log.
#[derive(Debug)]
struct FollowedPath {
    path: PathBuf,
    log: usize,
    /// File that had the path at the last look.
    last: Option<FileId>,
    is_unreadable: bool,
    /// File at the path that could not be opened.
    unopened: Option<FileId>,
}

impl FollowedPath {
    /// Reports that the path cannot be read, once until it can be.
    fn report_unreadable(&mut self, error: io::Error, tell: &mut dyn FnMut(usize, FileChange)) {
        if !std::mem::replace(&mut self.is_unreadable, true) {
            tell(self.log, FileChange::Unreadable(error));
        }
    }
}

/// All files of a run.
#[derive(Debug, Default)]
pub(super) struct FollowedFiles {
    paths: Vec<FollowedPath>,
    /// In the order in which they were opened, so that a rotated file is read before its successor.
    open: Vec<OpenFile>,
    /// Bytes of the files that are closed or were emptied, by log.
    closed_bytes: Vec<(usize, u64)>,
}

impl FollowedFiles {
    /// Adds a path.
    pub(super) fn add(&mut self, log: usize, path: PathBuf) {
        self.paths.push(FollowedPath { path, log, last: None, is_unreadable: false, unopened: None });
    }

    /// Returns whether there are no paths.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Reads what was written, and passes lines and changes on, each with the index of its log. Returns whether so much
    /// was written that more of it may be there.
    pub(super) fn advance(
        &mut self,
        buffer: &mut [u8],
        take: &mut dyn FnMut(usize, LineBatch<'_>),
        tell: &mut dyn FnMut(usize, FileChange),
    ) -> bool {
        let named = self.look_at_paths(tell);
        let mut has_more = false;
        for open in &mut self.open {
            let path = self.paths.iter().find(|path| path.log == open.log).map(|path| path.path.clone());
            let was_unreadable = open.is_unreadable;
            match open.read(buffer, &path.unwrap_or_default(), take, tell) {
                Ok(read) => {
                    has_more |= read.has_more;
                    self.closed_bytes.extend(read.emptied_bytes.map(|bytes| (open.log, bytes)));
                }
                Err(error) if !was_unreadable => tell(open.log, FileChange::Unreadable(error)),
                Err(_) => {}
            }
        }
        self.close_idle(&named, take, tell);
        has_more
    }

    /// Opens the files that have a followed path for the first time. Returns the files that have one.
    fn look_at_paths(&mut self, tell: &mut dyn FnMut(usize, FileChange)) -> Vec<FileId> {
        let mut named = Vec::new();
        for path in &mut self.paths {
            let metadata = match fs::metadata(&path.path) {
                Ok(metadata) => metadata,
                // Between the two steps of a rotation.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    path.report_unreadable(error, tell);
                    continue;
                }
            };
            let id = file_id(&metadata);
            named.push(id);
            // A renamed file may get the path of another log. It is read already, and belongs to its first log.
            if self.open.iter().any(|open| open.file.id == id) {
                (path.last, path.is_unreadable) = (Some(id), false);
                continue;
            }
            match GrowingFile::open(&path.path) {
                Ok(file) => {
                    // Perhaps yet another file has the path by now: then the next look finds it open.
                    named.push(file.id);
                    if path.unopened.take().is_some_and(|unopened| unopened != file.id) {
                        tell(path.log, FileChange::Missed);
                    }
                    if path.last.is_some() {
                        tell(path.log, FileChange::Rotated);
                    }
                    (path.last, path.is_unreadable) = (Some(file.id), false);
                    if self.open.iter().all(|open| open.file.id != file.id) {
                        self.open.push(OpenFile::new(file, path.log));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    // A folder or a device has no lines to miss.
                    let unopened = metadata.is_file().then_some(id);
                    if path.unopened.is_some_and(|earlier| Some(earlier) != unopened) {
                        tell(path.log, FileChange::Missed);
                    }
                    path.unopened = unopened;
                    path.report_unreadable(error, tell);
                }
            }
        }
        named
    }

    /// Closes the files that lost their path and have not grown for long.
    fn close_idle(
        &mut self,
        named: &[FileId],
        take: &mut dyn FnMut(usize, LineBatch<'_>),
        tell: &mut dyn FnMut(usize, FileChange),
    ) {
        let closed_bytes = &mut self.closed_bytes;
        self.open.retain_mut(|open| {
            if named.contains(&open.file.id) {
                open.needed_at = Instant::now();
            }
            let is_kept = open.needed_at.elapsed() < MAX_IDLE;
            if !is_kept && open.is_unreadable {
                tell(open.log, FileChange::Missed);
            }
            if !is_kept {
                closed_bytes.push((open.log, open.file.position()));
                open.file.finish(|batch| take(open.log, batch));
            }
            is_kept
        });
    }

    /// Lets files be read up to the size that they have now.
    pub(super) fn stop_at_present_sizes(&mut self) {
        for open in &mut self.open {
            open.last_size = open.file.size().ok();
        }
    }

    /// Returns whether all files are read up to these sizes.
    pub(super) fn is_read(&self) -> bool {
        self.open.iter().all(|open| open.last_size.is_none_or(|size| open.file.position() >= size))
    }

    /// Returns the bytes that were read of a log.
    pub(super) fn bytes_of(&self, log: usize) -> u64 {
        let closed = self.closed_bytes.iter().filter(|(of, _)| *of == log).map(|(_, bytes)| bytes);
        let open = self.open.iter().filter(|open| open.log == log).map(|open| open.file.position());
        closed.sum::<u64>() + open.sum::<u64>()
    }

    /// Returns whether a file of a log could not be read when it was last there.
    pub(super) fn is_unreadable(&self, log: usize) -> bool {
        self.open.iter().any(|open| open.log == log && open.is_unreadable)
            || self.paths.iter().any(|path| path.log == log && path.is_unreadable)
    }

    /// Returns whether the last line of a log has no end yet.
    pub(super) fn has_unfinished(&self, log: usize) -> bool {
        self.open.iter().any(|open| open.log == log && open.file.has_unfinished())
    }
}

/// What was read of a file in one turn.
#[derive(Debug, Default)]
struct ReadTurn {
    /// Whether the turn ended before all was read.
    has_more: bool,
    /// Bytes that the file had held when it was emptied, if it was.
    emptied_bytes: Option<u64>,
}

impl OpenFile {
    fn new(file: GrowingFile, log: usize) -> Self {
        Self { file, log, needed_at: Instant::now(), is_unreadable: false, last_size: None }
    }

    /// Reads what was written, but not for ever.
    fn read(
        &mut self,
        buffer: &mut [u8],
        path: &Path,
        take: &mut dyn FnMut(usize, LineBatch<'_>),
        tell: &mut dyn FnMut(usize, FileChange),
    ) -> io::Result<ReadTurn> {
        let log = self.log;
        let mut turn = ReadTurn::default();
        self.is_unreadable = true;
        for _ in 0..FILE_READS {
            match self.file.advance(buffer, |batch| take(log, batch))? {
                Growth::Read => self.needed_at = Instant::now(),
                Growth::None => {
                    self.is_unreadable = false;
                    return Ok(turn);
                }
                Growth::Truncated => {
                    let (copy, bytes) = self.file.restart(path, |batch| take(log, batch))?;
                    turn.emptied_bytes = Some(turn.emptied_bytes.unwrap_or(0) + bytes);
                    tell(log, FileChange::Truncated { copy });
                }
            }
        }
        self.is_unreadable = false;
        turn.has_more = true;
        Ok(turn)
    }
}
