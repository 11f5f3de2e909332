//! What is said about a finished run in the folder that a command is to use.

use std::path::Path;

use anyhow::Error;
use jiff::Timestamp;
use streamguard_dataset::dataset_files::JSONL_NAME;
use streamguard_engine::{RunDirError, RunInfo};
use streamguard_report::{DatasetInfo, check_data, group_digits};

use crate::hints::run_dir_error;
use crate::shell::quote_path;
use crate::ui::escape::escape;
use crate::ui::plural;

/// Returns what to tell about a command that found its own work done, in place of an error; ready for a terminal. Returns `None` for any other
/// error, and if a file of the data is gone or was changed.
pub fn already_complete(error: &Error) -> Option<String> {
    let Some(RunDirError::AlreadyFinished { path, earlier }) = run_dir_error(error) else { return None };
    let folder = escape(&quote_path(path));
    check_data(path).ok()?;
    let next = match path.join(JSONL_NAME).exists() {
        true => format!("Look at some samples: streamguard examples {folder}\n"),
        // Their inputs may be files, which no settings tell apart.
        false => "What changed since then was not read.\n".to_owned(),
    };
    Some(format!(
        "{folder}: already complete, {}\nNothing was changed. To replace it: --fresh\n{next}",
        describe(path, earlier)
    ))
}

/// Describes a finished run: how much it left, when it began, and by which command.
pub(crate) fn describe(folder: &Path, run: &RunInfo) -> String {
    let mut facts = Vec::new();
    if let Ok(Some(DatasetInfo { summary: Some(dataset), .. })) = DatasetInfo::read(folder, run) {
        let samples = dataset.stats.samples;
        facts.push(format!("{} {}", group_digits(samples), plural(samples as usize, "sample")));
    }
    let begun = i64::try_from(run.clock_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    facts.extend(begun.map(|begun| format!("begun {}", begun.strftime("%Y-%m-%d %H:%M UTC"))));
    if run.build != streamguard_product::BUILD {
        facts.push(format!("made by build {}, this is {}", escape(&run.build), streamguard_product::BUILD));
    }
    // From a file that others may have written.
    facts.extend(run.command.as_ref().map(|command| format!("by: {}", escape(command))));
    facts.join(", ")
}
