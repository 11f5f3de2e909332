//! Clears bits all over a stripe that is larger than the caches.
//!
//! Cleared one by one as they come, each would wait for memory and for the translation of its address. They
//! are collected by region, and a region's bits are cleared together.

/// Bytes of a region, a power of two.
const REGION: usize = 1 << 19;

/// Bits that are collected for a region.
const ROOM: usize = 1 << 13;

/// Bits to be cleared, by region: place in the region and mask.
pub(crate) struct Scatter {
    waiting: Vec<[u32; ROOM]>,
    filled: Vec<usize>,
}

impl Scatter {
    pub(crate) fn new() -> Self {
        Self { waiting: Vec::new(), filled: Vec::new() }
    }

    /// Prepares for a stripe of so many bytes.
    pub(crate) fn begin(&mut self, length: usize) {
        let regions = length.div_ceil(REGION);
        self.waiting.resize(regions, [0; ROOM]);
        self.filled.clear();
        self.filled.resize(regions, 0);
    }

    /// Clears some bits of the stripe's byte `byte`, now or at [`Scatter::finish`]; `mask` has the others.
    #[inline(always)]
    pub(crate) fn clear(&mut self, stripe: &mut [u8], byte: usize, mask: u8) {
        let region = byte / REGION;
        let filled = &mut self.filled[region];
        self.waiting[region][*filled % ROOM] = ((byte % REGION) << 8) as u32 | u32::from(mask);
        *filled += 1;
        if *filled == ROOM {
            self.flush(stripe, region);
        }
    }

    /// Clears all bits that wait.
    pub(crate) fn finish(&mut self, stripe: &mut [u8]) {
        for region in 0..self.filled.len() {
            self.flush(stripe, region);
        }
    }

    #[cold]
    #[inline(never)]
    fn flush(&mut self, stripe: &mut [u8], region: usize) {
        let begin = region * REGION;
        let end = stripe.len().min(begin + REGION);
        let bytes = &mut stripe[begin..end];
        let filled = std::mem::take(&mut self.filled[region]);
        for &entry in &self.waiting[region][..filled] {
            if let Some(byte) = bytes.get_mut((entry >> 8) as usize) {
                *byte &= entry as u8;
            }
        }
    }
}
