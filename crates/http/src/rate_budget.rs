//! Rate budgets: the requests that one credential may send to one service.
//!
//! A token or an address has one quota, however many processes use it. All threads and processes of the machine
//! therefore share each budget, in a small file under a lock. The file survives kills; it is void after the machine's
//! next start, since its times are readings of a clock that starts with the machine and that nobody can set.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use streamguard_cache::wait::{LOGGED_WAIT, clock_time_in, jitter, seconds, sleep_for};
use streamguard_cache::{FileLock, HostSlot, LockMode, Progress, file_name};
use streamguard_durable::read_regular;

use crate::error::UpstreamError;
use crate::request_ledger::{RateQuota, RequestLedger, RequiredWait};
use crate::service::{RateWindow, Service};
use crate::service_credential::ANONYMOUS_SCOPE;

/// Version of the layout of budget files.
const BUDGET_FORMAT: u32 = 1;

/// Largest budget file that is read, in bytes. Real ones have some thousand.
const MAX_BUDGET_BYTES: u64 = 16 << 20;

/// Longest wait that a service may ask for. A service that asks for a longer one is given up.
const MAX_REQUESTED_WAIT: Duration = Duration::from_secs(15 * 60);

/// Longest addition to a requested wait, so that not all waiting requests go at once.
const MAX_SPREAD: Duration = Duration::from_secs(1);

/// Time for which requests go one at a time after a service complained about too many at once.
const SERIALIZED_TIME: Duration = Duration::from_secs(10 * 60);

/// Time for which nobody tries to reach a host that was not reached.
const UNREACHABLE_TIME: Duration = Duration::from_secs(20);

/// Content of the file.
#[derive(Default, Serialize, Deserialize)]
struct BudgetFile {
    format: u32,
    /// Id of the machine's start that the times belong to.
    boot: String,
    ledger: RequestLedger,
}

/// The budget of one credential for one service at one host.
#[derive(Debug)]
pub(crate) struct RateBudget {
    folder: PathBuf,
    name: String,
    service: Service,
    window: Option<RateWindow>,
    scale: f64,
}

/// Permission to send one request, which is under way until this is dropped.
#[derive(Debug)]
pub(crate) struct RequestPermit<'a> {
    budget: &'a RateBudget,
    slot: HostSlot,
    is_ended: bool,
}

/// Limits that an answer reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LimitReport {
    /// A quota and its name.
    pub(crate) quota: Option<(String, RateQuota)>,
    /// Time for which all requests have to wait, and the reason.
    pub(crate) block: Option<(Duration, String)>,
    /// Whether requests may go one at a time only, because there were too many at once.
    pub(crate) must_serialize: bool,
}

impl RateBudget {
    /// Returns the budget of a service at a host (with its port). `scope` tells credentials apart.
    pub(crate) fn new(folder: PathBuf, service: Service, host: &str, scope: &str, scale: f64) -> Self {
        let window = service
            .window(scope != ANONYMOUS_SCOPE)
            .map(|window| RateWindow { length: window.length.mul_f64(scale), ..window });
        let name = format!("{}-{}-{scope}", service.slug(), file_name(host));
        Self { folder, name, service, window, scale }
    }

