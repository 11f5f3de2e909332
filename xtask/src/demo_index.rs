//! The index of known fixes that the program contains.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// Collects the demo world with all collectors that need no generator, and writes the index of its fixes.
pub(crate) fn write(streamguard: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let dataset = folder.path().join("demo");
    let index = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/scan/demo.sgdb");
    let run = |command: &mut Command| -> Result<()> {
        let status = command.current_dir(folder.path()).status()?;
        anyhow::ensure!(status.success(), "{command:?} failed");
        Ok(())
    };
    run(Command::new(streamguard)
        .args([
            "collect",
            "--offline",
            "--quiet",
            "--collectors",
            "cve",
            "github",
            "osv",
            "repo",
            "--output-dir",
        ])
        .arg(&dataset))?;
    run(Command::new(streamguard).args(["known", "build"]).arg(&dataset).arg("--output").arg(&index))
}
