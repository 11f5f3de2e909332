//! Predictions of the baseline for the rows of a dataset.

use serde::Serialize;
use streamguard_dataset::Language;
use streamguard_table::{TableDataset, TableError};

use super::features::FeatureReader;
use super::model::BaselineModel;
use crate::error::EvaluateError;
use crate::example_reader::{CodeSide, ExampleReader};
use crate::row_choice::RowChoice;

/// A line of a file of predictions, which [`Predictions::read`](crate::Predictions::read) reads again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionLine {
    /// Id of the row.
    pub id: String,
    /// Side of the pair, in a dataset of pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<CodeSide>,
    /// Probability that the code is vulnerable.
    pub probability: f64,
}

impl BaselineModel {
    /// Predicts all code of a part of a dataset, labelled or not, and gives each prediction to `take`. Returns their number.
    ///
    /// # Errors
    /// [`EvaluateError`] if a file cannot be read, or no row is chosen; the error of `take`.
    pub fn predict(
        &self,
        dataset: &TableDataset,
        choice: RowChoice,
        language: Option<Language>,
        mut take: impl FnMut(PredictionLine) -> Result<(), TableError>,
    ) -> Result<usize, EvaluateError> {
        let reader = ExampleReader::new(dataset, language);
        let mut features = FeatureReader::default();
        let mut predicted = 0;
        dataset.for_each_row(reader.columns(), |number, file, row| {
            if !choice.accepts(reader.split(&row, file)) {
                return Ok(());
            }
            for example in reader.examples(&row) {
                let read = features.read(example.code.unwrap_or_default(), reader.syntax(&row));
                let probability = self.probability(read);
                predicted += 1;
                take(PredictionLine { id: reader.id(&row, number), side: example.side, probability })?;
            }
            Ok(())
        })?;
        if predicted == 0 { Err(EvaluateError::NoRows(choice.name())) } else { Ok(predicted) }
    }
}
