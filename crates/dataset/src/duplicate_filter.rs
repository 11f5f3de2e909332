//! Exact duplicates: samples whose code differs only in white space.

use crate::sample::Sample;

/// Number of tables. Each grows by itself, so that only a sixty-fourth of the keys is in memory twice
/// while they are moved.
const TABLE_COUNT: usize = 64;

/// Slots of an empty table.
const INITIAL_SLOTS: usize = 64;

/// Filter that tells whether a sample is new. It keeps 16 bytes a sample.
///
/// Two samples are duplicates if their kinds are equal, and their code is equal once every run of
/// Unicode white space is folded into one space and the ends are trimmed. They are compared by the
/// first 128 bits of BLAKE3: a chance collision among five million samples has a probability below
/// 10^-25.
#[derive(Clone, Debug)]
pub struct DuplicateFilter {
    tables: Vec<KeyTable>,
    text: Vec<u8>,
}

impl DuplicateFilter {
    /// Returns a filter that has seen no sample.
    pub fn new() -> Self {
        Self { tables: vec![KeyTable::new(); TABLE_COUNT], text: Vec::new() }
    }

    /// Adds a sample. Returns false if it is a duplicate of an earlier one.
    pub fn insert(&mut self, sample: &Sample) -> bool {
        let key = self.key(sample);
        // The high half chooses the table, because the tables place keys by the low half.
        self.tables[(key >> 64) as usize % TABLE_COUNT].insert(key)
    }

    /// Returns the number of different samples.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|table| table.used).sum()
    }

    /// Reports whether no sample was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn key(&mut self, sample: &Sample) -> u128 {
        self.text.clear();
        self.text.extend_from_slice(sample.kind.name().as_bytes());
        for code in [&sample.vulnerable_code, &sample.fixed_code] {
            // Folded code has no line feed, so the code of one side cannot imitate these marks.
            match code {
                Some(code) => {
                    self.text.extend_from_slice(b"\ntext\n");
                    fold_white_space(code, &mut self.text);
                }
                None => self.text.extend_from_slice(b"\nnone\n"),
            }
        }
        let hash = blake3::hash(&self.text);
        let (first, _) = hash.as_bytes().split_first_chunk().expect("BLAKE3 gives 32 bytes");
        u128::from_le_bytes(*first)
    }
}

impl Default for DuplicateFilter {
    fn default() -> Self {
        Self::new()
    }
}

/// Appends a text with every run of Unicode white space as one space, and without white space at
/// the ends.
pub(crate) fn fold_white_space(text: &str, folded: &mut Vec<u8>) {
    if text.is_ascii() {
        return fold_ascii(text.as_bytes(), folded);
    }
    let mut words = text.split_whitespace();
    if let Some(first) = words.next() {
        folded.extend_from_slice(first.as_bytes());
    }
    for word in words {
        folded.push(b' ');
        folded.extend_from_slice(word.as_bytes());
    }
}

/// Folds ASCII text, which most code is. It is several times as fast as splitting into words, because
/// nothing branches where a word ends.
fn fold_ascii(text: &[u8], folded: &mut Vec<u8>) {
    let start = folded.len();
    folded.resize(start + text.len(), 0);
    let space = &mut folded[start..];
    let mut length = 0;
    // Pretending that a space came before keeps the first one away.
    let mut after_space = true;
    for &byte in text {
        // The white space of Unicode that is ASCII: the range holds the vertical tab and the form feed too.
        let is_space = matches!(byte, b' ' | b'\t'..=b'\r');
        space[length] = if is_space { b' ' } else { byte };
        length += usize::from(!(is_space && after_space));
        after_space = is_space;
    }
    if length > 0 && after_space {
        length -= 1;
    }
    folded.truncate(start + length);
}

/// Set of keys: open addressing, linear probing, at most four fifths full.
///
/// It replaces `HashSet` to save memory: it grows by a quarter instead of doubling, and takes 20 to 25
/// bytes a key instead of 19 to 39. The keys are hashes already, and need no hasher.
#[derive(Clone, Debug)]
struct KeyTable {
    /// Keys; 0 stands for an empty slot.
    slots: Vec<u128>,
    used: usize,
}

impl KeyTable {
    fn new() -> Self {
        Self { slots: vec![0; INITIAL_SLOTS], used: 0 }
    }

    fn insert(&mut self, key: u128) -> bool {
        // Zero stands for an empty slot. Using 1 instead is one more collision among 2^128 keys.
        let key = key.max(1);
        if (self.used + 1) * 5 > self.slots.len() * 4 {
            self.grow();
        }
        let slot = self.find(key);
        if self.slots[slot] == key {
            return false;
        }
        self.slots[slot] = key;
        self.used += 1;
        true
    }

    /// Returns the slot of a key, or the empty slot to put it into.
    fn find(&self, key: u128) -> usize {
        let slots = self.slots.len();
        // Multiply and shift spreads 64 bits evenly over any number of slots, without a division
        // (Lemire, "Fast Random Integer Generation in an Interval", 2019).
        let mut slot = ((u128::from(key as u64) * slots as u128) >> 64) as usize;
        while self.slots[slot] != 0 && self.slots[slot] != key {
            slot += 1;
            if slot == slots {
                slot = 0;
            }
        }
        slot
    }

    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() + self.slots.len() / 4];
        let keys = std::mem::replace(&mut self.slots, larger);
        for key in keys.into_iter().filter(|&key| key != 0) {
            let slot = self.find(key);
            self.slots[slot] = key;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str, fold: impl Fn(&str, &mut Vec<u8>)) -> String {
        let mut folded = b"before".to_vec();
        fold(text, &mut folded);
        String::from_utf8(folded).unwrap()
    }

    proptest! {
        #[test]
        fn folding_equals_splitting_and_joining(text in "[\\x00-\\x7f\u{85}\u{a0}\u{2003}é]{0,20}") {
            let words: Vec<_> = text.split_whitespace().collect();
            let expected = format!("before{}", words.join(" "));
            prop_assert_eq!(folded(&text, fold_white_space), expected);
        }

        #[test]
        fn folding_ascii_equals_splitting_and_joining(text in "[\\x00-\\x7f]{0,20}|[ \t\n\r\u{b}\u{c}ab]{0,20}") {
            let words: Vec<_> = text.split_whitespace().collect();
            let expected = format!("before{}", words.join(" "));
            prop_assert_eq!(folded(&text, |text, out| fold_ascii(text.as_bytes(), out)), expected);
        }
    }
}
