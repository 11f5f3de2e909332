//! Numbers by chance: the same on every machine, and each from its place alone.

use twox_hash::XxHash64;

/// Returns the number at a place of the sequence with this seed, below a bound.
pub(crate) fn below(seed: u64, place: u64, bound: usize) -> usize {
    let hash = XxHash64::oneshot(seed, &place.to_le_bytes());
    // The upper half of the product: without the bias of a remainder.
    ((u128::from(hash) * bound as u128) >> 64) as usize
}

/// Returns the numbers below a bound in an order by chance.
pub(crate) fn shuffled(seed: u64, bound: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..bound as u32).collect();
    order.sort_by_cached_key(|number| XxHash64::oneshot(seed, &u64::from(*number).to_le_bytes()));
    order
}
