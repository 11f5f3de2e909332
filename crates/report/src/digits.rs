//! Numbers with commas between their thousands, for readers.

use std::fmt::Display;

use serde_json::{Number, Value};

/// Formats the items of a value of a result for readers, without brackets and quotes.
pub(crate) fn list(items: &[Value]) -> String {
    let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Formats a number of a result for readers: whole numbers exactly, others to three digits after the point, or below 1 to
/// six significant digits.
pub fn format_number(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        None => group_digits(number),
        Some(value) if value == 0.0 || (1.0..1e12).contains(&value.abs()) => {
            group_digits((value * 1e3).round() / 1e3)
        }
        // The exponent gives the digits that count, however small the number is.
        Some(value) => {
            let rounded = format!("{value:.5e}").parse().ok().and_then(Number::from_f64);
            rounded.map_or_else(|| number.to_string(), |rounded| rounded.to_string())
        }
    }
}

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
    fn numbers_of_results_have_no_noise() {
        let numbers = [126.19811509925806, 0.1 + 0.2, 0.000012345678, 0.0, -1234.5678, 1e300, 2.0];
        let texts = ["126.198", "0.3", "0.0000123457", "0", "-1,234.568", "1e+300", "2"];
        assert_eq!(numbers.map(|number| format_number(&Number::from_f64(number).unwrap())), texts);
        assert_eq!(format_number(&Number::from(u64::MAX)), "18,446,744,073,709,551,615");
    }

    #[test]
    fn thousands_are_grouped() {
        let numbers = ["0", "999", "1000", "1234567", "1234567.891", "-12345", "1e300"];
        let texts = ["0", "999", "1,000", "1,234,567", "1,234,567.891", "-12,345", "1e300"];
        assert_eq!(numbers.map(group_digits), texts);
        assert_eq!(group_digits(1_234_567_u64), "1,234,567");
    }
}
