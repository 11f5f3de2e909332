//! Embeds samples in the page as data for the script: an index that is read at once, and parts with the
//! samples themselves that are read on demand.

use std::collections::BTreeMap;

use imara_diff::{Algorithm, Diff, InternedInput};
use serde::Serialize;
use serde_json::{Map, Value, json};
use streamguard_dataset::sample_stats::UNKNOWN_NAME;
use streamguard_dataset::{Language, Sample, SampleFileError, Severity};

use super::escape;
use super::selection::SampleSelection;
use crate::bounded_text::bounded;
use crate::run::StoredRun;

/// Samples per part.
const SAMPLES_PER_PART: usize = 100;

/// Longest code of a sample, in bytes.
const MAX_CODE_BYTES: usize = 20_000;

/// Most entries of a list, such as the ids of an advisory.
const MAX_LIST_ENTRIES: usize = 100;

/// Samples embedded in the page.
#[derive(Default)]
pub(super) struct EmbeddedSamples {
    /// Number of embedded samples.
    pub(super) shown: usize,
    /// Number of samples in the dataset.
    pub(super) total: u64,
    /// The index, as JSON that is safe inside a script element.
    pub(super) index: String,
    /// The parts: lists of samples, as JSON that is safe inside a script element.
    pub(super) parts: Vec<String>,
}

/// Data of the list and of the filters.
#[derive(Default, Serialize)]
struct SampleIndex {
    /// Samples per part.
    part: usize,
    /// Values of the filters.
    names: FilterValues,
    /// For each sample: the numbers of its filter values, its place in the code, and its advisory.
    samples: Vec<([usize; 5], String, String)>,
}

#[derive(Default, Serialize)]
struct FilterValues {
    vulnerability_type: NumberedValues,
    language: NumberedValues,
    severity: NumberedValues,
    collector: NumberedValues,
    kind: NumberedValues,
}

/// Distinct values, numbered in the order of their first use.
#[derive(Default)]
struct NumberedValues(BTreeMap<String, usize>);

impl Serialize for NumberedValues {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values: Vec<_> = self.0.iter().collect();
        // The map is sorted by name, but the page finds values by number.
        values.sort_by_key(|(_, number)| **number);
        serializer.collect_seq(values.into_iter().map(|(value, _)| value))
    }
}

impl NumberedValues {
    fn number(&mut self, value: &str) -> usize {
        if let Some(number) = self.0.get(value) {
            return *number;
        }
        let number = self.0.len();
        self.0.insert(value.to_owned(), number);
        number
    }
}

impl EmbeddedSamples {
    /// Embeds at most `most` samples of the dataset; none without a dataset.
    ///
    /// # Errors
    /// [`SampleFileError`] if the dataset cannot be read.
    pub(super) fn of(run: &StoredRun, most: usize) -> Result<Self, SampleFileError> {
        let Some(samples) = run.samples()? else { return Ok(Self::default()) };
        let total = run.report.dataset.as_ref().map_or(0, |dataset| dataset.stats.samples);
        // The file is read twice, because the dataset may not fit in memory.
        let choice = match run.samples()? {
            Some(samples) if total > most as u64 => Some(SampleSelection::of(samples, most)?),
            _ => None,
        };
        let mut index = SampleIndex { part: SAMPLES_PER_PART, ..SampleIndex::default() };
        let mut parts = Vec::new();
        for (place, sample) in samples.enumerate() {
            let sample = sample?;
            if choice.as_ref().is_some_and(|choice| !choice.holds(place)) {
                continue;
            }
            // The page parses a part only when one of its samples is shown, so each part is a JSON
            // list of its own.
            let is_new_part = index.samples.len().is_multiple_of(SAMPLES_PER_PART);
            if is_new_part {
                parts.push(String::new());
            }
            index.add(&sample);
            if let Some(part) = parts.last_mut() {
                part.push(if is_new_part { '[' } else { ',' });
                escape::json(&shown(&sample).to_string(), part);
            }
        }
        parts.iter_mut().for_each(|part| part.push(']'));
        let mut text = String::new();
        escape::json(&json!(index).to_string(), &mut text);
        Ok(Self { shown: index.samples.len(), total, index: text, parts })
    }
}

