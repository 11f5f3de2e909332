//! The job: its settings, its shards and their merge.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_dataset::Language;
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits, ShardOutput,
    TypedJob,
};

use crate::code_features::FeatureMeter;
use crate::context::{RowContext, RowLookup, context_clone_names};
use crate::near::{NearThreshold, TextSketcher};
use crate::output;
use crate::prepared_dataset;
use crate::row_facts::RowFacts;
use crate::split::{Ratios, SplitRule, Straddling};
use crate::tokenizer::{TokenReader, TokenizerSetting};
use crate::views::{Augmentation, DatasetView};
use streamguard_table::{
    CodeReader, TableDataset, TableError, TableFile, TablePiece, find_files, milliseconds,
};

/// Name of the job.
pub const NAME: &str = "prepare";

/// Splits a dataset of code so that nothing of one split is a copy of something in another
///
/// Rows that are near copies, of one commit, of one advisory or of one template stay together.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PrepareJob {
    /// Datasets: output directories of collections, folders of .parquet or .jsonl files, or such files
    #[arg(value_name = "DATASET", required = true)]
    pub datasets: Vec<PathBuf>,
    /// Columns with code: one, or one before and one after a fix [default: found by their names]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', num_args = 1..=2)]
    pub code: Vec<String>,
    /// Language of rows that name none, which decides what a comment is [default: like C]
    #[arg(long, value_name = "NAME", value_parser = parse_language)]
    pub language: Option<Language>,
    /// Jaccard similarity of the shingles of five tokens from which on code is a near copy
    #[arg(long, value_name = "SHARE", default_value = "0.8", value_parser = parse_share)]
    pub near: f64,
    /// Rule by which rows are split
    #[arg(long, value_enum, value_name = "RULE", default_value_t = SplitRule::Random)]
    pub split: SplitRule,
    /// Shares of train, validation and test in percent
    #[arg(long, value_name = "N,N,N", default_value = "80,10,10")]
    pub ratios: Ratios,
    /// Seed of everything that is left to chance
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// What to do with rows that hang together but belong into several splits
    #[arg(long, value_enum, value_name = "CHOICE", default_value_t = Straddling::Drop)]
    pub straddling: Straddling,
    /// Datasets, such as benchmarks: rows that are copies or near copies of theirs are left out
    #[arg(long, value_name = "DATASET", num_args = 1..)]
    pub exclude: Vec<PathBuf>,
    /// Only rows dated at or after this date; undated ones are left out
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub after: Option<String>,
    /// Only rows dated before this date; undated ones are left out
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub before: Option<String>,
    /// Also learn a baseline from train, a model of words, and evaluate it in test
    #[arg(long)]
    #[serde(default)]
    pub baseline: bool,
    /// Also write the rows in these shapes, each in a folder of its own
    #[arg(long, value_enum, value_name = "VIEW", value_delimiter = ',')]
    #[serde(default)]
    pub view: Vec<DatasetView>,
    /// Also write variants of the functions in train, proved to mean the same, in a folder of their own
    #[arg(long, value_enum, value_name = "WAY", value_delimiter = ',')]
    #[serde(default)]
    pub augment: Vec<Augmentation>,
    /// Take so many functions for each sample that its fix did not change, of those that `collect --benign` found
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[serde(default)]
    pub benign: u32,
    /// Also write features of the code: its size, complexity, nesting and calls, and what a fix changed
    #[arg(long)]
    #[serde(default)]
    pub features: bool,
    /// Local clones of the dataset's repositories: also write the callers, callees, types and globals of each function
    #[arg(long, value_name = "CLONE", num_args = 1..)]
    #[serde(default)]
    pub context: Vec<PathBuf>,
    /// Tokenizer of the model, to count tokens by: a tokenizer.json, a vocab.json beside merges.txt, or their folder
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub tokenizer: Option<TokenizerSetting>,
    /// Also write the numbers of the tokens
    #[arg(long, requires = "tokenizer")]
    #[serde(default)]
    pub token_ids: bool,
    /// Tokens of a window of the view windows
    #[arg(long, value_name = "N", default_value_t = DEFAULT_WINDOW, value_parser = clap::value_parser!(u32).range(8..))]
    #[serde(default = "default_window")]
    pub window: u32,
    /// Tokens from the start of one window to that of the next [default: half a window]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    #[serde(default)]
    pub stride: Option<u32>,
}

