//! The formats of reports, one module each. A format adds a module and a variant of
//! [`ReportFormat`], nothing else.

mod csv;
pub(crate) mod html;
mod json;
mod pdf;
mod sarif;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use streamguard_durable::{WriteError, create_inner_folders, is_behind_link, write_atomic};

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;
use crate::run_results::RESULTS_NAME;

/// Returns the word that readers see for a status, or for the outcome of an attempt: a run that was stopped has the same word
/// whether it knew of that or not.
pub(crate) fn status_word(name: &str) -> &str {
    match name {
        "cancelled" | "interrupted" => "stopped",
        "timed_out" => "timed out",
        name => name,
    }
}

/// Renders a run in one format: a file, or several.
type Renderer = fn(&StoredRun, &RenderOptions) -> Result<Vec<RenderedFile>, ReportError>;

/// Declares the formats: for each one the name on the command line, which is also the name of its
/// module.
macro_rules! formats {
    ($($(#[$documentation:meta])* $variant:ident = $module:ident,)*) => {
        /// A format of reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum ReportFormat {
            $($(#[$documentation])* $variant,)*
        }

        impl ReportFormat {
            /// All formats.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($module),)*
                }
            }

            fn renderer(self) -> Renderer {
                match self {
                    $(Self::$variant => $module::render,)*
                }
            }
        }
    };
}

formats! {
    /// Summary, tables and figures as data: `collection_report.json`.
    Json = json,
    /// Tables for spreadsheets and data frames: `collection_report.csv`, and a folder
    /// `tables` with one file per table.
    Csv = csv,
    /// For people, to send and to print: `collection_report.pdf`.
    Pdf = pdf,
    /// The vulnerable code as findings, for code scanning: `collection_report.sarif`.
    Sarif = sarif,
    /// One page to look through, without a network: `collection_report.html`.
    Html = html,
}

impl FromStr for ReportFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("{name:?} is not a report format; the formats are {}", known.join(", "))
        })
    }
}

/// Returns the names of all files that the results and reports of a run may have.
pub fn report_names() -> impl Iterator<Item = String> {
    let reports = ReportFormat::ALL.iter().copied().map(report_name);
    std::iter::once(RESULTS_NAME.to_owned()).chain(reports).chain(csv::table_names())
}

/// Returns the formats of the reports that are in a folder.
pub fn formats_in(folder: &Path) -> Vec<ReportFormat> {
    let is_there = |format: &ReportFormat| folder.join(report_name(*format)).exists();
    ReportFormat::ALL.iter().copied().filter(is_there).collect()
}

/// Returns the name of the main file of a report.
fn report_name(format: ReportFormat) -> String {
    format!("collection_report.{}", format.name())
}

/// Removes the results and reports of a run from its folder, which are about an earlier state of it.
///
/// # Errors
/// [`WriteError`].
pub fn remove_reports(folder: &Path) -> Result<(), WriteError> {
    // What a link leads to is not ours.
    for name in report_names().filter(|name| !is_behind_link(folder, name)) {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(WriteError::at(path)(error)),
            _ => {}
        }
    }
    // Only if it is empty.
    let _ = fs::remove_dir(folder.join("tables"));
    Ok(())
}

/// Writes the report of a run in one format into a folder. Returns the paths of its files.
///
/// # Errors
/// [`ReportError`]; an earlier report of the same name is then unchanged.
pub fn write(
    run: &StoredRun,
    format: ReportFormat,
    options: &RenderOptions,
    folder: &Path,
) -> Result<Vec<PathBuf>, ReportError> {
    let write = |(name, bytes): RenderedFile| {
        let path = folder.join(&name);
        create_inner_folders(folder, &name).map_err(WriteError::at(&path))?;
        write_atomic(&path, &bytes).map_err(WriteError::at(&path))?;
        Ok(path)
    };
    // All files are rendered before the first one is written, so an error leaves an earlier report unchanged.
    format.renderer()(run, options)?.into_iter().map(write).collect()
}
