//! Programs of others that read the reports, where they are installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Variable that names a Python with the packages of the readers.
const PYTHON: &str = "STREAMGUARD_TEST_PYTHON";

/// Returns a command that runs a script of `readers/` with a Python that can import `packages`; `None`,
/// loudly, without one.
pub(crate) fn python(script: &str, packages: &str) -> Option<Command> {
    let Some(python) = std::env::var_os(PYTHON) else {
        eprintln!("SKIPPED: {script} is not run: {PYTHON} names no Python with {packages}");
        return None;
    };
    let mut imports = Command::new(&python);
    let imports = imports.args(["-c", &format!("import {packages}")]).output();
    if !imports.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: {script} is not run: the Python of {PYTHON} cannot import {packages}");
        return None;
    }
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/readers").join(script));
    Some(command)
}

/// Finds a program, by a variable or else on the PATH; `None`, loudly, without it.
pub(crate) fn program(variable: &str, name: &str) -> Option<Command> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        named.or_else(|| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|p| p.is_file()));
    if found.is_none() {
        eprintln!("SKIPPED: no {name} on the PATH, nor in {variable}");
    }
    found.map(Command::new)
}

/// Runs a command that must succeed. Returns its output.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Checks with Python's `jsonschema` that documents conform to a JSON Schema, and that it would
/// notice if they did not.
pub(crate) fn check_schema(schema: &Path, documents: &[Value], wrong: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: String, document: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, document.to_string()).unwrap();
        path
    };
    let Some(mut valid) = python("json_schema.py", "jsonschema") else { return };
    let paths = documents.iter().enumerate().map(|(n, document)| write(format!("{n}.json"), document));
    succeeds(valid.arg(schema).arg("valid").args(paths));
    let Some(mut invalid) = python("json_schema.py", "jsonschema") else { return };
    succeeds(invalid.arg(schema).arg("invalid").arg(write("wrong.json".to_owned(), wrong)));
}