/// Tokens that an encoder of the family of BERT takes, without the two that begin and end them.
const DEFAULT_WINDOW: u32 = 510;

fn default_window() -> u32 {
    DEFAULT_WINDOW
}

fn parse_language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "expected a language such as c, cpp or python".to_owned())
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| threshold_of(*share).is_some());
    share.ok_or_else(|| "expected a share from 0.5 to 1".to_owned())
}

/// Returns the threshold of a share. Below a half, nearly everything would be a candidate.
fn threshold_of(share: f64) -> Option<NearThreshold> {
    (0.5..=1.0).contains(&share).then(|| NearThreshold::from_thousandths((share * 1000.0).round() as u16))?
}

/// Returns a date of the settings in milliseconds since 1970-01-01 UTC.
fn date_of(text: &str) -> Result<i64, String> {
    milliseconds(&json!(text)).ok_or_else(|| "expected a date such as 2024-01-31".to_owned())
}

fn parse_date(text: &str) -> Result<String, String> {
    date_of(text).map(|_| text.to_owned())
}

/// Dates between which rows are wanted, in milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateRange {
    after: Option<i64>,
    before: Option<i64>,
}

impl DateRange {
    /// Tells whether a row of this date is wanted: at or after the first bound, and before the second.
    pub(crate) fn accepts(&self, date: Option<i64>) -> bool {
        self.after.is_none_or(|after| date.is_some_and(|date| date >= after))
            && self.before.is_none_or(|before| date.is_some_and(|date| date < before))
    }
}

/// Rows of one piece of a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct PrepareShard {
    /// The dataset, in the first shard of each.
    dataset: Option<TableDataset>,
    /// The file, with the columns that have a role.
    roles: TableDataset,
    piece: TablePiece,
    /// Whether the context of its rows is looked up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    context: bool,
}

/// Record of a shard.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PrepareRecord {
    /// A dataset, before its rows.
    Dataset(Box<TableDataset>),
    /// A row.
    Row(Box<RowFacts>),
    /// Id and context of the row before it.
    Context(Value, RowContext),
}

impl PrepareJob {
    /// Checks what can be told before the rows are read: whether the datasets are there, the dates, the tokenizer, the
    /// views that need one, and the clones.
    ///
    /// # Errors
    /// What cannot work.
    pub fn check_settings(&self) -> Result<(), JobError> {
        if self.token_reader()?.is_none() && self.view.contains(&DatasetView::Windows) {
            return Err(JobError::failed(
                "the view windows needs --tokenizer, since windows are cut by its tokens",
            ));
        }
        self.date_range()?;
        for dataset in self.datasets.iter().chain(&self.exclude) {
            find_files(dataset).map_err(JobError::failed)?;
        }
        context_clone_names(&self.context)?;
        Ok(())
    }

    /// Creates a job that splits datasets with the default settings of the command.
    pub fn new(datasets: Vec<PathBuf>) -> Self {
        Self {
            datasets,
            code: Vec::new(),
            language: None,
            near: 0.8,
            split: SplitRule::Random,
            ratios: Ratios([80, 10, 10]),
            seed: 42,
            straddling: Straddling::Drop,
            exclude: Vec::new(),
            after: None,
            before: None,
            baseline: false,
            view: Vec::new(),
            augment: Vec::new(),
            benign: 0,
            features: false,
            context: Vec::new(),
            tokenizer: None,
            token_ids: false,
            window: DEFAULT_WINDOW,
            stride: None,
        }
    }

    /// Returns the threshold of near copies.
    ///
    /// # Errors
    /// A share that is none.
    pub fn threshold(&self) -> Result<NearThreshold, JobError> {
        threshold_of(self.near).ok_or_else(|| JobError::failed("near: expected a share from 0.5 to 1"))
    }

    /// Returns a reader of the model's tokens, if a tokenizer is named.
    pub(crate) fn token_reader(&self) -> Result<Option<TokenReader>, JobError> {
        let Some(tokenizer) = &self.tokenizer else { return Ok(None) };
        Ok(Some(TokenReader::new(tokenizer.load().map_err(JobError::failed)?)))
    }

    /// Returns the tokens from the start of one window to that of the next: never more than a window, so that no code is
    /// left out.
    pub(crate) fn window_step(&self) -> usize {
        let step = self.stride.unwrap_or(self.window / 2);
        step.clamp(1, self.window.max(1)) as usize
    }

