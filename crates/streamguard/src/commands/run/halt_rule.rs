//! Rules that stop a run in which too many shards fail.

use std::str::FromStr;

use streamguard_engine::{CancelToken, RunState};

/// A bound on the failed shards of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum HaltRule {
    /// `after=N`: so many shards failed.
    After(u64),
    /// `rate=P%`: so large a part of all planned shards failed.
    Rate(f64),
}

impl FromStr for HaltRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected after=N, such as after=3, or rate=P%, such as rate=10%".to_owned();
        match text.split_once('=').ok_or_else(wrong)? {
            ("after", number) => {
                let number = number.parse().ok().filter(|number| *number > 0);
                number.map(Self::After).ok_or_else(wrong)
            }
            ("rate", share) => {
                let percent = share.strip_suffix('%').and_then(|share| share.parse().ok());
                percent.filter(|percent| (0.0..100.0).contains(percent)).map(Self::Rate).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

/// Stops a run once its rule is met.
pub(super) struct Halt {
    rule: HaltRule,
    cancel: CancelToken,
    /// Number of shards that had failed when it stopped the run.
    stopped_at: Option<u64>,
}

impl Halt {
    pub(super) fn new(rule: HaltRule, cancel: CancelToken) -> Self {
        Self { rule, cancel, stopped_at: None }
    }

    /// Returns the number of failed shards that stopped the run, if it was stopped.
    pub(super) fn stopped_at(&self) -> Option<u64> {
        self.stopped_at
    }

    /// Looks at the state of the run after an event.
    pub(super) fn check(&mut self, state: &RunState) {
        if self.stopped_at.is_some() {
            return;
        }
        let failed: u64 = state.jobs.iter().map(|job| job.failed_shards.len() as u64).sum();
        let is_met = match self.rule {
            HaltRule::After(most) => failed >= most,
            HaltRule::Rate(percent) => {
                // Of all that is planned, and not of what has ended: the first failure alone would be 100 %.
                let planned: u64 = state.jobs.iter().filter_map(|job| job.shards).map(u64::from).sum();
                failed > 0 && failed as f64 * 100.0 >= percent * planned as f64
            }
        };
        if is_met {
            self.stopped_at = Some(failed);
            self.cancel.request();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read() {
        assert_eq!("after=3".parse(), Ok(HaltRule::After(3)));
        assert_eq!("rate=2.5%".parse(), Ok(HaltRule::Rate(2.5)));
        for text in ["", "after=0", "after=x", "rate=10", "rate=100%", "rate=-1%", "now"] {
            assert!(text.parse::<HaltRule>().is_err(), "{text}");
        }
    }
}
