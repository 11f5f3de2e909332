//! The most frequent of many keys, in bounded memory.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hasher};

use fearless_simd::Simd;
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::short_str::{PaddedStr, SHORT_STR_BYTES, ShortStr};

/// Longest key that is distinguished from others, in bytes; longer keys are cut.
pub(crate) const MAX_KEY_BYTES: usize = 2048;

/// Bytes that all keys of a table may take together, for each key of its capacity.
const BYTES_PER_KEY: usize = 256;

/// Capacity of a table with a small limit while it counts.
const MIN_CAPACITY: usize = 4096;

/// Most keys that a table returns once it has dropped some.
const MAX_APPROXIMATE_KEYS: usize = 1000;

/// Slots of the filter before the table.
const FILTER_SLOTS: usize = 4096;
/// Slots of the cache of recent keys.
const CACHE_SLOTS: usize = 256;

/// 64-bit words of the presence bitmap.
const PRESENCE_WORDS: usize = 1024;

/// A slot that matches no entry: the index is beyond all of them.
const EMPTY_CACHE_SLOT: CacheSlot = CacheSlot { fingerprint: 0, entry: u32::MAX, length: 0 };

/// Counts keys: all of them exactly while there is room, then the frequent ones.
///
/// When the table is full, this is lossy counting (Manku and Motwani, "Approximate Frequency Counts over Data
/// Streams", VLDB 2002) with two changes. The rarer half is dropped whenever the table is full. And a key
/// enters the table only when it comes twice in a row among the keys that share its slot in a filter; the
/// filter also bounds how often each of the others came.
///
/// Each key has a lower bound, `count`, and an upper bound, `count + undercount`, of its true number. A key
/// that is not in the table came at most `absent_bound` times.
///
/// The hash is seeded the same in every run, because the result follows from it. An attacker who chooses
/// colliding keys makes the table slow, but no slower than its capacity allows.
#[derive(Debug)]
pub(crate) struct HeavyHitters {
    entries: Vec<CounterEntry>,
    /// Indices into `entries`, by hash.
    table: HashTable<u32>,
    /// A Bloom filter with one hash function: a bit is set if the table holds a key with this part of the
    /// hash. Most keys of a long log are not in the table, and a clear bit saves the look-up.
    presence: Box<[u64; PRESENCE_WORDS]>,
    /// Bytes of all keys, one after another.
    keys: Vec<u8>,
    /// Keys that were found last, by fingerprint.
    cache: Box<[CacheSlot; CACHE_SLOTS]>,
    /// The keys of the cache, zero-padded.
    cached_keys: Box<[PaddedStr; CACHE_SLOTS]>,
    /// Empty while there is room for all keys.
    filter: Vec<FilterSlot>,
    /// Most keys that are returned with exact counts.
    exact_limit: usize,
    /// Most entries of the table.
    capacity: usize,
    /// Upper bound of the count of a key without an entry, the filter not included.
    absent_bound: u64,
}

/// A key in the table.
#[derive(Clone, Copy, Debug)]
struct CounterEntry {
    hash: u64,
    start: usize,
    length: usize,
    count: u64,
    /// Upper bound of the occurrences before the key entered the table.
    undercount: u64,
}

/// A short cut to the entry of a key that is likely to come again soon.
#[derive(Clone, Copy, Debug)]
struct CacheSlot {
    fingerprint: u64,
    /// Index of the key in `entries`; beyond the end if the slot is empty.
    entry: u32,
    length: u8,
}

/// The state of all keys outside the table that share one slot.
#[derive(Clone, Copy, Debug, Default)]
struct FilterSlot {
    /// Hash of the last key.
    hash: u64,
    /// Occurrences of all of them.
    count: u64,
}

impl CounterEntry {
    #[inline]
    fn key<'a>(&self, keys: &'a [u8]) -> &'a [u8] {
        &keys[self.start..self.start + self.length]
    }

    /// Returns the upper bound of the key's true count.
    fn upper_bound(&self) -> u64 {
        self.count + self.undercount
    }
}

