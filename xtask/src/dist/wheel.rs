//! The wheel: built by maturin, and read again for the other packages.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{VERSION, build_tools};

/// Oldest systems on which the program runs: those with glibc 2.17, such as CentOS 7.
///
/// See [PEP 599](https://peps.python.org/pep-0599/).
const COMPATIBILITY: &str = "manylinux2014";

/// Most bytes of a wheel, so that nobody has to wait for the program.
const MAX_WHEEL_BYTES: usize = 18 << 20;

/// Folder in which all crates were built, as packages tell it.
const BUILD_FOLDER: &str = "file:///streamguard/";

/// Strongest level of Deflate. Zopfli would make the wheel 0.2 % smaller, and take four minutes.
const STRONGEST_LEVEL: i64 = 9;

/// What the other packages need of a wheel.
pub(super) struct WheelContents {
    /// Program.
    pub(super) program: Vec<u8>,
    /// CycloneDX list of all crates in the program, with their licences.
    pub(super) bill_of_materials: Vec<u8>,
}

impl WheelContents {
    /// Reads a wheel.
    pub(super) fn read(wheel: &[u8]) -> Result<Self> {
        let mut archive = ZipArchive::new(Cursor::new(wheel)).context("this is not a wheel")?;
        let mut read = |name: &str| -> Result<Vec<u8>> {
            let mut bytes = Vec::new();
            let mut file = archive.by_name(name).with_context(|| format!("the wheel has no {name}"))?;
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        Ok(Self {
            program: read(&format!("streamguard-{VERSION}.data/scripts/streamguard"))?,
            bill_of_materials: read(&bill_of_materials_name())?,
        })
    }
}

/// Returns the name of the list of all crates in a wheel.
fn bill_of_materials_name() -> String {
    format!("streamguard-{VERSION}.dist-info/sboms/streamguard.cyclonedx.json")
}

/// Packages of Python.
pub(super) struct PythonPackages {
    /// Wheel, with the program.
    pub(super) wheel: PathBuf,
    /// Sources of all of it, from which pip builds a wheel where the other one does not fit.
    pub(super) source: PathBuf,
}

/// Builds the packages of Python.
pub(super) fn build(root: &Path, epoch: u64) -> Result<PythonPackages> {
    let tools = build_tools::install(root)?;
    let target = root.join("target/dist-build");
    let path = path_with(&tools)?;
    let flags = path_flags(root)?;
    let maturin = |arguments: &[&str], into: &str| -> Result<PathBuf> {
        let into = target.join(into);
        // Of an earlier version there may be a package as well.
        let _ = fs::remove_dir_all(&into);
        let status = Command::new(tools.join("maturin"))
            .args(arguments)
            .arg("--out")
            .arg(&into)
            .current_dir(root)
            .env("PATH", &path)
            .env("CARGO_TARGET_DIR", &target)
            .env("SOURCE_DATE_EPOCH", epoch.to_string())
            .envs(flags.clone())
            .status()?;
        anyhow::ensure!(status.success(), "maturin {} failed, for the reason above", arguments[0]);
        Ok(fs::read_dir(&into)?.next().context("maturin wrote no file")??.path())
    };
    let build = ["build", "--profile", "dist", "--locked"];
    let compatibility = ["--zig", "--compatibility", COMPATIBILITY];
    let wheel = maturin(&[&build[..], &compatibility].concat(), "wheels")?;
    Ok(PythonPackages { wheel, source: maturin(&["sdist"], "sdist")? })
}

/// Returns a wheel packed again at the strongest level, with a list of crates that does not tell in which folder it was
/// built.
pub(super) fn repack(root: &Path, wheel: &Path) -> Result<Vec<u8>> {
    let mut archive =
        ZipArchive::new(File::open(wheel)?).with_context(|| format!("{} is not a wheel", wheel.display()))?;
    let mut smaller = ZipWriter::new(Cursor::new(Vec::new()));
    let mut entry = None;
    for number in 0..archive.len() {
        let mut file = archive.by_index(number)?;
        let (name, mut bytes) = (file.name()?.into_owned(), Vec::new());
        file.read_to_end(&mut bytes)?;
        if name == bill_of_materials_name() {
            let text =
                String::from_utf8(bytes)?.replace(&format!("file://{}/", root.display()), BUILD_FOLDER);
            let is_hidden = text.matches("file:///").count() == text.matches(BUILD_FOLDER).count();
            anyhow::ensure!(
                is_hidden,
                "the list of crates of {} names another folder than {}, in which it was built",
                wheel.display(),
                root.display()
            );
            bytes = text.into();
            entry = Some(record_entry(&name, &bytes));
        } else if name.ends_with(".dist-info/RECORD") {
            // It is the last file of a wheel.
            let entry = entry.take().context("the wheel has no list of crates")?;
            bytes = with_entry(&String::from_utf8(bytes)?, &entry)?.into();
        }
        let options = file.options().compression_method(CompressionMethod::Deflated);
        smaller.start_file(name, options.compression_level(Some(STRONGEST_LEVEL)))?;
        smaller.write_all(&bytes)?;
    }
    anyhow::ensure!(entry.is_none(), "{} has no list of its files", wheel.display());
    let bytes = smaller.finish()?.into_inner();
    anyhow::ensure!(
        bytes.len() <= MAX_WHEEL_BYTES,
        "{} has {} bytes, more than the {MAX_WHEEL_BYTES} allowed",
        wheel.display(),
        bytes.len()
    );
    Ok(bytes)
}

/// Returns the line of a file in the list of all files of a wheel.
///
/// See <https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file>.
fn record_entry(name: &str, bytes: &[u8]) -> String {
    format!("{name},sha256={},{}", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)), bytes.len())
}

