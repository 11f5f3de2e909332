//! Parsers of others, each behind a script that lists the functions of files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use streamguard_dataset::Language;

use super::comparison::ReferenceFunction;
use super::source_sides::SourceSide;

/// A parser, and how its script is started.
///
/// The script reads the paths of files from its standard input, one a line, and prints a line of JSON for each: a list
/// of functions, or `null` if its parser cannot read the file.
pub(super) struct ReferenceParser {
    pub(super) language: Language,
    /// Program below the folder of installed parsers if it contains a `/`, otherwise on the search path.
    program: &'static str,
    /// Its arguments; one that begins with `@` is a file beside the scripts.
    arguments: &'static [&'static str],
}

/// The parser of each language that has one.
pub(super) static REFERENCES: &[ReferenceParser] = &[
    parser(Language::C, "venv/bin/python", &["@c_family.py", "C"]),
    parser(Language::Cpp, "venv/bin/python", &["@c_family.py", "C++"]),
    parser(Language::Go, "bin/go-functions", &[]),
    parser(Language::Java, "java", &["@JavaFunctions.java"]),
    parser(Language::JavaScript, "node", &["@typescript.js"]),
    parser(Language::Php, "node", &["@php.js"]),
    parser(Language::Python, "python3", &["@python.py"]),
    parser(Language::Ruby, "node", &["--no-warnings", "@ruby.mjs"]),
    parser(Language::Rust, "bin/rust-functions", &[]),
    parser(Language::TypeScript, "node", &["@typescript.js"]),
];

const fn parser(
    language: Language,
    program: &'static str,
    arguments: &'static [&'static str],
) -> ReferenceParser {
    ReferenceParser { language, program, arguments }
}

impl ReferenceParser {
    /// Lists the functions of each side; `None` for one that the parser cannot read.
    pub(super) fn functions(
        &self,
        sides: &[SourceSide],
        sources: &Path,
        installed: &Path,
    ) -> Result<Vec<Option<Vec<ReferenceFunction>>>> {
        let installed = std::path::absolute(installed)?;
        let is_installed = self.program.contains('/');
        let program = if is_installed { installed.join(self.program) } else { PathBuf::from(self.program) };
        ensure!(
            !is_installed || program.exists(),
            "{} is missing: run `xtask/references/install.sh {}`",
            program.display(),
            installed.display()
        );
        let folder = tempfile::tempdir()?;
        let paths = write_files(folder.path(), sides)?;
        let arguments = self.arguments.iter().map(|argument| match argument.strip_prefix('@') {
            Some(file) => sources.join(file).into_os_string(),
            None => (*argument).into(),
        });
        let mut command = Command::new(&program);
        command.args(arguments).env("REFERENCES", &installed);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut input = child.stdin.take().context("a child has no input")?;
        // Written beside the reading, since both pipes are bounded.
        let writer = std::thread::spawn(move || input.write_all(paths.as_bytes()));
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{} ended with {}", program.display(), output.status);
        writer.join().map_err(|_| anyhow::anyhow!("the thread that writes paths panicked"))??;
        let text = String::from_utf8(output.stdout)?;
        let answers: Vec<_> = text.lines().map(parse_answer).collect::<Result<_>>()?;
        ensure!(
            answers.len() == sides.len(),
            "{} answered {} of {} files",
            program.display(),
            answers.len(),
            sides.len()
        );
        Ok(answers)
    }
}

/// Writes each side to a file of its own, and returns the paths, one a line.
fn write_files(folder: &Path, sides: &[SourceSide]) -> Result<String> {
    let mut paths = String::new();
    for (number, side) in sides.iter().enumerate() {
        let extension = side.path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let path = folder.join(format!("{number}.{extension}"));
        std::fs::write(&path, &side.text)?;
        paths.push_str(path.to_str().context("a temporary folder whose path is not UTF-8")?);
        paths.push('\n');
    }
    Ok(paths)
}

fn parse_answer(line: &str) -> Result<Option<Vec<ReferenceFunction>>> {
    let value: Value = serde_json::from_str(line)?;
    let Some(functions) = value.as_array() else { return Ok(None) };
    let functions = functions.iter().map(|function| {
        ReferenceFunction::from_json(function).with_context(|| format!("no function: {function}"))
    });
    functions.collect::<Result<_>>().map(Some)
}
