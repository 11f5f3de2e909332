//! The baseline of a prepared dataset: a model that is learned from train and measured in test, as the number to beat.

use streamguard_engine::{JobError, MergeContext};
use streamguard_evaluate::baseline::{BaselineModel, FeatureReader};
use streamguard_evaluate::{
    CodeExample, Evaluation, EvaluationSettings, ExampleKey, ExampleReader, Prediction, Predictions,
    RowChoice, TestSetBuilder, evaluate,
};
use streamguard_table::{SplitName, TableDataset, TableError};

use super::labelled_code::LabelledCode;
use crate::job::PrepareJob;
use crate::prepared_dataset::{RowPlace, job_error};

/// Name of the file with the model of a baseline in a prepared dataset.
pub const MODEL_NAME: &str = "baseline/model.json";

/// Probability from which on the baseline calls code vulnerable.
const THRESHOLD: f64 = 0.5;

/// A model, with what it says about the code that it has not seen.
#[derive(Debug)]
pub(crate) struct Baseline {
    pub(crate) model: BaselineModel,
    /// Labels of all labelled code; none for code of train.
    pub(crate) labels: Vec<Option<bool>>,
    /// Evaluation in test, if test has any labelled code.
    pub(crate) evaluation: Option<Evaluation>,
}

impl Baseline {
    /// Learns a model from train, if one is wanted and train has both labels.
    pub(crate) fn train(
        job: &PrepareJob,
        own: &TableDataset,
        places: &[Option<RowPlace>],
        code: &LabelledCode,
        merge: &MergeContext<'_>,
    ) -> Result<Option<Self>, JobError> {
        let Some(training) = &code.training else { return Ok(None) };
        let model = training.train(&|| merge.check_stopped().is_err());
        merge.check_stopped()?;
        let Some(model) = model else { return Ok(None) };
        let reader = ExampleReader::new(own, job.language);
        let mut test = TestSetBuilder::new(&reader, own, RowChoice::Split(SplitName::Test));
        let mut predictions = Predictions::default();
        let mut labels = Vec::with_capacity(code.facts.len());
        let mut features = FeatureReader::default();
        let (mut file_number, mut twice) = (0, None);
        let read = own.for_each_row(reader.columns(), |number, file, row| {
            if merge.check_stopped().is_err() {
                return Err(TableError::Stopped);
            }
            let Some(place) = places.get(number).copied().flatten() else { return Ok(()) };
            while own.files[file_number] != *file {
                file_number += 1;
            }
            for CodeExample { side, label, code } in reader.examples(&row) {
                if label.is_none() {
                    continue;
                }
                let unseen = place.split != SplitName::Train;
                let probability = unseen
                    .then(|| model.probability(features.read(code.unwrap_or_default(), reader.syntax(&row))));
                labels.push(probability.map(|probability| probability >= THRESHOLD));
                if place.split == SplitName::Test {
                    // Numbers of rows, because ids may stand twice in the datasets that are read.
                    let key = ExampleKey { id: number.to_string(), side };
                    let added = predictions.add(key, Prediction { score: probability, label: None });
                    twice = twice.take().or(added.err());
                }
            }
            if place.split == SplitName::Test {
                test.push_numbered(&reader, &row, number, file_number, place.component);
            }
            Ok(())
        });
        read.map_err(job_error)?;
        if let Some(error) = twice {
            return Err(JobError::failed(error));
        }
        let settings = EvaluationSettings { threshold: Some(THRESHOLD), ..EvaluationSettings::default() };
        // A test split without labelled code is not a fault of the dataset's split.
        let evaluation = match test.finish() {
            Ok(test) => Some(evaluate(&test, &predictions, &settings).map_err(JobError::failed)?),
            Err(_) => None,
        };
        Ok(Some(Self { model, labels, evaluation }))
    }
}