/// A key, its count, and the upper bound of what is missing from the count.
pub(crate) type KeyCount = (String, u64, u64);

/// Keys with their counts, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CountedKeys {
    /// The keys.
    pub(crate) keys: Vec<KeyCount>,
    /// Upper bound of the count of any key that is not listed; 0 if all keys are listed.
    pub(crate) absent_bound: u64,
}

impl HeavyHitters {
    /// Creates a table that returns at most `exact_limit` keys with exact counts.
    pub(crate) fn new(exact_limit: usize) -> Self {
        Self {
            entries: Vec::new(),
            table: HashTable::new(),
            presence: Box::new([0; PRESENCE_WORDS]),
            keys: Vec::new(),
            cache: Box::new([EMPTY_CACHE_SLOT; CACHE_SLOTS]),
            cached_keys: Box::new([[0; SHORT_STR_BYTES]; CACHE_SLOTS]),
            filter: Vec::new(),
            exact_limit,
            capacity: exact_limit.max(MIN_CAPACITY),
            absent_bound: 0,
        }
    }

    /// Counts a key once.
    #[inline(always)]
    pub(crate) fn count(&mut self, key: &[u8]) {
        let key = &key[..key.len().min(MAX_KEY_BYTES)];
        let fingerprint = fingerprint(key, key.len());
        let slot = &self.cache[cache_index(fingerprint)];
        let is_match = slot.fingerprint == fingerprint
            && usize::from(slot.length) == key.len()
            && self.cached_keys[cache_index(fingerprint)].starts_with(key);
        match self.entries.get_mut(slot.entry as usize) {
            Some(entry) if is_match => entry.count += 1,
            _ => self.count_uncached(key, fingerprint),
        }
    }

    /// Counts a short key once. The steps do not depend on the length, so there is no branch to mispredict.
    #[inline(always)]
    pub(crate) fn count_short<S: Simd>(&mut self, simd: S, key: ShortStr<'_>) {
        let fingerprint = fingerprint(key.window, key.length.into());
        let slot = &self.cache[cache_index(fingerprint)];
        let is_match = slot.fingerprint == fingerprint
            && slot.length == key.length
            && key.eq_padded(simd, &self.cached_keys[cache_index(fingerprint)]);
        match self.entries.get_mut(slot.entry as usize) {
            Some(entry) if is_match => entry.count += 1,
            _ => self.count_uncached(key.as_bytes(), fingerprint),
        }
    }

    /// Counts a key that is not in the cache. Not inlined, which keeps the code of the callers small.
    #[inline(never)]
    fn count_uncached(&mut self, key: &[u8], fingerprint: u64) {
        let hash = hash_key(key);
        if let Some(at) = self.find(hash, key) {
            let entry = &mut self.entries[at];
            entry.count += 1;
            if let Ok(length) = key.len().try_into() {
                let cached_keys = &mut self.cached_keys[cache_index(fingerprint)];
                cached_keys.fill(0);
                cached_keys[..key.len()].copy_from_slice(key);
                self.cache[cache_index(fingerprint)] = CacheSlot { fingerprint, length, entry: at as u32 };
            }
            return;
        }
        if self.filter.is_empty() {
            if self.has_room() {
                self.insert(hash, key, 1, 0);
                return;
            }
            self.prune();
            self.filter = vec![FilterSlot::default(); FILTER_SLOTS];
        }
        let slot = &mut self.filter[hash as usize % FILTER_SLOTS];
        if slot.hash == hash && slot.count > 0 {
            // All occurrences in the slot may have been of this key; the last of them and this one are the 2 below.
            let undercount = self.absent_bound + slot.count - 1;
            if !self.has_room() {
                self.prune();
            }
            self.insert(hash, key, 2, undercount);
        } else {
            *slot = FilterSlot { hash, count: slot.count + 1 };
        }
    }

