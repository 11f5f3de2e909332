//! Sorting many small integers.

/// Bits of a digit; three of them make 32 bits, and the counts of one stay in the first cache.
const BITS: u32 = 11;

const DIGITS: usize = 1 << BITS;

/// Sorts by three digits, the lowest first. `scratch` is as long as `numbers` afterwards.
pub(super) fn sort(numbers: &mut Vec<u32>, scratch: &mut Vec<u32>) {
    scratch.resize(numbers.len(), 0);
    let digit = |number: u32, pass: u32| (number >> (pass * BITS)) as usize & (DIGITS - 1);
    let mut counts = [[0u32; DIGITS]; 3];
    for &number in numbers.iter() {
        for pass in 0..3 {
            counts[pass][digit(number, pass as u32)] += 1;
        }
    }
    for (pass, counts) in (0..).zip(&mut counts) {
        let mut sum = 0;
        for count in counts.iter_mut() {
            sum += std::mem::replace(count, sum);
        }
        for &number in numbers.iter() {
            let place = &mut counts[digit(number, pass)];
            scratch[*place as usize] = number;
            *place += 1;
        }
        std::mem::swap(numbers, scratch);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts(mut numbers: Vec<u32>) {
            let mut expected = numbers.clone();
            expected.sort_unstable();
            super::sort(&mut numbers, &mut Vec::new());
            prop_assert_eq!(numbers, expected);
        }
    }
}
