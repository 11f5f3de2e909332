//! Both sides of the files that random commits change.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use streamguard_code::SourceFile;
use streamguard_dataset::Language;
use streamguard_synthetic::split_mix::SplitMix64;

/// Most files of one commit, so that one that moves a whole tree does not stand for all.
const MAX_FILES: usize = 20;

/// Largest side, in bytes; the program compares no larger file.
const MAX_SIDE_BYTES: usize = 1 << 20;

/// Longest mean line of a side, in bytes, as in the program.
const MAX_MEAN_LINE_BYTES: usize = 400;

/// One side of a changed file.
pub(super) struct SourceSide {
    pub(super) language: Language,
    pub(super) path: String,
    pub(super) text: String,
    repository: String,
    commit: String,
}

impl SourceSide {
    /// Returns the place as `repository@commit:path`.
    pub(super) fn place(&self) -> String {
        format!("{}@{}:{}", self.repository, self.commit.get(..12).unwrap_or(&self.commit), self.path)
    }
}

/// Chooses `commits` random commits, the same number from each repository, and reads their sides.
pub(super) fn choose(repositories: &[PathBuf], commits: usize, seed: u64) -> Result<Vec<SourceSide>> {
    let each = commits.div_ceil(repositories.len().max(1));
    let mut sides = Vec::new();
    for repository in repositories {
        let mut listed = lines(repository, &["rev-list", "--no-merges", "--all"])?;
        // Sorted, so that the choice does not depend on how Git walks.
        listed.sort_unstable();
        let mut random = SplitMix64::new(seed);
        let count = listed.len();
        for place in 0..each.min(count) {
            let other = place + (random.next_u64() % (count - place) as u64) as usize;
            listed.swap(place, other);
        }
        listed.truncate(each);
        add_sides(repository, &listed, &mut sides)?;
    }
    Ok(sides)
}

fn add_sides(repository: &Path, commits: &[String], sides: &mut Vec<SourceSide>) -> Result<()> {
    let mut contents = GitObjects::open(repository)?;
    let mut seen = BTreeSet::new();
    for commit in commits {
        let tree =
            ["diff-tree", "-r", "-z", "--raw", "--root", "--no-renames", "--no-commit-id", "--no-abbrev"];
        let raw = git(repository, &[&tree[..], &[commit]].concat())?;
        let mut fields = raw.split('\0');
        for _ in 0..MAX_FILES {
            let (Some(head), Some(path)) = (fields.next(), fields.next()) else { break };
            let blobs = head.split(' ').skip(2).take(2);
            for blob in blobs.filter(|blob| blob.contains(|digit| digit != '0')) {
                if Language::from_path(path).is_some()
                    && seen.insert(blob.to_owned())
                    && let Some(side) = read_side(repository, commit, path, contents.read(blob)?)
                {
                    sides.push(side);
                }
            }
        }
    }
    Ok(())
}

/// Returns a side if it is source code that people wrote, and not a script inside of markup.
fn read_side(repository: &Path, commit: &str, path: &str, bytes: Vec<u8>) -> Option<SourceSide> {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    if bytes.len() > MAX_SIDE_BYTES || bytes.len() / lines > MAX_MEAN_LINE_BYTES || bytes.contains(&0) {
        return None;
    }
    let text = String::from_utf8(bytes).ok()?;
    let file = SourceFile::recognise(path, text.as_bytes())?;
    let language = file.language;
    let embedded = file.text != text;
    // Bare clones are often `owner+name/repo`.
    let name = repository.components().rev().map(|part| part.as_os_str().to_string_lossy());
    let name = name.into_iter().find(|part| part != "repo" && part != ".git")?.into_owned();
    (!embedded).then(|| SourceSide {
        language,
        path: path.to_owned(),
        text,
        repository: name,
        commit: commit.to_owned(),
    })
}

fn lines(repository: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    Ok(git(repository, arguments)?.lines().map(str::to_owned).collect())
}

fn git(repository: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(arguments);
    let output = command.output().context("cannot start git")?;
    ensure!(
        output.status.success(),
        "git {} in {}: {}",
        arguments.join(" "),
        repository.display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A `git cat-file --batch` that answers one object after the other.
struct GitObjects {
    child: std::process::Child,
}

impl GitObjects {
    fn open(repository: &Path) -> Result<Self> {
        let mut command = Command::new("git");
        command.arg("-C").arg(repository).args(["cat-file", "--batch"]);
        let child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start git")?;
        Ok(Self { child })
    }

    /// Returns the content of an object; nothing if it is not a blob, as the commit of a submodule.
    fn read(&mut self, object: &str) -> Result<Vec<u8>> {
        let input = self.child.stdin.as_mut().context("git has no input")?;
        writeln!(input, "{object}")?;
        let output = self.child.stdout.as_mut().context("git has no output")?;
        // A larger buffer would read ahead and lose what it holds.
        let mut output = BufReader::with_capacity(1, output);
        let mut head = String::new();
        output.read_line(&mut head)?;
        let Some(length) = head.trim_end().rsplit_once("blob ").map(|(_, length)| length.parse()) else {
            return Ok(Vec::new());
        };
        let mut bytes = vec![0; length?];
        output.read_exact(&mut bytes)?;
        output.read_exact(&mut [0])?;
        Ok(bytes)
    }
}

impl Drop for GitObjects {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
