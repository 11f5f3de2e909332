//! Writes datasets of vulnerable code in the layouts of other datasets, so that their readers and scripts work.
//!
//! An [`Export`] counts the rows of a dataset and names the files; [`Export::write`] writes them.

mod croissant;
mod cvefixes;
mod cvefixes_tables;
mod error;
mod export;
mod export_row;
mod hub;
mod layout;
mod line_changes;
mod megavul;
mod output_folder;
mod primevul;
mod sql_dump;

pub use error::ExportError;
pub use export::{Export, ExportSummary};
pub use layout::ExportLayout;
