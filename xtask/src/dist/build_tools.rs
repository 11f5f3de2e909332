//! Programs that build a wheel, in a virtual environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Programs with their versions: another one may write other bytes.
///
/// zig brings the C libraries of many systems, so that the program is linked against one that is older than this
/// machine's.
const REQUIREMENTS: [&str; 2] = ["maturin==1.16.0", "ziglang==0.17.1"];

/// Returns the folder of the programs, which are installed first if they are not there.
pub(super) fn install(root: &Path) -> Result<PathBuf> {
    let environment = root.join("target/dist-tools");
    let programs = environment.join("bin");
    if !programs.join("maturin").exists() {
        super::output_of(Command::new("python3").args(["-m", "venv"]).arg(&environment))
            .context("python3 with venv is needed to install the tools that build a wheel")?;
    }
    // Also an older environment gets the versions above.
    super::output_of(Command::new(programs.join("pip")).args(["install", "--quiet"]).args(REQUIREMENTS))?;
    Ok(programs)
}
