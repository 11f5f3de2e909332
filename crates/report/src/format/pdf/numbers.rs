//! Formats numbers for people.

use jiff::Timestamp;
use serde_json::Value;

use crate::digits::{format_number, group_digits, list};

/// Formats a count, if there is one.
pub(super) fn optional(count: Option<u64>) -> String {
    count.map_or_else(none, group_digits)
}

/// Returns the sign for a missing value.
pub(super) fn none() -> String {
    "–".to_owned()
}

/// Formats a count with its unit: `1 sample`, `2 samples`. The unit is given in the plural.
pub(super) fn counted(count: u64, units: &str) -> String {
    let unit = match count {
        1 => match (units.strip_suffix("ies"), units.strip_suffix("xes")) {
            (Some(stem), _) => format!("{stem}y"),
            // `boxes` and `fixes` end in "xes"; cutting one letter would leave "fixe".
            (_, Some(stem)) => format!("{stem}x"),
            _ => units.strip_suffix('s').unwrap_or(units).to_owned(),
        },
        _ => units.to_owned(),
    };
    format!("{} {unit}", group_digits(count))
}

/// Formats a rate or a share, with at most two digits after the point.
pub(super) fn decimal(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return none() };
    let text = format!("{value:.2}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    match whole.parse::<u64>() {
        Ok(whole) => format!("{}{point}{rest}", group_digits(whole)),
        Err(_) => format!("{whole}{point}{rest}"),
    }
}

/// Formats a percentage.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(none, |value| format!("{}%", decimal(Some(value))))
}

/// Formats a share in percent, with one digit; `None` without a whole.
pub(super) fn share(part: u64, whole: u64) -> Option<String> {
    let percent = (whole > 0).then(|| part as f64 * 100.0 / whole as f64)?;
    Some(match percent {
        // Rounding would make it 0.0%, which says that there is none.
        percent if part > 0 && percent < 0.1 => "< 0.1%".to_owned(),
        percent => format!("{percent:.1}%"),
    })
}

/// Formats a duration.
pub(super) fn seconds(value: f64) -> String {
    let whole = value.max(0.0).round() as u64;
    match whole {
        0..60 => format!("{} s", decimal(Some(value))),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", group_digits(whole / 3600), whole % 3600 / 60),
    }
}

/// Formats a size, in units of 1024 bytes.
pub(super) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = "bytes";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit == "bytes" { counted(count, "bytes") } else { format!("{value:.1} {unit}") }
}

/// Formats a time of RFC 3339 to the second, in UTC. Other text is returned unchanged.
pub(super) fn instant(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => time.to_owned(),
    }
}

/// Formats a value of a job's result.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => none(),
        Value::String(text) => text.clone(),
        Value::Number(number) => format_number(number),
        Value::Array(items) => list(items),
        other => other.to_string(),
    }
}

/// Capitalises the first letter.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        assert_eq!([counted(1, "advisories"), counted(2, "fixes")], ["1 advisory", "2 fixes"]);
        let decimals = [0.64, 100.0, 8375.2, f64::NAN].map(|value| decimal(Some(value)));
        assert_eq!(decimals, ["0.64", "100", "8,375.2", "–"]);
        assert_eq!(
            [0.703, 59.99, 125.0, 7265.0].map(seconds),
            ["0.7 s", "1 min 00 s", "2 min 05 s", "2 h 01 min"]
        );
        assert_eq!([1, 2048, 5 << 20].map(bytes), ["1 byte", "2.0 KiB", "5.0 MiB"]);
        assert_eq!(instant("2026-01-01T00:00:02.17Z"), "2026-01-01 00:00:02 UTC");
        assert_eq!(share(1, 5169).as_deref(), Some("< 0.1%"));
    }
}
