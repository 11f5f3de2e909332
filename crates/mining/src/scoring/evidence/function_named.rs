//! Functions that the message or the advisory names.

use super::Evidence;
use crate::scoring::mention::MentionKind;

/// A message names what it is about.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "function named",
    looks_at: "whether the message or the advisory names the function",
    weight: 0.37,
    value: |_, function| f64::from(function.points.mention == Some(MentionKind::Function)),
};
