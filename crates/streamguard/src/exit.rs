//! Exit codes of the program.

use std::fmt;

use streamguard_dataset::dataset_files::DatasetError;
use streamguard_durable::WriteError;
use streamguard_engine::{JobError, PlanError, RunDirError, RunError};
use streamguard_report::{ReadError, ReportError};
use streamguard_snapshot::SnapshotError;

/// End of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All results are complete.
    Complete,
    /// The command failed.
    Error,
    /// The command line or the configuration is wrong.
    Usage,
    /// Some source failed; the rest is complete and kept.
    Partial,
    /// Nothing was collected.
    NoResults,
    /// Another run holds the folder.
    Locked,
    /// The destination cannot be written; what is finished can be resumed.
    Destination,
    /// The state of a run is damaged.
    Damaged,
    /// The command found what it looked for, such as copies in two splits.
    Findings,
    /// Shards cannot be done, and trying again will not help (EX_DATAERR of sysexits.h).
    PermanentFailure,
    /// Shards were not done, and another try may help (EX_TEMPFAIL of sysexits.h).
    TemporaryFailure,
    /// A signal stopped the program; what is finished can be resumed.
    Signal(u8),
}

impl Exit {
    /// Returns the code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::NoResults => 4,
            Self::Locked => 5,
            Self::Destination => 6,
            Self::Damaged => 7,
            Self::Findings => 8,
            Self::PermanentFailure => 65,
            Self::TemporaryFailure => 75,
            // The code that a shell gives to a program which a signal has ended.
            Self::Signal(signal) => 128 + signal,
        }
    }

    /// Returns the code for an error, by its kind.
    pub fn of(error: &anyhow::Error) -> Self {
        // From the outside in: the outer error knows what the failure meant for the command.
        for cause in error.chain() {
            if let Some(usage) = cause.downcast_ref::<UsageError>() {
                let UsageError(_) = usage;
                return Self::Usage;
            }
            match cause.downcast_ref::<ReadError>() {
                Some(ReadError::NoRun(_) | ReadError::NoJournal(_)) => return Self::Usage,
                // This error is transparent: the inner one is not in the chain.
                Some(ReadError::RunDir(error)) => return Self::of_folder(error),
                Some(ReadError::Unreadable { .. }) | None => {}
            }
            if let Some(error) = cause.downcast_ref::<RunDirError>() {
                return Self::of_folder(error);
            }
            if let Some(PlanError::RunDir(error)) = cause.downcast_ref() {
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
                || matches!(cause.downcast_ref(), Some(DatasetError::Destination(_)))
                || matches!(
                    cause.downcast_ref(),
                    Some(SnapshotError::Io { .. } | SnapshotError::Write { .. })
                )
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
            RunDirError::Unreadable { .. } => Self::Error,
            // Said of a finished run only if a file of it is gone; see `finished_run`.
            RunDirError::Damaged { .. }
            | RunDirError::FileFault { .. }
            | RunDirError::AlreadyFinished { .. }
            | RunDirError::HalfReplaced { .. } => Self::Damaged,
            RunDirError::Interrupted { .. }
            | RunDirError::OtherSettings { .. }
            | RunDirError::OtherBuild { .. }
            | RunDirError::FinishedWithOtherSettings { .. }
            | RunDirError::UnknownOutput { .. }
            | RunDirError::NothingToResume { .. }
            | RunDirError::NothingToReplace { .. }
            | RunDirError::NotAFolder { .. } => Self::Usage,
        }
    }
}

/// Mistake on the command line or in a file, for the user to correct.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
