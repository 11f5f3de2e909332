//! Minimal Debian systems, in which packages are tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::output_of;

/// Enters a system whose changes are kept in memory and forgotten, and runs a script there. Its arguments are an empty
/// folder, the system, the script, and pairs of a folder and its place in the system.
const ENTER: &str = r#"
scratch=$1 system=$2 script=$3
shift 3
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=$system,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mount -t proc proc "$scratch/root/proc"
while [ $# -gt 0 ]; do
  mkdir -p "$scratch/root$2"
  mount --bind -o ro "$1" "$scratch/root$2"
  shift 2
done
exec chroot "$scratch/root" sh -euc "$script"
"#;

/// Minimal Debian system in a folder.
pub(super) struct CleanRoot {
    folder: PathBuf,
}

impl CleanRoot {
    /// Installs a release of Debian with some packages, unless an earlier check left it.
    pub(super) fn prepare(root: &Path, suite: &str, packages: &str) -> Result<Self> {
        let folder = root.join("target/roots").join(format!("{suite}+{packages}").replace(',', "+"));
        if !folder.exists() {
            println!("installing Debian {suite} with {packages}");
            // Renamed when it is whole, since debootstrap may be stopped.
            let part = folder.with_extension("part");
            let _ = fs::remove_dir_all(&part);
            fs::create_dir_all(&part)?;
            let include = format!("--include={packages}");
            output_of(Command::new("debootstrap").args(["--variant=minbase", &include, suite]).arg(&part))
                .context("cannot install a minimal Debian: this needs root, a network and debootstrap")?;
            fs::rename(&part, &folder)?;
        }
        Ok(Self { folder })
    }

    /// Runs a shell script as root of the system, without a network, with some folders of this machine at other
    /// places. Returns what it prints; the system stays as it was.
    pub(super) fn run(&self, folders: &[(&Path, &str)], script: &str) -> Result<String> {
        let scratch = tempfile::tempdir()?;
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-euc", ENTER, "sh"])
            .arg(scratch.path())
            .arg(&self.folder)
            .arg(script)
            .args(folders.iter().flat_map(|(folder, place)| [folder.as_os_str(), place.as_ref()]))
            .env_clear()
            .envs([
                ("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                ("HOME", "/root"),
                ("LC_ALL", "C.UTF-8"),
            ]);
        let printed = output_of(&mut command)
            .with_context(|| format!("this script failed in {}:\n{script}", self.folder.display()))?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }
}
