//! Classes that the message or the advisory names.

use super::Evidence;
use crate::scoring::mention::MentionKind;

/// A message names the class that had the flaw more often than its method.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "class named",
    looks_at: "whether the message or the advisory names the class or module of the function",
    weight: 0.53,
    value: |_, function| f64::from(function.points.mention == Some(MentionKind::Class)),
};
