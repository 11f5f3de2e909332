//! The layout of PrimeVul v0.1: one function a line, and pairs as consecutive lines in files of their own
//! (Ding et al. 2024, <https://github.com/DLVulDet/PrimeVul>).

use std::collections::BTreeMap;

use serde::Serialize;
use streamguard_table::SplitName;

use crate::error::ExportError;
use crate::export::{Export, ExportSummary};
use crate::export_row::ExportRow;
use crate::output_folder::{ExportFile, OutputFolder};

/// Name of the file that tells from which row and side a function is.
const IDS_NAME: &str = "ids.jsonl";

pub(crate) fn file_names(rows: &BTreeMap<SplitName, u64>) -> Vec<String> {
    let of_split = |split: &SplitName| [false, true].map(|paired| file_name(*split, paired));
    rows.keys().flat_map(of_split).chain([IDS_NAME.to_owned()]).collect()
}

fn file_name(split: SplitName, paired: bool) -> String {
    let split = match split {
        SplitName::Train => "train",
        SplitName::Validation => "valid",
        SplitName::Test => "test",
    };
    format!("primevul_{split}{}.jsonl", if paired { "_paired" } else { "" })
}

/// A line, with the keys of PrimeVul in their order. What is not known is null.
#[derive(Serialize)]
struct PrimeVulLine<'a> {
    idx: u64,
    project: Option<String>,
    commit_id: Option<&'a str>,
    project_url: Option<&'a str>,
    commit_url: Option<String>,
    commit_message: Option<&'a str>,
    target: u8,
    func: &'a str,
    /// A number of 128 bits: readers of JSON lines know such numbers, Parquet does not.
    func_hash: u128,
    file_name: Option<&'a str>,
    file_hash: Option<u128>,
    cwe: &'a [String],
    cve: Option<&'a str>,
    cve_desc: Option<&'a str>,
    nvd_url: Option<String>,
}

/// A line that tells from which row a function is.
#[derive(Serialize)]
struct IdLine<'a> {
    idx: u64,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
}

/// Both files of a split.
struct SplitFiles {
    all: ExportFile,
    paired: ExportFile,
}

pub(crate) fn write(export: &Export<'_>, folder: &OutputFolder) -> Result<ExportSummary, ExportError> {
    let mut files = BTreeMap::new();
    for split in export.rows().keys() {
        let [all, paired] = [false, true].map(|paired| folder.create(&file_name(*split, paired)));
        files.insert(*split, SplitFiles { all: all?, paired: paired? });
    }
    let mut ids = folder.create(IDS_NAME)?;
    let mut summary = ExportSummary::default();
    let mut idx = 0;
    export.for_each_row(&mut summary, |summary, number, split, row| {
        let row = export.reader().read(number, &row);
        let Some(files) = files.get_mut(&split) else { return Ok(()) };
        let sides = [(1, &row.vulnerable, "before"), (0, &row.benign, "after")];
        let mut written = 0;
        for (target, code, side) in sides {
            let Some(code) = code else { continue };
            let line = line(&row, idx, target, code);
            files.all.write_json_line(&line)?;
            if row.is_pair {
                files.paired.write_json_line(&line)?;
            }
            let side = row.has_sides.then_some(side);
            ids.write_json_line(&IdLine { idx, id: &row.id, side })?;
            idx += 1;
            written += 1;
        }
        match written {
            0 => summary.leave_out("rows without a labelled function"),
            _ => summary.count(split),
        }
        Ok(())
    })?;
    for files in files.into_values() {
        files.all.commit()?;
        files.paired.commit()?;
    }
    ids.commit()?;
    Ok(summary)
}

fn line<'a>(row: &'a ExportRow, idx: u64, target: u8, code: &'a str) -> PrimeVulLine<'a> {
    PrimeVulLine {
        idx,
        project: row.project(),
        commit_id: row.commit.as_deref(),
        project_url: row.project_url(),
        commit_url: row.commit_url(),
        commit_message: row.message.as_deref(),
        target,
        func: code,
        func_hash: hash_without_space(code),
        file_name: row.file_name(),
        // Of the whole file, which a dataset of functions does not have.
        file_hash: None,
        cwe: &row.cwes,
        cve: row.cve(),
        cve_desc: row.description.as_deref().filter(|_| row.cve().is_some()),
        nvd_url: row.cve().map(|cve| format!("https://nvd.nist.gov/vuln/detail/{cve}")),
    }
}

/// Returns the first 128 bits of BLAKE3 of code without white space: functions that differ in layout only have the same
/// number, as in PrimeVul, which takes MD5.
fn hash_without_space(code: &str) -> u128 {
    let bytes: Vec<u8> = code.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digest = blake3::hash(&bytes);
    digest.as_bytes()[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}