    /// Returns the index of a key in `entries`.
    #[inline]
    fn find(&self, hash: u64, key: &[u8]) -> Option<usize> {
        let (at, bit) = presence_bit(hash);
        if self.presence[at] & bit == 0 {
            return None;
        }
        let is_match = |at: &u32| {
            let entry = &self.entries[*at as usize];
            entry.hash == hash && entry.key(&self.keys) == key
        };
        self.table.find(hash, is_match).map(|at| *at as usize)
    }

    fn has_room(&self) -> bool {
        self.entries.len() < self.capacity && self.keys.len() < self.capacity * BYTES_PER_KEY
    }

    /// Adds an entry for a key without one.
    fn insert(&mut self, hash: u64, key: &[u8], count: u64, undercount: u64) {
        let at = self.entries.len() as u32;
        let start = self.keys.len();
        let (part, bit) = presence_bit(hash);
        self.presence[part] |= bit;
        self.keys.extend_from_slice(key);
        self.entries.push(CounterEntry { hash, start, length: key.len(), count, undercount });
        self.table.insert_unique(hash, at, |at| self.entries[*at as usize].hash);
    }

    /// Drops the rarer half of the keys.
    #[cold]
    fn prune(&mut self) {
        let mut bounds: Vec<u64> = self.entries.iter().map(CounterEntry::upper_bound).collect();
        // Keys with equal bounds are kept or dropped together, so the result does not depend on their order.
        let middle = bounds.len() / 2;
        let (_, &mut cut, _) = bounds.select_nth_unstable(middle);
        self.absent_bound = self.absent_bound.max(cut);
        let (entries, keys) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.keys));
        self.table.clear();
        self.presence.fill(0);
        self.cache.fill(EMPTY_CACHE_SLOT);
        for entry in entries.iter().filter(|entry| entry.upper_bound() > cut) {
            self.insert(entry.hash, entry.key(&keys), entry.count, entry.undercount);
        }
    }

    /// Returns the keys, most frequent first: all of them, or [`MAX_APPROXIMATE_KEYS`] if the table had to
    /// drop some or holds more than the limit.
    pub(crate) fn into_counted(mut self) -> CountedKeys {
        let keys = &self.keys;
        self.entries.sort_unstable_by(|one, other| {
            let order = |entry: &CounterEntry| (Reverse(entry.count), entry.undercount);
            order(one).cmp(&order(other)).then_with(|| one.key(keys).cmp(other.key(keys)))
        });
        // A key may have been dropped from the table and then have come again up to the filter.
        let mut absent_bound =
            self.absent_bound + self.filter.iter().map(|slot| slot.count).max().unwrap_or(0);
        if absent_bound > 0 || self.entries.len() > self.exact_limit {
            let dropped = self.entries.drain(self.entries.len().min(MAX_APPROXIMATE_KEYS)..);
            absent_bound = dropped.map(|entry| entry.upper_bound()).max().unwrap_or(0).max(absent_bound);
        }
        let text = |entry: &CounterEntry| String::from_utf8_lossy(entry.key(keys)).into_owned();
        let keys = self.entries.iter().map(|entry| (text(entry), entry.count, entry.undercount)).collect();
        CountedKeys { keys, absent_bound }
    }

    /// Accounts for lines that were counted elsewhere, where a key that is not listed may have come
    /// `absent_bound` times. The keys that are listed there are added afterwards.
    pub(crate) fn add_absent_bound(&mut self, absent_bound: u64) {
        if absent_bound > 0 {
            self.entries.iter_mut().for_each(|entry| entry.undercount += absent_bound);
            self.absent_bound += absent_bound;
        }
    }

    /// Adds keys that were counted elsewhere. `absent_bound` was added to all keys before; for these keys the
    /// true undercount takes its place.
    pub(crate) fn add(&mut self, keys: &[KeyCount], absent_bound: u64) {
        for (key, count, undercount) in keys {
            let key = &key.as_bytes()[..key.len().min(MAX_KEY_BYTES)];
            let hash = hash_key(key);
            let at = self.find(hash, key).unwrap_or_else(|| {
                if !self.has_room() {
                    self.prune();
                }
                self.insert(hash, key, 0, self.absent_bound);
                self.entries.len() - 1
            });
            let entry = &mut self.entries[at];
            entry.count += count;
            entry.undercount = (entry.undercount + undercount).saturating_sub(absent_bound);
        }
    }
}

