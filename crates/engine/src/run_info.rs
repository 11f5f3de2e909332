//! Facts about a run that are stored in `run.json`: its settings, its clock, and whether it is done.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::{WriteError, write_atomic};

use crate::run_dir_error::RunDirError;
use crate::run_paths::RunPaths;
use crate::settings_difference::SettingsDifference;

/// Version of a run's state on disk.
const STATE_FORMAT: u32 = 1;

/// Content of `run.json`: facts about a run that outlive its process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunInfo {
    format: u32,
    /// Command line that started the run, if known.
    #[serde(default)]
    pub command: Option<String>,
    /// Settings of its jobs.
    pub settings: Value,
    /// Single reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// True if the run is done and every result is in its place.
    pub done: bool,
}

impl RunInfo {
    /// Creates the facts of a run that begins or continues now.
    pub(crate) fn new(command: Option<String>, settings: Value, clock_ms: u64) -> Self {
        Self { format: STATE_FORMAT, command, settings, clock_ms, done: false }
    }

    /// Reads the facts of a run. Returns `None` if there was no run.
    ///
    /// # Errors
    /// [`RunDirError::Damaged`] if the file does not have this format, [`RunDirError::NotAFolder`] if a file is in the
    /// place of the folder, [`RunDirError::Unreadable`] if it cannot be read for another reason, and
    /// [`RunDirError::HalfReplaced`] if the files in the folder are of two runs.
    pub fn read(paths: &RunPaths) -> Result<Option<Self>, RunDirError> {
        if paths.install_plan().exists() {
            return Err(RunDirError::HalfReplaced { path: paths.root().to_owned() });
        }
        let path = paths.run_info();
        let damaged = |reason: String| RunDirError::Damaged { path: path.clone(), reason };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory && paths.root().is_file() => {
                return Err(RunDirError::NotAFolder { path: paths.root().to_owned() });
            }
            Err(source) => return Err(RunDirError::Unreadable { path, source }),
        };
        let info: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if info.format != STATE_FORMAT {
            return Err(damaged(format!("format {}, this program reads {STATE_FORMAT}", info.format)));
        }
        Ok(Some(info))
    }

    /// Writes the facts to `run.json`.
    pub(crate) fn write(&self, paths: &RunPaths) -> Result<(), RunDirError> {
        let path = paths.run_info();
        serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .and_then(|bytes| write_atomic(&path, &bytes))
            .map_err(WriteError::at(path))?;
        Ok(())
    }

    /// Returns the first setting that differs from the stored ones.
    pub(crate) fn difference(&self, settings: &Value) -> Option<SettingsDifference> {
        SettingsDifference::first(&self.settings, settings)
    }
}
