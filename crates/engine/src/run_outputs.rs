//! Names of the outputs of a run, as its folder records them.

use std::path::{Component, Path};

use streamguard_durable::{WriteError, is_behind_link, read_regular_text, write_atomic};

use crate::run_dir_error::RunDirError;
use crate::run_paths::RunPaths;

/// Largest list of outputs that is read, in bytes.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// Records the names of the outputs, for when the run is discarded: apart from `run.json`, which may be unreadable then.
pub(crate) fn write_outputs(paths: &RunPaths) -> Result<(), RunDirError> {
    let path = paths.outputs_list();
    write_atomic(&path, paths.outputs().join("\n").as_bytes()).map_err(WriteError::at(&path))?;
    Ok(())
}

/// Reads the names that [`write_outputs`] wrote; none if there was no run.
pub(crate) fn read_outputs(paths: &RunPaths) -> Vec<String> {
    read_regular_text(&paths.outputs_list(), MAX_LIST_BYTES)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Reports whether a recorded name stays in the folder of the run: somebody else may have written the file.
pub(crate) fn is_inside(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Reports whether a recorded name is that of a file of a run. What a link in the folder leads to is not, nor is what
/// somebody else has put there.
pub(crate) fn is_own(paths: &RunPaths, name: &str) -> bool {
    is_inside(name) && !is_behind_link(paths.root(), name) && !paths.is_kept(name)
}
