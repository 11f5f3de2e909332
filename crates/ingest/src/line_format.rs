//! The formats of log lines, and their detection.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::parse::{self, DateCache};
use crate::simd_scan::LineEnds;

/// Format of the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineFormat {
    /// Detected for each file from its first lines
    #[default]
    Auto,
    /// `[METHOD] /path, status=200, time=1.662137ms user-agent=...`
    Simple,
    /// Common Log Format
    Common,
    /// Combined Log Format: the Common one with referrer and user agent
    Combined,
    /// One JSON object per line
    Json,
}

/// Lines from which a format is detected.
pub(crate) const SAMPLE_LINES: usize = 100;

impl LineFormat {
    /// Returns the format of most of the first lines, [`LineFormat::Simple`] if no line has any format.
    /// `head` is the beginning of a file in whole lines.
    pub fn detect(head: &[u8]) -> Self {
        Self::detect_known(head).unwrap_or(Self::Simple)
    }

    /// Returns the name of the format, as the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Simple => "simple",
            Self::Common => "common",
            Self::Combined => "combined",
            Self::Json => "json",
        }
    }

    /// Returns the format of most of the first lines, or `None` if no line has any format.
    pub(crate) fn detect_known(head: &[u8]) -> Option<Self> {
        let mut dates = DateCache::default();
        let (mut simple, mut common, mut combined, mut json) = (0, 0, 0, 0);
        let mut ends = LineEnds::default();
        ends.scan(head);
        let lines = ends.lines(head).map(|(lines, length)| &lines[..length]);
        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        for line in lines.take(SAMPLE_LINES).filter(|line| !line.is_empty()) {
            simple += usize::from(parse::parse_simple(line).is_ok());
            common += usize::from(parse::parse_common(line, &mut dates).is_ok());
            combined += usize::from(parse::parse_combined(line, &mut dates).is_ok());
            json += usize::from(parse::parse_json(line, |_| ()).is_ok());
        }
        let format = match simple.max(common).max(json) {
            0 => return None,
            most if most == simple => Self::Simple,
            // Half is enough: long user agents are often cut off, and such lines are still common ones.
            most if most == common && combined * 2 >= common => Self::Combined,
            most if most == common => Self::Common,
            _ => Self::Json,
        };
        Some(format)
    }
}
