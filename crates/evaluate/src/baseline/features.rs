//! Features of code: which words and pairs of words it has, hashed into buckets (Weinberger et al. 2009,
//! <https://arxiv.org/abs/0902.2206>).

use streamguard_dataset::{CommentSyntax, for_each_token};
use twox_hash::XxHash64;

/// Number of buckets, a power of two.
pub(super) const BUCKETS: usize = 1 << 18;

/// Reads the features of code. The buffers are used again for the next code.
#[derive(Debug, Default)]
pub struct FeatureReader {
    buckets: Vec<u32>,
}

impl FeatureReader {
    /// Returns the buckets of all words and pairs of words, ascending and each once. Comments and layout are not words.
    pub fn read(&mut self, code: &str, syntax: CommentSyntax) -> &[u32] {
        self.buckets.clear();
        let mut last: Option<u64> = None;
        for_each_token(code, syntax, |token| {
            let word = XxHash64::oneshot(0, token);
            self.buckets.push(bucket(word));
            // The hash of the first word is the seed of the second, so that their order counts.
            self.buckets.extend(last.map(|last| bucket(XxHash64::oneshot(last, token))));
            last = Some(word);
        });
        self.buckets.sort_unstable();
        self.buckets.dedup();
        &self.buckets
    }
}

fn bucket(hash: u64) -> u32 {
    (hash % BUCKETS as u64) as u32
}
