//! Writers of the views: each takes all rows, and writes what it makes of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use streamguard_engine::{JobError, MergeContext};
use streamguard_evaluate::ExampleReader;
use streamguard_table::{Row, SplitName, TableDataset, TableSchema};

use super::DatasetView;
use super::augmented::FunctionVariants;
use super::function_choice::FunctionChoice;
use super::function_rows::FunctionRows;
use super::triples::{self, TripleRows};
use super::view_files::ViewFiles;
use super::windows::WindowCutter;
use crate::job::PrepareJob;
use crate::prepared_dataset::{RowPlace, job_error};

/// Counts of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewCounts {
    /// Rows of each split.
    pub rows: BTreeMap<SplitName, u64>,
    /// What was left out, by reason.
    pub left_out: BTreeMap<String, u64>,
}

/// A row of the prepared dataset.
pub(super) struct PlacedRow<'a> {
    pub(super) reader: &'a ExampleReader,
    /// Number of the row in the dataset that was read.
    pub(super) number: usize,
    pub(super) place: RowPlace,
    pub(super) values: &'a Row,
    /// Tokens of each side.
    pub(super) tokens: [u32; 2],
}

/// What a view makes of rows.
enum RowMaker {
    Functions(FunctionRows),
    Pairs,
    Triples(TripleRows),
    Windows(FunctionRows, WindowCutter),
    Augmented(FunctionRows, FunctionVariants),
}

/// A view while it is written.
struct ViewWriter {
    view: DatasetView,
    maker: RowMaker,
    files: ViewFiles,
    left_out: BTreeMap<String, u64>,
}

/// All views that are wanted, while they are written.
pub(crate) struct ViewWriters {
    reader: ExampleReader,
    writers: Vec<ViewWriter>,
}

impl ViewWriters {
    /// Begins the views. `schema` is that of the rows that are written.
    pub(crate) fn create(
        job: &PrepareJob,
        own: &TableDataset,
        schema: &TableSchema,
        places: &[Option<RowPlace>],
        choose: impl Fn() -> FunctionChoice,
        merge: &MergeContext<'_>,
    ) -> Result<Self, JobError> {
        let mut writers = Vec::new();
        let mut views = job.view.clone();
        if !job.augment.is_empty() {
            views.push(DatasetView::Augmented);
        }
        views.sort_unstable();
        views.dedup();
        for view in views {
            let stopped = || merge.check_stopped().is_err();
            let maker = match view {
                DatasetView::Rows => RowMaker::Functions(FunctionRows::new(own, schema, choose())),
                DatasetView::Pairs => RowMaker::Pairs,
                DatasetView::Triples => {
                    let reader = ExampleReader::new(own, job.language);
                    let triples = TripleRows::new(own, &reader, places, job.seed, &stopped);
                    RowMaker::Triples(triples.map_err(job_error)?)
                }
                DatasetView::Windows => {
                    let functions = FunctionRows::new(own, schema, choose());
                    let tokens =
                        job.token_reader()?.ok_or_else(|| JobError::failed("there is no tokenizer"))?;
                    let cutter =
                        WindowCutter::new(functions.schema(), tokens, job.window as usize, job.window_step());
                    RowMaker::Windows(functions, cutter)
                }
                DatasetView::Augmented => {
                    let functions = FunctionRows::new(own, schema, choose());
                    let tokens = job.token_reader()?;
                    let variants =
                        FunctionVariants::new(functions.schema(), job.augment.clone(), tokens, job.seed);
                    RowMaker::Augmented(functions, variants)
                }
            };
            let files = match &maker {
                RowMaker::Functions(functions) => ViewFiles::create(view, functions.schema(), merge)?,
                RowMaker::Pairs => ViewFiles::create(view, schema, merge)?,
                RowMaker::Windows(_, cutter) => ViewFiles::create(view, cutter.schema(), merge)?,
                RowMaker::Augmented(_, variants) => ViewFiles::create(view, variants.schema(), merge)?,
                RowMaker::Triples(_) => ViewFiles::create(view, &triples::schema(), merge)?,
            };
            writers.push(ViewWriter { view, maker, files, left_out: BTreeMap::new() });
        }
        Ok(Self { reader: ExampleReader::of_columns(own, schema, job.language), writers })
    }

    /// Takes the next row that is written.
    pub(crate) fn write(
        &mut self,
        number: usize,
        place: RowPlace,
        values: &Row,
        tokens: [u32; 2],
    ) -> Result<(), JobError> {
        let row = PlacedRow { reader: &self.reader, number, place, values, tokens };
        self.writers.iter_mut().try_for_each(|writer| writer.write(&row))
    }

    /// Completes the files.
    pub(crate) fn commit(
        self,
        merge: &mut MergeContext<'_>,
    ) -> Result<BTreeMap<DatasetView, ViewCounts>, JobError> {
        let mut counts = BTreeMap::new();
        for ViewWriter { view, files, left_out, .. } in self.writers {
            counts.insert(view, ViewCounts { rows: files.commit(merge)?, left_out });
        }
        Ok(counts)
    }
}

impl ViewWriter {
    fn write(&mut self, row: &PlacedRow<'_>) -> Result<(), JobError> {
        let mut made: Vec<Row> = Vec::new();
        let mut left_out = Vec::new();
        match &mut self.maker {
            RowMaker::Functions(functions) => functions.functions(row, |function| match function {
                Ok(function) => made.push(function),
                Err(reason) => left_out.push(reason),
            }),
            RowMaker::Windows(functions, cutter) => {
                let mut whole = Vec::new();
                functions.functions(row, |function| match function {
                    Ok(function) => whole.push(function),
                    Err(reason) => left_out.push(reason),
                });
                for function in &whole {
                    made.extend(cutter.windows(function, functions.schema()));
                }
            }
            RowMaker::Augmented(functions, variants) => {
                let mut whole = Vec::new();
                // The view rows counts what it leaves out of all splits; here only variants are of interest.
                functions.functions(row, |function| whole.extend(function.ok()));
                for function in &whole {
                    variants.variants(row, function, |variant| match variant {
                        Ok(variant) => made.push(variant),
                        Err(reason) => left_out.push(reason),
                    });
                }
            }
            RowMaker::Pairs => match triples::both_sides(row.reader, row.values) {
                Some(_) => made.push(row.values.clone()),
                None => left_out.push("rows without two sides"),
            },
            RowMaker::Triples(triples) => match triples.triple(row) {
                Ok(triple) => made.push(triple),
                Err(reason) => left_out.push(reason),
            },
        }
        for reason in left_out {
            *self.left_out.entry(reason.to_owned()).or_default() += 1;
        }
        made.iter().try_for_each(|made| self.files.write(row.place.split, made))
    }
}
