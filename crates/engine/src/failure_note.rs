//! Notes about shards that failed on another machine: files beside the outputs. The process that waits for the
//! results reads them.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use streamguard_durable::{host_name, open_regular, write_atomic};

use crate::event::Outcome;
use crate::shard_store::{FAILURE_SUFFIX, ShardStore};

/// Version of the note.
const NOTE_FORMAT: u32 = 1;

/// Longest reason that is kept, in bytes.
const MAX_REASON_BYTES: usize = 8 << 10;

/// Longest note that is read, in bytes. JSON may escape every byte of the reason.
const MAX_NOTE_BYTES: u64 = 64 << 10;

/// Content of a note: the reason why a shard has no result.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FailureNote {
    format: u32,
    plan: String,
    shard: u32,
    pub(crate) outcome: Outcome,
    pub(crate) reason: String,
    /// Tells whether another attempt may succeed.
    #[serde(rename = "retry")]
    pub(crate) retryable: bool,
    /// Name of the machine on which the shard ran.
    host: String,
}

impl FailureNote {
    /// Returns the reason together with the machine.
    pub(crate) fn display(&self) -> Box<str> {
        format!("{} (on {})", self.reason, self.host).into()
    }
}

impl ShardStore {
    fn failure_path(&self, shard: u32) -> Option<(PathBuf, &str)> {
        match self {
            Self::Memory => None,
            Self::Folder { path, plan } => Some((path.join(format!("{shard:06}{FAILURE_SUFFIX}")), plan)),
        }
    }

    /// Notes why a shard could not be done. A note that cannot be written is ignored: the waiting process still sees
    /// that there is no result.
    pub(crate) fn note_failure(&self, shard: u32, outcome: Outcome, reason: &str, retryable: bool) {
        let Some((path, plan)) = self.failure_path(shard) else { return };
        let note = FailureNote {
            format: NOTE_FORMAT,
            plan: plan.to_owned(),
            shard,
            outcome,
            reason: reason[..reason.floor_char_boundary(MAX_REASON_BYTES)].to_owned(),
            retryable,
            host: host_name().to_owned(),
        };
        let _ =
            serde_json::to_vec(&note).map_err(io::Error::from).and_then(|bytes| write_atomic(&path, &bytes));
    }

    /// Returns the note of a shard, if there is one for the same plan.
    pub(crate) fn failure(&self, shard: u32) -> Option<FailureNote> {
        let (path, plan) = self.failure_path(shard)?;
        let mut bytes = Vec::new();
        // Bounded: others can write to the folder too, so the file may be anything.
        open_regular(&path).ok()?.take(MAX_NOTE_BYTES).read_to_end(&mut bytes).ok()?;
        let note: FailureNote = serde_json::from_slice(&bytes).ok()?;
        let is_ours = note.format == NOTE_FORMAT && note.plan == plan && note.shard == shard;
        is_ours.then_some(note)
    }

    /// Removes the note of a shard that was done, or is tried again.
    pub(crate) fn forget_failure(&self, shard: u32) {
        if let Some((path, _)) = self.failure_path(shard) {
            // Most shards have none.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_belongs_to_one_plan_and_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::create(folder.path(), "plan-a").unwrap();
        assert!(store.failure(1).is_none());
        store.note_failure(1, Outcome::Failed, &"ä".repeat(MAX_REASON_BYTES), false);
        let note = store.failure(1).unwrap();
        assert!(note.reason.len() <= MAX_REASON_BYTES && !note.retryable);
        assert!(note.display().ends_with(&format!("ä (on {})", host_name())));
        assert!(ShardStore::create(folder.path(), "plan-b").unwrap().failure(1).is_none());
        fs::write(folder.path().join("000001.failed.json"), "{\"format\":1").unwrap();
        assert!(store.failure(1).is_none(), "torn");
        store.forget_failure(1);
        assert!(store.reported_shards().is_empty());
    }
}
