//! Predictions of a model, from a file of JSON lines or Parquet, or from lines of an id and a score.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;
use streamguard_durable::open_regular;
use streamguard_table::{TableDataset, TableFormat, label_of};

use crate::error::EvaluateError;
use crate::example_reader::{CodeSide, ExampleKey, ID_NAMES, text_of};

/// Names of columns with a number that is the higher the more likely code is vulnerable.
const SCORE_NAMES: [&str; 5] = ["probability", "prob", "score", "prob_vulnerable", "vulnerable_probability"];

/// Names of columns with a predicted label.
const LABEL_NAMES: [&str; 4] = ["prediction", "pred", "predicted", "predicted_label"];

/// Longest line of an id and a score.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Characters of a wrong line that an error shows.
const MAX_SHOWN_CHARS: usize = 40;

/// What a model says about an example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Number that is the higher the more likely the code is vulnerable.
    pub score: Option<f64>,
    /// Whether the code is vulnerable, if the model decides it.
    pub label: Option<bool>,
}

/// Predictions of many examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    by_key: BTreeMap<ExampleKey, Prediction>,
}

impl Predictions {
    /// Reads predictions: `.jsonl` and `.parquet` files with a column for the id (and for the side, `before` or `after`,
    /// of datasets of pairs) and one for the score or the label; or text files with an id, a label if there is one, and a
    /// score in each line, as the scripts of CodeXGLUE and PrimeVul write them.
    ///
    /// # Errors
    /// [`EvaluateError`] if the file cannot be read, or an id stands twice.
    pub fn read(path: &Path) -> Result<Self, EvaluateError> {
        if path.is_file() && TableFormat::of(path).is_none() {
            Self::read_lines(path)
        } else {
            Self::read_table(path)
        }
    }

    /// Adds a prediction.
    ///
    /// # Errors
    /// [`EvaluateError::DuplicateId`].
    pub fn add(&mut self, key: ExampleKey, prediction: Prediction) -> Result<(), EvaluateError> {
        let twice = key.to_string();
        match self.by_key.insert(key, prediction) {
            None => Ok(()),
            Some(_) => Err(EvaluateError::DuplicateId(twice, "the predictions")),
        }
    }

    /// Returns the prediction of an example.
    pub fn get(&self, key: &ExampleKey) -> Option<Prediction> {
        self.by_key.get(key).copied()
    }

    /// Returns the number of predictions.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Tells whether there are no predictions.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    fn read_table(path: &Path) -> Result<Self, EvaluateError> {
        let dataset = TableDataset::open_labels(&[path.to_owned()])?;
        let schema = &dataset.schema;
        let id = schema.first_named(&ID_NAMES);
        let side = schema.first_named(&["side"]);
        let score = schema.first_named(&SCORE_NAMES);
        let label = schema.first_named(&LABEL_NAMES);
        let wanted = [id, side, score, label];
        let columns = schema.only(|name| wanted.contains(&Some(name)));
        let [id, side, score, label] = wanted.map(|name| name.and_then(|name| columns.position(name)));
        let Some(id) = id.filter(|_| score.is_some() || label.is_some()) else {
            let names: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(EvaluateError::NoPredictions { path: path.to_owned(), columns: names.join(", ") });
        };
        let mut predictions = Self::default();
        let mut failed = None;
        dataset.for_each_row(&columns, |number, _, row| {
            let text = text_of(&row[id]).unwrap_or_else(|| format!("row {number}"));
            let bad = || EvaluateError::BadPrediction { path: path.to_owned(), id: text.clone() };
            let read = || {
                let side = match side.map(|place| &row[place]) {
                    None | Some(Value::Null) => None,
                    Some(Value::String(side)) if side == "before" => Some(CodeSide::Before),
                    Some(Value::String(side)) if side == "after" => Some(CodeSide::After),
                    Some(_) => {
                        return Err(EvaluateError::BadSide { path: path.to_owned(), id: text.clone() });
                    }
                };
                let score = score.and_then(|place| row[place].as_f64()).filter(|score| score.is_finite());
                let label = label.and_then(|place| label_of(&row[place]));
                match (score, label) {
                    (None, None) => Err(bad()),
                    _ => Ok((ExampleKey { id: text.clone(), side }, Prediction { score, label })),
                }
            };
            if failed.is_none() {
                failed = read().and_then(|(key, prediction)| predictions.add(key, prediction)).err();
            }
            Ok(())
        })?;
        failed.map_or(Ok(predictions), Err)
    }

    fn read_lines(path: &Path) -> Result<Self, EvaluateError> {
        let unreadable = |source| EvaluateError::Read { path: path.to_owned(), source };
        let mut lines = BufReader::new(open_regular(path).map_err(unreadable)?);
        let mut predictions = Self::default();
        let mut line = Vec::new();
        while (&mut lines).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
            // Programs on Windows write a byte order mark before the first line.
            let text = String::from_utf8_lossy(&line).trim_start_matches('\u{feff}').trim().to_owned();
            line.clear();
            if text.is_empty() {
                continue;
            }
            let words: Vec<&str> = text.split_whitespace().collect();
            let (id, label, score) = match *words {
                [id, score] => (id, None, score),
                [id, label, score] => (id, label_of(&Value::from(label)), score),
                _ => ("", None, ""),
            };
            let Some(score) = score.parse::<f64>().ok().filter(|score| score.is_finite()) else {
                let id = text.chars().take(MAX_SHOWN_CHARS).collect();
                return Err(EvaluateError::BadPrediction { path: path.to_owned(), id });
            };
            predictions.add(
                ExampleKey { id: id.to_owned(), side: None },
                Prediction { score: Some(score), label },
            )?;
        }
        Ok(predictions)
    }
}
