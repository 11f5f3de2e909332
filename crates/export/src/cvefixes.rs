//! The layout of CVEfixes: the dump of an SQLite database, as it is published
//! (Bhandari et al. 2021, <https://doi.org/10.5281/zenodo.4476563>).

use std::collections::BTreeSet;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use streamguard_table::SplitName;

use crate::cvefixes_tables::{
    COMMITS, CVE, CWE, CWE_CLASSIFICATION, FILE_CHANGE, FIXES, METHOD_CHANGE, REPOSITORY, STREAMGUARD_ROW,
    TABLES,
};
use crate::error::ExportError;
use crate::export::{Export, ExportSummary};
use crate::export_row::{ExportRow, RowSide};
use crate::output_folder::{ExportFile, OutputFolder};
use crate::sql_dump::{SqlTable, SqlValue};

/// Name of the dump, as in the repository of CVEfixes.
const DUMP_NAME: &str = "Data/CVEfixes.sql.gz";

pub(crate) fn file_names() -> Vec<String> {
    vec![DUMP_NAME.to_owned()]
}

pub(crate) fn write(export: &Export<'_>, folder: &OutputFolder) -> Result<ExportSummary, ExportError> {
    let failed = ExportError::write(DUMP_NAME);
    let mut dump = Dump::begin(folder.create(DUMP_NAME)?).map_err(&failed)?;
    let mut summary = ExportSummary::default();
    export.for_each_row(&mut summary, |summary, number, split, row| {
        let row = export.reader().read(number, &row);
        if row.cves.is_empty() {
            summary.leave_out("rows without a CVE, which each fix of CVEfixes has");
        } else if row.vulnerable.is_none() && row.benign.is_none() {
            summary.leave_out("rows without a labelled function");
        } else if let Some(commit) = &row.commit {
            dump.write_row(&row, commit, split).map_err(&failed)?;
            summary.count(split);
        } else {
            summary.leave_out("rows without a commit");
        }
        Ok(())
    })?;
    dump.finish().map_err(failed)?.commit()?;
    Ok(summary)
}

