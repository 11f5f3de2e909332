//! What a reader says about a sample.

use serde::{Deserialize, Serialize};

/// What a reader says about a sample after reading it with its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    /// The commit fixes a weakness, and the function is part of the fix.
    Right,
    /// The commit fixes a weakness, but this function is not part of the fix.
    NotPart,
    /// The commit fixes no weakness.
    NoSecurityFix,
    /// The reader cannot tell.
    Unsure,
}

impl ReviewVerdict {
    /// All verdicts, each with the key that means it.
    pub const ALL: [(char, Self); 4] =
        [('r', Self::Right), ('n', Self::NotPart), ('f', Self::NoSecurityFix), ('u', Self::Unsure)];

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::NotPart => "not_part",
            Self::NoSecurityFix => "no_security_fix",
            Self::Unsure => "unsure",
        }
    }

    /// Whether the commit fixes a weakness; `None` if the reader cannot tell.
    pub fn is_security_fix(self) -> Option<bool> {
        match self {
            Self::Right | Self::NotPart => Some(true),
            Self::NoSecurityFix => Some(false),
            Self::Unsure => None,
        }
    }

    /// Whether the function is part of a fix; `None` if the reader cannot tell.
    pub fn is_part(self) -> Option<bool> {
        self.is_security_fix().map(|_| self == Self::Right)
    }
}
