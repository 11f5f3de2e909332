//! Differences between the settings of two runs.

use std::fmt;

use serde_json::Value;

/// A setting that differs between an earlier run and this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsDifference {
    /// Path of the setting, from the outside in, such as `["synthetic", "seed"]`.
    pub path: Vec<String>,
    /// Value in the earlier run; `None` if it had no such setting.
    pub was: Option<Value>,
    /// Value in this run; `None` if it has no such setting.
    pub is: Option<Value>,
}

impl SettingsDifference {
    /// Finds the first difference between the settings of an earlier run and those of this one, in the order of the
    /// names.
    pub fn first(was: &Value, is: &Value) -> Option<Self> {
        let mut path = Vec::new();
        let (was, is) = walk(Some(was), Some(is), &mut path)?;
        Some(Self { path, was: was.cloned(), is: is.cloned() })
    }
}

impl fmt::Display for SettingsDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.join(".");
        match (&self.was, &self.is) {
            (Some(was), Some(is)) => write!(f, "{path} was {was}, is {is}"),
            // A whole job, or a group of settings: its name tells enough.
            (Some(_), None) => write!(f, "{path} is missing now"),
            (None, _) => write!(f, "{path} is new"),
        }
    }
}

/// Two values that differ, the earlier one first.
type Differing<'a> = (Option<&'a Value>, Option<&'a Value>);

fn walk<'a>(was: Option<&'a Value>, is: Option<&'a Value>, path: &mut Vec<String>) -> Option<Differing<'a>> {
    let (Some(Value::Object(was)), Some(Value::Object(is))) = (was, is) else {
        return (was != is).then_some((was, is));
    };
    was.keys().chain(is.keys()).find_map(|key| {
        path.push(key.clone());
        let found = walk(was.get(key), is.get(key), path);
        if found.is_none() {
            path.pop();
        }
        found
    })
}
