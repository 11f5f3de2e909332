//! Which requests count: those of a time, with a status, of paths, or with other properties.

use std::ops::RangeInclusive;

use memchr::memmem;

use crate::parse::{LoggedRequest, duration_of_text, time_of_text};

/// Conditions that a request must fulfil, all of them, to count.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestFilter {
    from: Option<i64>,
    to: Option<i64>,
    statuses: Vec<RangeInclusive<u16>>,
    path_prefix: Option<String>,
    conditions: Vec<FieldCondition>,
}

/// What the user says about the requests that count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FilterTexts<'a> {
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    pub(crate) status: &'a [String],
    pub(crate) path_prefix: Option<&'a str>,
    pub(crate) conditions: &'a [String],
}

/// A condition such as `latency>100ms`.
#[derive(Clone, Debug)]
enum FieldCondition {
    Number { field: NumberField, operator: NumberOperator, value: u64 },
    Text { field: TextField, operator: TextOperator, value: Vec<u8> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FilterField {
    Number(NumberField),
    Text(TextField),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumberField {
    Status,
    Latency,
    Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextField {
    Method,
    Path,
    Agent,
    Client,
    Referrer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumberOperator {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    Greater,
    Less,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextOperator {
    Equal,
    NotEqual,
    Contains,
    ContainsNot,
}

/// Names of fields in conditions.
const FIELDS: [(&str, FilterField); 8] = [
    ("method", FilterField::Text(TextField::Method)),
    ("path", FilterField::Text(TextField::Path)),
    ("status", FilterField::Number(NumberField::Status)),
    ("latency", FilterField::Number(NumberField::Latency)),
    ("bytes", FilterField::Number(NumberField::Bytes)),
    ("agent", FilterField::Text(TextField::Agent)),
    ("client", FilterField::Text(TextField::Client)),
    ("referrer", FilterField::Text(TextField::Referrer)),
];

/// Operators, each with what it means for numbers and for texts; those of two characters stand before their beginnings.
const OPERATORS: [(&str, Option<NumberOperator>, Option<TextOperator>); 8] = [
    ("!=", Some(NumberOperator::NotEqual), Some(TextOperator::NotEqual)),
    ("!~", None, Some(TextOperator::ContainsNot)),
    (">=", Some(NumberOperator::AtLeast), None),
    ("<=", Some(NumberOperator::AtMost), None),
    ("=", Some(NumberOperator::Equal), Some(TextOperator::Equal)),
    ("~", None, Some(TextOperator::Contains)),
    (">", Some(NumberOperator::Greater), None),
    ("<", Some(NumberOperator::Less), None),
];

impl RequestFilter {
    /// Reads conditions, or returns `None` if there are none.
    ///
    /// # Errors
    /// A description if a condition is not one.
    pub(crate) fn parse(texts: FilterTexts<'_>) -> Result<Option<Self>, String> {
        let filter = Self {
            from: texts.from.map(parse_time).transpose()?,
            to: texts.to.map(parse_time).transpose()?,
            statuses: texts.status.iter().map(|text| parse_statuses(text)).collect::<Result<_, _>>()?,
            path_prefix: texts.path_prefix.map(str::to_owned),
            conditions: texts
                .conditions
                .iter()
                .map(|text| FieldCondition::parse(text))
                .collect::<Result<_, _>>()?,
        };
        if let (Some(from), Some(to)) = (filter.from, filter.to)
            && from >= to
        {
            return Err("--from is not before --to, so that no request would count".to_owned());
        }
        let is_empty = filter.from.is_none()
            && filter.to.is_none()
            && filter.statuses.is_empty()
            && filter.path_prefix.is_none()
            && filter.conditions.is_empty();
        Ok((!is_empty).then_some(filter))
    }

    /// Returns whether a request counts. A request without a date is outside of every time.
    pub(crate) fn accepts(&self, request: &LoggedRequest<'_>) -> bool {
        let is_in_time = |bound: Option<i64>, is_within: fn(i64, i64) -> bool| {
            bound.is_none_or(|bound| request.time.is_some_and(|time| is_within(time, bound)))
        };
        is_in_time(self.from, |time, from| time >= from)
            && is_in_time(self.to, |time, to| time < to)
            && (self.statuses.is_empty() || self.statuses.iter().any(|range| range.contains(&request.status)))
            && self.path_prefix.as_ref().is_none_or(|prefix| request.path.starts_with(prefix.as_bytes()))
            && self.conditions.iter().all(|condition| condition.accepts(request))
    }
}

/// Reads a date.
pub(crate) fn parse_time(text: &str) -> Result<i64, String> {
    time_of_text(text).ok_or_else(|| {
        format!(
            "{text} is not a date: write 2023-10-10, 2023-10-10T13:55:36Z or a number of seconds since 1970"
        )
    })
}

/// Reads `404`, `4xx` or `400-499`.
pub(crate) fn parse_statuses(text: &str) -> Result<RangeInclusive<u16>, String> {
    let error = || format!("{text} is not a status: write 404, 4xx or 400-499");
    let number = |text: &str| text.parse::<u16>().ok().filter(|status| *status < 1000);
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class = number(class).filter(|class| (1..=9).contains(class)).ok_or_else(error)?;
        return Ok(class * 100..=class * 100 + 99);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok(first..=last),
        _ => Err(error()),
    }
}

/// Checks a condition.
///
/// # Errors
/// A description if it is not one.
pub(crate) fn check_condition(text: &str) -> Result<(), String> {
    FieldCondition::parse(text).map(drop)
}

impl FieldCondition {
    fn parse(text: &str) -> Result<Self, String> {
        let names = || FIELDS.map(|(name, _)| name).join(", ");
        let name_end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (name, rest) = text.split_at(name_end);
        // Spaces around the operator are not those of the value.
        let rest = rest.trim_start();
        let known = FIELDS.iter().find(|(known, _)| *known == name);
        let Some((_, field)) = known else {
            return Err(format!("{text} does not begin with a field: use one of {}", names()));
        };
        let found = OPERATORS
            .iter()
            .find_map(|(sign, number, words)| Some((*number, *words, rest.strip_prefix(sign)?.trim_start())));
        let Some((of_numbers, of_texts, value)) = found else {
            return Err(format!("{text} has no operator behind {name}: use =, !=, ~, !~, >, >=, < or <="));
        };
        let is_other = || format!("{text}: {name} is not compared in this way");
        match *field {
            FilterField::Number(field) => {
                let operator = of_numbers.ok_or_else(is_other);
                Ok(Self::Number { field, value: field.parse(value)?, operator: operator? })
            }
            FilterField::Text(field) => {
                let operator = of_texts.ok_or_else(is_other)?;
                Ok(Self::Text { field, operator, value: value.as_bytes().to_vec() })
            }
        }
    }

    fn accepts(&self, request: &LoggedRequest<'_>) -> bool {
        match self {
            Self::Number { field, operator, value } => match (field.of(request), operator) {
                (None, operator) => *operator == NumberOperator::NotEqual,
                (Some(number), NumberOperator::Equal) => number == *value,
                (Some(number), NumberOperator::NotEqual) => number != *value,
                (Some(number), NumberOperator::AtLeast) => number >= *value,
                (Some(number), NumberOperator::AtMost) => number <= *value,
                (Some(number), NumberOperator::Greater) => number > *value,
                (Some(number), NumberOperator::Less) => number < *value,
            },
            Self::Text { field, operator, value } => {
                let text = field.of(request);
                match operator {
                    TextOperator::Equal => text == value,
                    TextOperator::NotEqual => text != value,
                    TextOperator::Contains => memmem::find(text, value).is_some(),
                    TextOperator::ContainsNot => memmem::find(text, value).is_none(),
                }
            }
        }
    }
}

impl NumberField {
    fn parse(self, text: &str) -> Result<u64, String> {
        match self {
            Self::Status => text.parse().map_err(|_| format!("{text} is not a status")),
            Self::Bytes => text.parse().map_err(|_| format!("{text} is not a number of bytes")),
            Self::Latency => duration_of_text(text)
                .ok_or_else(|| format!("{text} is not a latency with a unit, such as 250ms or 1.5s")),
        }
    }

    fn of(self, request: &LoggedRequest<'_>) -> Option<u64> {
        match self {
            Self::Status => Some(request.status.into()),
            Self::Latency => request.latency,
            Self::Bytes => request.bytes,
        }
    }
}

impl TextField {
    fn of<'a>(self, request: &'a LoggedRequest<'_>) -> &'a [u8] {
        match self {
            Self::Method => request.method.as_bytes(),
            Self::Path => request.path,
            Self::Agent => request.agent.unwrap_or_default(),
            Self::Client => request.client.unwrap_or_default(),
            Self::Referrer => request.referrer.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{DateCache, parse_combined};

    fn accepts(texts: FilterTexts<'_>) -> bool {
        let line = br#"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] "GET /api/a?b HTTP/1.1" 404 20 "http://r/" "curl/8""#;
        let request = parse_combined(line, &mut DateCache::default()).unwrap();
        let request = LoggedRequest { latency: Some(150_000_000), ..request };
        RequestFilter::parse(texts).unwrap().unwrap().accepts(&request)
    }

    #[test]
    fn conditions_are_compared_with_the_fields() {
        for (text, expected) in [
            ("method=GET", true),
            ("method!=GET", false),
            ("path~pi/", true),
            ("path=/api/a", true),
            ("agent!~curl", false),
            ("agent~curl", true),
            ("client=192.0.2.1", true),
            ("referrer=http://r/", true),
            ("status>=400", true),
            ("status<404", false),
            ("latency>100ms", true),
            ("latency > 100ms", true),
            ("method != GET", false),
            ("latency<=0.15s", true),
            ("latency<150ms", false),
            ("bytes=20", true),
            ("bytes>20", false),
        ] {
            let conditions = [text.to_owned()];
            assert_eq!(
                accepts(FilterTexts { conditions: &conditions, ..FilterTexts::default() }),
                expected,
                "{text}"
            );
        }
        for text in ["speed>1", "status", "status~4", "method>GET", "latency>5", "bytes=x", ""] {
            assert!(check_condition(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_statuses_and_paths_are_compared() {
        let texts = FilterTexts::default();
        for (from, to, expected) in [
            (Some("2023-10-10"), None, true),
            (Some("2023-10-10T13:55:36Z"), Some("2023-10-10T13:55:37Z"), true),
            (None, Some("2023-10-10T13:55:36Z"), false),
            (Some("2023-10-11"), None, false),
            (Some("1696946136"), None, true),
        ] {
            assert_eq!(accepts(FilterTexts { from, to, ..texts }), expected, "{from:?} {to:?}");
        }
        for (status, expected) in
            [("4xx", true), ("4XX", true), ("404", true), ("400-403", false), ("500-599", false)]
        {
            assert_eq!(accepts(FilterTexts { status: &[status.to_owned()], ..texts }), expected, "{status}");
        }
        assert!(accepts(FilterTexts { path_prefix: Some("/api"), ..texts }));
        assert!(!accepts(FilterTexts { path_prefix: Some("/b"), ..texts }));
        assert!(RequestFilter::parse(texts).unwrap().is_none());
        for text in ["", "4x", "0xx", "404-400", "1000", "x-y"] {
            assert!(parse_statuses(text).is_err(), "{text}");
        }
        assert!(parse_time("yesterday").is_err());
        let backwards = FilterTexts { from: Some("2024-01-01"), to: Some("2023-01-01"), ..texts };
        assert!(RequestFilter::parse(backwards).unwrap_err().contains("--from is not before --to"));
    }
}
