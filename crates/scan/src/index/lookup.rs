//! From the hash of a statement to its number.

/// Hashes of all statements, sorted, with their numbers.
#[derive(Debug)]
pub(super) struct StatementTable {
    hashes: Vec<u64>,
    numbers: Vec<u32>,
    /// First position of the hashes with the same leading bits.
    buckets: Vec<u32>,
    shift: u32,
    /// One bit for each hash, at its lowest bits: most statements of most files are in no signature, and this much
    /// of the table stays in the caches of a processor.
    seen: Vec<u64>,
}

impl StatementTable {
    /// Creates a table of sorted, distinct hashes.
    pub(super) fn new(hashes: Vec<u64>, numbers: Vec<u32>) -> Self {
        let bits = hashes.len().max(2).next_power_of_two().trailing_zeros();
        let shift = 64 - bits;
        let mut buckets = vec![0_u32; (1 << bits) + 1];
        for hash in &hashes {
            buckets[(hash >> shift) as usize + 1] += 1;
        }
        for bucket in 1..buckets.len() {
            buckets[bucket] += buckets[bucket - 1];
        }
        let mut seen = vec![0; (1_usize << bits).div_ceil(8).max(1)];
        let mask = seen.len() as u64 * 64 - 1;
        for hash in &hashes {
            let bit = hash & mask;
            seen[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        Self { hashes, numbers, buckets, shift, seen }
    }

    /// Returns the number of a statement.
    pub(super) fn get(&self, hash: u64) -> Option<u32> {
        let bit = hash & (self.seen.len() as u64 * 64 - 1);
        if self.seen[(bit / 64) as usize] & (1 << (bit % 64)) == 0 {
            return None;
        }
        let bucket = (hash >> self.shift) as usize;
        let range = self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize;
        let found = self.hashes[range.clone()].binary_search(&hash).ok()?;
        Some(self.numbers[range.start + found])
    }
}
