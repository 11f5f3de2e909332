//! `streamguard scan --output-dir`: a scan as a run of the engine, which can be resumed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamguard::exit::{Exit, UsageError};
use streamguard_durable::open_regular;
use streamguard_engine::{CancelToken, CompletionStatus, Job, RunDir};
use streamguard_report::run_paths_for;
use streamguard_scan::{FAULTS_NAME, FINDINGS_NAME, JOB_NAME, ScanJob};

use super::known_fixes::KnownFixes;
use super::scan_output::ScanOutput;
use crate::args::execution::ExecutionArgs;
use crate::command_line::command_line;
use crate::launch::{NodeFiles, Purpose, engine_options, exit_of, run_jobs};
use crate::signals;

/// Runs the scan in a folder, and shows what it found.
pub(super) fn run(
    paths: &[PathBuf],
    known: KnownFixes,
    folder: &Path,
    execution: &ExecutionArgs,
    mut output: ScanOutput,
) -> Result<Exit> {
    // Workers read the index themselves, and to make one of a dataset would cost each of them seconds.
    if known.is_made_from_dataset {
        let what = format!(
            "--output-dir needs an index: streamguard known build {} -o known.sgdb makes one for --known",
            known.source
        );
        return Err(UsageError(what).into());
    }
    let job: Arc<dyn Job> = Arc::new(ScanJob::new(paths.to_vec(), known.file, known.index));
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let options = engine_options(execution, Purpose::Run, cancel, &NodeFiles::default())?;
    let recorded = json!({ JOB_NAME: job.settings() });
    let jobs = vec![job];
    let mut dir = RunDir::open(run_paths_for(folder, &jobs), recorded, execution.on_existing_run())?;
    dir.record_command(command_line())?;
    let finished = run_jobs(jobs, &options, Some(&dir), execution.display.view())?;
    let state = finished.state.jobs.first().context("the run has no job")?;
    if matches!(finished.status, CompletionStatus::Cancelled | CompletionStatus::Failed) {
        streamguard::ui::metrics::print(state);
        return Ok(exit_of(finished.status, &caught));
    }
    let metric = |name: &str| state.summary.metrics.get(name).and_then(Value::as_u64).unwrap_or_default();
    // Read from the file, one at a time: a large tree may have more findings than memory holds.
    for_each_line(&folder.join(FINDINGS_NAME), |finding| output.show(finding))?;
    for_each_line(&folder.join(FAULTS_NAME), |fault| {
        output.show_fault(fault);
        Ok(())
    })?;
    if finished.status == CompletionStatus::Complete {
        dir.finish()?;
    } else {
        let what = "some files are missing in this result, --resume tries them again".to_owned();
        output.show_fault(what);
    }
    output.finish(metric("source_files"), metric("bytes"))
}

/// Calls `take` with the value of each line of a file.
fn for_each_line<T: DeserializeOwned>(path: &Path, mut take: impl FnMut(T) -> Result<()>) -> Result<()> {
    let shown = || path.display().to_string();
    let file = open_regular(path).with_context(shown)?;
    for line in BufReader::new(file).lines() {
        take(serde_json::from_str(&line.with_context(shown)?).with_context(shown)?)?;
    }
    Ok(())
}
