//! Budgets: what one credential may ask of one service, shared by all threads and processes of
//! the machine through a small file. It survives a kill, and ends with the machine's next start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::ledger::{Ledger, Quota, Wait};
use super::request::{Service, UpstreamError};
use super::service::Window;
use streamguard_cache::Progress;
use streamguard_cache::wait::{LOGGED_WAIT, clock_time_in, jitter, seconds, sleep_for};
use streamguard_cache::{FileLock, LockMode};
use streamguard_cache::{HostSlot, file_name};

/// Version of the file's layout.
const FORMAT: u32 = 1;

/// A service that wants everybody to wait for longer than this is given up.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How much later than told to go on, at most, so that not all come at once.
const SPREAD: Duration = Duration::from_secs(1);

/// How long to ask one at a time after there were too many at once.
const CROWDED: Duration = Duration::from_secs(10 * 60);

/// For how long nobody tries to reach a host that was not reached.
const AWAY: Duration = Duration::from_secs(20);

/// The file.
#[derive(Default, Serialize, Deserialize)]
struct State {
    format: u32,
    /// Which start of the machine the times belong to.
    boot: String,
    ledger: Ledger,
}

/// What one credential may ask of one service at one host.
#[derive(Debug)]
pub(super) struct Budget {
    folder: PathBuf,
    name: String,
    service: Service,
    window: Option<Window>,
    scale: f64,
}

/// A request that may go now. It is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    budget: &'a Budget,
    lane: HostSlot,
    is_ended: bool,
}

/// What an answer said about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What is left of a quota, and its name.
    pub(super) quota: Option<(String, Quota)>,
    /// How long everybody has to wait, and why.
    pub(super) block: Option<(Duration, String)>,
    /// Whether there were too many at once.
    pub(super) is_crowded: bool,
}

impl Budget {
    /// The budget of a service at a host, with its port; `scope` tells credentials apart.
    pub(super) fn new(folder: PathBuf, service: Service, host: &str, scope: &str, scale: f64) -> Self {
        let window = service
            .window(scope != super::credential::OPEN)
            .map(|window| Window { length: window.length.mul_f64(scale), ..window });
        let name = format!("{}-{}-{scope}", service.slug(), file_name(host));
        Self { folder, name, service, window, scale }
    }