/// A dump while it is written, with the rows of tables that several samples share.
struct Dump {
    output: GzEncoder<ExportFile>,
    /// Names of tables with the keys of their rows.
    written: BTreeSet<(&'static str, String)>,
    methods: u64,
}

impl Dump {
    fn begin(file: ExportFile) -> io::Result<Self> {
        // Without a time or a name in its head.
        let mut output = GzEncoder::new(file, Compression::default());
        output.write_all(b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n")?;
        TABLES.iter().try_for_each(|table| table.write_create(&mut output))?;
        Ok(Self { output, written: BTreeSet::new(), methods: 0 })
    }

    fn finish(mut self) -> io::Result<ExportFile> {
        self.output.write_all(b"COMMIT;\n")?;
        self.output.finish()
    }

    /// Adds a row to a table, if none has this key yet.
    fn write_once(
        &mut self,
        table: &SqlTable,
        key: String,
        cells: &[(&str, SqlValue<'_>)],
    ) -> io::Result<()> {
        if self.written.insert((table.name, key)) {
            table.write_insert(&mut self.output, cells)
        } else {
            Ok(())
        }
    }

    fn write_row(&mut self, row: &ExportRow, commit: &str, split: SplitName) -> io::Result<()> {
        let repository = row.project_url().or(row.repository.as_deref()).unwrap_or_default();
        for cve in &row.cves {
            self.write_cve(row, cve)?;
            let fix = [
                ("cve_id", SqlValue::Text(cve)),
                ("hash", SqlValue::Text(commit)),
                ("repo_url", SqlValue::Text(repository)),
            ];
            self.write_once(&FIXES, format!("{cve} {commit} {repository}"), &fix)?;
        }
        self.write_commit(row, commit, repository)?;
        let [old_path, new_path] = &row.paths;
        let file_id = format!("{commit} {}", row.path().unwrap_or_default());
        let change = match (old_path, new_path) {
            (None, Some(_)) => "ModificationType.ADD",
            (Some(_), None) => "ModificationType.DELETE",
            (Some(old), Some(new)) if old != new => "ModificationType.RENAME",
            _ => "ModificationType.MODIFY",
        };
        let file = [
            ("file_change_id", SqlValue::Text(&file_id)),
            ("hash", SqlValue::Text(commit)),
            ("filename", SqlValue::text(row.file_name())),
            ("old_path", SqlValue::text(old_path.as_deref())),
            ("new_path", SqlValue::text(new_path.as_deref())),
            ("change_type", SqlValue::Text(change)),
            ("programming_language", SqlValue::text(row.language.map(|language| language.title()))),
        ];
        self.write_once(&FILE_CHANGE, file_id.clone(), &file)?;
        let sides = [(&row.vulnerable, "True", &row.lines[0]), (&row.benign, "False", &row.lines[1])];
        for (code, before_change, lines) in sides {
            if let Some(code) = code {
                self.write_method(row, &file_id, code, before_change, lines, split)?;
            }
        }
        Ok(())
    }

    fn write_cve(&mut self, row: &ExportRow, cve: &str) -> io::Result<()> {
        let described =
            row.description.as_ref().map(|text| json!([{"lang": "en", "value": text}]).to_string());
        let mut cells = vec![
            ("cve_id", SqlValue::Text(cve)),
            ("published_date", SqlValue::text(row.published_date.as_deref())),
            ("description", SqlValue::text(described.as_deref())),
            ("severity", SqlValue::text(row.severity.as_deref())),
        ];
        let vector = SqlValue::text(row.cvss_vector.as_deref());
        let score = row.cvss_score.map_or(SqlValue::Null, SqlValue::Real);
        match row.cvss_version.as_deref().and_then(|version| version.chars().next()) {
            Some('2') => cells.extend([("cvss2_vector_string", vector), ("cvss2_base_score", score)]),
            Some('3') => cells.extend([
                ("cvss3_vector_string", vector),
                ("cvss3_base_score", score),
                ("cvss3_base_severity", SqlValue::text(row.severity.as_deref())),
            ]),
            _ => {}
        }
        self.write_once(&CVE, cve.to_owned(), &cells)?;
        for cwe in &row.cwes {
            let number = cwe.trim_start_matches("CWE-");
            let url = format!("https://cwe.mitre.org/data/definitions/{number}.html");
            self.write_once(
                &CWE,
                cwe.clone(),
                &[("cwe_id", SqlValue::Text(cwe)), ("url", SqlValue::Text(&url))],
            )?;
            let classified = [("cve_id", SqlValue::Text(cve)), ("cwe_id", SqlValue::Text(cwe))];
            self.write_once(&CWE_CLASSIFICATION, format!("{cve} {cwe}"), &classified)?;
        }
        Ok(())
    }

    fn write_commit(&mut self, row: &ExportRow, commit: &str, repository: &str) -> io::Result<()> {
        // A list as Python prints it, which is how CVEfixes has it.
        let parents = row.parent_commit.as_ref().map(|parent| format!("['{parent}']"));
        let cells = [
            ("hash", SqlValue::Text(commit)),
            ("repo_url", SqlValue::Text(repository)),
            ("committer_date", SqlValue::text(row.commit_date.as_deref())),
            ("msg", SqlValue::text(row.message.as_deref())),
            ("parents", SqlValue::text(parents.as_deref())),
        ];
        self.write_once(&COMMITS, format!("{commit} {repository}"), &cells)?;
        let name = row.owner_and_name();
        let owner = name.as_deref().and_then(|name| name.split_once('/')).map(|(owner, _)| owner);
        let cells = [
            ("repo_url", SqlValue::Text(repository)),
            ("repo_name", SqlValue::text(name.as_deref())),
            ("owner", SqlValue::text(owner)),
        ];
        self.write_once(&REPOSITORY, repository.to_owned(), &cells)
    }

    fn write_method(
        &mut self,
        row: &ExportRow,
        file_id: &str,
        code: &str,
        before_change: &str,
        lines: &RowSide,
        split: SplitName,
    ) -> io::Result<()> {
        self.methods += 1;
        let id = self.methods.to_string();
        let cells = [
            ("method_change_id", SqlValue::Text(&id)),
            ("file_change_id", SqlValue::Text(file_id)),
            ("name", SqlValue::text(row.function.as_deref())),
            ("start_line", SqlValue::integer(lines.start)),
            ("end_line", SqlValue::integer(lines.end)),
            ("code", SqlValue::Text(code)),
            ("before_change", SqlValue::Text(before_change)),
        ];
        METHOD_CHANGE.write_insert(&mut self.output, &cells)?;
        let cells = [
            ("method_change_id", SqlValue::Text(&id)),
            ("id", SqlValue::Text(&row.id)),
            ("split", SqlValue::Text(split.name())),
        ];
        STREAMGUARD_ROW.write_insert(&mut self.output, &cells)
    }
}
