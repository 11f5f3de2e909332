//! Files of a prepared dataset.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use streamguard_dataset::dataset_card::CARD_NAME;
use streamguard_durable::WriteError;
use streamguard_engine::{JobError, JobSummary, MergeContext, OutputFile, SummaryTable};

use crate::card;
use crate::code_features::CodeFeatures;
use crate::context::{CONTEXT_NAME, write_context};
use crate::job::PrepareJob;
use crate::leaks::{LeakReport, find_leaks_in_rows};
use crate::prepared_dataset::{RowPlace, job_error};
use crate::prepared_info::PreparedInfo;
use crate::row_table::RowTable;
use crate::shortcuts::{Baseline, LabelledCode, MODEL_NAME, ShortcutReport};
use crate::token_columns::TokenColumns;
use crate::views::{DatasetView, FunctionChoice, ViewWriters, view_file_names};
use streamguard_table::{
    CodeColumns, Column, ColumnKind, ParquetTableWriter, Row, SplitName, TableDataset, TableError,
    TableSchema,
};

/// Columns that are added to those of the dataset. Columns of these names in the dataset are replaced.
const ADDED_COLUMNS: [(&str, ColumnKind); 5] = [
    ("split", ColumnKind::Text),
    ("component", ColumnKind::Int),
    ("near_duplicates", ColumnKind::Int),
    ("n_tokens", ColumnKind::Int),
    ("length_matched", ColumnKind::Bool),
];

/// Name of the file with the settings and counts.
const PREPARED_NAME: &str = "prepared.json";

/// Name of the file that says what two splits have in common.
const LEAKS_NAME: &str = "leak_report.json";

/// Name of the file that says how well rules without knowledge of vulnerabilities do.
const SHORTCUTS_NAME: &str = "shortcut_report.json";

/// Name of the file with the evaluation of the baseline.
const BASELINE_EVALUATION_NAME: &str = "baseline/evaluation.json";

/// Name of the file with the same for people.
const BASELINE_REPORT_NAME: &str = "baseline/evaluation.md";

/// Number of rows between two reports of how many are written.
const ROWS_PER_ACTIVITY: usize = 10_000;

/// Returns the names of all files that may be written.
pub(crate) fn file_names() -> Vec<String> {
    let of_split = |split: SplitName| ["parquet", "jsonl"].map(|format| file_name(split, format));
    let files = SplitName::ALL.into_iter().flat_map(of_split);
    let views = DatasetView::ALL.into_iter().flat_map(view_file_names);
    let others = [
        PREPARED_NAME,
        LEAKS_NAME,
        SHORTCUTS_NAME,
        MODEL_NAME,
        BASELINE_EVALUATION_NAME,
        BASELINE_REPORT_NAME,
        CONTEXT_NAME,
        CARD_NAME,
    ];
    files.chain(views).chain(others.map(str::to_owned)).collect()
}

fn file_name(split: SplitName, format: &str) -> String {
    match format {
        "parquet" => format!("data/{}.parquet", split.name()),
        format => format!("{format}/{}.{format}", split.name()),
    }
}

/// Files of one split.
struct SplitFiles {
    split: SplitName,
    parquet: ParquetTableWriter<OutputFile>,
    jsonl: OutputFile,
}