/// Returns the list of all files with this line instead of the one of the same file.
fn with_entry(record: &str, entry: &str) -> Result<String> {
    let is_same = |line: &&str| line.split(',').next() == entry.split(',').next();
    anyhow::ensure!(record.lines().filter(is_same).count() == 1, "the wheel does not list {entry} once");
    let lines = record.lines().map(|line| if is_same(&line) { entry } else { line });
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

/// Returns the variable by which commands are found, with a folder before all others.
fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&others));
    Ok(std::env::join_paths(all)?)
}

/// Returns flags of the compilers by which the program does not tell in which folders it was built: builds in two
/// folders give the same bytes.
fn path_flags(root: &Path) -> Result<[(&'static str, String); 2]> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.context("neither CARGO_HOME nor HOME is set")?;
    let (root, home) = (root.display(), home.display());
    Ok([
        ("RUSTFLAGS", format!("--remap-path-prefix={root}=/streamguard --remap-path-prefix={home}=/cargo")),
        ("CFLAGS", format!("-ffile-prefix-map={root}=/streamguard -ffile-prefix-map={home}=/cargo")),
    ])
}

#[cfg(test)]
mod tests {
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn a_wheel_packed_again_is_whole_and_tells_no_folder() {
        let record = format!("streamguard-{VERSION}.dist-info/RECORD");
        let program = format!("streamguard-{VERSION}.data/scripts/streamguard");
        let files = [
            (program.clone(), "program ".repeat(1000)),
            (bill_of_materials_name(), r#"{"bom-ref": "path+file:///src/x/crates/x"}"#.to_owned()),
            (
                record.clone(),
                format!("{program},sha256=x,8000\n{},sha256=y,46\n{record},,\n", bill_of_materials_name()),
            ),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.whl");
        let mut wheel = ZipWriter::new(File::create(&path).unwrap());
        for (name, text) in &files {
            wheel.start_file(name, SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
            wheel.write_all(text.as_bytes()).unwrap();
        }
        wheel.finish().unwrap();
        let packed = repack(Path::new("/src/x"), &path).unwrap();
        let contents = WheelContents::read(&packed).unwrap();
        assert_eq!(contents.program, files[0].1.as_bytes());
        let bill = r#"{"bom-ref": "path+file:///streamguard/crates/x"}"#;
        assert_eq!(contents.bill_of_materials, bill.as_bytes());
        let mut archive = ZipArchive::new(Cursor::new(packed)).unwrap();
        assert_eq!(archive.by_name(&program).unwrap().unix_mode().unwrap() & 0o777, 0o755);
        let mut text = String::new();
        archive.by_name(&record).unwrap().read_to_string(&mut text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("{program},sha256=x,8000"));
        assert_eq!(lines[1], record_entry(&bill_of_materials_name(), bill.as_bytes()));
        assert_eq!(lines.len(), 3);
    }
}
