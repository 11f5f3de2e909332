//! A trial of the packages, as somebody without Rust installs them.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::bench::measure::{TimeCost, measure};

use super::clean_root::CleanRoot;
use super::{DIGESTS_NAME, VERSION, debian, output_of};

/// Releases of Debian, each with another Python.
const SUITES: [&str; 2] = ["bookworm", "trixie"];

/// Longest CPU time from the package to the first dataset. The clock would also measure what else the machine does.
const MAX_FIRST_DATASET: Duration = Duration::from_secs(20);

/// Longest time that the program takes to tell its version.
const MAX_START: Duration = Duration::from_millis(15);

/// Number of starts, of which the fastest counts: the others tell what else the machine does.
const STARTS: usize = 20;

/// What a newcomer does once the program is installed.
const FIRST_DATASET: &str = "
cd /root
streamguard collect --offline --quick-test --quiet >/dev/null
test -s data/raw/samples.parquet
streamguard verify
wc -l <data/raw/samples.jsonl
";

/// Installs each package in minimal systems, and runs the program there.
pub(super) fn run(root: &Path, packages: &Path, wheel: &str) -> Result<()> {
    output_of(Command::new("sha256sum").args(["--check", DIGESTS_NAME]).current_dir(packages))?;
    let archive = format!("streamguard-{VERSION}-{}-linux", std::env::consts::ARCH);
    let took = start_time(&packages.join(&archive))?;
    println!("the program starts in {took:.1?}");
    anyhow::ensure!(took <= MAX_START, "longer than {MAX_START:?}");
    check_sources(packages)?;
    let ways = [
        (
            "pip install",
            format!(
                "python3 -m venv /venv\n/venv/bin/pip install --quiet --no-index /dist/{wheel}\n\
                 PATH=/venv/bin:$PATH\npython -m streamguard --version"
            ),
        ),
        ("dpkg -i", format!("dpkg --install /dist/{} >/dev/null", debian::file_name())),
        ("tar -x", format!("tar -xf /dist/{archive}.tar.gz --strip-components=1 -C /usr/local")),
        ("install", format!("install /dist/{archive} /usr/local/bin/streamguard")),
    ];
    for suite in SUITES {
        let system = CleanRoot::prepare(root, suite, "python3-venv")?;
        for (way, install) in &ways {
            let script = format!("{install}\n{FIRST_DATASET}");
            let (done, TimeCost { wall, cpu }) = measure(|| system.run(&[(packages, "/dist")], &script));
            done?;
            println!("{suite}: {way} and a first dataset in {wall:.1?}, {cpu:.1?} of CPU time");
            anyhow::ensure!(cpu <= MAX_FIRST_DATASET, "that is longer than {MAX_FIRST_DATASET:?}");
        }
        test_package(root, packages, wheel, suite)?;
    }
    Ok(())
}

/// Checks that cargo finds all crates in the source package, in the versions of the lock file. To build it takes as long
/// as the program.
fn check_sources(packages: &Path) -> Result<()> {
    let name = format!("streamguard-{VERSION}");
    let archive = packages.join(format!("{name}.tar.gz"));
    if !archive.exists() {
        println!("SKIPPED: of a wheel that was given there is no source package");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    output_of(Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(folder.path()))?;
    let metadata = ["metadata", "--locked", "--format-version", "1"];
    output_of(Command::new("cargo").args(metadata).current_dir(folder.path().join(name)))?;
    Ok(())
}

/// Runs the tests of the Python package against the wheel.
fn test_package(root: &Path, packages: &Path, wheel: &str, suite: &str) -> Result<()> {
    let system = CleanRoot::prepare(root, suite, "python3-venv,python3-pytest,git,procps")?;
    let said = system.run(
        &[(packages, "/dist"), (&root.join("python/tests"), "/project/python/tests")],
        &format!(
            "python3 -m venv --system-site-packages /venv\n/venv/bin/pip install --quiet --no-index /dist/{wheel}\n\
             /venv/bin/python --version\n/venv/bin/python -m pytest -q -p no:cacheprovider /project/python/tests"
        ),
    )?;
    println!("{suite}: {}", said.lines().map(str::trim).collect::<Vec<_>>().join("; "));
    Ok(())
}

/// Returns the shortest time that the program takes to tell its version.
fn start_time(program: &Path) -> Result<Duration> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755))?;
    let start = |_| {
        let began = Instant::now();
        output_of(Command::new(program).arg("--version")).map(|_| began.elapsed())
    };
    let times = (0..STARTS).map(start).collect::<Result<Vec<_>>>()?;
    times.into_iter().min().context("it was started")
}
