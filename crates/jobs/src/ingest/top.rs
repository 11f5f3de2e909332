//! The most frequent of many words, in bounded memory.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Longest word that is told from others, in bytes; longer ones are cut.
pub(super) const LONGEST_WORD: usize = 2048;

/// Bytes that all words of a table may have together, for each word it has room for.
const BYTES_A_WORD: usize = 256;

/// Words that even a table with a small share has room for, while it counts.
const LEAST_ROOM: usize = 4096;

/// Words that a table which dropped some hands on at most.
const HANDED_ON: usize = 1000;

/// Counts words: exactly while there is room for all of them, then those that are frequent. It is
/// lossy counting (Manku and Motwani, "Approximate Frequency Counts over Data Streams", VLDB 2002)
/// with pruning when the table is full rather than after a fixed number of words: the rarer half
/// is dropped, and what a word may have been counted before it came (back) is kept beside its
/// count. So a word was counted at least `count` and at most `count + missed` times, and one that
/// is not there at most `error` times.
#[derive(Debug)]
pub(super) struct Top {
    table: HashTable<Entry>,
    words: Vec<u8>,
    hasher: RandomState,
    share: usize,
    room: usize,
    error: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    start: u32,
    length: u32,
    count: u64,
    missed: u64,
}

impl Entry {
    #[inline]
    fn word<'a>(&self, words: &'a [u8]) -> &'a [u8] {
        &words[self.start as usize..][..self.length as usize]
    }

    fn most(&self) -> u64 {
        self.count + self.missed
    }
}

/// Words and how often they were counted, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counted {
    /// Word, count, and what it may have been counted above that.
    pub(super) words: Vec<(String, u64, u64)>,
    /// How often a word may have been counted that is not there; 0 if all are there.
    pub(super) error: u64,
}

impl Top {
    /// A table that hands on at most `share` words exactly.
    pub(super) fn new(share: usize) -> Self {
        Self {
            table: HashTable::new(),
            words: Vec::new(),
            hasher: RandomState::default(),
            share,
            room: share.max(LEAST_ROOM),
            error: 0,
        }
    }

    /// Counts a word once.
    #[inline]
    pub(super) fn count(&mut self, word: &[u8]) {
        self.entry(word).count += 1;
    }

    #[inline]
    fn entry(&mut self, word: &[u8]) -> &mut Entry {
        let word = &word[..word.len().min(LONGEST_WORD)];
        let mut hasher = self.hasher.build_hasher();
        hasher.write(word);
        let hash = hasher.finish();
        if self.table.len() >= self.room || self.words.len() >= self.room * BYTES_A_WORD {
            self.prune();
        }
        let Self { table, words, error, .. } = self;
        table
            .entry(hash, |entry| entry.hash == hash && entry.word(words) == word, |entry| entry.hash)
            .or_insert_with(|| {
                let start = u32::try_from(words.len()).unwrap_or(u32::MAX);
                words.extend_from_slice(word);
                // No word is longer than LONGEST_WORD.
                Entry { hash, start, length: word.len() as u32, count: 0, missed: *error }
            })
            .into_mut()
    }

    /// Drops the rarer half of the words.
    #[cold]
    fn prune(&mut self) {
        let mut most: Vec<u64> = self.table.iter().map(Entry::most).collect();
        let middle = most.len() / 2;
        let (_, &mut cut, _) = most.select_nth_unstable(middle);
        self.error = self.error.max(cut);
        let mut kept = Vec::new();
        self.table.retain(|entry| {
            let stays = entry.most() > cut;
            if stays {
                let start = kept.len();
                kept.extend_from_slice(entry.word(&self.words));
                entry.start = u32::try_from(start).unwrap_or(u32::MAX);
            }
            stays
        });
        self.words = kept;
    }

    /// The words, most frequent first: all of them, or, if the table had to drop some or holds
    /// more than its share, the first thousand.
    pub(super) fn into_counted(self) -> Counted {
        let is_whole = self.error == 0 && self.table.len() <= self.share;
        let mut entries: Vec<Entry> = self.table.iter().copied().collect();
        entries.sort_unstable_by(|one, other| {
            let order = |entry: &Entry| (Reverse(entry.count), entry.missed);
            order(one).cmp(&order(other)).then_with(|| one.word(&self.words).cmp(other.word(&self.words)))
        });
        let mut error = self.error;
        if !is_whole {
            let dropped = entries.drain(entries.len().min(HANDED_ON)..);
            error = dropped.map(|entry| entry.most()).max().unwrap_or(0).max(error);
        }
        let text = |entry: &Entry| String::from_utf8_lossy(entry.word(&self.words)).into_owned();
        let words = entries.iter().map(|entry| (text(entry), entry.count, entry.missed)).collect();
        Counted { words, error }
    }

    /// Says that lines were counted elsewhere, in which a word that is not added may have been there
    /// `error` times. What was counted there is added afterwards.
    pub(super) fn add_error(&mut self, error: u64) {
        if error > 0 {
            self.table.iter_mut().for_each(|entry| entry.missed += error);
            self.error += error;
        }
    }

    /// Adds words that were counted elsewhere, with the error that was said of all others.
    pub(super) fn add(&mut self, words: &[(String, u64, u64)], error: u64) {
        for (word, count, missed) in words {
            let entry = self.entry(word.as_bytes());
            entry.count += count;
            entry.missed = (entry.missed + missed).saturating_sub(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn counted(words: &[u16], share: usize, room: usize) -> Counted {
        let mut top = Top { room, ..Top::new(share) };
        words.iter().for_each(|word| top.count(word.to_string().as_bytes()));
        top.into_counted()
    }

    fn truth(words: &[u16]) -> BTreeMap<String, u64> {
        let mut truth = BTreeMap::new();
        words.iter().for_each(|word| *truth.entry(word.to_string()).or_default() += 1);
        truth
    }

    proptest! {
        #[test]
        fn counts_are_exact_while_there_is_room(words in prop::collection::vec(0u16..50, 0..500)) {
            let counted = counted(&words, 50, 50);
            prop_assert_eq!(counted.error, 0);
            let found: BTreeMap<_, _> = counted.words.into_iter().map(|(word, count, _)| (word, count)).collect();
            prop_assert_eq!(found, truth(&words));
        }

        #[test]
        fn beyond_it_they_are_within_what_is_said(
            parts in prop::collection::vec(prop::collection::vec(0u16..300, 0..300), 1..4)
        ) {
            let mut all = Top { room: 12, ..Top::new(10) };
            for part in &parts {
                let counted = counted(part, 10, 10);
                all.add_error(counted.error);
                all.add(&counted.words, counted.error);
            }
            let all = all.into_counted();
            let mut truth = truth(&parts.concat());
            for (word, count, missed) in all.words {
                let is = truth.remove(&word).unwrap();
                prop_assert!(count <= is && is <= count + missed, "{word}: {count} + {missed}, {is}");
            }
            prop_assert!(truth.values().all(|is| *is <= all.error));
        }
    }
}
