//! Entries of jobs that compute metrics.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use streamguard_engine::Job;

use crate::entry::{JobEntry, JobKind, SetUpMetrics, settings_of};
use crate::error::read_settings;

/// Returns an entry of a job that computes metrics. `A` are the arguments of the command, `J` is the
/// job that is made of them. `input` is the flag whose values may also stand without it.
pub(crate) const fn metrics<A: Args + Serialize, J: Job + DeserializeOwned + 'static>(
    name: &'static str,
    about: &'static str,
    input: &'static str,
    set_up: SetUpMetrics,
) -> JobEntry {
    JobEntry {
        name,
        about,
        needs: "nothing",
        kind: JobKind::Metrics { set_up, input },
        quick: &[],
        inherited: Vec::new,
        flags: A::augment_args,
        settings: settings_of::<A>,
        make: |settings, _| {
            let job: J = read_settings(settings)?;
            Ok(Arc::new(job))
        },
    }
}
