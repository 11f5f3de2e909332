//! Records with parts that are not as documented: such parts are left out, and the rest is kept.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// Most bytes that are read again for one record, which limits the parts that are left out one by one.
const MAX_REREAD_BYTES: usize = 16 << 20;

/// Most parts of one record that are left out one by one, however small the record is.
const MAX_PARTS: usize = 1000;

/// A record, and the parts of it that were left out because they are not as documented.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LenientRecord<T> {
    /// The rest of the record.
    pub record: T,
    /// Paths of the parts that were left out, such as `references[2].url`; usually none.
    pub left_out: Vec<String>,
}

impl<T> LenientRecord<T> {
    /// Converts the record, or returns `None` if it cannot be converted.
    pub(crate) fn and_then<U>(self, convert: impl FnOnce(T) -> Option<U>) -> Option<LenientRecord<U>> {
        Some(LenientRecord { record: convert(self.record)?, left_out: self.left_out })
    }
}

/// Reads a record from JSON. Parts that are not as documented are left out: fields, or elements of lists, as little as
/// possible. Returns `None` if there is no record without them, or if the text is not JSON.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Option<LenientRecord<T>> {
    // Almost all records are as documented: these are read once, and without a tree of their values.
    if let Ok(record) = serde_json::from_slice(json) {
        return Some(LenientRecord { record, left_out: Vec::new() });
    }
    let value: Value = serde_json::from_slice(json).ok().filter(Value::is_object)?;
    let max_parts = (MAX_REREAD_BYTES / json.len().max(1)).clamp(4, MAX_PARTS);
    let read = read_rest(value, max_parts)?;
    // With all its parts the record can only be read if a field occurs twice: nothing tells which one is right.
    (!read.left_out.is_empty()).then_some(read)
}

/// Reads a record from its values, and leaves out one part after the other until it can be read.
fn read_rest<T: DeserializeOwned>(mut value: Value, max_parts: usize) -> Option<LenientRecord<T>> {
    let mut left_out = LeftOut::default();
    for attempt in 0.. {
        let mut path = match serde_path_to_error::deserialize(&value) {
            Ok(record) => return Some(LenientRecord { record, left_out: left_out.texts() }),
            Err(error) => steps(error.path()),
        };
        // Where there are too many such parts, what holds them is left out as a whole.
        path.truncate(path.len().saturating_sub(attempt / max_parts));
        remove(&mut value, &path)?;
        left_out.add(path);
    }
    None
}

/// Step of a path into a value.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    Index(usize),
}

/// Converts a path as far as it leads through objects and lists.
fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Field(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

/// Removes the part at a path. Returns `None` if there is no such part; the whole value is not a part.
fn remove(value: &mut Value, path: &[Step]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let holder = parents.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    })?;
    match (holder, last) {
        (Value::Object(fields), Step::Field(name)) => fields.remove(name),
        (Value::Array(elements), Step::Index(index)) if *index < elements.len() => {
            Some(elements.remove(*index))
        }
        _ => None,
    }
}

/// Paths of the parts that were left out, in the record as it was.
#[derive(Default)]
struct LeftOut(Vec<Vec<Step>>);

impl LeftOut {
    /// Adds a path into the record as it is now, in which lists have fewer elements.
    fn add(&mut self, path: Vec<Step>) {
        let mut original: Vec<Step> = Vec::new();
        for step in path {
            let step = match step {
                Step::Index(index) => Step::Index(self.original_index(&original, index)),
                field => field,
            };
            original.push(step);
        }
        // A part was left out before the one that holds it.
        self.0.retain(|known| !known.starts_with(&original));
        self.0.push(original);
    }

    /// Returns the index that an element of a list had before others were left out.
    fn original_index(&self, list: &[Step], index: usize) -> usize {
        let of_list = self.0.iter().filter(|path| path.len() == list.len() + 1 && path.starts_with(list));
        let mut removed: Vec<usize> = of_list
            .filter_map(|path| match path.last() {
                Some(Step::Index(index)) => Some(*index),
                _ => None,
            })
            .collect();
        removed.sort_unstable();
        removed.into_iter().fold(index, |index, removed| index + usize::from(removed <= index))
    }

    fn texts(&self) -> Vec<String> {
        self.0.iter().map(|path| text(path)).collect()
    }
}

/// Formats a path like `references[2].url`.
fn text(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) if text.is_empty() => text.push_str(name),
            Step::Field(name) => text.extend([".", name]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Outer {
        name: Option<String>,
        list: Vec<Inner>,
        number: Option<f64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        id: String,
        #[serde(default)]
        tags: Vec<String>,
    }

    fn left_out(json: &str) -> (Outer, Vec<String>) {
        let LenientRecord { record, left_out } = read(json.as_bytes()).unwrap_or_else(|| panic!("{json}"));
        (record, left_out)
    }

    #[test]
    fn only_the_wrong_parts_are_left_out() {
        let inner = |id: &str, tags: &[&str]| Inner {
            id: id.to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        };
        let (record, parts) = left_out(
            r#"{"name": 7, "number": "7.5", "list": [{"id": "a", "tags": ["x", null, "y", 3]}, null, {"id": "b", "tags": null},
                {"tags": ["z"]}, {"id": 1, "tags": []}, {"id": "c"}, "d"], "other": [null]}"#,
        );
        assert_eq!(
            (record.name, record.number, record.list),
            (None, None, vec![inner("a", &["x", "y"]), inner("b", &[]), inner("c", &[])])
        );
        assert_eq!(
            parts,
            [
                "list[0].tags[1]",
                "list[0].tags[3]",
                "list[1]",
                "list[2].tags",
                "list[3]",
                "list[4]",
                "list[6]",
                "name",
                "number"
            ]
        );
        assert_eq!(left_out(r#"{"list": null}"#).1, ["list"]);
        assert!(left_out(r#"{"name": "a", "other": 7}"#).1.is_empty());
    }

    #[test]
    fn what_is_not_a_record_is_none() {
        for json in ["", "7", "null", "[7]", "{", r#"{"name": "a", "name": "b"}"#] {
            assert_eq!(read::<Outer>(json.as_bytes()), None, "{json}");
        }
        assert_eq!(read::<Inner>(br#"{"id": null, "tags": []}"#), None);
    }

    #[test]
    fn too_many_parts_are_left_out_together() {
        let json = format!(r#"{{"name": "a", "list": [{}7]}}"#, "{\"id\": 7},".repeat(3 * MAX_PARTS));
        let (record, parts) = left_out(&json);
        assert_eq!((record.name.as_deref(), record.list.len()), (Some("a"), 0));
        assert_eq!(parts, ["list"]);
    }
}