    /// Waits until a request may go. `quota` names the limit that it counts against.
    pub(super) fn admit(
        &self,
        quota: &str,
        progress: &mut dyn Progress,
    ) -> Result<Permit<'_>, UpstreamError> {
        let mut most = self.service.lanes();
        loop {
            let lane =
                HostSlot::acquire_named(&self.folder, &self.name, most, self.service.label(), progress)?;
            let wait = self.with_ledger(|ledger, now| {
                if let Some(reason) = ledger.away(now) {
                    let (url, reason) = (self.service.label().to_owned(), format!("{reason}, just now"));
                    return Err(UpstreamError::Failed { url, reason });
                }
                self.end_orphans(ledger, now, &lane)?;
                ledger.forget(now, self.window);
                most = if ledger.is_single(now) { 1 } else { self.service.lanes() };
                let wait = ledger.wait(now, self.window, quota);
                // Noted under the same lock as it was checked: two processes must not both take the
                // last request.
                if wait.is_none() && lane.number() < most {
                    ledger.send(now, lane.number(), quota);
                }
                Ok(wait)
            })?;
            match wait {
                None if lane.number() < most => return Ok(Permit { budget: self, lane, is_ended: false }),
                // The limit has shrunk meanwhile: the slot goes back, and one of the fewer is
                // waited for.
                None => {}
                Some(wait) => {
                    // Whoever waits holds no slot: a request that counts against another quota may
                    // go meanwhile.
                    drop(lane);
                    self.wait(wait, progress)?;
                }
            }
        }
    }

    /// Requests whose process died are under way no more.
    fn end_orphans(&self, ledger: &mut Ledger, now: u64, own: &HostSlot) -> Result<(), UpstreamError> {
        let lanes: Vec<usize> = ledger.under_way().collect();
        for number in lanes {
            // This slot was just taken, so whatever is still noted under its number has ended.
            if number == own.number() || HostSlot::is_free(&self.folder, &self.name, number)? {
                ledger.end(now, number);
            }
        }
        Ok(())
    }

    fn wait(&self, wait: Wait, progress: &mut dyn Progress) -> Result<(), UpstreamError> {
        let label = self.service.label();
        let (length, text) = match wait {
            Wait::Limit { length, reason } => {
                let length = Duration::from_millis(length);
                (length, format!("{label}: waiting {} for the rate limit ({reason})", seconds(length)))
            }
            Wait::Told { length, reason } => {
                let length = Duration::from_millis(length);
                if length > PATIENCE {
                    let until = jiff::Timestamp::now() + length;
                    return Err(UpstreamError::Failed {
                        url: label.to_owned(),
                        reason: format!("rate limited until {until:.0} ({reason})"),
                    });
                }
                let length = length + jitter((length / 10).min(SPREAD.mul_f64(self.scale)));
                (length, format!("{label}: waiting {} ({reason})", seconds(length)))
            }
        };
        if length > LOGGED_WAIT {
            progress.info(text);
        }
        Ok(sleep_for(&format!("{label}: rate limit until {}", clock_time_in(length)), length, progress)?)
    }

    /// Makes everybody wait, for instance because an answer said so in its body.
    pub(super) fn told(&self, told: Told) -> Result<(), UpstreamError> {
        self.with_ledger(|ledger, now| {
            self.apply(told, ledger, now);
            Ok(())
        })
    }

    /// Spares others the tries that came to nothing.
    pub(super) fn keep_away(&self, reason: String) -> Result<(), UpstreamError> {
        self.with_ledger(|ledger, now| {
            ledger.keep_away(now + millis(AWAY.mul_f64(self.scale)), reason);
            Ok(())
        })
    }

    fn apply(&self, told: Told, ledger: &mut Ledger, now: u64) {
        if let Some((name, mut quota)) = told.quota {
            quota.reset += now;
            ledger.said(&name, quota);
        }
        if let Some((length, reason)) = told.block {
            ledger.block(now + millis(length), reason);
        }
        if told.is_crowded {
            ledger.single(now + millis(CROWDED.mul_f64(self.scale)));
        }
    }

    /// Reads the file, changes it, and writes it back, while nobody else does.
    fn with_ledger<T>(
        &self,
        change: impl FnOnce(&mut Ledger, u64) -> Result<T, UpstreamError>,
    ) -> Result<T, UpstreamError> {
        let path = self.folder.join(format!("{}.json", self.name));
        let failed = |source| UpstreamError::Cache { path: path.clone(), source };
        let lock = path.with_extension("json.lock");
        let _lock = loop {
            // Held for moments only; waiting in the kernel would be deaf to pruning.
            match FileLock::try_take(&lock, LockMode::Exclusive).map_err(failed)? {
                Some(lock) => break lock,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").map_err(failed)?;
        let state = match fs::read(&path) {
            // A file that is torn, of another layout or of an earlier start of the machine is worth nothing.
            Ok(bytes) => serde_json::from_slice::<State>(&bytes)
                .ok()
                .filter(|state| state.format == FORMAT && state.boot == boot)
                .unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(failed(error)),
        };
        let mut state = State { format: FORMAT, boot, ..state };
        let result = change(&mut state.ledger, now())?;
        write(&path, &state).map_err(failed)?;
        Ok(result)
    }
}

impl Permit<'_> {
    /// The request has ended, and this is what was said about limits.
    pub(super) fn finish(mut self, told: Told) -> Result<(), UpstreamError> {
        self.is_ended = true;
        self.end(told)
    }

    fn end(&self, told: Told) -> Result<(), UpstreamError> {
        self.budget.with_ledger(|ledger, now| {
            ledger.end(now, self.lane.number());
            self.budget.apply(told, ledger, now);
            Ok(())
        })
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            // If this fails, the free lane says it as well.
            let _ = self.end(Told::default());
        }
    }
}

/// Not synced: it need not survive the machine, and a kill does not harm what was renamed.
fn write(path: &Path, state: &State) -> io::Result<()> {
    let scratch = path.with_extension("json.part");
    fs::write(&scratch, serde_json::to_vec(state)?)?;
    fs::rename(&scratch, path)
}

/// Milliseconds since the machine started, sleep included.
fn now() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
