//! `cargo xtask dist`: what people install who have no Rust.
//!
//! The program is built once, by maturin, for glibc 2.17; the wheel is what maturin makes, packed again, and the other
//! packages take the program out of it. So all of them hold the same program.

mod build_tools;
mod clean_root;
mod debian;
mod install_check;
mod packaged_files;
mod program_archive;
mod third_party;
mod wheel;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use sha2::{Digest, Sha256};

use packaged_files::PackagedFile;
use wheel::{PythonPackages, WheelContents};

/// Version of the packages.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Name of the list of digests.
const DIGESTS_NAME: &str = "SHA256SUMS";

/// What `dist` makes, and whether it is tried.
#[derive(Args)]
pub(crate) struct DistInputs {
    /// Folder of the packages
    #[arg(long, default_value = "target/dist")]
    into: PathBuf,
    /// Wheel to make the other packages of, instead of building one
    #[arg(long)]
    wheel: Option<PathBuf>,
    /// Install the packages in minimal Debian systems without Rust, and run them there; as root, with debootstrap
    #[arg(long)]
    check: bool,
}

/// Makes all packages, and tries them if that is asked for.
pub(crate) fn run(inputs: &DistInputs) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    fs::create_dir_all(&inputs.into)?;
    let into = inputs.into.canonicalize()?;
    let epoch = source_date_epoch(&root)?;
    let built = match &inputs.wheel {
        Some(wheel) => vec![wheel.clone()],
        None => {
            let PythonPackages { wheel, source } = wheel::build(&root, epoch)?;
            vec![wheel, source]
        }
    };
    let (wheel, source) = (&built[0], &built[1..]);
    println!("packing {}", wheel.display());
    let wheel_bytes = wheel::repack(&root, wheel)?;
    let contents = WheelContents::read(&wheel_bytes)?;
    let files = packaged_files::gather(&root, &contents.program)?;
    let mut written = packages(&contents, &files, epoch)?;
    written.push((file_name(wheel)?, wheel_bytes));
    for path in source {
        written.push((file_name(path)?, fs::read(path)?));
    }
    written.sort();
    for (name, bytes) in &written {
        fs::write(into.join(name), bytes)?;
        println!("{:>10}  {name}", bytes.len());
    }
    fs::write(into.join(DIGESTS_NAME), digests(&written))?;
    if inputs.check { install_check::run(&root, &into, &file_name(&built[0])?) } else { Ok(()) }
}

/// Returns the name of a file.
fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    Ok(name.with_context(|| format!("{} is no path of a file", path.display()))?.to_owned())
}

/// Makes the packages that are not the wheel. The same contents give the same bytes.
fn packages(contents: &WheelContents, files: &[PackagedFile], epoch: u64) -> Result<Vec<(String, Vec<u8>)>> {
    let platform = format!("{VERSION}-{}-linux", std::env::consts::ARCH);
    let archive = format!("streamguard-{platform}");
    Ok(vec![
        (format!("{archive}.tar.gz"), program_archive::write(&archive, files, epoch)?),
        (debian::file_name(), debian::write(files, epoch)?),
        (archive, contents.program.clone()),
        (format!("streamguard-{VERSION}.cdx.json"), contents.bill_of_materials.clone()),
    ])
}

/// Returns the digests of files, as `sha256sum --check` reads them.
fn digests(files: &[(String, Vec<u8>)]) -> String {
    let hex =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect()
}

/// Returns the time that all files of the packages get, in seconds since 1970: that of the commit, unless the
/// variable says another one.
///
/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
fn source_date_epoch(root: &Path) -> Result<u64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => {
            let log = Command::new("git").arg("-C").arg(root).args(["log", "-1", "--format=%ct"]).output()?;
            String::from_utf8(log.stdout)?
        }
    };
    text.trim()
        .parse()
        .context("this is not a checkout with commits: set SOURCE_DATE_EPOCH to a time in seconds")
}

/// Runs a command, and returns its standard output.
fn output_of(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = loop {
        match command.output() {
            // Another thread just starts a program: until that runs, it holds the file that this one has written.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => sleep(Duration::from_millis(10)),
            output => break output.with_context(|| format!("cannot start {name}"))?,
        }
    };
    // Tests of Python say on standard output what failed.
    let said = [&output.stdout[..], &output.stderr].concat();
    anyhow::ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&said).trim());
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the contents of a wheel whose program is a script that answers as the real one does.
    fn contents() -> WheelContents {
        let script = "#!/bin/sh\ncase $1 in man) mkdir -p \"$3\" && echo .TH >\"$3/streamguard.1\" ;; *) echo \"$2\" ;; esac\n";
        WheelContents { program: script.into(), bill_of_materials: b"{}".to_vec() }
    }

    /// Returns whether the machine can make packages of Debian.
    fn has_dpkg() -> bool {
        let found = Command::new("dpkg-deb").arg("--version").output().is_ok();
        if !found {
            println!("SKIPPED: there is no dpkg-deb, packages are not made");
        }
        found
    }

    #[test]
    fn two_packagings_of_the_same_program_have_the_same_bytes() {
        if !has_dpkg() {
            return;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let contents = contents();
        let package = || {
            let files = packaged_files::gather(&root, &contents.program).unwrap();
            packages(&contents, &files, 1_700_000_000).unwrap()
        };
        let (one, two) = (package(), package());
        assert!(one == two, "the packages differ");
        let listed = digests(&one);
        assert_eq!(listed.lines().count(), 4, "{listed}");
        assert!(listed.contains(&format!("  streamguard_{VERSION}_")), "{listed}");
    }

    #[test]
    fn a_package_of_debian_holds_program_completions_and_manual_pages() {
        if !has_dpkg() {
            return;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = packaged_files::gather(&root, &contents().program).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("streamguard.deb");
        fs::write(&package, debian::write(&files, 1_700_000_000).unwrap()).unwrap();
        let listed = output_of(Command::new("dpkg-deb").arg("--contents").arg(&package)).unwrap();
        let listed = String::from_utf8(listed).unwrap();
        for (mode, path) in [
            ("-rwxr-xr-x root/root", "./usr/bin/streamguard"),
            ("-rw-r--r-- root/root", "./usr/share/man/man1/streamguard.1.gz"),
            ("-rw-r--r-- root/root", "./usr/share/bash-completion/completions/streamguard"),
            ("-rw-r--r-- root/root", "./usr/share/zsh/vendor-completions/_streamguard"),
            ("-rw-r--r-- root/root", "./usr/share/fish/vendor_completions.d/streamguard.fish"),
            ("-rw-r--r-- root/root", "./usr/share/doc/streamguard/copyright"),
        ] {
            let line = listed.lines().find(|line| line.ends_with(path));
            assert!(line.is_some_and(|line| line.starts_with(mode)), "{path}: {listed}");
        }
    }
}
