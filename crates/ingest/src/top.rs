//! The most frequent of many words, in bounded memory.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hasher};

use fearless_simd::Simd;
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::short::{Padded, SHORT, Short};

/// Longest word that is told from others, in bytes; longer ones are cut.
pub(super) const LONGEST_WORD: usize = 2048;

/// Bytes that all words of a table may have together, for each word it has room for.
const BYTES_A_WORD: usize = 256;

/// Words that even a table with a small share has room for, while it counts.
const LEAST_ROOM: usize = 4096;

/// Words that a table which dropped some hands on at most.
const HANDED_ON: usize = 1000;

/// Places of the filter, and of the shortcut.
const SLOTS: usize = 4096;
const SHORTCUTS: usize = 256;

/// Words of 64 bits for parts of hashes.
const HASHES: usize = 1024;

/// No way.
const NOWHERE: Shortcut = Shortcut { mark: 0, entry: u32::MAX, length: 0 };

/// Counts words: exactly while there is room for all of them, then those that are frequent.
///
/// Beyond that it is lossy counting (Manku and Motwani, "Approximate Frequency Counts over Data
/// Streams", VLDB 2002), with two changes: the rarer half is dropped whenever the table is full, and
/// a word that is not in the table enters it only when it comes twice in a row among those that
/// share its place in a filter, which also bounds how often each of them came. What a word may have
/// been counted before it entered is kept beside its count. So a word was there at least `count` and
/// at most `count + missed` times, and one that is not in the table at most `error` times.
///
/// The hash is the same in every run, since the result follows from it; who chooses words that
/// collide makes the table slow, but no slower than its room allows.
#[derive(Debug)]
pub(super) struct Top {
    entries: Vec<Entry>,
    /// Places in `entries`, by hash.
    table: HashTable<u32>,
    /// A bit for each part of the hashes of which one is in the table: most words are in no table, and are
    /// not looked for if it is not set.
    hashes: Box<[u64; HASHES]>,
    words: Vec<u8>,
    /// Words that were found last, by some of their bytes.
    shortcuts: Box<[Shortcut; SHORTCUTS]>,
    /// These words.
    known: Box<[Padded; SHORTCUTS]>,
    /// Empty while there is room for all words.
    filter: Vec<Slot>,
    share: usize,
    room: usize,
    error: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    start: usize,
    length: usize,
    count: u64,
    missed: u64,
}

/// The way to an entry for a word that comes again soon.
#[derive(Clone, Copy, Debug)]
struct Shortcut {
    mark: u64,
    /// The word's place in `entries`; beyond them if there is none.
    entry: u32,
    length: u8,
}

/// Words that are in no entry and share a place.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The last one.
    hash: u64,
    /// How many came.
    seen: u64,
}

impl Entry {
    #[inline]
    fn word<'a>(&self, words: &'a [u8]) -> &'a [u8] {
        &words[self.start..self.start + self.length]
    }

    fn most(&self) -> u64 {
        self.count + self.missed
    }
}

