//! A Slurm of two nodes on this machine, by the script of the tests.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};
use tempfile::TempDir;

use super::super::cpu_of;

/// The cluster; it ends with this value.
pub(super) struct Slurm {
    script: Child,
    /// It ends when this does.
    orders: Option<ChildStdin>,
    folder: TempDir,
}

impl Slurm {
    /// Starts it. From now on processes that lose their parent become children of this one, so that
    /// what elements cost is known.
    pub(super) fn start() -> Result<Self> {
        set_child_subreaper(Some(getpid()))?;
        let folder = tempfile::tempdir()?;
        let mut script = Command::new("python3")
            .arg(super::of_project("crates/streamguard/tests/cluster/slurm.py"))
            .arg(folder.path().join("slurm"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run python3")?;
        std::fs::create_dir_all(folder.path().join("slurm"))?;
        let orders = script.stdin.take();
        let mut answer = String::new();
        BufReader::new(script.stdout.take().context("it was piped")?).read_line(&mut answer)?;
        match answer.trim() {
            "ready" => Ok(Self { script, orders, folder }),
            why => bail!("no Slurm: {why}"),
        }
    }

    /// What leads Slurm's programs there.
    pub(super) fn conf(&self) -> PathBuf {
        self.folder.path().join("slurm/slurm.conf")
    }

    /// CPU time of its daemons so far.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let of = |name: &str| -> Result<Duration> {
            let pid = std::fs::read_to_string(self.folder.path().join("slurm").join(name))?;
            Ok(cpu_of(pid.trim()))
        };
        Ok(of("slurmctld.pid")? + of("n1.pid")? + of("n2.pid")?)
    }

    /// Waits until what it started is over, so that its CPU time counts as that of children.
    pub(super) fn gather(&self) {
        std::thread::sleep(Duration::from_secs(1));
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Gone already is as good.
        let _ = self.script.wait();
    }
}
