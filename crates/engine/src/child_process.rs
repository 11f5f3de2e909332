//! Child processes that end with their parent. This is the only file of the crate with unsafe code.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions, waitpgid};

/// Most looks whether a process of a killed group has ended.
const MAX_REAP_LOOKS: usize = 100;

/// Time between two of them.
const REAP_INTERVAL: Duration = Duration::from_millis(2);

/// Makes the kernel kill the child when the thread that starts it ends, even by `kill -9`, and
/// keeps the child from dumping core.
pub fn kill_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let prepare = move || {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // The core limit is inherited by whatever the child starts.
        rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
        // The signal is sent only for a death after that call (prctl(2)), so a parent that died before is
        // recognised here.
        if rustix::process::getppid() == Some(parent) {
            Ok(())
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    };
    #[expect(
        unsafe_code,
        reason = "between fork and exec only signal-safe system calls are made, no memory is touched"
    )]
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Sets up a child that leads its process group. If that fails, the group is killed and its end waited for: nobody
/// would know it any more.
pub(crate) fn set_up<T>(
    mut child: Child,
    set_up: impl FnOnce(&mut Child) -> io::Result<T>,
) -> io::Result<(Child, T)> {
    match set_up(&mut child) {
        Ok(made) => Ok((child, made)),
        Err(error) => {
            kill_group(child.id());
            let _ = child.wait();
            reap_group(child.id());
            Err(error)
        }
    }
}

/// Limits the address space of a process, in bytes. Allocations beyond the limit fail.
pub(crate) fn limit_memory(process: u32, bytes: u64) -> io::Result<()> {
    // prlimit(2) takes the pid 0 for this process itself, so 0 must never be passed.
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
    rustix::process::prlimit(Some(pid), Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) })?;
    Ok(())
}

/// Waits for the processes of a killed group that this process took in after their parents had died. Does nothing if it
/// takes in no orphans.
pub(crate) fn reap_group(group: u32) {
    let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) else { return };
    // A killed process ends a moment later; one that the kernel holds up is left to the end of this process.
    for _ in 0..MAX_REAP_LOOKS {
        match waitpgid(group, WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => std::thread::sleep(REAP_INTERVAL),
            Err(_) => return,
        }
    }
}

/// Kills a process group, if it still exists. Group 0 stands for none.
pub(crate) fn kill_group(group: u32) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // An error means that it no longer exists, which is the goal.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_cannot_be_set_up_is_ended() {
        let child = Command::new("sleep").arg("3600").process_group(0).spawn().unwrap();
        let pid = Pid::from_child(&child);
        let failed = set_up(child, |_| Err::<(), _>(io::ErrorKind::OutOfMemory.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        assert_eq!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH));
    }
}