/// Words and how often they were counted, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
            entries: Vec::new(),
            table: HashTable::new(),
            hashes: Box::new([0; HASHES]),
            words: Vec::new(),
            shortcuts: Box::new([NOWHERE; SHORTCUTS]),
            known: Box::new([[0; SHORT]; SHORTCUTS]),
            filter: Vec::new(),
            share,
            room: share.max(LEAST_ROOM),
            error: 0,
        }
    }

    /// Counts a word once.
    #[inline(always)]
    pub(super) fn count(&mut self, word: &[u8]) {
        let word = &word[..word.len().min(LONGEST_WORD)];
        let mark = mark(word, word.len());
        let shortcut = &self.shortcuts[place(mark)];
        let is_it = shortcut.mark == mark
            && usize::from(shortcut.length) == word.len()
            && self.known[place(mark)].starts_with(word);
        match self.entries.get_mut(shortcut.entry as usize) {
            Some(entry) if is_it => entry.count += 1,
            _ => self.count_at_length(word, mark),
        }
    }

    /// Counts a short word once. All take the same steps, so a processor need not guess how long this one is.
    #[inline(always)]
    pub(super) fn count_short<S: Simd>(&mut self, simd: S, word: Short<'_>) {
        let mark = mark(word.text, word.length.into());
        let shortcut = &self.shortcuts[place(mark)];
        let is_it = shortcut.mark == mark
            && shortcut.length == word.length
            && word.begins_like(simd, &self.known[place(mark)]);
        match self.entries.get_mut(shortcut.entry as usize) {
            Some(entry) if is_it => entry.count += 1,
            _ => self.count_at_length(word.bytes(), mark),
        }
    }

    /// Counts a word that no shortcut leads to. (Apart from the rest, of which little code then is left.)
    #[inline(never)]
    fn count_at_length(&mut self, word: &[u8], mark: u64) {
        let hash = hash(word);
        if let Some(at) = self.find(hash, word) {
            let entry = &mut self.entries[at];
            entry.count += 1;
            if let Ok(length) = word.len().try_into() {
                let known = &mut self.known[place(mark)];
                known.fill(0);
                known[..word.len()].copy_from_slice(word);
                self.shortcuts[place(mark)] = Shortcut { mark, length, entry: at as u32 };
            }
            return;
        }
        if self.filter.is_empty() {
            if self.has_room() {
                self.insert(hash, word, 1, 0);
                return;
            }
            self.prune();
            self.filter = vec![Slot::default(); SLOTS];
        }
        let slot = &mut self.filter[hash as usize % SLOTS];
        if slot.hash == hash && slot.seen > 0 {
            let missed = self.error + slot.seen - 1;
            if !self.has_room() {
                self.prune();
            }
            self.insert(hash, word, 2, missed);
        } else {
            *slot = Slot { hash, seen: slot.seen + 1 };
        }
    }

    #[inline]
    fn find(&self, hash: u64, word: &[u8]) -> Option<usize> {
        let (at, bit) = part_of(hash);
        if self.hashes[at] & bit == 0 {
            return None;
        }
        let is_it = |at: &u32| {
            let entry = &self.entries[*at as usize];
            entry.hash == hash && entry.word(&self.words) == word
        };
        self.table.find(hash, is_it).map(|at| *at as usize)
    }

    fn has_room(&self) -> bool {
        self.entries.len() < self.room && self.words.len() < self.room * BYTES_A_WORD
    }

    fn insert(&mut self, hash: u64, word: &[u8], count: u64, missed: u64) {
        let at = self.entries.len() as u32;
        let start = self.words.len();
        let (part, bit) = part_of(hash);
        self.hashes[part] |= bit;
        self.words.extend_from_slice(word);
        self.entries.push(Entry { hash, start, length: word.len(), count, missed });
        self.table.insert_unique(hash, at, |at| self.entries[*at as usize].hash);
    }

    /// Drops the rarer half of the words.
    #[cold]
    fn prune(&mut self) {
        let mut most: Vec<u64> = self.entries.iter().map(Entry::most).collect();
        let middle = most.len() / 2;
        let (_, &mut cut, _) = most.select_nth_unstable(middle);
        self.error = self.error.max(cut);
        let (entries, words) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.words));
        self.table.clear();
        self.hashes.fill(0);
        self.shortcuts.fill(NOWHERE);
        for entry in entries.iter().filter(|entry| entry.most() > cut) {
            self.insert(entry.hash, entry.word(&words), entry.count, entry.missed);
        }
    }

    /// The words, most frequent first: all of them, or, if the table had to drop some or holds
    /// more than its share, the first thousand.
    pub(super) fn into_counted(mut self) -> Counted {
        let words = &self.words;
        self.entries.sort_unstable_by(|one, other| {
            let order = |entry: &Entry| (Reverse(entry.count), entry.missed);
            order(one).cmp(&order(other)).then_with(|| one.word(words).cmp(other.word(words)))
        });
        let mut error = self.error + self.filter.iter().map(|slot| slot.seen).max().unwrap_or(0);
        if error > 0 || self.entries.len() > self.share {
            let dropped = self.entries.drain(self.entries.len().min(HANDED_ON)..);
            error = dropped.map(|entry| entry.most()).max().unwrap_or(0).max(error);
        }
        let text = |entry: &Entry| String::from_utf8_lossy(entry.word(words)).into_owned();
        let words = self.entries.iter().map(|entry| (text(entry), entry.count, entry.missed)).collect();
        Counted { words, error }
    }

    /// Says that lines were counted elsewhere, in which a word that is not added may have been there
    /// `error` times. What was counted there is added afterwards.
    pub(super) fn add_error(&mut self, error: u64) {
        if error > 0 {
            self.entries.iter_mut().for_each(|entry| entry.missed += error);
            self.error += error;
        }
    }

    /// Adds words that were counted elsewhere, with the error that was said of all others.
    pub(super) fn add(&mut self, words: &[(String, u64, u64)], error: u64) {
        for (word, count, missed) in words {
            let word = &word.as_bytes()[..word.len().min(LONGEST_WORD)];
            let hash = hash(word);
            let at = self.find(hash, word).unwrap_or_else(|| {
                if !self.has_room() {
                    self.prune();
                }
                self.insert(hash, word, 0, self.error);
                self.entries.len() - 1
            });
            let entry = &mut self.entries[at];
            entry.count += count;
            entry.missed = (entry.missed + missed).saturating_sub(error);
        }
    }
}

fn hash(word: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(word);
    hasher.finish()
}

/// What tells most words apart, made of the length and some bytes of the first `length` ones of `text`: of
/// user agents and paths those at the end and in the middle.
#[inline(always)]
fn mark(text: &[u8], length: usize) -> u64 {
    let eight = |at: usize| text.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    let kept = length.min(8);
    let (last, middle) = (eight(length - kept).unwrap_or(0), eight((length - kept) / 2).unwrap_or(0));
    // Of less than eight bytes, what follows them is pushed out; in two steps, as that may be all.
    let beyond = 4 * (8 - kept);
    let (last, middle) = (last << beyond << beyond, middle << beyond << beyond);
    let mixed = last ^ middle.rotate_left(23) ^ length as u64;
    // Any odd number without pattern does: 2^64 divided by the golden ratio (Knuth, TAOCP 6.4).
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The bit that a hash has among those of [`Top::hashes`].
#[inline]
fn part_of(hash: u64) -> (usize, u64) {
    ((hash >> 54) as usize % HASHES, 1 << ((hash >> 48) % 64))
}

/// Where a shortcut with this mark is.
#[inline(always)]
fn place(mark: u64) -> usize {
    (mark >> 56) as usize % SHORTCUTS
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
