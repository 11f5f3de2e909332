//! Hints that follow error messages: flags of this program that help.

use streamguard_engine::{RunDirError, RunError};
use streamguard_report::ReadError;

/// Returns advice on an error, for those that the options of this program can mend.
pub fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let folder_error = error.chain().find_map(|cause| {
        // Transparent errors keep the one inside out of the chain, so it is taken out here.
        let of_run = cause.downcast_ref::<RunError>().and_then(|error| match error {
            RunError::RunDir(error) => Some(error),
            _ => None,
        });
        let of_report = cause.downcast_ref::<ReadError>().and_then(|error| match error {
            ReadError::RunDir(error) => Some(error),
            _ => None,
        });
        cause.downcast_ref::<RunDirError>().or(of_run).or(of_report)
    })?;
    Some(match folder_error {
        RunDirError::Locked { .. } => "wait for that run, or choose another --output-dir",
        RunDirError::Interrupted { .. } => "resume it by --resume, or discard it by --fresh",
        RunDirError::OtherSettings { .. } => "restore these settings to resume it, or discard it by --fresh",
        RunDirError::Damaged { .. } => {
            "begin anew by --fresh; dataset files stay as they are until the new ones are complete"
        }
        RunDirError::Write(_) | RunDirError::Unreadable { .. } => return None,
    })
}
