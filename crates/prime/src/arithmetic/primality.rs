//! Primality test of single numbers.

/// The bases of Jim Sinclair (2011): no composite below 2^64 passes the strong test to all seven (checked
/// against Feitsma's list of base-2 pseudoprimes; miller-rabin.appspot.com).
const WITNESS_BASES: [u64; 7] = [2, 325, 9375, 28178, 450_775, 9_780_504, 1_795_265_022];

/// Returns whether `n` is prime, with certainty: the strong test of Miller and Rabin (Rabin, "Probabilistic
/// algorithm for testing primality", 1980) to bases that are known to suffice below 2^64.
pub fn is_prime(n: u64) -> bool {
    if n < 2 || n.is_multiple_of(2) {
        return n == 2;
    }
    let modulus = MontgomeryModulus::new(n);
    let one = modulus.to_form(1);
    let minus_one = n - one;
    let twos = (n - 1).trailing_zeros();
    let odd = (n - 1) >> twos;
    WITNESS_BASES.into_iter().all(|base| {
        let base = base % n;
        // n divides the base, so this base says nothing about n.
        if base == 0 {
            return true;
        }
        let mut power = modulus.pow(modulus.to_form(base), odd);
        if power == one || power == minus_one {
            return true;
        }
        for _ in 1..twos {
            power = modulus.mul(power, power);
            if power == minus_one {
                return true;
            }
        }
        false
    })
}

/// Multiplication modulo an odd number without division (Montgomery, "Modular multiplication without trial
/// division", 1985), with R = 2^64.
struct MontgomeryModulus {
    n: u64,
    /// n^-1 modulo 2^64.
    inverse: u64,
    /// R^2 modulo n.
    r_squared: u64,
}

impl MontgomeryModulus {
    fn new(n: u64) -> Self {
        // Newton's iteration doubles the correct bits: n is its own inverse modulo 8, and five rounds turn 3 bits
        // into 96.
        let mut inverse = n;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
        }
        let r = u64::MAX % n + 1; // R modulo n, or n itself, whose square is 0 modulo n too.
        let r_squared = (u128::from(r) * u128::from(r) % u128::from(n)) as u64;
        Self { n, inverse, r_squared }
    }

    /// Returns the Montgomery form a R modulo n.
    fn to_form(&self, a: u64) -> u64 {
        self.mul(a, self.r_squared)
    }

    /// Returns a b / R modulo n, for a and b of which at least one is less than n.
    fn mul(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let factor = (product as u64).wrapping_mul(self.inverse);
        let subtract = ((u128::from(factor) * u128::from(self.n)) >> 64) as u64;
        let (difference, negative) = ((product >> 64) as u64).overflowing_sub(subtract);
        if negative { difference.wrapping_add(self.n) } else { difference }
    }

    /// Returns base^exponent in Montgomery form, for an exponent of at least 1.
    fn pow(&self, base: u64, exponent: u64) -> u64 {
        let mut result = base;
        for bit in (0..exponent.ilog2()).rev() {
            result = self.mul(result, result);
            if exponent >> bit & 1 == 1 {
                result = self.mul(result, base);
            }
        }
        result
    }
}
