//! The baseline: a logistic regression on single words and pairs of words, which knows nothing of the meaning of code.
//!
//! A model that is no better has learned nothing but words.

mod features;
mod model;
mod predict;
mod training;

pub use features::FeatureReader;
pub use model::BaselineModel;
pub use predict::PredictionLine;
pub use training::{MAX_TRAINING_EXAMPLES, TrainingSet};
