//! Locks that come or go.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static LIFECYCLE: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"^(?:(?:initialize|delete)criticalsection\w*|(?:pthread_)?(?:mutex|rwlock|spin)\w*_(?:init|destroy))\(",
    )
});

/// The fix takes the lock elsewhere.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only creates or destroys a lock",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        !function.added.is_empty()
            && function.removed.is_empty()
            && function.added.iter().all(|line| LIFECYCLE.is_match(line.as_bytes()))
    },
};
