//! Jaccard similarity of sets of shingles.

use std::cmp::Ordering;

/// Share of two sets that they have in common, from which on they are near duplicates. Compared in whole numbers, so
/// that a pair exactly at the threshold counts on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearThreshold {
    thousandths: u64,
}

impl NearThreshold {
    /// Returns the threshold of this many thousandths, from 1 to 1000.
    pub fn from_thousandths(thousandths: u16) -> Option<Self> {
        (1..=1000).contains(&thousandths).then_some(Self { thousandths: thousandths.into() })
    }

    /// Returns the threshold as a share.
    pub fn share(self) -> f64 {
        self.thousandths as f64 / 1000.0
    }

    /// Returns the least size of a set that may be near one of this size and not smaller.
    pub(crate) fn least_size(self, size: usize) -> usize {
        (size as u64 * self.thousandths).div_ceil(1000) as usize
    }

    /// Returns how many elements two sets of these sizes have in common at least, if they are near.
    pub(crate) fn least_common(self, left: usize, right: usize) -> usize {
        // From c / (l + r - c) >= t.
        ((left + right) as u64 * self.thousandths).div_ceil(1000 + self.thousandths) as usize
    }

    /// Returns in how many elements two sets differ at most that have so many together, if they are near.
    pub(super) fn most_different(self, together: usize) -> u32 {
        // All but the common elements, of which there are at least t / (1 + t) of the sum in each set.
        ((together as u64 * (1000 - self.thousandths)) / (1000 + self.thousandths)) as u32
    }

    /// Tells whether two sorted sets are near.
    pub fn accepts(self, left: &[u64], right: &[u64]) -> bool {
        common_at_least(left, right, self.least_common(left.len(), right.len()))
    }
}

/// Tells whether two sorted sets have at least so many elements in common; stops as soon as that is clear.
fn common_at_least(left: &[u64], right: &[u64], least: usize) -> bool {
    // How many elements of each may have no counterpart.
    let (Some(mut spare_left), Some(mut spare_right)) =
        (left.len().checked_sub(least), right.len().checked_sub(least))
    else {
        return false;
    };
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        match a.cmp(b) {
            Ordering::Equal => {
                i += 1;
                j += 1;
            }
            Ordering::Less if spare_left == 0 => return false,
            Ordering::Less => {
                spare_left -= 1;
                i += 1;
            }
            Ordering::Greater if spare_right == 0 => return false,
            Ordering::Greater => {
                spare_right -= 1;
                j += 1;
            }
        }
    }
    left.len() - i <= spare_left && right.len() - j <= spare_right
}

/// Returns the Jaccard similarity of two sorted sets; 1 for two empty ones.
pub fn similarity(left: &[u64], right: &[u64]) -> f64 {
    let common = left.iter().filter(|element| right.binary_search(element).is_ok()).count();
    let all = left.len() + right.len() - common;
    if all == 0 { 1.0 } else { common as f64 / all as f64 }
}
