//! What a shard leaves that could not be done elsewhere: a note beside the outputs, for whoever
//! waits for its result.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::event::Outcome;

use crate::store::ShardStore;

/// Version of the note.
const FORMAT: u32 = 1;

/// Longest reason that is kept, and longest note that is read, in bytes.
const LONGEST: (usize, u64) = (8 << 10, 64 << 10);

/// Why a shard has no result.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FailureNote {
    format: u32,
    plan: String,
    shard: u32,
    pub(crate) outcome: Outcome,
    pub(crate) reason: String,
    /// Whether another try may help.
    pub(crate) retry: bool,
    /// The machine that it happened on.
    host: String,
}

impl FailureNote {
    /// The reason, and where it happened.
    pub(crate) fn told(&self) -> Box<str> {
        format!("{} (on {})", self.reason, self.host).into()
    }
}

impl ShardStore {
    fn failure_path(&self, shard: u32) -> Option<(PathBuf, &str)> {
        match self {
            Self::Memory => None,
            Self::Folder { path, plan } => Some((path.join(format!("{shard:06}.failed.json")), plan)),
        }
    }

    /// Writes down why a shard could not be done. A note that cannot be written is not missed: the
    /// shard has no result, and that is what counts.
    pub(crate) fn note_failure(&self, shard: u32, outcome: Outcome, reason: &str, retry: bool) {
        let Some((path, plan)) = self.failure_path(shard) else { return };
        let reason = reason[..reason.floor_char_boundary(LONGEST.0)].to_owned();
        let host = streamguard_durable::host_name().to_owned();
        let failure =
            FailureNote { format: FORMAT, plan: plan.to_owned(), shard, outcome, reason, retry, host };
        let _ = serde_json::to_vec(&failure)
            .map_err(io::Error::from)
            .and_then(|bytes| streamguard_durable::write_atomic(&path, &bytes));
    }

    /// Why a shard could not be done, if that was written down for the same plan.
    pub(crate) fn failure(&self, shard: u32) -> Option<FailureNote> {
        let (path, plan) = self.failure_path(shard)?;
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(LONGEST.1).read_to_end(&mut bytes).ok()?;
        let failure: FailureNote = serde_json::from_slice(&bytes).ok()?;
        let is_ours = failure.format == FORMAT && failure.plan == plan && failure.shard == shard;
        is_ours.then_some(failure)
    }

    /// Forgets it: the shard was done, or is tried again.
    pub(crate) fn forget_failure(&self, shard: u32) {
        if let Some((path, _)) = self.failure_path(shard) {
            // Most have none.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_of_one_plan_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::folder(folder.path(), "plan-a").unwrap();
        assert!(store.failure(1).is_none());
        store.note_failure(1, Outcome::Failed, &"ä".repeat(LONGEST.0), false);
        let failure = store.failure(1).unwrap();
        assert!(failure.reason.len() <= LONGEST.0 && !failure.retry);
        assert!(failure.told().ends_with(&format!("ä (on {})", streamguard_durable::host_name())));
        assert!(ShardStore::folder(folder.path(), "plan-b").unwrap().failure(1).is_none());
        fs::write(folder.path().join("000001.failed.json"), "{\"format\":1").unwrap();
        assert!(store.failure(1).is_none(), "torn");
        store.forget_failure(1);
        assert!(store.there().is_empty());
    }
}
