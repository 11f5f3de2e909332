//! Functions with known labels, and their measures.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

use anyhow::{Context, Result};
use streamguard_code::line_diff;
use streamguard_dataset::{Sample, Weakness};
use streamguard_mining::message::MessageScorer;
use streamguard_mining::scoring::{ChangedFunction, FixScorer};
use streamguard_review::{Review, ReviewSubject, ReviewTable, ReviewVerdict};

/// Commits with more functions are not part of the fit: such a commit is seldom one fix.
const MAX_FUNCTIONS: usize = 20;

/// Most bytes of an advisory's text that the scorer gets.
const MAX_TEXT_BYTES: usize = 1000;

/// A function with a known label.
pub(super) struct LabelledFunction {
    pub(super) repository: String,
    /// Values of all evidences.
    pub(super) values: Vec<f64>,
    /// Reason of the rule that excludes it.
    pub(super) excluded: Option<&'static str>,
    /// Confidence that this build gives it.
    pub(super) confidence: f64,
    pub(super) is_fix: bool,
    /// Number of functions that it stands for.
    pub(super) weight: f64,
}

/// Repository, commit, path, and name, or else first line.
type FunctionKey = (String, String, String, String);

/// Reads samples, and joins them with the table of known labels. Whole commits are measured.
pub(super) fn read(samples: &Path, truth: &Path) -> Result<Vec<LabelledFunction>> {
    let truth = read_truth(truth)?;
    let file = std::fs::File::open(samples).with_context(|| format!("cannot read {}", samples.display()))?;
    let mut commits = BTreeMap::<_, Vec<Sample>>::new();
    for line in std::io::BufReader::new(file).lines() {
        let sample: Sample = serde_json::from_str(&line?)?;
        commits.entry((sample.repository.clone(), sample.commit.clone())).or_default().push(sample);
    }
    let (messages, scorer) = (MessageScorer::new(), FixScorer::new());
    let mut functions = Vec::new();
    for commit in commits.into_values().filter(|commit| commit.len() <= MAX_FUNCTIONS) {
        let message = commit[0].commit_message.clone().unwrap_or_default();
        let mut score = messages.score(&message, 1);
        // Those of the advisory come first.
        let numbers = commit[0].cwes.iter().filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse().ok());
        score.weaknesses = numbers.filter_map(Weakness::by_cwe).collect();
        let mut text = commit[0].description.clone().unwrap_or_default();
        text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
        let text = format!("{message}\n\n{text}");
        let side = |code: &Option<String>| code.clone().unwrap_or_default();
        let sides: Vec<_> =
            commit.iter().map(|one| (side(&one.vulnerable_code), side(&one.fixed_code))).collect();
        let diffs: Vec<_> = sides.iter().map(|(before, after)| line_diff(before, after)).collect();
        let changed: Vec<_> = commit
            .iter()
            .zip(sides.iter().zip(&diffs))
            .map(|(sample, ((before, after), diff))| ChangedFunction {
                name: sample.function.as_deref(),
                path: sample.path_after.as_deref().unwrap_or_default(),
                before,
                after,
                removed: &diff.removed,
                added: &diff.added,
            })
            .collect();
        let scores = scorer.score(&score, &text, &changed);
        for (sample, scored) in commit.iter().zip(scores) {
            let Some(&(is_fix, weight)) = keys(sample).iter().find_map(|key| truth.get(key)) else {
                continue;
            };
            functions.push(LabelledFunction {
                repository: sample.repository.clone().unwrap_or_default(),
                confidence: scored.confidence,
                values: scored.values,
                excluded: scored.exclusion,
                is_fix,
                weight,
            });
        }
    }
    Ok(functions)
}

/// Returns the names by which the table may know a function: its own, or else the line where it begins.
fn keys(sample: &Sample) -> Vec<FunctionKey> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let line = sample.start_line_before.map(|line| line.to_string());
    let names = [sample.function.clone(), line].into_iter().flatten();
    let repository = text(&sample.repository).to_lowercase();
    names.map(|name| (repository.clone(), text(&sample.commit), text(&sample.path_after), name)).collect()
}

/// Reads the table: for each function whether it is part of the fix, and how many functions it stands for. A table that
/// `streamguard review` wrote will do as well.
fn read_truth(path: &Path) -> Result<BTreeMap<FunctionKey, (bool, f64)>> {
    let unreadable = || format!("cannot read {}", path.display());
    let mut rows = csv::Reader::from_path(path).with_context(unreadable)?;
    let head = rows.headers().with_context(unreadable)?.clone();
    let mut truth = BTreeMap::new();
    let mut add = |repository: &str, commit: &str, path: &str, names: [&str; 2], label: (bool, f64)| {
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            let key = (repository.to_lowercase(), commit.to_owned(), path.to_owned(), name.to_owned());
            truth.insert(key, label);
        }
    };
    if head.iter().any(|name| name == "verdict") {
        let reviews = ReviewTable::read(path)?;
        for subject in reviews.reviews().map(Review::subject) {
            let Some(verdict) = reviews.decision(&subject) else { continue };
            let ReviewSubject { repository, commit, path, function, start_line_before } = &subject;
            let label = (verdict == ReviewVerdict::Right, 1.0);
            add(repository, commit, path, [function, &start_line_before.to_string()], label);
        }
        return Ok(truth);
    }
    let place = |name: &str| {
        head.iter()
            .position(|field| field == name)
            .with_context(|| format!("{}: no column {name}", path.display()))
    };
    let key = ["repository", "commit", "path", "function", "start_line_before"].map(|name| place(name).ok());
    let (label, weight) = (place("is_vulnerable")?, place("weight")?);
    for row in rows.records() {
        let row = row.with_context(unreadable)?;
        let [repository, commit, path, function, start] =
            key.map(|place| place.and_then(|place| row.get(place)).unwrap_or_default());
        add(repository, commit, path, [function, start], (&row[label] == "1", row[weight].parse()?));
    }
    Ok(truth)
}
