//! What is counted in the whole input.

use std::collections::{BTreeMap, BTreeSet};

use super::split::{Piece, Share};
use super::tally::{Counts, TOLD, add_hour};
use super::times::{AllTimes, Sums};
use super::top::Top;
use super::{Record, Words};

/// The sum of what all shards counted, taken in the order of the plan.
#[derive(Debug)]
pub(super) struct Total {
    pub(super) counts: Counts,
    pub(super) files: BTreeSet<String>,
    /// The first malformed lines: file, number (unknown if a piece before it is missing), reason.
    pub(super) told: Vec<(String, Option<u64>, String)>,
    pub(super) sums: Sums,
    pub(super) times: AllTimes,
    pub(super) methods: Top,
    pub(super) paths: Top,
    pub(super) agents: Top,
    last: Option<(Piece, Option<u64>)>,
}

impl Default for Total {
    fn default() -> Self {
        let words = || Top::new(Share::WHOLE.words);
        Self {
            counts: Counts::default(),
            files: BTreeSet::new(),
            told: Vec::new(),
            sums: Sums::default(),
            times: AllTimes::default(),
            methods: words(),
            paths: words(),
            agents: words(),
            last: None,
        }
    }
}

impl Total {
    /// Takes the next record in.
    pub(super) fn add(&mut self, record: Record) -> Result<(), String> {
        match record {
            Record::Counts { piece, counts, times } => {
                self.add_counts(piece, *counts);
                self.sums.merge(&times);
            }
            Record::Times(part) => self.times.add(part)?,
            Record::Error { of, error } => self.words(of).add_error(error),
            Record::Words { of, words, error } => self.words(of).add(&words, error),
        }
        Ok(())
    }

    fn words(&mut self, of: Words) -> &mut Top {
        match of {
            Words::Methods => &mut self.methods,
            Words::Paths => &mut self.paths,
            Words::Agents => &mut self.agents,
        }
    }

    fn add_counts(&mut self, piece: Piece, counts: Counts) {
        let before = match &self.last {
            _ if piece.start == 0 => Some(0),
            Some((last, lines)) if last.file == piece.file && last.end == piece.start => *lines,
            _ => None,
        };
        let file = piece.file.shown();
        for (line, reason) in counts.told {
            if self.told.len() < TOLD {
                self.told.push((file.clone(), before.map(|before| before + line), reason));
            }
        }
        self.files.insert(file);
        self.last = Some((piece, before.map(|before| before + counts.lines)));
        let sum = &mut self.counts;
        sum.lines += counts.lines;
        sum.requests += counts.requests;
        sum.bytes += counts.bytes;
        sum.with_bytes += counts.with_bytes;
        sum.with_nul += counts.with_nul;
        sum.not_utf8 += counts.not_utf8;
        add_all(&mut sum.methods, counts.methods);
        add_all(&mut sum.statuses, counts.statuses);
        add_all(&mut sum.malformed, counts.malformed);
        counts.hours.into_iter().for_each(|(hour, count)| add_hour(&mut sum.hours, hour, count));
    }
}

fn add_all<K: Ord>(sums: &mut BTreeMap<K, u64>, counts: BTreeMap<K, u64>) {
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
}
