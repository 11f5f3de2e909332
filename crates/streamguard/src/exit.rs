//! Exit codes: documented, and kept.

use std::fmt;

use streamguard_dataset::union::UnionError;
use streamguard_durable::WriteError;
use streamguard_engine::{JobError, RunDirError, RunError};
use streamguard_report::{ReadError, ReportError};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is there.
    Complete,
    /// It could not be done.
    Error,
    /// The command line or the configuration is wrong.
    Usage,
    /// Some source failed; the rest is complete and kept.
    Partial,
    /// Nothing was collected.
    Nothing,
    /// Another run holds the folder.
    Locked,
    /// The destination cannot be written; what is finished can be resumed.
    Destination,
    /// The state of a run is damaged.
    Damaged,
    /// Shards cannot be done, and trying again will not help (EX_DATAERR of sysexits.h).
    NeverRetry,
    /// Shards were not done, and another try may help (EX_TEMPFAIL of sysexits.h).
    TryAgain,
    /// A signal ended it; what is finished can be resumed.
    Signal(u8),
}

impl Exit {
    /// The code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Nothing => 4,
            Self::Locked => 5,
            Self::Destination => 6,
            Self::Damaged => 7,
            Self::NeverRetry => 65,
            Self::TryAgain => 75,
            Self::Signal(signal) => 128 + signal,
        }
    }

    /// The code for an error, by its kind.
    pub fn of(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if let Some(usage) = cause.downcast_ref::<UsageError>() {
                let UsageError(_) = usage;
                return Self::Usage;
            }
            match cause.downcast_ref::<ReadError>() {
                Some(ReadError::NoRun(_)) => return Self::Usage,
                // It stands for the other, whose own type is not in the chain.
                Some(ReadError::RunDir(error)) => return Self::of_folder(error),
                Some(ReadError::Unreadable { .. }) | None => {}
            }
            if let Some(error) = cause.downcast_ref::<RunDirError>() {
                return Self::of_folder(error);
            }
            match cause.downcast_ref::<RunError>() {
                Some(RunError::Write(_)) => return Self::Destination,
                Some(RunError::RunDir(error)) => return Self::of_folder(error),
                Some(RunError::DuplicateJob(_) | RunError::NoRunDir) => return Self::Usage,
                Some(RunError::Thread(_)) => return Self::Error,
                None => {}
            }
            if matches!(cause.downcast_ref::<JobError>(), Some(JobError::Write(_)))
                || matches!(cause.downcast_ref(), Some(ReportError::Write(_)))
                || matches!(cause.downcast_ref(), Some(UnionError::Destination(_)))
                || cause.is::<WriteError>()
            {
                return Self::Destination;
            }
        }
        Self::Error
    }

    fn of_folder(error: &RunDirError) -> Self {
        match error {
            RunDirError::Locked { .. } => Self::Locked,
            RunDirError::Write(_) => Self::Destination,
            RunDirError::Damaged { .. } => Self::Damaged,
            RunDirError::Interrupted { .. } | RunDirError::OtherSettings { .. } => Self::Usage,
        }
    }
}

/// Returns advice on an error, for those that the options of this program can mend.
pub fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let folder_error = error.chain().find_map(|cause| {
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
        RunDirError::Write(_) => return None,
    })
}

/// Something that the user has to put right on the command line or in a file.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
