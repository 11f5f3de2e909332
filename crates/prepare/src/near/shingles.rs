//! Shingles: runs of five tokens, as numbers.

use std::hash::Hasher;
use std::sync::LazyLock;

use twox_hash::XxHash64;

use streamguard_dataset::{CommentSyntax, for_each_token};

/// Tokens of a shingle.
pub const SHINGLE_TOKENS: usize = 5;

/// Multiplier of the polynomial that joins the hashes of tokens: odd, with bits set all over (the golden ratio).
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// `BASE` to the power of [`SHINGLE_TOKENS`], which takes the oldest token out of the polynomial again.
const BASE_POWER: u64 = {
    let mut power: u64 = 1;
    let mut exponent = 0;
    while exponent < SHINGLE_TOKENS {
        power = power.wrapping_mul(BASE);
        exponent += 1;
    }
    power
};

/// Hashes of tokens of one byte, which are half of all.
static BYTE_HASHES: LazyLock<[u64; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| XxHash64::oneshot(0, &[byte as u8])));

/// A text as shingles. The buffers are used again for the next text.
#[derive(Debug, Default)]
pub struct ShingledText {
    tokens: Vec<u64>,
    shingles: Vec<u64>,
}

impl ShingledText {
    /// Reads a text.
    pub fn read(&mut self, code: &str, syntax: CommentSyntax) {
        self.tokens.clear();
        let bytes = &*BYTE_HASHES;
        for_each_token(code, syntax, |token| {
            self.tokens.push(match token {
                [byte] => bytes[usize::from(*byte)],
                token => XxHash64::oneshot(0, token),
            });
        });
        self.shingles.clear();
        let mut sum: u64 = 0;
        for (at, token) in self.tokens.iter().enumerate() {
            sum = sum.wrapping_mul(BASE).wrapping_add(*token);
            if at + 1 >= SHINGLE_TOKENS {
                if at >= SHINGLE_TOKENS {
                    sum = sum.wrapping_sub(self.tokens[at - SHINGLE_TOKENS].wrapping_mul(BASE_POWER));
                }
                self.shingles.push(mixed(sum));
            }
        }
        // A text that is too short for a shingle is one as a whole.
        if self.shingles.is_empty() && !self.tokens.is_empty() {
            self.shingles.push(mixed(sum ^ self.tokens.len() as u64));
        }
    }

    /// Returns the number of tokens.
    pub fn token_count(&self) -> usize {
        self.tokens.len()
    }

    /// Returns the shingles in the order of the text, with repetition.
    pub fn shingles(&self) -> &[u64] {
        &self.shingles
    }

    /// Returns the shingles as a sorted set.
    pub fn shingle_set(&self) -> Vec<u64> {
        let mut set = self.shingles.clone();
        set.sort_unstable();
        set.dedup();
        set
    }

    /// Returns a digest of the sequence of tokens. Texts that differ in comments and layout only have the same.
    pub fn token_digest(&self) -> u128 {
        let digest = |seed| {
            let mut hasher = XxHash64::with_seed(seed);
            self.tokens.iter().for_each(|token| hasher.write_u64(*token));
            hasher.finish()
        };
        u128::from(digest(1)) << 64 | u128::from(digest(2))
    }
}

/// Spreads the bits of a sum over the whole number: the finaliser of MurmurHash3
/// (<https://github.com/aappleby/smhasher/wiki/MurmurHash3>).
fn mixed(mut sum: u64) -> u64 {
    sum ^= sum >> 33;
    sum = sum.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    sum ^= sum >> 33;
    sum = sum.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    sum ^ sum >> 33
}
