//! A buffer for clearing bits all over a stripe that is larger than the caches.
//!
//! Cleared one by one, each bit would wait for memory and for the translation of its address. Bits are
//! collected by region instead, and the bits of a region are cleared together.

/// Bytes of a region, a power of two.
const REGION_BYTES: usize = 1 << 19;

/// Bits that are collected for a region.
const REGION_ENTRIES: usize = 1 << 15;

/// Bits to be cleared, by region: position in the region, and mask.
pub(crate) struct ScatterBuffer {
    entries: Vec<[u32; REGION_ENTRIES]>,
    counts: Vec<usize>,
}

impl ScatterBuffer {
    /// Creates an empty buffer.
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new(), counts: Vec::new() }
    }

    /// Prepares for a stripe of so many bytes.
    pub(crate) fn begin(&mut self, length: usize) {
        let regions = length.div_ceil(REGION_BYTES);
        self.entries.resize(regions, [0; REGION_ENTRIES]);
        self.counts.clear();
        self.counts.resize(regions, 0);
    }

    /// Clears bits of the stripe's byte `byte`, now or at [`ScatterBuffer::finish`]. `mask` has the bits that
    /// stay.
    #[inline(always)]
    pub(crate) fn clear(&mut self, stripe: &mut [u8], byte: usize, mask: u8) {
        let region = byte / REGION_BYTES;
        let count = &mut self.counts[region];
        // `% REGION_ENTRIES` never changes the index: it spares the bounds check.
        self.entries[region][*count % REGION_ENTRIES] = ((byte % REGION_BYTES) << 8) as u32 | u32::from(mask);
        *count += 1;
        if *count == REGION_ENTRIES {
            self.flush(stripe, region);
        }
    }

    /// Clears all bits in the buffer.
    pub(crate) fn finish(&mut self, stripe: &mut [u8]) {
        for region in 0..self.counts.len() {
            self.flush(stripe, region);
        }
    }

    #[cold]
    #[inline(never)]
    fn flush(&mut self, stripe: &mut [u8], region: usize) {
        let begin = region * REGION_BYTES;
        let end = stripe.len().min(begin + REGION_BYTES);
        let bytes = &mut stripe[begin..end];
        let count = std::mem::take(&mut self.counts[region]);
        for &entry in &self.entries[region][..count] {
            if let Some(byte) = bytes.get_mut((entry >> 8) as usize) {
                *byte &= entry as u8;
            }
        }
    }
}
