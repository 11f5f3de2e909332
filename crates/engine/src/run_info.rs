//! Facts about a run that are stored in `run.json`: its settings, its clock, and whether it is done.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::{WriteError, read_regular, write_atomic};

use crate::run_dir_error::RunDirError;
use crate::run_paths::RunPaths;
use crate::settings_difference::SettingsDifference;

/// Version of a run's state on disk.
const STATE_FORMAT: u32 = 2;

/// Largest `run.json` that is read, in bytes. Most of it is settings.
const MAX_INFO_BYTES: u64 = 64 << 20;

/// Content of `run.json`: facts about a run that outlive its process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunInfo {
    format: u32,
    /// Name of the program's build.
    #[serde(default)]
    pub build: String,
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

/// The facts as they are stored, with a digest by which a changed file is found.
#[derive(Serialize, Deserialize)]
struct StoredInfo {
    #[serde(flatten)]
    info: RunInfo,
    digest: String,
}

impl RunInfo {
    /// Creates the facts of a run that begins or continues now.
    pub(crate) fn new(build: &str, command: Option<String>, settings: Value, clock_ms: u64) -> Self {
        Self { format: STATE_FORMAT, build: build.to_owned(), command, settings, clock_ms, done: false }
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
        let bytes = match read_regular(&path, MAX_INFO_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory && paths.root().is_file() => {
                return Err(RunDirError::NotAFolder { path: paths.root().to_owned() });
            }
            Err(source) => return Err(RunDirError::Unreadable { path, source }),
        };
        Self::from_bytes(&bytes).map(Some).map_err(|reason| RunDirError::Damaged { path, reason })
    }

    /// Parses the content of `run.json`. Returns the reason if it is damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let StoredInfo { info, digest } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if info.format != STATE_FORMAT {
            return Err(format!("format {}, this program reads {STATE_FORMAT}", info.format));
        }
        // An edited setting would make other data under the name of this run.
        if info.digest() != digest {
            return Err("it was changed since it was written".to_owned());
        }
        Ok(info)
    }

    /// Writes the facts to `run.json`.
    pub(crate) fn write(&self, paths: &RunPaths) -> Result<(), RunDirError> {
        let path = paths.run_info();
        write_atomic(&path, &self.to_bytes()).map_err(WriteError::at(path))?;
        Ok(())
    }

    /// Returns the content of `run.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = StoredInfo { info: self.clone(), digest: self.digest() };
        serde_json::to_vec_pretty(&stored).expect("facts about a run are plain JSON")
    }

    /// Computes BLAKE3 of all facts, in hexadecimal digits.
    fn digest(&self) -> String {
        // JSON objects of serde_json are sorted by key, so the same settings have the same bytes.
        let bytes = serde_json::to_vec(self).expect("facts about a run are plain JSON");
        blake3::hash(&bytes).to_hex().to_string()
    }

    /// Returns the first setting that differs from the stored ones.
    pub(crate) fn difference(&self, settings: &Value) -> Option<SettingsDifference> {
        SettingsDifference::first(&self.settings, settings)
    }
}