    /// Returns the dates between which rows are wanted.
    pub(crate) fn date_range(&self) -> Result<DateRange, JobError> {
        let bound = |name: &str, text: &Option<String>| {
            let date =
                text.as_ref().map(|text| date_of(text).map_err(|why| format!("{name} {text:?}: {why}")));
            date.transpose().map_err(JobError::failed)
        };
        let range = DateRange { after: bound("after", &self.after)?, before: bound("before", &self.before)? };
        if let (Some(after), Some(before)) = (range.after, range.before)
            && after >= before
        {
            return Err(JobError::failed("no date is at or after --after and before --before"));
        }
        Ok(range)
    }

    /// Returns the shards of a dataset, one for each piece of its files.
    fn shards(dataset: &TableDataset, context: bool) -> Result<Vec<PrepareShard>, TableError> {
        let mut shards = Vec::new();
        let roles = dataset.roles.names();
        let is_read = |name: &str| roles.contains(&name) || (context && RowLookup::needs(name));
        for file in &dataset.files {
            let one_file = |file: &TableFile| TableDataset {
                files: vec![file.clone()],
                schema: dataset.schema.only(is_read),
                roles: dataset.roles.clone(),
            };
            for piece in file.pieces()? {
                let head = shards.is_empty().then(|| dataset.clone());
                shards.push(PrepareShard { dataset: head, roles: one_file(file), piece, context });
            }
        }
        Ok(shards)
    }
}

impl TypedJob for PrepareJob {
    type Shard = PrepareShard;

    fn name(&self) -> &str {
        NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn unit(&self) -> &str {
        "rows"
    }

    fn limits(&self) -> ShardLimits {
        // A row group of a file of others may be as large as the file.
        ShardLimits { deadline: Duration::from_secs(24 * 3600), ..ShardLimits::default() }
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<Self::Shard>, JobError> {
        self.check_settings()?;
        let own = TableDataset::open(&self.datasets, &self.code).map_err(JobError::failed)?;
        let mut shards = Self::shards(&own, !self.context.is_empty()).map_err(JobError::failed)?;
        if shards.is_empty() {
            return Err(JobError::failed("the dataset has no rows"));
        }
        for path in &self.exclude {
            // Benchmarks have columns of their own, which are found by their names.
            let excluded = TableDataset::open(std::slice::from_ref(path), &[]).map_err(JobError::failed)?;
            shards.extend(Self::shards(&excluded, false).map_err(JobError::failed)?);
        }
        Ok(Plan::new(shards))
    }

    fn run(&self, shard: &Shard<Self::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let PrepareShard { dataset, roles, piece, context } = &shard.payload;
        if let Some(dataset) = dataset {
            output.emit(&PrepareRecord::Dataset(Box::new(dataset.clone())))?;
        }
        let mut sketcher = TextSketcher::new(self.threshold().map_err(ShardError::failed)?);
        let mut tokens = self.token_reader().map_err(ShardError::failed)?;
        let mut meter = self.features.then(FeatureMeter::default);
        let reader = CodeReader::new(&roles.roles, &roles.schema, self.language);
        let mut lookup = match context {
            true => Some(RowLookup::new(self, &roles.schema).map_err(ShardError::failed)?),
            false => None,
        };
        for file in &roles.files {
            let mut failed = None;
            let read = file.read(*piece, &roles.schema, |row| {
                let mut facts = Box::new(RowFacts::of(&row, &reader, &mut sketcher, tokens.as_mut()));
                facts.file = (self.benign > 0).then(|| reader.file_at_commit(&row)).flatten();
                facts.features = meter.as_mut().map(|meter| meter.measure(&row, &reader));
                let emitted = output.emit(&PrepareRecord::Row(facts)).and_then(|()| match &mut lookup {
                    Some(lookup) => lookup.emit(&row, &reader, output),
                    None => Ok(()),
                });
                emitted.map_err(|error| {
                    failed = Some(error);
                    TableError::Stopped
                })
            });
            if let Some(error) = failed {
                return Err(error);
            }
            read.map_err(ShardError::failed)?;
        }
        Ok(())
    }

    fn output_names(&self) -> Vec<String> {
        output::file_names()
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        if merge.missing_shards() > 0 {
            // A split without some rows would not be the split of the dataset.
            return Err(JobError::failed(
                "a part of the dataset could not be read, so there is no split of it",
            ));
        }
        prepared_dataset::make(self, merge)
    }
}
