//! The unit of a job's records.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

/// Unit of a job's records. The journal contains the name of the unit. The way in which samples are counted depends on
/// it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordUnit {
    /// Samples.
    Samples,
    /// Vulnerabilities whose fix was looked for. The job makes samples of the fixes that it finds.
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

    /// Tells whether a job with these records makes samples itself.
    pub fn makes_samples(&self) -> bool {
        matches!(self, Self::Samples | Self::Fixes)
    }

    /// Tells whether samples are made of these records, by this job or by another one.
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
