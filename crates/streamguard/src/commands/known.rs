//! `streamguard known`: indexes of known fixes.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use streamguard::exit::Exit;
use streamguard::ui::escape::escape;
use streamguard::ui::{self, format_bytes, group_digits};
use streamguard_durable::{WriteError, write_named_file};
use streamguard_scan::SignatureIndex;

use super::scan::DatasetSignatures;

/// Makes indexes of known fixes
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KnownCommands {
    Build(BuildArgs),
}

/// Writes the index of a dataset to one file, with which `scan` needs no dataset
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 complete, 1 error, 2 usage, 4 no pair to make a signature of, 6 the destination \
                        cannot be written"
)]
pub(crate) struct BuildArgs {
    /// A dataset: the output directory of a collection, or a .jsonl or .parquet file
    #[arg(default_value = "data/raw")]
    dataset: PathBuf,
    /// The file to write; its name ends in .sgdb
    #[arg(long, short, value_name = "FILE", default_value = "known.sgdb")]
    output: PathBuf,
    /// Write the code of both sides as well, so that `scan --explain` shows what is missing. Mind the licence of each
    #[arg(long)]
    with_code: bool,
    /// Also write what `scan --renamed` needs, which makes the file larger
    #[arg(long)]
    renamed: bool,
}

pub(super) fn run(command: &KnownCommands) -> Result<Exit> {
    let KnownCommands::Build(arguments) = command;
    let signatures = DatasetSignatures::read(&arguments.dataset, arguments.with_code, arguments.renamed)?;
    if signatures.exact.is_empty() {
        ui::print_notice(&format!(
            "{} holds no pair of functions that are long enough to be told from others",
            escape(&arguments.dataset.display().to_string())
        ));
        return Ok(Exit::NoResults);
    }
    let bytes = signatures.build();
    let index = SignatureIndex::from_bytes(&bytes).context("the index that was just made")?;
    write_named_file(&arguments.output, &bytes).map_err(WriteError::at(&arguments.output))?;
    ui::print(&format!(
        "{}: {} fixes, {} of them from advisories, {}\n",
        escape(&arguments.output.display().to_string()),
        group_digits(index.len() as u64),
        group_digits(index.with_advisory() as u64),
        format_bytes(bytes.len() as u64)
    ));
    Ok(Exit::Complete)
}
