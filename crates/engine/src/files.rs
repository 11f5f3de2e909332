//! Files that are whole or absent: a temporary name beside the final one, fsync, rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, test_kill_process};

/// How a temporary name ends; whatever bears it after a crash is rubbish.
pub(crate) const TEMPORARY: &str = ".part";

/// Tells the temporary files of one process apart: an attempt that was given up may still
/// write to its own while the next attempt is at work.
static SERIAL: AtomicU64 = AtomicU64::new(0);

/// Name of this machine (uname(2)), as far as it can stand in a file name between points and dashes.
/// On storage that machines share, two processes may have the same number.
static HOST: LazyLock<String> = LazyLock::new(|| {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(64).collect()
});

/// Where processes have their numbers from, as it stands in temporary names: this machine and, since containers
/// on one machine may share its name but not their processes, the namespace of these (pid_namespaces(7)).
static PROCESSES: LazyLock<String> = LazyLock::new(|| {
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect::<String>();
    format!("{}_{digits}", *HOST)
});

/// A file in the making. It gets its name by [`WholeFile::commit`]; dropped before, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    writer: Option<BufWriter<File>>,
    temporary: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Starts the file that will be `path`, in the same folder.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        // create_new never follows a link that somebody planted under the temporary name, and never
        // takes the file of somebody else who bears the same host name and number.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let (file, temporary) = loop {
            let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
            let mut name = name.to_owned();
            name.push(format!(".{}-{}-{serial}{TEMPORARY}", *PROCESSES, std::process::id()));
            let temporary = path.with_file_name(name);
            match options.open(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => break (other?, temporary),
            }
        };
        Ok(Self { writer: Some(BufWriter::with_capacity(1 << 16, file)), temporary, path: path.to_owned() })
    }

    /// Makes the content durable and gives the file its name. The name itself is durable once
    /// its folder is, see [`sync_folder`].
    ///
    /// # Errors
    /// What the file system says; then the file does not exist.
    pub fn commit(mut self) -> io::Result<()> {
        let writer = self.writer.take().expect("only commit and drop take the writer");
        let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&self.temporary, &self.path)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().expect("only commit and drop take the writer").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().expect("only commit and drop take the writer").flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // After a commit the temporary name is gone, and this does nothing.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes a small file that is whole or absent, durably.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// What the file system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes all temporary names in a folder that only this process writes to.
pub(crate) fn remove_temporaries(folder: &Path) -> io::Result<()> {
    remove_temporaries_of(folder, |_| true)
}

/// Removes what killed processes of this machine, or this container, left under temporary names in a folder that
/// others write to as well. What another machine left goes with the folder.
pub(crate) fn remove_dead_temporaries(folder: &Path) -> io::Result<()> {
    remove_temporaries_of(folder, |name| match writer(name) {
        None => true,
        Some((processes, pid)) => {
            processes == *PROCESSES && test_kill_process(pid) == Err(rustix::io::Errno::SRCH)
        }
    })
}

fn remove_temporaries_of(folder: &Path, is_rubbish: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_temporary = name.strip_suffix(TEMPORARY).is_some_and(&is_rubbish);
        if !is_temporary {
            continue;
        }
        let removed = entry.file_type().and_then(|kind| match kind.is_file() {
            true => fs::remove_file(entry.path()),
            false => Ok(()),
        });
        match removed {
            // Its writer was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

/// Whose process, and which, writes a temporary file, by its name without the ending.
fn writer(name: &str) -> Option<(&str, Pid)> {
    let mut parts = name.rsplit_once('.')?.1.split('-');
    let (processes, pid, _serial) = (parts.next()?, parts.next()?, parts.next()?);
    Some((processes, Pid::from_raw(pid.parse().ok()?)?))
}

/// The name of this machine, as it stands in what is said of failures.
pub(crate) fn host() -> &'static str {
    &HOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_dead_of_this_machine_are_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let own = std::process::id();
        let gone = std::process::Command::new("true").spawn().and_then(|mut child| {
            child.wait()?;
            Ok(child.id())
        });
        let gone = gone.unwrap();
        // As a living writer is named.
        let living = WholeFile::create(&folder.path().join("a.jsonl")).unwrap();
        let name = living.temporary.file_name().unwrap().to_str().unwrap().to_owned();
        let names = [
            name.clone(),
            name.replace(&format!("-{own}-"), &format!("-{gone}-")),
            name.replace(&format!("-{own}-"), &format!("7-{gone}-")),
            format!("a.jsonl.elsewhere-{gone}-0.part"),
            "a.jsonl.part".to_owned(),
            "a.jsonl".to_owned(),
        ];
        names.iter().for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        remove_dead_temporaries(folder.path()).unwrap();
        let left = names.each_ref().map(|name| folder.path().join(name).exists());
        assert_eq!(left, [true, false, true, true, false, true]);
    }

    #[test]
    fn two_writers_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut first, mut second) = (WholeFile::create(&path).unwrap(), WholeFile::create(&path).unwrap());
        first.write_all(b"one").unwrap();
        second.write_all(b"two").unwrap();
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        second.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }
}