/// Returns the hash of a key, the same in every run.
#[inline]
pub(crate) fn hash_key(key: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(key);
    hasher.finish()
}

/// Mixes the length and 16 bytes of the first `length` bytes of `text`, those at the end and in the middle:
/// there user agents and paths differ most.
#[inline(always)]
fn fingerprint(text: &[u8], length: usize) -> u64 {
    let eight = |at: usize| text.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    let taken = length.min(8);
    let (last, middle) = (eight(length - taken).unwrap_or(0), eight((length - taken) / 2).unwrap_or(0));
    // A key of less than eight bytes: shift out what follows it. Two steps, because shifting by all 64 bits at
    // once overflows.
    let beyond = 4 * (8 - taken);
    let (last, middle) = (last << beyond << beyond, middle << beyond << beyond);
    let mixed = last ^ middle.rotate_left(23) ^ length as u64;
    // Multiplicative hashing; any odd factor without a pattern works. This one is 2^64 divided by the golden
    // ratio (Knuth, The Art of Computer Programming 3, section 6.4).
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns the word and the bit of a hash in [`HeavyHitters::presence`].
#[inline]
fn presence_bit(hash: u64) -> (usize, u64) {
    ((hash >> 54) as usize % PRESENCE_WORDS, 1 << ((hash >> 48) % 64))
}

/// Returns the slot of a fingerprint.
#[inline(always)]
fn cache_index(fingerprint: u64) -> usize {
    (fingerprint >> 56) as usize % CACHE_SLOTS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn counted(keys: &[u16], exact_limit: usize, capacity: usize) -> CountedKeys {
        let mut top = HeavyHitters { capacity, ..HeavyHitters::new(exact_limit) };
        keys.iter().for_each(|key| top.count(key.to_string().as_bytes()));
        top.into_counted()
    }

    fn truth(keys: &[u16]) -> BTreeMap<String, u64> {
        let mut truth = BTreeMap::new();
        keys.iter().for_each(|key| *truth.entry(key.to_string()).or_default() += 1);
        truth
    }

    proptest! {
        #[test]
        fn counts_are_exact_while_there_is_room(keys in prop::collection::vec(0u16..50, 0..500)) {
            let counted = counted(&keys, 50, 50);
            prop_assert_eq!(counted.absent_bound, 0);
            let found: BTreeMap<_, _> = counted.keys.into_iter().map(|(key, count, _)| (key, count)).collect();
            prop_assert_eq!(found, truth(&keys));
        }

        #[test]
        fn counts_without_room_are_within_their_bounds(
            parts in prop::collection::vec(prop::collection::vec(0u16..300, 0..300), 1..4)
        ) {
            let mut all = HeavyHitters { capacity: 12, ..HeavyHitters::new(10) };
            for part in &parts {
                let counted = counted(part, 10, 10);
                all.add_absent_bound(counted.absent_bound);
                all.add(&counted.keys, counted.absent_bound);
            }
            let all = all.into_counted();
            let mut truth = truth(&parts.concat());
            for (key, count, undercount) in all.keys {
                let is = truth.remove(&key).unwrap();
                prop_assert!(count <= is && is <= count + undercount, "{key}: {count} + {undercount}, {is}");
            }
            prop_assert!(truth.values().all(|is| *is <= all.absent_bound));
        }
    }
}
