//! `streamguard verify`: whether the files of a run are as it left them.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use streamguard::exit::Exit;
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_dataset::dataset_card::CARD_NAME;
use streamguard_engine::{FileFault, FileFaultKind, Manifest, RunInfo};
use streamguard_report::{ReadError, run_paths};

/// Checks that the files of a run are as it left them, by their digests
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 all files are whole, 1 error, 2 usage, 7 a file is damaged, was changed or is gone"
)]
pub(crate) struct VerifyArgs {
    /// The output directory of the run
    #[arg(default_value = "data/raw")]
    run: PathBuf,
}

pub(super) fn run(arguments: &VerifyArgs) -> Result<Exit> {
    let folder = &arguments.run;
    let paths = run_paths(folder);
    let named = escape(&quote_path(folder));
    // Read first: it finds files of two versions, and what is not a run.
    RunInfo::read(&paths).map_err(ReadError::from)?.ok_or_else(|| ReadError::NoRun(folder.clone()))?;
    let Some(manifest) = Manifest::read(&paths)? else {
        ui::print_line(&format!(
            "{named}: cannot be checked: this run has no list of its files, because it did not end, or the list is gone"
        ))?;
        return Ok(Exit::Damaged);
    };
    let mut faults = manifest.verify(&paths);
    // The card is there to be edited, but nobody edits a single bit.
    let is_edited_card = |fault: &FileFault| {
        let is_changed_card = fault.name == CARD_NAME && matches!(fault.kind, FileFaultKind::Changed);
        is_changed_card && !manifest.differs_in_one_bit(folder, CARD_NAME)
    };
    let edited = faults.extract_if(.., |fault| is_edited_card(fault)).count();
    if edited > 0 {
        ui::print_line(&format!(
            "{} was changed by you, which is not damage",
            escape(&quote_path(&folder.join(CARD_NAME)))
        ))?;
    }
    for fault in &faults {
        ui::print_line(&format!("{} {}", escape(&quote_path(&folder.join(&fault.name))), fault.kind))?;
    }
    if faults.is_empty() {
        let whole = manifest.len() - edited;
        ui::print_line(&format!("{named}: all {whole} files are as the run left them"))?;
        return Ok(Exit::Complete);
    }
    let (count, are) = (faults.len(), if faults.len() == 1 { "is" } else { "are" });
    ui::print_line(&format!(
        "{named}: {count} of {} files {are} damaged. Reports are written anew by: streamguard report {named}\n\
         For all else take a copy that is whole, or collect anew by --fresh.",
        manifest.len()
    ))?;
    Ok(Exit::Damaged)
}
