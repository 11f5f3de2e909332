//! Programs of others that read what a scan writes, where they are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Variable that names a Python with the packages of the readers.
const PYTHON: &str = "STREAMGUARD_TEST_PYTHON";

/// Returns a command that runs a script with a Python that can import `package`; `None`, loudly, without one.
pub(crate) fn python(script: &str, package: &str) -> Option<Command> {
    let Some(python) = std::env::var_os(PYTHON) else {
        eprintln!("SKIPPED: {script} is not run: {PYTHON} names no Python with {package}");
        return None;
    };
    let imports = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if !imports.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: {script} is not run: the Python of {PYTHON} cannot import {package}");
        return None;
    }
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script));
    Some(command)
}

/// Returns the path of a schema, by a variable or in the folder of shared data; `None`, loudly, without it.
pub(crate) fn schema(variable: &str, shared: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/specs").join(shared);
    let found = named.unwrap_or(shared);
    if !found.is_file() {
        eprintln!("SKIPPED: no schema in {}; {variable} may name it", found.display());
        return None;
    }
    Some(found)
}

/// Runs a command that must succeed.
pub(crate) fn succeeds(command: &mut Command) {
    let output = command.output().expect("the program starts");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}");
}
