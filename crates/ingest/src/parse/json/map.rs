//! Keys of one's own for the fields of JSON lines: `--map latency=req.ms,unit=ms`.

use serde_json::Value;

use super::bare_duration::BareDurations;
use super::fields::{JsonTraits, RequestFields};
use super::keys::JsonField;
use super::scalar::RawScalar;
use crate::parse::pattern::LatencyUnit;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// Names of fields that may be mapped.
const FIELDS: [(&str, JsonField); 9] = [
    ("method", JsonField::Method),
    ("path", JsonField::Path),
    ("request", JsonField::RequestLine),
    ("status", JsonField::Status),
    ("bytes", JsonField::Bytes),
    ("agent", JsonField::Agent),
    ("client", JsonField::Client),
    ("referrer", JsonField::Referrer),
    ("time", JsonField::Time),
];

/// Fields and the keys in which they are found; fields without one are found by the usual keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMap {
    /// Fields, and the names of the objects and the key in them.
    keys: Vec<(JsonField, Vec<String>)>,
}

/// Reason why a map cannot be used, as a sentence without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMapError(String);

impl std::fmt::Display for FieldMapError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FieldMapError {}

impl FieldMap {
    /// Reads a map such as `latency=req.ms,unit=ms`.
    ///
    /// # Errors
    /// [`FieldMapError`] if a field or unit is not known, or a latency has no unit.
    pub fn parse(text: &str) -> Result<Self, FieldMapError> {
        let error = |text: String| Err(FieldMapError(text));
        let (mut keys, mut latency, mut unit) = (Vec::new(), None, None);
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((name, key)) = part.split_once('=') else {
                return error(format!("{part} is not of the form FIELD=KEY"));
            };
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            match name {
                "unit" => match LatencyUnit::from_name(key) {
                    Some(known) => unit = Some(known),
                    None => return error(format!("{key} is not a unit: use ns, us, ms or s")),
                },
                "latency" => latency = Some(path),
                name => match FIELDS.iter().find(|(known, _)| *known == name) {
                    Some((_, field)) => keys.push((*field, path)),
                    None => {
                        let known = FIELDS.map(|(name, _)| name).join(", ");
                        return error(format!("{name} is not a field: use latency, unit, {known}"));
                    }
                },
            }
        }
        match (latency, unit) {
            (Some(path), Some(unit)) => keys.push((JsonField::Latency(unit), path)),
            (Some(_), None) => return error("latency needs its unit: add unit=ns, us, ms or s".to_owned()),
            (None, Some(_)) => return error("unit needs the key of the latency: add latency=KEY".to_owned()),
            (None, None) => {}
        }
        if keys.is_empty() { error("it maps no field".to_owned()) } else { Ok(Self { keys }) }
    }

    /// Returns the unit of the latency, if it is mapped.
    pub(crate) fn latency_unit(&self) -> Option<LatencyUnit> {
        self.keys.iter().find_map(|(field, _)| match field {
            JsonField::Latency(unit) => Some(*unit),
            _ => None,
        })
    }

    /// Reads an object. Mapped keys count before `usual`, the fields of the usual ones. `durations` are those of the
    /// file.
    pub(super) fn read(
        &self,
        object: &[u8],
        usual: RequestFields<'_>,
        durations: Option<BareDurations>,
        take: &mut dyn FnMut(&LoggedRequest<'_>, JsonTraits),
    ) -> Result<(), MalformedLine> {
        let tree: Value = serde_json::from_slice(object).map_err(|_| MalformedLine::NotJson)?;
        let mapped: Vec<(JsonField, String)> = self
            .keys
            .iter()
            .filter_map(|(field, path)| Some((*field, scalar(find(&tree, path)?)?)))
            .collect();
        let mut fields = RequestFields::default();
        for (field, text) in &mapped {
            fields.set(*field, RawScalar::from_text(text));
        }
        fields.fill(usual);
        fields.finish(durations, take)
    }
}

/// Returns the value of a key in objects within objects. A key may have dots itself.
fn find<'v>(tree: &'v Value, path: &[String]) -> Option<&'v Value> {
    (1..=path.len()).find_map(|count| {
        let value = tree.get(path[..count].join("."))?;
        if count == path.len() { Some(value) } else { find(value, &path[count..]) }
    })
}

/// Returns the text of a string or number.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::json::{JsonRules, parse_json_with};

    #[test]
    fn mapped_keys_count_before_the_usual_ones() {
        let map = FieldMap::parse("latency=req.ms,unit=ms,path=req.target,status=a.b,client=c.d").unwrap();
        let rules = JsonRules::of_map(map);
        let line = br#"{"method":"GET","path":"/usual","a.b":"404","c":{"d":"192.0.2.1"},"req":{"ms":1.5,"target":"/x?y"},"bytes":7}"#;
        let read = parse_json_with(line, &rules, |request, traits| {
            assert_eq!((request.path, request.status, request.bytes), (&b"/x"[..], 404, Some(7)));
            assert_eq!(request.client, Some(&b"192.0.2.1"[..]));
            (request.latency, traits.unit)
        });
        assert_eq!(read, Ok((Some(1_500_000), Some(LatencyUnit::Milliseconds))));
    }

    #[test]
    fn wrong_maps_are_refused_with_the_reason() {
        for (text, reason) in [
            ("latency=a", "needs its unit"),
            ("unit=ms", "needs the key"),
            ("latency=a,unit=hours", "hours is not a unit"),
            ("speed=a", "speed is not a field"),
            ("path", "is not of the form"),
            ("", "maps no field"),
        ] {
            let error = FieldMap::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
