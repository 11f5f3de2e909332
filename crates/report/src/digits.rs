//! Numbers with commas between their thousands, for readers.

use std::fmt::Display;

/// Formats a number with a comma after every third digit of its whole part: `1,234,567.891`.
pub fn group_digits(number: impl Display) -> String {
    let number = number.to_string();
    // A sign stays in front of the digits, and a point or an exponent ends them.
    let start = number.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let end = number[start..].find(|c: char| !c.is_ascii_digit()).map_or(number.len(), |n| start + n);
    let mut text = String::with_capacity(number.len() + (end - start) / 3);
    text.push_str(&number[..start]);
    for (position, digit) in number[start..end].chars().enumerate() {
        if position > 0 && (end - start - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&number[end..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let numbers = ["0", "999", "1000", "1234567", "1234567.891", "-12345", "1e300"];
        let texts = ["0", "999", "1,000", "1,234,567", "1,234,567.891", "-12,345", "1e300"];
        assert_eq!(numbers.map(group_digits), texts);
        assert_eq!(group_digits(1_234_567_u64), "1,234,567");
    }
}
