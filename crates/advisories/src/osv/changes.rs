//! OSV's lists of changes, `modified_id.csv`: lines of `<time>,<id>` or, in the list of all
//! ecosystems, of `<time>,<ecosystem>/<id>`, the newest first.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};

use crate::{ids, timestamp};
use streamguard_http::{InvalidAnswer, UpstreamAnswer};

/// Longest line that is read in one piece, in bytes.
const MAX_LINE_BYTES: u64 = 1024;

/// Record that changed.
#[derive(Debug, PartialEq)]
pub(super) struct ChangedRecord {
    pub(super) ecosystem: String,
    pub(super) id: String,
}

/// Records that changed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ChangeList {
    /// Each record once, in the order of the list.
    pub(super) records: Vec<ChangedRecord>,
    /// Number of lines that could not be read and may name records that changed.
    pub(super) malformed: u64,
}

/// Reads the records that changed at `start` or later. Returns `None` if there are more than
/// `max_records`.
pub(super) fn read(
    answer: &UpstreamAnswer,
    ecosystem: Option<&str>,
    start: &str,
    max_records: usize,
) -> Result<Option<ChangeList>, InvalidAnswer> {
    let damaged = |error: Error| InvalidAnswer::Damaged(format!("cannot read the list of changes: {error}"));
    let file = answer.open().map_err(damaged)?;
    read_lines(BufReader::new(file), ecosystem, start, max_records).map_err(damaged)
}

fn read_lines(
    mut reader: impl BufRead,
    ecosystem: Option<&str>,
    start: &str,
    max_records: usize,
) -> Result<Option<ChangeList>, Error> {
    let mut changes = ChangeList::default();
    let (mut seen, mut is_list) = (HashSet::new(), false);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let is_cut_off = line.last() != Some(&b'\n') && (line.len() as u64) < MAX_LINE_BYTES;
        if is_cut_off {
            // The missing rest may name records that changed as well.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&line);
        let parts = text.trim().split_once(',');
        let Some((time, what)) = parts.and_then(|(time, what)| Some((timestamp::normalize(time)?, what)))
        else {
            changes.malformed += 1;
            continue;
        };
        let (folder, id) = match ecosystem {
            Some(ecosystem) => (ecosystem, what),
            None => what.rsplit_once('/').unwrap_or_default(),
        };
        let is_record = !folder.is_empty() && ids::is_osv(id);
        is_list |= is_record;
        // The newest change should come first, but a list in another order is read to its end all the same.
        if time.as_str() < start {
            continue;
        }
        if !is_record {
            changes.malformed += 1;
        } else if !id.starts_with("MAL-") && seen.insert(id.to_owned()) {
            changes.records.push(ChangedRecord { ecosystem: folder.to_owned(), id: id.to_owned() });
        }
        if changes.records.len() > max_records {
            return Ok(None);
        }
    }
    // The message of a proxy, or nothing at all, must not pass for a list without changes.
    match is_list {
        true => Ok(Some(changes)),
        false => Err(Error::new(ErrorKind::InvalidData, "none of its lines names a record")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_changed_since_the_start() {
        let start = "2026-01-02T00:00:00.000Z";
        let text = "2026-01-03T00:00:00Z,PyPI/PYSEC-1\n2026-01-03T00:00:00Z,PyPI/PYSEC-1\nnonsense\n\
                    2026-01-02T12:00:00Z,GitHub Actions/GHSA-x\n2026-01-02T11:00:00Z,npm/MAL-2026-1\n\
                    2026-01-02T10:00:00Z,x/../../y z\n2026-01-02T00:00:00Z,Go/GO-1\n2026-01-01T00:00:00Z,Go/GO-2\n";
        let changes = read_lines(text.as_bytes(), None, start, 10).unwrap().unwrap();
        let ids: Vec<_> = changes.records.iter().map(|c| (c.ecosystem.as_str(), c.id.as_str())).collect();
        assert_eq!(ids, [("PyPI", "PYSEC-1"), ("GitHub Actions", "GHSA-x"), ("Go", "GO-1")]);
        assert_eq!(changes.malformed, 2);
        assert_eq!(read_lines(text.as_bytes(), None, start, 2).unwrap(), None);
        assert!(read_lines(&text.as_bytes()[..text.len() / 3], None, start, 10).is_err());
        let reversed: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
        let reversed = read_lines(reversed.as_bytes(), None, start, 10).unwrap().unwrap();
        assert_eq!((reversed.records.len(), reversed.malformed), (3, 2));
        let long = [&vec![b'x'; 1 << 20], &b"\n2026-01-01T00:00:00Z,GO-1\n"[..]].concat();
        let changes = read_lines(&long[..], Some("Go"), start, 2).unwrap().unwrap();
        assert_eq!((changes.records.len(), changes.malformed), (0, 1025));
    }

    #[test]
    fn what_names_no_record_is_not_a_list() {
        for text in ["", "Service is being upgraded.\n", "2026-01-03T00:00:00Z,\n", "\n\n", "<p>a, b</p>\n"] {
            let error = read_lines(text.as_bytes(), Some("Go"), "2026-01-02T00:00:00.000Z", 2).unwrap_err();
            assert_eq!(error.to_string(), "none of its lines names a record", "{text:?}");
        }
    }
}
