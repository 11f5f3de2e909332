//! The table of verdicts: a CSV file that survives the dataset that it is about.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_dataset::Sample;
use streamguard_durable::{WriteError, write_atomic};
use thiserror::Error;

use crate::safe_cell::{decoded, encoded};
use crate::verdict::ReviewVerdict;

/// Name of the table in the folder of a dataset. No run writes or removes it.
pub const REVIEWS_NAME: &str = "reviews.csv";

/// Largest table that is read, in bytes.
const MAX_TABLE_BYTES: u64 = 64 << 20;

/// What a verdict is about: a function, as any version of the dataset knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReviewSubject {
    /// Repository of the sample.
    pub repository: String,
    /// Id of the fix commit.
    pub commit: String,
    /// Path after the fix.
    pub path: String,
    /// Qualified name; empty for code outside of functions.
    pub function: String,
    /// First line before the fix, which tells functions of the same name apart; of an added function, after it.
    pub start_line_before: u32,
}

/// A verdict of a reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Name of the reader.
    pub reader: String,
    /// Repository of the sample.
    pub repository: String,
    /// Id of the fix commit.
    pub commit: String,
    /// Path after the fix.
    pub path: String,
    /// Qualified name; empty for code outside of functions.
    pub function: String,
    /// First line before the fix, as of [`ReviewSubject`].
    pub start_line_before: u32,
    /// The verdict.
    pub verdict: ReviewVerdict,
    /// Confidence of the label when it was read, from 0.0 to 1.0.
    pub confidence: Option<f64>,
}

/// Reason why a table cannot be read or written.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A row is not a verdict.
    #[error("{}: {reason}; the verdicts are right, not_part, no_security_fix and unsure", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The reason, with the line.
        reason: String,
    },
    /// The file is larger than any that this program writes.
    #[error("{} is larger than {} MiB, and therefore not a table of reviews", path.display(), MAX_TABLE_BYTES >> 20)]
    Oversized {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Verdicts by what they are about and who said them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewTable {
    reviews: BTreeMap<(ReviewSubject, String), Review>,
}

impl ReviewSubject {
    /// Returns what a verdict on a sample is about; `None` for a sample that is of no commit.
    pub fn of(sample: &Sample) -> Option<Self> {
        Some(Self {
            repository: sample.repository.clone()?,
            commit: sample.commit.clone()?,
            path: sample.path_after.clone().unwrap_or_default(),
            function: sample.function.clone().unwrap_or_default(),
            start_line_before: sample.start_line_before.or(sample.start_line_after).unwrap_or_default(),
        })
    }
}

impl Review {
    /// Makes a verdict on a sample; `None` for a sample that is of no commit.
    pub fn new(reader: &str, sample: &Sample, verdict: ReviewVerdict) -> Option<Self> {
        let ReviewSubject { repository, commit, path, function, start_line_before } =
            ReviewSubject::of(sample)?;
        let (reader, confidence) = (reader.to_owned(), sample.label_confidence);
        Some(Self { reader, repository, commit, path, function, start_line_before, verdict, confidence })
    }

    /// Changes each of its texts, all of which others wrote.
    fn with_texts(mut self, changed: impl Fn(&str) -> String) -> Self {
        for text in
            [&mut self.reader, &mut self.repository, &mut self.commit, &mut self.path, &mut self.function]
        {
            *text = changed(text);
        }
        self
    }

    /// Returns what the verdict is about.
    pub fn subject(&self) -> ReviewSubject {
        ReviewSubject {
            repository: self.repository.clone(),
            commit: self.commit.clone(),
            path: self.path.clone(),
            function: self.function.clone(),
            start_line_before: self.start_line_before,
        }
    }
}

impl ReviewTable {
    /// Reads a table. A file that is not there is an empty table.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn read(path: &Path) -> Result<Self, ReviewError> {
        let unreadable = |source| ReviewError::Read { path: path.to_owned(), source };
        let bytes = match streamguard_durable::read_regular(path, MAX_TABLE_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                return Err(ReviewError::Oversized { path: path.to_owned() });
            }
            Err(error) => return Err(unreadable(error)),
        };
        let mut table = Self::default();
        for review in csv::Reader::from_reader(&*bytes).deserialize() {
            let review: Review = review.map_err(|error| row_error(path, &error))?;
            table.set(review.with_texts(decoded));
        }
        Ok(table)
    }

    /// Writes the table, whole or not at all.
    ///
    /// # Errors
    /// [`ReviewError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), ReviewError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for review in self.reviews.values() {
            writer.serialize(review.clone().with_texts(encoded)).expect("a vector takes all bytes");
        }
        let bytes = writer.into_inner().expect("a vector takes all bytes");
        Ok(write_atomic(path, &bytes).map_err(WriteError::at(path))?)
    }

    /// Adds a verdict, in the place of an earlier one of the same reader.
    pub fn set(&mut self, review: Review) {
        self.reviews.insert((review.subject(), review.reader.clone()), review);
    }

    /// Whether a reader has said something about a function.
    pub fn has(&self, subject: &ReviewSubject, reader: &str) -> bool {
        self.reviews.contains_key(&(subject.clone(), reader.to_owned()))
    }

    /// Returns the verdicts, by what they are about and by reader.
    pub fn reviews(&self) -> impl Iterator<Item = &Review> {
        self.reviews.values()
    }

    /// Returns what most readers say about a function. Who is unsure does not count; if as many say something else, nothing
    /// is decided.
    pub fn decision(&self, subject: &ReviewSubject) -> Option<ReviewVerdict> {
        let first = (subject.clone(), String::new());
        let said = self.reviews.range(first..).take_while(|((about, _), _)| about == subject);
        let mut votes: BTreeMap<ReviewVerdict, usize> = BTreeMap::new();
        for (_, review) in said.filter(|(_, review)| review.verdict != ReviewVerdict::Unsure) {
            *votes.entry(review.verdict).or_default() += 1;
        }
        let most = votes.values().copied().max()?;
        let mut winners = votes.iter().filter(|(_, votes)| **votes == most);
        let winner = winners.next().map(|(verdict, _)| *verdict);
        winner.filter(|_| winners.next().is_none())
    }
}

fn row_error(path: &Path, error: &csv::Error) -> ReviewError {
    let line = error.position().map_or(1, csv::Position::line);
    let cause = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    };
    ReviewError::Row { path: path.to_owned(), reason: format!("line {line}: {cause}") }
}
