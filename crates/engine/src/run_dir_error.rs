//! Errors of the folder of a run.

use std::io;
use std::path::PathBuf;

use streamguard_durable::WriteError;
use thiserror::Error;

use crate::journal::JournalError;
use crate::manifest::FileFaultKind;
use crate::run_info::RunInfo;
use crate::settings_difference::SettingsDifference;

/// Error of a run that cannot use its folder. The messages contain no advice, because the remedy depends on the
/// product's options.
#[derive(Debug, Error)]
pub enum RunDirError {
    /// Another run works in the folder.
    #[error("{path} is in use by {holder}")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Text that the other run wrote into its lock, such as `process 77`.
        holder: String,
    },
    /// The folder, or a file in it, cannot be created or written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file of the run's state exists, and cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The folder holds an interrupted run, and the caller did not choose what to do with it.
    #[error("{path} holds an interrupted run")]
    Interrupted {
        /// The folder.
        path: PathBuf,
        /// First setting that differs, if one does.
        difference: Option<SettingsDifference>,
    },
    /// The interrupted run had other settings, so its shards are of no use.
    #[error("{path} holds an interrupted run with other settings")]
    OtherSettings {
        /// The folder.
        path: PathBuf,
        /// First setting that differs.
        difference: SettingsDifference,
    },
    /// Another build of the program began the interrupted run, and may make other records of the same settings.
    #[error("{path} holds an interrupted run of another build of this program: {was}, this is {is}")]
    OtherBuild {
        /// The folder.
        path: PathBuf,
        /// Build that began the run.
        was: String,
        /// Build of this program.
        is: String,
    },
    /// The folder holds this very run, and it is finished: there is nothing to do.
    #[error("{path} holds this run, finished")]
    AlreadyFinished {
        /// The folder.
        path: PathBuf,
        /// Facts about the finished run.
        earlier: Box<RunInfo>,
    },
    /// The folder holds a finished run with other settings, whose results this run would replace.
    #[error("{path} holds a finished run with other settings")]
    FinishedWithOtherSettings {
        /// The folder.
        path: PathBuf,
        /// Facts about the finished run.
        earlier: Box<RunInfo>,
        /// First setting that differs.
        difference: SettingsDifference,
    },
    /// The folder has no run, but a file of the name of an output.
    #[error("{path} is there already, and no run is known that made it")]
    UnknownOutput {
        /// The file.
        path: PathBuf,
    },
    /// There is no run in the folder that could be resumed.
    #[error("{path} holds no run to resume")]
    NothingToResume {
        /// The folder.
        path: PathBuf,
    },
    /// There is no finished run in the folder that a newer one could replace.
    #[error("{path} holds no finished run")]
    NothingToReplace {
        /// The folder.
        path: PathBuf,
    },
    /// A newer run was taking the place of a finished one when the process ended.
    #[error("{path} holds files of two versions: an update was interrupted while it was put in place")]
    HalfReplaced {
        /// The folder.
        path: PathBuf,
    },
    /// What is to be a folder is a file.
    #[error("{path} is a file, not a folder")]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// A file of a finished run is not as the run left it.
    #[error("{path} {kind}")]
    FileFault {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        kind: FileFaultKind,
    },
    /// The state of a run cannot be understood.
    #[error("the state in {path} is damaged ({reason})")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Description of the damage.
        reason: String,
    },
}

impl From<JournalError> for RunDirError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Unreadable { path, source } => Self::Unreadable { path, source },
            JournalError::Write(error) => Self::Write(error),
            JournalError::Damaged { path, line } => Self::Damaged { path, reason: format!("line {line}") },
        }
    }
}