    /// Waits until a request may go. `quota` names the limit that it counts against.
    pub(crate) fn admit(
        &self,
        quota: &str,
        progress: &mut dyn Progress,
    ) -> Result<RequestPermit<'_>, UpstreamError> {
        let mut most = self.service.max_concurrent();
        loop {
            let slot =
                HostSlot::acquire_named(&self.folder, &self.name, most, self.service.label(), progress)?;
            let mut warn = |path: &Path| {
                progress.warn(format!("{} was damaged: its requests are counted anew", path.display()));
            };
            let wait = self.with_checked_ledger(&mut warn, |ledger, now| {
                if let Some(reason) = ledger.unreachable(now) {
                    let (url, reason) = (self.service.label().to_owned(), format!("{reason}, just now"));
                    return Err(UpstreamError::Failed { url, reason });
                }
                self.end_orphans(ledger, now, &slot)?;
                ledger.forget(now, self.window);
                most = if ledger.must_serialize(now) { 1 } else { self.service.max_concurrent() };
                let wait = ledger.wait(now, self.window, quota);
                // Recorded under the same lock under which it was checked: two processes must not both take the last
                // request of a window.
                if wait.is_none() && slot.number() < most {
                    ledger.send(now, slot.number(), quota);
                }
                Ok(wait)
            })?;
            match wait {
                None if slot.number() < most => {
                    return Ok(RequestPermit { budget: self, slot, is_ended: false });
                }
                // The limit has shrunk meanwhile: the slot goes back, and one of the fewer is waited for.
                None => {}
                Some(wait) => {
                    // Freed for the time of the wait: a request that counts against another quota may go meanwhile.
                    drop(slot);
                    self.wait(wait, progress)?;
                }
            }
        }
    }

    /// Ends requests whose processes died. A slot that is free tells that.
    fn end_orphans(&self, ledger: &mut RequestLedger, now: u64, own: &HostSlot) -> Result<(), UpstreamError> {
        let slots: Vec<usize> = ledger.under_way().collect();
        for number in slots {
            // The own slot was taken just now, so a request that is recorded there has ended.
            if number == own.number() || HostSlot::is_free(&self.folder, &self.name, number)? {
                ledger.end(now, number);
            }
        }
        Ok(())
    }

    fn wait(&self, wait: RequiredWait, progress: &mut dyn Progress) -> Result<(), UpstreamError> {
        let label = self.service.label();
        let (length, text) = match wait {
            RequiredWait::Limit { length, reason } => {
                let length = Duration::from_millis(length);
                (length, format!("{label}: waiting {} for the rate limit ({reason})", seconds(length)))
            }
            RequiredWait::Requested { length, reason } => {
                let length = Duration::from_millis(length);
                if length > MAX_REQUESTED_WAIT {
                    let until = jiff::Timestamp::now().saturating_add(length);
                    let until =
                        until.map_or_else(|_| "further notice".to_owned(), |time| format!("{time:.0}"));
                    return Err(UpstreamError::Failed {
                        url: label.to_owned(),
                        reason: format!("rate limited until {until} ({reason})"),
                    });
                }
                let length = length + jitter((length / 10).min(MAX_SPREAD.mul_f64(self.scale)));
                (length, format!("{label}: waiting {} ({reason})", seconds(length)))
            }
        };
        if length > LOGGED_WAIT {
            progress.info(text);
        }
        Ok(sleep_for(&format!("{label}: rate limit until {}", clock_time_in(length)), length, progress)?)
    }

    /// Applies limits that the body of an answer reported.
    pub(crate) fn report(&self, report: LimitReport) -> Result<(), UpstreamError> {
        self.with_ledger(|ledger, now| {
            self.apply(report, ledger, now);
            Ok(())
        })
    }

    /// Records that the host cannot be reached, to spare others the attempts.
    pub(crate) fn mark_unreachable(&self, reason: String) -> Result<(), UpstreamError> {
        self.with_ledger(|ledger, now| {
            let until = now.saturating_add(millis(UNREACHABLE_TIME.mul_f64(self.scale)));
            ledger.mark_unreachable(until, reason);
            Ok(())
        })
    }

    fn apply(&self, report: LimitReport, ledger: &mut RequestLedger, now: u64) {
        if let Some((name, mut quota)) = report.quota {
            quota.reset = quota.reset.saturating_add(now);
            ledger.set_quota(&name, quota);
        }
        if let Some((length, reason)) = report.block {
            ledger.block(now.saturating_add(millis(length)), reason);
        }
        if report.must_serialize {
            let length = millis(SERIALIZED_TIME.mul_f64(self.scale));
            ledger.serialize_until(now.saturating_add(length));
        }
    }

    /// Reads the file, changes it, and writes it back, all under its lock.
    fn with_ledger<T>(
        &self,
        change: impl FnOnce(&mut RequestLedger, u64) -> Result<T, UpstreamError>,
    ) -> Result<T, UpstreamError> {
        // Every request is admitted before it can change anything, so damage was reported already.
        self.with_checked_ledger(&mut |_| {}, change)
    }

    /// As [`Self::with_ledger`]; calls `warn` if the file is damaged, and so replaced by an empty one.
    fn with_checked_ledger<T>(
        &self,
        warn: &mut dyn FnMut(&Path),
        change: impl FnOnce(&mut RequestLedger, u64) -> Result<T, UpstreamError>,
    ) -> Result<T, UpstreamError> {
        let path = self.folder.join(format!("{}.json", self.name));
        let failed = |source| UpstreamError::Cache { path: path.clone(), source };
        let lock = path.with_extension("json.lock");
        let _lock = loop {
            // Polled, though others hold it for moments only: the kernel would go on waiting for a file that pruning
            // has removed meanwhile.
            match FileLock::try_take(&lock, LockMode::Exclusive).map_err(failed)? {
                Some(lock) => break lock,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").map_err(failed)?;
        let now = now();
        let read = match read_regular(&path, MAX_BUDGET_BYTES) {
            Ok(bytes) => serde_json::from_slice::<BudgetFile>(&bytes).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(BudgetFile::default()),
            // Something that was put in its place: it is replaced as a damaged file is.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::FileTooLarge) =>
            {
                None
            }
            Err(error) => return Err(failed(error)),
        };
        // A file of another layout, or of an earlier start of the machine, counts as empty.
        let is_current = |state: &BudgetFile| state.format == BUDGET_FORMAT && state.boot == boot;
        let is_damaged =
            read.as_ref().is_none_or(|state| is_current(state) && !state.ledger.is_plausible(now));
        if is_damaged {
            warn(&path);
        }
        let ledger = read.filter(|state| !is_damaged && is_current(state)).map(|state| state.ledger);
        let mut state = BudgetFile { format: BUDGET_FORMAT, boot, ledger: ledger.unwrap_or_default() };
        let result = change(&mut state.ledger, now)?;
        write(&path, &state).map_err(failed)?;
        Ok(result)
    }
}

impl RequestPermit<'_> {
    /// Ends the request, and applies the limits that its answer reported.
    pub(crate) fn finish(mut self, report: LimitReport) -> Result<(), UpstreamError> {
        self.is_ended = true;
        self.end(report)
    }

    fn end(&self, report: LimitReport) -> Result<(), UpstreamError> {
        self.budget.with_ledger(|ledger, now| {
            ledger.end(now, self.slot.number());
            self.budget.apply(report, ledger, now);
            Ok(())
        })
    }
}

impl Drop for RequestPermit<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            // If this fails, the next process learns from the free slot that the request has ended.
            let _ = self.end(LimitReport::default());
        }
    }
}

/// Replaces the file.
fn write(path: &Path, state: &BudgetFile) -> io::Result<()> {
    // Not synced: it need not survive the machine, and a kill does no harm to a file that was renamed.
    let scratch = path.with_extension("json.part");
    fs::write(&scratch, serde_json::to_vec(state)?)?;
    fs::rename(&scratch, path)
}

/// Returns the milliseconds since the machine started, times of sleep included.
fn now() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
