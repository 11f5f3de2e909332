//! A Slurm cluster of two nodes on this machine, started by the script of the tests.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};
use tempfile::TempDir;

use super::super::measure::process_cpu_time;

/// Path of the script, from the folder of this crate.
const SCRIPT_PATH: &str = "../crates/streamguard/tests/cluster/slurm.py";

/// The cluster. Dropping the value stops it.
pub(super) struct SlurmCluster {
    script: Child,
    /// Standard input of the script, which stops the cluster when the input ends.
    stdin: Option<ChildStdin>,
    folder: TempDir,
}

impl SlurmCluster {
    /// Starts the cluster. From now on processes that lose their parent become children of this process, so
    /// that the CPU time of array tasks can be measured.
    pub(super) fn start() -> Result<Self> {
        set_child_subreaper(Some(getpid()))?;
        let folder = tempfile::tempdir()?;
        let mut script = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT_PATH))
            .arg(folder.path().join("slurm"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run python3")?;
        std::fs::create_dir_all(folder.path().join("slurm"))?;
        let stdin = script.stdin.take();
        let mut answer = String::new();
        BufReader::new(script.stdout.take().context("standard output is not piped")?)
            .read_line(&mut answer)?;
        match answer.trim() {
            "ready" => Ok(Self { script, stdin, folder }),
            reason => bail!("Slurm does not start: {reason}"),
        }
    }

    /// Returns the configuration file through which Slurm's programs find the cluster.
    pub(super) fn conf(&self) -> PathBuf {
        self.folder.path().join("slurm/slurm.conf")
    }

    /// Returns the CPU time of the daemons so far.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let of = |name: &str| -> Result<Duration> {
            let pid = std::fs::read_to_string(self.folder.path().join("slurm").join(name))?;
            Ok(process_cpu_time(pid.trim()))
        };
        Ok(of("slurmctld.pid")? + of("n1.pid")? + of("n2.pid")?)
    }

    /// Waits for the processes of the array tasks, so that their CPU time counts as that of children.
    pub(super) fn gather(&self) {
        std::thread::sleep(Duration::from_secs(1));
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
    }
}

impl Drop for SlurmCluster {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // The script may have ended already.
        let _ = self.script.wait();
    }
}
