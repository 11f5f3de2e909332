//! The layout of MegaVul's `megavul_simple.json`
//! (Ni et al. 2024, <https://github.com/Icyrockton/MegaVul/blob/main/SPECIFICATION.md>).

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use streamguard_table::SplitName;

use crate::error::ExportError;
use crate::export::{Export, ExportSummary};
use crate::export_row::ExportRow;
use crate::line_changes::LineChanges;
use crate::output_folder::OutputFolder;

/// Returns the names of all files: one for each split, or one alone.
pub(crate) fn file_names(rows: &BTreeMap<SplitName, u64>) -> Vec<String> {
    let alone = rows.len() == 1;
    rows.keys().map(|split| file_name(*split, alone)).collect()
}

fn file_name(split: SplitName, alone: bool) -> String {
    if alone { "megavul_simple.json".to_owned() } else { format!("{}/megavul_simple.json", split.name()) }
}

/// A function, with the keys of MegaVul in their order. Text that MegaVul always has is empty where it is not known;
/// abstracted code and graphs are not made.
#[derive(Serialize)]
struct MegaVulFunction<'a> {
    cve_id: &'a str,
    cwe_ids: &'a [String],
    cvss_vector: Option<&'a str>,
    cvss_is_v3: Option<bool>,
    repo_name: String,
    commit_msg: &'a str,
    commit_hash: &'a str,
    git_url: String,
    file_path: &'a str,
    func_name: &'a str,
    func_before: Option<&'a str>,
    abstract_func_before: Option<&'a str>,
    func_graph_path_before: Option<&'a str>,
    func: &'a str,
    abstract_func: &'a str,
    func_graph_path: Option<&'a str>,
    diff_func: Option<&'a str>,
    diff_line_info: Option<DiffLines<'a>>,
    is_vul: bool,
}

/// Lines that a fix removes and adds.
#[derive(Serialize)]
struct DiffLines<'a> {
    deleted_lines: &'a [String],
    added_lines: &'a [String],
}

pub(crate) fn write(export: &Export<'_>, folder: &OutputFolder) -> Result<ExportSummary, ExportError> {
    let alone = export.rows().len() == 1;
    let mut files = BTreeMap::new();
    for split in export.rows().keys() {
        files.insert(*split, (folder.create(&file_name(*split, alone))?, false));
    }
    let mut summary = ExportSummary::default();
    export.for_each_row(&mut summary, |summary, number, split, row| {
        let row = export.reader().read(number, &row);
        let Some((file, has_begun)) = files.get_mut(&split) else { return Ok(()) };
        let Some(fixed) = &row.benign else {
            summary.leave_out("rows without fixed code, which each function of MegaVul has");
            return Ok(());
        };
        let changes = row.vulnerable.as_ref().map(|vulnerable| LineChanges::between(vulnerable, fixed));
        let failed = ExportError::write(file.name());
        file.write_all(if *has_begun { b",\n" } else { b"[\n" }).map_err(&failed)?;
        *has_begun = true;
        let function = function(&row, fixed, changes.as_ref());
        serde_json::to_writer(&mut *file, &function).map_err(std::io::Error::from).map_err(failed)?;
        summary.count(split);
        Ok(())
    })?;
    for (mut file, has_begun) in files.into_values() {
        let end: &[u8] = if has_begun { b"\n]\n" } else { b"[]\n" };
        file.write_all(end).map_err(ExportError::write(file.name()))?;
        file.commit()?;
    }
    Ok(summary)
}

fn function<'a>(row: &'a ExportRow, fixed: &'a str, changes: Option<&'a LineChanges>) -> MegaVulFunction<'a> {
    MegaVulFunction {
        cve_id: row.cve().unwrap_or_default(),
        cwe_ids: &row.cwes,
        cvss_vector: row.cvss_vector.as_deref(),
        cvss_is_v3: row.cvss_version.as_ref().map(|version| version.starts_with('3')),
        repo_name: row.owner_and_name().unwrap_or_default(),
        commit_msg: row.message.as_deref().unwrap_or_default(),
        commit_hash: row.commit.as_deref().unwrap_or_default(),
        git_url: row.commit_url().unwrap_or_default(),
        file_path: row.path().unwrap_or_default(),
        func_name: row.function.as_deref().unwrap_or_default(),
        func_before: row.vulnerable.as_deref(),
        abstract_func_before: None,
        func_graph_path_before: None,
        func: fixed,
        abstract_func: "",
        func_graph_path: None,
        diff_func: changes.map(|changes| &*changes.unified),
        diff_line_info: changes
            .map(|changes| DiffLines { deleted_lines: &changes.deleted, added_lines: &changes.added }),
        is_vul: row.vulnerable.is_some(),
    }
}
