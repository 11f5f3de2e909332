//! Filters of the templates. Numbers are grouped for people, and exact in the `value` of a `<data>`
//! element for programs.

use askama::filters::{MaybeSafe, Safe};
use askama::{Result, Values};
use serde_json::Value;

use crate::digits::{format_number, group_digits, list};
use crate::format::status_word;

/// Shown in place of a missing value.
const NO_VALUE: &str =
    r#"<span class="none"><span aria-hidden="true">–</span><span class="unseen">none</span></span>"#;

/// A number of the report.
pub(super) trait HtmlNumber {
    /// Returns the number as HTML.
    fn html(&self) -> String;
}

impl HtmlNumber for u64 {
    fn html(&self) -> String {
        format!(r#"<data value="{self}">{}</data>"#, group_digits(self))
    }
}

impl HtmlNumber for u32 {
    fn html(&self) -> String {
        u64::from(*self).html()
    }
}

impl HtmlNumber for usize {
    fn html(&self) -> String {
        (*self as u64).html()
    }
}

impl HtmlNumber for f64 {
    fn html(&self) -> String {
        format!(r#"<data value="{self}">{}</data>"#, group_digits(self))
    }
}

impl<T: HtmlNumber> HtmlNumber for Option<T> {
    fn html(&self) -> String {
        self.as_ref().map_or_else(|| NO_VALUE.to_owned(), T::html)
    }
}

impl<T: HtmlNumber + ?Sized> HtmlNumber for &T {
    fn html(&self) -> String {
        (**self).html()
    }
}

/// Formats a number.
#[askama::filter_fn]
pub(super) fn number<T: HtmlNumber>(number: T, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(number.html()))
}

/// Formats seconds in the units that people would use.
#[askama::filter_fn]
pub(super) fn duration(seconds: &f64, _: &dyn Values) -> Result<Safe<String>> {
    let whole = *seconds as u64;
    let text = match whole {
        0..60 => format!("{seconds:.2} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", group_digits(whole / 3600), whole % 3600 / 60),
    };
    Ok(Safe(format!(r#"<data value="{seconds}">{text}</data>"#)))
}

/// Formats a time in RFC 3339 and UTC, to the second.
#[askama::filter_fn]
pub(super) fn moment(time: &str, _: &dyn Values) -> Result<String> {
    // `get`, because a slice would panic on shorter text, or in the middle of a wider character.
    Ok(match time.get(..19) {
        Some(seconds) => format!("{} UTC", seconds.replace('T', " ")),
        None => time.to_owned(),
    })
}

/// Formats a value of a job's result: a number, or text from outside.
#[askama::filter_fn]
pub(super) fn cell(value: &Value, _: &dyn Values) -> Result<MaybeSafe<String>> {
    Ok(match value {
        Value::Null => MaybeSafe::Safe(NO_VALUE.to_owned()),
        Value::Number(n) => MaybeSafe::Safe(format!(r#"<data value="{n}">{}</data>"#, format_number(n))),
        Value::String(text) => MaybeSafe::NeedsEscaping(text.clone()),
        Value::Array(items) => MaybeSafe::NeedsEscaping(list(items)),
        other => MaybeSafe::NeedsEscaping(other.to_string()),
    })
}

/// Formats a status as a sign and a word.
#[askama::filter_fn]
pub(super) fn status(name: &str, _: &dyn Values) -> Result<MaybeSafe<String>> {
    let (sign, class) = match name {
        "complete" | "finished" | "reused" => ("✓", "good"),
        "partial" | "warning" => ("!", "fair"),
        "failed" | "timed_out" | "crashed" | "error" => ("✗", "bad"),
        "cancelled" | "interrupted" => ("■", "fair"),
        _ => return Ok(MaybeSafe::NeedsEscaping(name.to_owned())),
    };
    let word = status_word(name);
    Ok(MaybeSafe::Safe(format!(
        r#"<span class="status {class}"><span aria-hidden="true">{sign}</span> {word}</span>"#
    )))
}
