//! Exact duplicates: samples whose code differs in nothing but white space.

use crate::sample::Sample;

/// Number of tables. Each grows on its own, so that only a sixty-fourth of the keys is ever
/// held twice.
const TABLES: usize = 64;

/// Slots that a table starts with.
const FIRST_SLOTS: usize = 64;

/// What has been seen, as 16 bytes a sample.
///
/// Two samples are the same if they are of the same kind and their codes are equal once every
/// run of Unicode white space is folded into one space and the ends are trimmed. They are
/// compared by the first 128 bits of BLAKE3, where a chance collision among five million
/// samples has a probability below 10^-25.
#[derive(Clone, Debug)]
pub struct Dedup {
    tables: Vec<Table>,
    text: Vec<u8>,
}

impl Dedup {
    /// Has seen nothing.
    pub fn new() -> Self {
        Self { tables: vec![Table::new(); TABLES], text: Vec::new() }
    }

    /// Remembers a sample. `false` if its like was seen before.
    pub fn insert(&mut self, sample: &Sample) -> bool {
        let key = self.key(sample);
        // The tables use the low half of the key to place it.
        self.tables[(key >> 64) as usize % TABLES].insert(key)
    }

    /// Number of different samples seen.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|table| table.used).sum()
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn key(&mut self, sample: &Sample) -> u128 {
        self.text.clear();
        self.text.extend_from_slice(sample.kind.name().as_bytes());
        for code in [&sample.vulnerable_code, &sample.fixed_code] {
            // Folded text holds no line feed, so these marks cannot come from the code.
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

impl Default for Dedup {
    fn default() -> Self {
        Self::new()
    }
}

/// Appends `text` with every run of Unicode white space as one space, and none at the ends.
fn fold_white_space(text: &str, folded: &mut Vec<u8>) {
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

/// The same for ASCII, as most code is: several times as fast, because it does not branch on
/// where words end.
fn fold_ascii(text: &[u8], folded: &mut Vec<u8>) {
    let start = folded.len();
    folded.resize(start + text.len(), 0);
    let space = &mut folded[start..];
    let mut length = 0;
    // As if a space had come before, so that none is put at the start.
    let mut after_space = true;
    for &byte in text {
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

/// A set of keys: open addressing, linear probing, at most four fifths full.
///
/// Of our own because of its size: it grows by a quarter where the standard library's doubles,
/// which takes 20 to 25 bytes a key instead of 19 to 39, without a jump at any number of keys.
/// The keys are hashes already and need no hasher.
#[derive(Clone, Debug)]
struct Table {
    /// A key, or 0 for an empty slot.
    slots: Vec<u128>,
    used: usize,
}

impl Table {
    fn new() -> Self {
        Self { slots: vec![0; FIRST_SLOTS], used: 0 }
    }

    fn insert(&mut self, key: u128) -> bool {
        // Zero marks an empty slot; that it counts as one is one more collision in 2^128.
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

    /// The slot that holds `key`, or the empty one where it belongs.
    fn find(&self, key: u128) -> usize {
        let slots = self.slots.len();
        // Multiply and shift spreads 64 bits evenly over any number of slots (Lemire, "Fast
        // Random Integer Generation in an Interval", 2019).
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
        fn folding_is_what_splitting_and_joining_is(text in "[\\x00-\\x7f\u{85}\u{a0}\u{2003}é]{0,20}") {
            let words: Vec<_> = text.split_whitespace().collect();
            let expected = format!("before{}", words.join(" "));
            prop_assert_eq!(folded(&text, fold_white_space), expected);
        }

        #[test]
        fn folding_ascii_is_the_same(text in "[\\x00-\\x7f]{0,20}|[ \t\n\r\u{b}\u{c}ab]{0,20}") {
            let words: Vec<_> = text.split_whitespace().collect();
            let expected = format!("before{}", words.join(" "));
            prop_assert_eq!(folded(&text, |text, out| fold_ascii(text.as_bytes(), out)), expected);
        }
    }
}