impl SampleIndex {
    fn add(&mut self, sample: &Sample) {
        let names = &mut self.names;
        let numbers = [
            names.vulnerability_type.number(sample.vulnerability_type.as_deref().unwrap_or(UNKNOWN_NAME)),
            names.language.number(sample.language.map_or(UNKNOWN_NAME, Language::name)),
            names.severity.number(sample.severity.map_or(UNKNOWN_NAME, Severity::name)),
            names.collector.number(&sample.collector),
            names.kind.number(sample.kind.name()),
        ];
        let path = sample.path_before.as_deref().or(sample.path_after.as_deref());
        let place: Vec<&str> = sample.function.as_deref().into_iter().chain(path).collect();
        let advisory = sample.advisory_ids.first().map(String::as_str).unwrap_or_default();
        self.samples.push((numbers, line(&place.join(" · ")), line(advisory)));
    }
}

/// Cuts the text of a cell of the list.
fn line(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Returns a sample as the page shows it: the fields that are known, with bounded text. A pair has the changes in place
/// of the fixed code, because they are smaller.
fn shown(sample: &Sample) -> Value {
    let mut shown = match json!(sample) {
        Value::Object(fields) => {
            fields.into_iter().filter_map(|(name, value)| Some((name, known(value)?))).collect()
        }
        _ => Map::new(),
    };
    let mut cut = Map::new();
    let mut code = |name: &str, code: &Option<String>| {
        let whole = code.as_deref()?;
        let head = &whole[..whole.floor_char_boundary(MAX_CODE_BYTES)];
        if head.len() < whole.len() {
            cut.insert(name.to_owned(), json!(whole.len()));
        }
        Some(head.to_owned())
    };
    let before = code("vulnerable_code", &sample.vulnerable_code);
    let after = code("fixed_code", &sample.fixed_code);
    // Removed, because they contain the whole code; the bounded code is inserted below.
    shown.remove("vulnerable_code");
    shown.remove("fixed_code");
    if let (Some(before), Some(after)) = (&before, &after) {
        shown.insert("changes".to_owned(), json!(changes(before, after)));
    }
    match (before, after) {
        // If there are both, the script makes the fixed code from the changes.
        (Some(before), _) => shown.insert("vulnerable_code".to_owned(), Value::String(before)),
        (None, Some(after)) => shown.insert("fixed_code".to_owned(), Value::String(after)),
        (None, None) => None,
    };
    if !cut.is_empty() {
        shown.insert("cut".to_owned(), Value::Object(cut));
    }
    Value::Object(shown)
}

/// Bounds the value of a field; `None` if nothing is known.
fn known(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Value::String(bounded(&text))),
        Value::Array(values) if values.is_empty() => None,
        Value::Array(values) => Some(values.into_iter().take(MAX_LIST_ENTRIES).filter_map(known).collect()),
        other => Some(other),
    }
}

/// Returns the changes from one code to the other. Each has the first changed line, counted from 0, the
/// number of lines removed there, and the lines added in their place.
fn changes<'a>(before: &str, after: &'a str) -> Vec<(u32, u32, Vec<&'a str>)> {
    let mut input = InternedInput::default();
    // Split at line feeds only, as in the script: `lines` would also drop carriage returns, and a fix that changes line
    // ends would show no change.
    input.update_before(before.split('\n'));
    input.update_after(after.split('\n'));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let lines: Vec<&str> = after.split('\n').collect();
    diff.hunks()
        .map(|hunk| {
            let added = lines[hunk.after.start as usize..hunk.after.end as usize].to_vec();
            (hunk.before.start, hunk.before.end - hunk.before.start, added)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{SampleKind, SampleLevel};

    use super::*;

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::File);
        sample.vulnerable_code = Some("é".repeat(MAX_CODE_BYTES));
        sample.fixed_code = Some("short".to_owned());
        sample.commit_message = Some("m".repeat(1_000_000));
        sample.advisory_ids = vec!["CVE".to_owned(); 10_000];
        let shown = shown(&sample);
        assert_eq!(shown["vulnerable_code"].as_str().map(str::len), Some(MAX_CODE_BYTES));
        assert_eq!(shown["cut"], json!({"vulnerable_code": 2 * MAX_CODE_BYTES}));
        assert_eq!(shown["changes"], json!([[0, 1, ["short"]]]));
        assert_eq!(shown["advisory_ids"].as_array().map(Vec::len), Some(MAX_LIST_ENTRIES));
        assert!(shown.to_string().len() < 30_000);
        assert!(shown.get("fixed_code").is_none() && shown.get("language").is_none());
    }

    #[test]
    fn changes_lead_from_one_code_to_the_other() {
        assert_eq!(changes("a\nb\nc", "a\nx\ny\nc\nd"), [(1, 1, vec!["x", "y"]), (3, 0, vec!["d"])]);
        assert_eq!(changes("a\n", "a"), [(1, 1, vec![])]);
        assert!(changes("", "").is_empty());
    }
}
