//! Reading an object key by key, without building a tree.

use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::RequestFields;
use super::keys::{JsonField, JsonKey, JsonScope, known_key};
use super::scalar::{JsonText, RawScalar};

impl<'de> Deserialize<'de> for RequestFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Self::default();
        deserializer.deserialize_map(ObjectVisitor {
            fields: &mut fields,
            scope: JsonScope::Line,
            otherwise: None,
        })?;
        Ok(fields)
    }
}

/// Reads the fields of an object, and of the objects in it.
struct ObjectVisitor<'f, 'de> {
    fields: &'f mut RequestFields<'de>,
    scope: JsonScope,
    /// Field of the value if it is not an object.
    otherwise: Option<JsonField>,
}

impl<'de> DeserializeSeed<'de> for ObjectVisitor<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> ObjectVisitor<'_, 'de> {
    fn set_text(self, text: &'de str) {
        if let Some(field) = self.otherwise {
            self.fields.set(field, RawScalar::from_text(text));
        }
    }
}

impl<'de> Visitor<'de> for ObjectVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(JsonText(key)) = map.next_key()? {
            self.fields.note_key(self.scope, &key);
            match known_key(self.scope, &key) {
                JsonKey::Field(field) => {
                    self.fields.set(field, RawScalar::from_json(map.next_value::<&RawValue>()?));
                }
                JsonKey::Scope(scope, otherwise) => {
                    map.next_value_seed(ObjectVisitor { fields: &mut *self.fields, scope, otherwise })?;
                }
                JsonKey::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.set_text(text);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if let Some(field) = self.otherwise {
            self.fields.set_owned(field, text);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        // Of these fields, only a status is a number.
        if self.otherwise == Some(JsonField::Status) {
            self.fields.set_owned(JsonField::Status, &number.to_string());
        }
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}
