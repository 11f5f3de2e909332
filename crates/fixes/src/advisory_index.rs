//! The advisories of all sources, merged one at a time: all of the NVD and of OSV would take several GiB.

use std::collections::HashMap;
use std::io::BufRead;

use serde::Deserialize;
use streamguard_advisories::file_name;
use streamguard_dataset::advisory::AliasGroups;
use streamguard_dataset::{Advisory, MergedAdvisory};
use streamguard_engine::{EarlierResults, JobError, ResultFile};

/// Number of records between two checks whether to stop.
const RECORDS_PER_CHECK: usize = 1024;

/// Places of the records of all sources, in the order of the vulnerabilities that they are about. Each vulnerability has
/// a position, from 0: in this order they first appear.
pub(crate) struct AdvisoryIndex {
    /// Names and files of the sources that have records.
    sources: Vec<(&'static str, ResultFile)>,
    groups: AliasGroups,
    /// Positions, by the roots of the groups.
    positions: HashMap<usize, u32>,
    /// Places by their positions, and those of one position the most trusted first.
    records: Vec<RecordPlace>,
}

/// Place of one record.
struct RecordPlace {
    position: u32,
    /// Number of the source.
    source: u32,
    offset: u64,
    bytes: u32,
}

/// The fields of a record that tell which vulnerability it is about.
#[derive(Deserialize)]
struct RecordIds {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
}

impl AdvisoryIndex {
    /// Reads the ids of all records of some sources, the most trusted first. Now and then `check` is asked, whose error ends
    /// the reading.
    ///
    /// # Errors
    /// That of `check`, or [`JobError::Failed`] if a file cannot be read, or a line is not a record.
    pub(crate) fn read(
        results: &EarlierResults,
        sources: &[&'static str],
        check: impl Fn() -> Result<(), JobError>,
    ) -> Result<Self, JobError> {
        let mut index = Self {
            sources: Vec::new(),
            groups: AliasGroups::default(),
            positions: HashMap::new(),
            records: Vec::new(),
        };
        // Numbers of the ids of the records, until all aliases are known.
        let mut own = Vec::new();
        for source in sources {
            let name = file_name(source);
            let lines = results.open(source, &name).map_err(|error| unreadable(source, error))?;
            let file = results.open_parts(source, &name).map_err(|error| unreadable(source, error))?;
            let (Some(mut lines), Some(file)) = (lines, file) else { continue };
            let (mut line, mut offset) = (Vec::new(), 0);
            loop {
                line.clear();
                if own.len() % RECORDS_PER_CHECK == 0 {
                    check()?;
                }
                if lines.read_until(b'\n', &mut line).map_err(|error| unreadable(source, error))? == 0 {
                    break;
                }
                let RecordIds { id, aliases } = serde_json::from_slice(&line).map_err(JobError::failed)?;
                own.push(index.groups.add(&id, &aliases));
                let bytes = u32::try_from(line.len()).map_err(JobError::failed)?;
                let place = RecordPlace { position: 0, source: index.sources.len() as u32, offset, bytes };
                index.records.push(place);
                offset += u64::from(bytes);
            }
            index.sources.push((source, file));
        }
        index.groups.flatten();
        for (record, own) in index.records.iter_mut().zip(own) {
            let next = index.positions.len() as u32;
            record.position = *index.positions.entry(index.groups.root(own)).or_insert(next);
        }
        // Stable, so that the records of one vulnerability keep the order of trust.
        index.records.sort_by_key(|record| record.position);
        Ok(index)
    }

    /// Returns the number of vulnerabilities.
    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Returns the position of the vulnerability that has an id.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        let root = self.groups.root_of(id)?;
        self.positions.get(&root).map(|position| *position as usize)
    }

    /// Reads and merges the records of the vulnerability at a position.
    ///
    /// # Errors
    /// [`JobError::Failed`] if one cannot be read.
    pub(crate) fn merged(&self, position: usize) -> Result<MergedAdvisory, JobError> {
        let start = self.records.partition_point(|record| (record.position as usize) < position);
        let records = self.records[start..].iter().take_while(|record| record.position as usize == position);
        let records: Vec<Advisory> =
            records.map(|record| self.read_record(record)).collect::<Result<_, _>>()?;
        Ok(MergedAdvisory::of_records(records))
    }

    /// Returns all vulnerabilities in their order, each merged when it is asked for. Now and then `check` is asked with the
    /// position, and its error is returned.
    pub(crate) fn all(
        &self,
        check: impl Fn(usize) -> Result<(), JobError>,
    ) -> impl Iterator<Item = Result<MergedAdvisory, JobError>> {
        (0..self.len()).map(move |position| {
            if position % RECORDS_PER_CHECK == 0 {
                check(position)?;
            }
            self.merged(position)
        })
    }

    fn read_record(&self, place: &RecordPlace) -> Result<Advisory, JobError> {
        let (source, file) = &self.sources[place.source as usize];
        let mut line = vec![0; place.bytes as usize];
        file.read_exact_at(&mut line, place.offset).map_err(|error| unreadable(source, error))?;
        serde_json::from_slice(&line).map_err(JobError::failed)
    }
}

fn unreadable(source: &str, error: std::io::Error) -> JobError {
    JobError::Failed(format!("cannot read the advisories of {source}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use streamguard_dataset::merge_by_alias;

    use super::*;

    fn advisory(collector: &str, id: &str, aliases: &[&str]) -> Advisory {
        Advisory {
            id: id.to_owned(),
            collector: collector.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            summary: Some(format!("{collector} says {id}")),
            ..Advisory::default()
        }
    }

    #[test]
    fn advisories_are_merged_as_if_all_were_in_memory() {
        let of_cve = [advisory("cve", "CVE-2024-0002", &[]), advisory("cve", "CVE-2024-0001", &[])];
        let of_osv = [
            advisory("osv", "PYSEC-2024-1", &["GHSA-1"]),
            advisory("osv", "GHSA-1", &["CVE-2024-0001"]),
            advisory("osv", "GO-2024-1", &[]),
            advisory("osv", "GO-2024-2", &["CVE-2024-0002", "CVE-2024-0001"]),
        ];
        let lines = |records: &[Advisory]| -> Vec<u8> {
            let line = |record| [serde_json::to_vec(record).unwrap(), b"\n".to_vec()].concat();
            records.iter().flat_map(line).collect()
        };
        let results = EarlierResults::default()
            .with_files("cve", BTreeMap::from([(file_name("cve"), lines(&of_cve))]))
            .with_files("osv", BTreeMap::from([(file_name("osv"), lines(&of_osv))]));
        let index = AdvisoryIndex::read(&results, &["cve", "github", "osv"], || Ok(())).unwrap();
        let all: Vec<MergedAdvisory> = index.all(|_| Ok(())).map(Result::unwrap).collect();
        assert_eq!(all, merge_by_alias([&of_cve[..], &of_osv].concat()));
        assert_eq!(index.len(), 3);
        for (position, advisory) in all.iter().enumerate() {
            for id in std::iter::once(&advisory.id).chain(&advisory.aliases) {
                // The alias that is a vulnerability of its own.
                let expected = if id == "CVE-2024-0001" { 1 } else { position };
                assert_eq!(index.position(id), Some(expected), "{id}");
            }
        }
        assert_eq!(index.position("CVE-2024-0003"), None);
        let stopped = AdvisoryIndex::read(&results, &["cve"], || Err(JobError::Stopped));
        assert!(matches!(stopped, Err(JobError::Stopped)));
    }
}
