//! The model: a weight for each bucket of features, and its file.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use streamguard_durable::read_regular_text;

use super::features::BUCKETS;
use crate::error::EvaluateError;

/// Version of the file. Features that are read in another way need another one.
const MODEL_FORMAT: u32 = 1;

/// Largest file that is read: far above that of a model.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Logistic regression on hashed words and pairs of words.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineModel {
    pub(super) bias: f64,
    pub(super) weights: Vec<f32>,
    pub(super) examples: u64,
}

/// File of a model.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    format: u32,
    about: String,
    buckets: usize,
    examples: u64,
    bias: f64,
    /// Numbers of 32 bits, the lowest byte first, in base64.
    weights: String,
}

impl BaselineModel {
    /// Returns the probability that code with these features is vulnerable.
    pub fn probability(&self, features: &[u32]) -> f64 {
        let sum: f64 = features.iter().map(|bucket| f64::from(self.weights[*bucket as usize])).sum();
        logistic(self.bias + sum * feature_value(features.len()))
    }

    /// Returns the number of examples from which it was learned.
    pub fn examples(&self) -> u64 {
        self.examples
    }

    /// Returns the content of the model's file, a JSON object.
    pub fn to_json(&self) -> String {
        let bytes: Vec<u8> = self.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let file = ModelFile {
            format: MODEL_FORMAT,
            about: "baseline of streamguard: logistic regression on hashed words and pairs of words"
                .to_owned(),
            buckets: BUCKETS,
            examples: self.examples,
            bias: self.bias,
            weights: STANDARD_NO_PAD.encode(bytes),
        };
        serde_json::to_string(&file).expect("numbers and text are valid JSON") + "\n"
    }

    /// Reads a model's file.
    ///
    /// # Errors
    /// [`EvaluateError`] if the file cannot be read or is not a model.
    pub fn read(path: &Path) -> Result<Self, EvaluateError> {
        let unreadable = |source| EvaluateError::Read { path: path.to_owned(), source };
        let bad = |reason: String| EvaluateError::BadModel { path: path.to_owned(), reason };
        let text = read_regular_text(path, MAX_FILE_BYTES).map_err(unreadable)?;
        let file: ModelFile = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        if (file.format, file.buckets) != (MODEL_FORMAT, BUCKETS) {
            return Err(bad(format!("it has format {} and {} buckets", file.format, file.buckets)));
        }
        let bytes = STANDARD_NO_PAD.decode(&file.weights).map_err(|error| bad(error.to_string()))?;
        let (numbers, rest) = bytes.as_chunks();
        let weights: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if weights.len() != BUCKETS || !rest.is_empty() || !weights.iter().all(|weight| weight.is_finite()) {
            return Err(bad("its weights are damaged".to_owned()));
        }
        Ok(Self { bias: file.bias, weights, examples: file.examples })
    }
}

/// Returns the value of each of some features. All features of code together have the length 1, so that long code does
/// not count for more.
pub(super) fn feature_value(features: usize) -> f64 {
    1.0 / (features.max(1) as f64).sqrt()
}

pub(super) fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-sum))
}