/// Writes all files, and checks that the splits have nothing in common.
pub(crate) fn write(
    job: &PrepareJob,
    own: &TableDataset,
    places: &[Option<RowPlace>],
    table: &RowTable,
    mut info: PreparedInfo,
    merge: &mut MergeContext<'_>,
) -> Result<JobSummary, JobError> {
    let features = if job.features { CodeFeatures::columns(own) } else { Vec::new() };
    let is_added = |name: &str| {
        features.iter().any(|column| column.name == name)
            || ADDED_COLUMNS.iter().any(|(added, _)| *added == name)
            || (job.token_ids && name.starts_with("token_ids"))
    };
    let read = own.schema.only(|name| !is_added(name));
    let mut schema = read.clone();
    schema.columns.extend(ADDED_COLUMNS.map(|(name, kind)| Column { name: name.to_owned(), kind }));
    let tokens = if job.token_ids { job.token_reader()? } else { None };
    let mut token_columns = tokens.map(|tokens| TokenColumns::new(own, &read, tokens));
    schema.columns.extend(token_columns.iter().flat_map(TokenColumns::columns));

    schema.columns.extend(features);
    merge.set_activity("reading the labelled code");
    let code = LabelledCode::read(job, own, places, &table.tokens, merge)?;
    let length_matched = code.length_matched(job.seed, places.len());
    let choose = || FunctionChoice::new(&code.labels(table.tokens.len()), &table.digests);
    let mut views = ViewWriters::create(job, own, &schema, places, choose, merge)?;
    let mut files = Vec::new();
    for split in SplitName::ALL {
        let name = file_name(split, "parquet");
        let parquet =
            ParquetTableWriter::new(merge.create_file(&name)?, &schema).map_err(parquet_error(&name))?;
        files.push(SplitFiles { split, parquet, jsonl: merge.create_file(&file_name(split, "jsonl"))? });
    }
    let has_pairs = matches!(own.roles.code, CodeColumns::Pair(..));
    let mut failed = None;
    let read_rows = own.for_each_row(&read, |number, _, mut row| {
        if number % ROWS_PER_ACTIVITY == 0 {
            merge.set_activity(&format!("writing the rows, {number} of {}", places.len()));
        }
        let Some(place) = places.get(number).copied().flatten() else { return Ok(()) };
        row.extend([
            json!(place.split),
            json!(place.component),
            json!(place.near_duplicates),
            json!(place.tokens),
            json!(length_matched[number]),
        ]);
        if let Some(columns) = &mut token_columns {
            columns.extend(&mut row);
        }
        if let Some(features) = table.features.get(number) {
            row.extend(features.values(has_pairs));
        }
        let written = merge
            .check_stopped()
            .and_then(|()| files[place.split as usize].write(&row, &schema))
            .and_then(|()| views.write(number, place, &row, table.sides(number)));
        written.map_err(|error| {
            failed = Some(error);
            TableError::Stopped
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if read_rows.map_err(job_error)? != places.len() {
        return Err(job_error(TableError::Changed));
    }
    for SplitFiles { split, parquet, jsonl } in files {
        merge.commit_file(parquet.finish().map_err(parquet_error(&file_name(split, "parquet")))?)?;
        merge.commit_file(jsonl)?;
    }
    info.views = views.commit(merge)?;
    info.context = if job.context.is_empty() { None } else { Some(write_context(places, merge)?) };

    merge.set_activity("checking that the splits have nothing in common");
    let leaks =
        find_leaks_in_rows(own, job.threshold()?, job.language, &|| merge.check_stopped().is_err(), &|row| {
            places.get(row).copied().flatten().map(|place| place.split)
        });
    let leaks = leaks.map_err(job_error)?;
    write_json(merge, PREPARED_NAME, &json!(info))?;
    write_json(merge, LEAKS_NAME, &json!(leaks))?;

    merge.set_activity("measuring shortcuts");
    let baseline = Baseline::train(job, own, places, &code, merge)?;
    let labels = baseline.as_ref().map(|baseline| &*baseline.labels);
    let shortcuts = ShortcutReport::new(&code, job.seed, labels);
    write_json(merge, SHORTCUTS_NAME, &json!(shortcuts))?;
    if let Some(baseline) = &baseline {
        write_baseline(baseline, merge)?;
    }
    let evaluation = baseline.as_ref().and_then(|baseline| baseline.evaluation.as_ref());
    write_text(merge, CARD_NAME, &card::render(&info, &leaks, &shortcuts, evaluation, &schema))?;
    Ok(summary(&info, &leaks))
}

fn write_baseline(baseline: &Baseline, merge: &mut MergeContext<'_>) -> Result<(), JobError> {
    write_text(merge, MODEL_NAME, &baseline.model.to_json())?;
    if let Some(evaluation) = &baseline.evaluation {
        write_json(merge, BASELINE_EVALUATION_NAME, &json!(evaluation))?;
        write_text(merge, BASELINE_REPORT_NAME, &streamguard_evaluate::markdown(evaluation))?;
    }
    Ok(())
}

impl SplitFiles {
    fn write(&mut self, row: &Row, schema: &TableSchema) -> Result<(), JobError> {
        self.parquet.write(row).map_err(|error| parquet_error(&file_name(self.split, "parquet"))(error))?;
        let line = JsonRow { row, schema };
        self.jsonl.write_record(&line)
    }
}

/// A row as a JSON object with the columns in their order.
struct JsonRow<'a> {
    row: &'a Row,
    schema: &'a TableSchema,
}

impl serde::Serialize for JsonRow<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.schema.columns.iter().map(|column| &column.name).zip(self.row))
    }
}

/// Returns the error for a Parquet file that cannot be written.
pub(crate) fn parquet_error(name: &str) -> impl Fn(parquet::errors::ParquetError) -> JobError {
    let name = name.to_owned();
    move |error| WriteError::at(name.clone())(io::Error::other(error)).into()
}

fn write_text(merge: &mut MergeContext<'_>, name: &str, text: &str) -> Result<(), JobError> {
    let mut file = merge.create_file(name)?;
    file.write_all(text.as_bytes()).map_err(|error| file.write_error(error))?;
    merge.commit_file(file)
}

fn write_json(merge: &mut MergeContext<'_>, name: &str, value: &Value) -> Result<(), JobError> {
    let mut file = merge.create_file(name)?;
    let written = serde_json::to_writer_pretty(&mut file, value).map_err(io::Error::from);
    written.and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))?;
    merge.commit_file(file)
}

fn summary(info: &PreparedInfo, leaks: &LeakReport) -> JobSummary {
    let counts: Map<String, Value> = match json!(info.counts) {
        Value::Object(counts) => counts,
        _ => Map::new(),
    };
    let mut summary = JobSummary::default().metric("leaks", leaks.leaks.values().sum::<u64>());
    for (name, count) in counts {
        summary = summary.metric(name, count);
    }
    if let Some(context) = &info.context {
        summary = summary.metric("context_rows", context.rows);
        summary = summary.metric("context_no_clone", context.no_clone);
        summary = summary.metric("context_no_commit", context.no_commit);
    }
    let rows = info
        .splits
        .iter()
        .map(|(split, counts)| vec![json!(split), json!(counts.rows), json!(counts.components)]);
    summary.table(SummaryTable {
        title: "Splits".to_owned(),
        columns: ["split", "rows", "components"].map(str::to_owned).into(),
        rows: rows.collect(),
    })
}
