//! `streamguard resolve`: the repositories and commits that URLs of advisories name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use serde_json::Value;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::escape::{escape, escape_json};
use streamguard::ui::{self, group_digits};
use streamguard_fixes::reference::{self, CommitHistory, GitTarget, RepositoryPointer, repository_key};
use streamguard_git::{self as git, RepositorySource};

/// Finds the repositories and commits that the URLs of advisories name
///
/// Reads lines, each a URL or an advisory as JSON (of NVD, OSV or StreamGuard), and prints a
/// line for each URL: the URL, the repository, the kind (commit, pull, review, compare, tag, state or
/// unresolved) and the target, separated by tabs. Nothing is fetched.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage")]
pub(crate) struct ResolveArgs {
    /// URLs, and files with URLs or advisories, one a line [default: standard input]
    #[arg(value_name = "FILE|URL")]
    inputs: Vec<PathBuf>,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    /// A local clone, whose history holds the commits of pull requests and short ids: known by its origin, or
    /// by a folder called owner+name or owner__name. May be given several times
    #[arg(long, value_name = "PATH")]
    repo: Vec<PathBuf>,
}

/// Longest line that is read, in bytes: an advisory with thousands of references.
const MAX_LINE_BYTES: u64 = 16 << 20;

pub(super) fn run(arguments: &ResolveArgs) -> Result<Exit> {
    let histories = arguments.repo.iter().map(|path| local_history(path)).collect::<Result<_>>()?;
    let mut resolver = UrlResolver { histories, json: arguments.json, counts: UrlCounts::default() };
    let open = if arguments.inputs.is_empty() {
        resolver.read(&mut io::stdin().lock()).context("cannot read standard input")?
    } else {
        let mut open = true;
        for path in &arguments.inputs {
            if let Some(url) = path.to_str().filter(|text| text.contains("://")) {
                open = open && resolver.resolve(url)?;
                continue;
            }
            let file = File::open(path)
                .map_err(|error| UsageError(format!("cannot open {}: {error}", path.display())))?;
            open = open
                && resolver
                    .read(&mut BufReader::new(file))
                    .with_context(|| format!("cannot read {}", path.display()))?;
        }
        open
    };
    // A reader that has gone away does not want the summary either.
    if open {
        ui::print_notice(&resolver.counts.summary());
    }
    Ok(Exit::Complete)
}

/// Reads the history of a local clone. Returns it with the key of the repository that it is a clone of.
fn local_history(path: &Path) -> Result<(String, CommitHistory)> {
    let shown = path.display().to_string();
    let unknown = || {
        UsageError(format!(
            "cannot tell which repository {shown} is a clone of: it has no origin at https://, and its folder is not \
             called owner+name or owner__name"
        ))
    };
    let RepositorySource::Local { path, name } =
        RepositorySource::parse(&shown).map_err(|error| UsageError(error.to_string()))?
    else {
        return Err(UsageError(format!("{shown} is not on this machine; --repo takes local clones")).into());
    };
    let url = if name.starts_with("https://") { name } else { by_folder(&path).ok_or_else(unknown)? };
    let repository = git::open_repository(&path).map_err(|error| UsageError(error.to_string()))?;
    Ok((reference::repository_key(&url), CommitHistory::read(repository, &|| false)?))
}

/// Returns the repository at GitHub that the name of a folder, or of its parent, stands for.
fn by_folder(path: &Path) -> Option<String> {
    path.ancestors().take(2).find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        let (owner, name) = name.split_once('+').or_else(|| name.split_once("__"))?;
        let url = format!("https://github.com/{owner}/{}", name.strip_suffix(".git").unwrap_or(name));
        matches!(RepositorySource::parse(&url), Ok(RepositorySource::Remote { .. })).then_some(url)
    })
}

/// Line of output about a URL.
#[derive(Debug, Serialize)]
struct ResolvedUrl<'a> {
    url: &'a str,
    repository: Option<&'a str>,
    kind: &'static str,
    target: Option<String>,
    /// Evidence in the local history, if it helped.
    evidence: Option<&'static str>,
}

struct UrlResolver {
    histories: BTreeMap<String, CommitHistory>,
    json: bool,
    counts: UrlCounts,
}

