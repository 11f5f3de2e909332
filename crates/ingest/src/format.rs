//! How lines are written, and how to tell.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::lines::{self, Clock};
use super::scan::LineEnds;

/// Format of the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Told for each file from its first lines
    #[default]
    Auto,
    /// `[METHOD] /path, status=200, time=1.662137ms user-agent=...`
    Simple,
    /// Common Log Format
    Common,
    /// Combined Log Format: the Common one with referrer and user agent
    Combined,
    /// A JSON object a line
    Json,
}

/// How much of a file is read to tell its format, in bytes, if it has so many: at least, and at most
/// if its lines are long.
pub(super) const HEAD: (usize, usize) = (64 << 10, 4 << 20);

/// How many lines of it.
pub(super) const LINES: usize = 100;

impl Format {
    /// The format that most of the first lines have; [`Format::Simple`] if none has any. `head` is the beginning
    /// of a file, whole lines of it.
    pub fn told_by(head: &[u8]) -> Self {
        let mut clock = Clock::default();
        let (mut simple, mut common, mut combined, mut json) = (0, 0, 0, 0);
        let mut ends = LineEnds::default();
        ends.find(head);
        let lines = ends.lines(head).map(|(lines, length)| &lines[..length]);
        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        for line in lines.take(LINES).filter(|line| !line.is_empty()) {
            simple += usize::from(lines::simple(line).is_ok());
            common += usize::from(lines::common(line, &mut clock).is_ok());
            combined += usize::from(lines::combined(line, &mut clock).is_ok());
            json += usize::from(lines::json(line, |_| ()).is_ok());
        }
        match simple.max(common).max(json) {
            most if most == simple => Self::Simple,
            // Some lines of a combined log may be cut.
            most if most == common && combined * 2 >= common => Self::Combined,
            most if most == common => Self::Common,
            _ => Self::Json,
        }
    }
}
