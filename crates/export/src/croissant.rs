//! The layout of Croissant 1.1: the files of Hugging Face's layout, described by `croissant.json`
//! (<https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html>).

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use streamguard_table::{Column, ColumnKind, SplitName};

use crate::error::ExportError;
use crate::export::{Export, ExportSummary};
use crate::hub;
use crate::output_folder::OutputFolder;

/// Name of the description.
const CROISSANT_NAME: &str = "croissant.json";

/// How the dataset is cited.
const CITATION: &str =
    concat!("Vulnerable and fixed source code, collected by StreamGuard ", env!("CARGO_PKG_VERSION"));

/// Most licences that the description lists.
const MAX_LICENCES: usize = 100;

pub(crate) fn file_names(rows: &BTreeMap<SplitName, u64>) -> Vec<String> {
    // One file for each split: a record set is read from one.
    let data = hub::data_names(rows, u64::MAX).into_values().flatten();
    data.chain([hub::CARD_NAME, CROISSANT_NAME].map(str::to_owned)).collect()
}

pub(crate) fn write(export: &Export<'_>, folder: &OutputFolder) -> Result<ExportSummary, ExportError> {
    let (summary, facts) = hub::write_data(export, folder, u64::MAX)?;
    folder.write(hub::CARD_NAME, hub::card(export, &summary, &facts).as_bytes())?;
    let (mut files, mut record_sets) = (Vec::new(), Vec::new());
    for (split, names) in hub::data_names(export.rows(), u64::MAX) {
        for name in names {
            files.push(file_object(split, &name, folder)?);
            record_sets.push(record_set(split, &export.dataset().schema.columns));
        }
    }
    let licences: Vec<&String> = facts.licences.keys().flatten().take(MAX_LICENCES).collect();
    let mut description = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "streamguard",
        "description": "Vulnerable and fixed source code, written by streamguard export.",
        "citeAs": CITATION,
        "keywords": ["code", "security", "vulnerability-detection"],
        "license": if licences.is_empty() { json!("The licences of the repositories") } else { json!(licences) },
        "version": "1.0.0",
        "distribution": files,
        "recordSet": record_sets,
    });
    // The clock must not decide a byte: a dataset is as new as its newest row.
    if let Some(newest) = facts.newest.and_then(|newest| Timestamp::from_millisecond(newest).ok()) {
        description["datePublished"] = json!(newest.strftime("%Y-%m-%d").to_string());
    }
    let mut text = serde_json::to_vec_pretty(&description).map_err(io::Error::from);
    if let Ok(text) = &mut text {
        text.push(b'\n');
    }
    folder.write(CROISSANT_NAME, &text.map_err(ExportError::write(CROISSANT_NAME))?)?;
    Ok(summary)
}

/// Terms of Croissant that the context of the specification names.
const TERMS: [&str; 32] = [
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "dataBiases",
    "dataCollection",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "personalSensitiveInformation",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
];

/// Returns the context of the specification, which says what the short names stand for.
fn context() -> Value {
    let mut context = json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    });
    for term in TERMS {
        context[term] = json!(format!("cr:{term}"));
    }
    context
}

/// Describes a Parquet file, with its digest.
fn file_object(split: SplitName, name: &str, folder: &OutputFolder) -> Result<Value, ExportError> {
    let failed = ExportError::write(name);
    let mut file = File::open(folder.path(name)).map_err(&failed)?;
    let mut digest = Sha256::new();
    let size = io::copy(&mut file, &mut digest).map_err(&failed)?;
    let digits: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(json!({
        "@type": "cr:FileObject",
        "@id": file_id(split),
        "name": file_id(split),
        "description": format!("The rows of the split {}.", split.name()),
        "contentUrl": name,
        "contentSize": format!("{size} B"),
        "encodingFormat": "application/x-parquet",
        "sha256": digits,
    }))
}

fn file_id(split: SplitName) -> String {
    format!("{}-file", split.name())
}

/// Describes the rows of a split.
fn record_set(split: SplitName, columns: &[Column]) -> Value {
    let fields: Vec<Value> = columns
        .iter()
        .map(|column| {
            let mut field = json!({
                "@type": "cr:Field",
                "@id": format!("{}/{}", split.name(), column.name),
                "name": column.name,
                "dataType": data_type(column.kind),
                "source": {"fileObject": {"@id": file_id(split)}, "extract": {"column": column.name}},
            });
            if column.kind.is_list() {
                field["isArray"] = json!(true);
                field["arrayShape"] = json!("-1");
            }
            field
        })
        .collect();
    json!({
        "@type": "cr:RecordSet",
        "@id": split.name(),
        "name": split.name(),
        "description": format!("The rows of the split {}.", split.name()),
        "field": fields,
    })
}

fn data_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Bool => "sc:Boolean",
        ColumnKind::Int | ColumnKind::IntList => "cr:Int64",
        ColumnKind::Float => "cr:Float64",
        ColumnKind::Timestamp => "sc:DateTime",
        ColumnKind::Null
        | ColumnKind::Text
        | ColumnKind::EmptyList
        | ColumnKind::TextList
        | ColumnKind::Json => "sc:Text",
    }
}