impl UrlResolver {
    /// Resolves the URLs in the lines. Returns false if nobody reads the output any more.
    fn read(&mut self, input: &mut dyn BufRead) -> io::Result<bool> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut *input).take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                return Ok(true);
            }
            // The rest of a line that is too long is passed over, or it would be read as a line of
            // its own.
            if line.len() as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
                self.counts.unreadable += 1;
                input.skip_until(b'\n')?;
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            for url in self.urls(text.trim()) {
                if !self.resolve(&url)? {
                    return Ok(false);
                }
            }
        }
    }

    /// Returns the URLs of a line, each once: the line itself, or the URLs of the advisory in it.
    fn urls(&mut self, line: &str) -> Vec<String> {
        if !is_json(line) {
            return if line.is_empty() { Vec::new() } else { vec![line.to_owned()] };
        }
        let mut urls = Vec::new();
        match serde_json::from_str(line) {
            Ok(value) => collect_urls(&value, &mut urls),
            Err(_) => self.counts.unreadable += 1,
        }
        let mut seen = BTreeSet::new();
        urls.retain(|url| seen.insert(url.clone()));
        urls
    }

    /// Prints the line about a URL. Returns false if nobody reads it.
    fn resolve(&mut self, url: &str) -> io::Result<bool> {
        let pointers = reference::parse_all(url);
        if pointers.is_empty() {
            return self.print(url, None);
        }
        for pointer in &pointers {
            if !self.print(url, Some(pointer))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Prints what a URL, or one of several in a line, stands for.
    fn print(&mut self, url: &str, pointer: Option<&RepositoryPointer>) -> io::Result<bool> {
        let mut row = ResolvedUrl { url, repository: None, kind: "unresolved", target: None, evidence: None };
        if let Some(pointer) = pointer {
            row.repository = Some(&pointer.repository);
            (row.kind, row.target) = kind_and_target(&pointer.target);
            self.counts.add(row.kind, true);
            if let Some(history) = self.histories.get(repository_key(&pointer.repository).as_str()) {
                let (queried, found) = match &pointer.target {
                    GitTarget::Pull(number) => (true, history.pull(*number)),
                    GitTarget::Review(change) => (true, history.review(change)),
                    // Full ids need no history to be understood.
                    GitTarget::Commit(id) if id.len() < 40 => (true, history.abbreviated(id)),
                    _ => (false, None),
                };
                self.counts.queried += u64::from(queried);
                if let Some(found) = found {
                    self.counts.found += 1;
                    (row.kind, row.target) = ("commit", Some(found.commit.to_string()));
                    row.evidence = Some(found.evidence);
                }
            }
        } else {
            self.counts.add(row.kind, false);
        }
        let line = if self.json {
            escape_json(&serde_json::to_string(&row)?)
        } else {
            let target = row.target.as_deref().unwrap_or_default();
            let cells = [url, row.repository.unwrap_or_default(), row.kind, target];
            cells.map(escape).join("\t")
        };
        ui::print_line(&line)
    }
}

/// Reports whether a line begins as JSON does. Texts may have a URL in brackets.
fn is_json(line: &str) -> bool {
    let inner = line.trim_start_matches(|c: char| matches!(c, '{' | '[') || c.is_whitespace());
    line.starts_with(['{', '[']) && (inner.is_empty() || inner.starts_with(['"', '}', ']']))
}

/// Returns the name of a target's kind, and the target.
fn kind_and_target(target: &GitTarget) -> (&'static str, Option<String>) {
    match target {
        GitTarget::Commit(id) => ("commit", Some(id.clone())),
        GitTarget::Pull(number) => ("pull", Some(number.to_string())),
        GitTarget::Review(change) => ("review", Some(change.clone())),
        GitTarget::Compare(old, new) => ("compare", Some(format!("{old}...{new}"))),
        GitTarget::Tag(name) => ("tag", Some(name.clone())),
        GitTarget::State(id) => ("state", Some(id.clone())),
    }
}

/// Collects every string that is a web address, in the order of the document's keys.
fn collect_urls(value: &Value, urls: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http://") || text.starts_with("https://") => {
            urls.push(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect_urls(value, urls)),
        Value::Object(values) => values.values().for_each(|value| collect_urls(value, urls)),
        _ => {}
    }
}

/// Counts of URLs and results.
#[derive(Debug, Default)]
struct UrlCounts {
    urls: u64,
    parsed: u64,
    kinds: BTreeMap<&'static str, u64>,
    /// Questions to the local history, and answers.
    queried: u64,
    found: u64,
    /// Lines that look like JSON but cannot be parsed, or are too long.
    unreadable: u64,
}

impl UrlCounts {
    fn add(&mut self, kind: &'static str, parsed: bool) {
        self.urls += 1;
        self.parsed += u64::from(parsed);
        *self.kinds.entry(kind).or_default() += 1;
    }

    fn summary(&self) -> String {
        let kinds: Vec<String> =
            self.kinds.iter().map(|(kind, count)| format!("{kind} {}", group_digits(*count))).collect();
        let urls = ui::plural(usize::try_from(self.urls).unwrap_or(usize::MAX), "URL");
        let mut text =
            format!("{} {urls}, {} understood", group_digits(self.urls), group_digits(self.parsed));
        if !kinds.is_empty() {
            text += &format!(": {}", kinds.join(", "));
        }
        if self.queried > 0 {
            text += &format!(
                "; local history knew {} of {}",
                group_digits(self.found),
                group_digits(self.queried)
            );
        }
        if self.unreadable > 0 {
            let lines = ui::plural(usize::try_from(self.unreadable).unwrap_or(usize::MAX), "line");
            text += &format!("; {} {lines} could not be read", group_digits(self.unreadable));
        }
        text
    }
}
