//! OSV's lists of changes, `modified_id.csv`: `<time>,<id>` or, in that of all ecosystems,
//! `<time>,<ecosystem>/<id>`, the newest first.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use crate::{moment, name};
use streamguard_http::{Answer, Unfit};

/// Longest line that is read.
const LINE: u64 = 1024;

/// A record that changed.
#[derive(Debug, PartialEq)]
pub(super) struct Change {
    pub(super) ecosystem: String,
    pub(super) id: String,
}

/// What changed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// Each record once, the newest first.
    pub(super) records: Vec<Change>,
    /// Lines that say nothing.
    pub(super) malformed: u64,
}

/// What changed at `start` or later; none if that is more than `most`.
pub(super) fn read(
    answer: &Answer,
    ecosystem: Option<&str>,
    start: &str,
    most: usize,
) -> Result<Option<Changes>, Unfit> {
    let damaged = |error: std::io::Error| Unfit::Damaged(format!("a list that cannot be read: {error}"));
    let file = answer.open().map_err(damaged)?;
    read_lines(BufReader::new(file), ecosystem, start, most).map_err(damaged)
}

fn read_lines(
    mut reader: impl BufRead,
    ecosystem: Option<&str>,
    start: &str,
    most: usize,
) -> std::io::Result<Option<Changes>> {
    let mut changes = Changes::default();
    let mut seen = HashSet::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(Some(changes));
        }
        let text = String::from_utf8_lossy(&line);
        let is_cut_off = line.last() != Some(&b'\n') && (line.len() as u64) < LINE;
        if is_cut_off {
            // What follows may have changed as well.
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let parts = text.trim().split_once(',');
        let Some((time, what)) = parts.and_then(|(time, what)| Some((moment::utc(time)?, what))) else {
            changes.malformed += 1;
            continue;
        };
        if time.as_str() < start {
            return Ok(Some(changes));
        }
        let (folder, id) = match ecosystem {
            Some(ecosystem) => (ecosystem, what),
            None => what.rsplit_once('/').unwrap_or_default(),
        };
        if folder.is_empty() || !name::is_osv(id) {
            changes.malformed += 1;
        } else if !id.starts_with("MAL-") && seen.insert(id.to_owned()) {
            changes.records.push(Change { ecosystem: folder.to_owned(), id: id.to_owned() });
        }
        if changes.records.len() > most {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_changed_and_no_more() {
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
        let long = vec![b'x'; 1 << 20];
        assert_eq!(read_lines(&long[..], Some("Go"), start, 2).unwrap().unwrap().malformed, 1024);
    }
}
