//! Settings and counts of a prepared dataset: `prepared.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::JobError;

use crate::context::{ContextCounts, context_clone_names};
use crate::job::PrepareJob;
use crate::near::{MISS_PROBABILITY, SHINGLE_TOKENS, SketchShape};
use crate::prepared_dataset::RowPlace;
use crate::views::{DatasetView, ViewCounts};
use streamguard_table::{SplitName, TableDataset};

/// Lengths in tokens at which models commonly cut.
const CUT_LENGTHS: [u32; 4] = [512, 1024, 2048, 4096];

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Counts of what happened to the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedCounts {
    /// Rows of the dataset.
    pub rows: u64,
    /// Rows left out because of their dates.
    pub outside_dates: u64,
    /// Rows left out as copies or near copies of an excluded dataset.
    pub excluded: u64,
    /// Benign rows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub benign: u64,
    /// Benign rows left out: more than wanted, or copies or near copies of other rows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub benign_left_out: u64,
    /// Components of the other rows.
    pub components: u64,
    /// Rows of the largest component.
    pub largest_component: u64,
    /// Rows that have a copy or near copy in another row.
    pub rows_with_near_duplicates: u64,
    /// Components that belong into several splits.
    pub straddling_components: u64,
    /// Rows of those.
    pub straddling_rows: u64,
    /// Components without a date or repository, by which the rule goes.
    pub unplaced_components: u64,
}

/// Rows of a split.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitCounts {
    /// Rows.
    pub rows: u64,
    /// Components.
    pub components: u64,
    /// Rows whose longest text has more than this many tokens.
    pub longer_than: BTreeMap<u32, u64>,
}

/// Everything about a prepared dataset but its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreparedInfo {
    /// Version of this file.
    pub format: u32,
    /// Settings, without the folders of the datasets.
    pub settings: Value,
    /// Names of the files of the dataset.
    pub files: Vec<String>,
    /// How near copies were found.
    pub near: Value,
    /// Counts of all rows.
    pub counts: PreparedCounts,
    /// Counts of each split.
    pub splits: BTreeMap<SplitName, SplitCounts>,
    /// Counts of each view that was written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub views: BTreeMap<DatasetView, ViewCounts>,
    /// Counts of the context of functions, if it was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextCounts>,
}

impl PreparedInfo {
    pub(crate) fn new(
        job: &PrepareJob,
        own: &TableDataset,
        counts: PreparedCounts,
        places: &[Option<RowPlace>],
    ) -> Result<Self, JobError> {
        let mut splits: BTreeMap<_, SplitCounts> =
            SplitName::ALL.map(|split| (split, SplitCounts::default())).into();
        let mut last_component = BTreeMap::new();
        for place in places.iter().flatten() {
            let split = splits.entry(place.split).or_default();
            split.rows += 1;
            if last_component.insert(place.component, ()).is_none() {
                split.components += 1;
            }
            for length in CUT_LENGTHS {
                *split.longer_than.entry(length).or_default() += u64::from(place.tokens > length);
            }
        }
        let name =
            |path: &std::path::Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let shape = job.threshold().ok().map(SketchShape::for_threshold);
        let mut settings = json!({
            "split": job.split,
            "ratios": job.ratios,
            "seed": job.seed,
            "near": job.near,
            "straddling": job.straddling,
            "language": job.language,
            "code": own.roles.code,
            "exclude": job.exclude.iter().map(|path| name(path)).collect::<Vec<_>>(),
            "after": job.after,
            "before": job.before,
        });
        if !job.view.is_empty() {
            settings["view"] = json!(job.view);
        }
        if !job.augment.is_empty() {
            settings["augment"] = json!(job.augment);
        }
        if job.benign > 0 {
            settings["benign"] = json!(job.benign);
        }
        if job.features {
            settings["features"] = json!(true);
        }
        if !job.context.is_empty() {
            settings["context"] = json!(context_clone_names(&job.context)?);
        }
        if let Some(tokenizer) = job.tokenizer.as_ref().and_then(|tokenizer| tokenizer.load().ok()) {
            settings["tokenizer"] =
                json!({"vocabulary": tokenizer.vocabulary(), "digest": tokenizer.digest()});
        }
        if job.view.contains(&DatasetView::Windows) {
            settings["window"] = json!({"tokens": job.window, "stride": job.window_step()});
        }
        Ok(Self {
            format: 1,
            settings,
            files: own.files.iter().map(|file| name(&file.path)).collect(),
            near: json!({
                "shingle_tokens": SHINGLE_TOKENS,
                "bands": shape.map(SketchShape::bands),
                "rows": shape.map(SketchShape::rows),
                "miss_probability": MISS_PROBABILITY,
            }),
            counts,
            splits,
            views: BTreeMap::new(),
            context: None,
        })
    }
}
