//! What the records of a job are.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

/// What the records of a job are. The journal has the name of the unit; how samples are counted
/// depends on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordUnit {
    /// Samples.
    Samples,
    /// Vulnerabilities whose fix was searched. The job makes samples of the fixes.
    Fixes,
    /// Advisories. Another job makes samples of the fixes that they name.
    Advisories,
    /// Records of a job that makes no samples: the name of its unit, in the plural.
    Other(String),
}

impl RecordUnit {
    /// Returns the name of the unit, in the plural.
    pub fn name(&self) -> &str {
        match self {
            Self::Samples => "samples",
            Self::Fixes => "fixes",
            Self::Advisories => "advisories",
            Self::Other(name) => name,
        }
    }

    /// Whether a job with these records makes samples itself.
    pub fn makes_samples(&self) -> bool {
        matches!(self, Self::Samples | Self::Fixes)
    }

    /// Whether a job with these records takes part in collecting samples.
    pub fn leads_to_samples(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for RecordUnit {
    fn from(name: &str) -> Self {
        [Self::Samples, Self::Fixes, Self::Advisories]
            .into_iter()
            .find(|unit| unit.name() == name)
            .unwrap_or_else(|| Self::Other(name.to_owned()))
    }
}

impl Display for RecordUnit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for RecordUnit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
