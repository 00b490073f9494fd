//! A deserializer of a JSON value that records why and where a type refused it.
//!
//! It accepts what the deserializer of `serde_json::Value` accepts. `serde_path_to_error` cannot be used
//! here: its paths contain the keys of maps, which are values, and its messages are those of `serde_json`.

use std::cell::Cell;
use std::rc::Rc;
use std::vec;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::key::{Key, NoContent, visit_number};
use super::path::Path;
use super::refusal::{Found, Refusal};
use super::report::Report;
use super::text::Text;

/// A JSON value, with its path within the whole value.
pub(super) struct Reader {
    value: Value,
    path: Rc<Path>,
    report: Report,
}

impl Reader {
    pub(super) fn new(value: Value, report: &Report) -> Self {
        Self { value, path: Rc::new(Path::Root), report: report.clone() }
    }

    /// Reads the value, and records a refusal.
    fn read<R>(self, read: impl FnOnce(Self) -> Result<R, Refusal>) -> Result<R, Refusal> {
        let kind = Found::describe(&self.value);
        let (report, path) = (self.report.clone(), Rc::clone(&self.path));
        read(self).map_err(|refusal| report.add(refusal, &kind, &path))
    }

    /// Reads the value with a type's `Deserialize`, and records a refusal.
    fn read_as<'de, S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Self { value, path, report } = self;
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => visit_number(&number, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                let length = items.len();
                let mut items = Items { rest: items.into_iter(), index: 0, path, report };
                let visited = visitor.visit_seq(&mut items);
                let visited = visited.map_err(|error| error.within(items.rest.len() < length))?;
                match items.rest.len() {
                    0 => Ok(visited),
                    _ => Err(Refusal::invalid_length(length, &"fewer elements in array")),
                }
            }
            Value::Object(entries) => {
                let length = entries.len();
                let entries = entries.into_iter();
                let mut entries = Entries { rest: entries, value: None, path, report };
                let visited = visitor.visit_map(&mut entries);
                let visited = visited.map_err(|error| error.within(entries.rest.len() < length))?;
                match entries.rest.len() {
                    0 => Ok(visited),
                    _ => Err(Refusal::invalid_length(length, &"fewer elements in map")),
                }
            }
        }
    }

    /// Splits the value of an enum into the variant's name and its content.
    fn variant(self) -> Result<Variant, Refusal> {
        let Self { value, path, report } = self;
        let (name, content) = match value {
            Value::String(name) => (name, None),
            Value::Object(entries) => {
                let length = entries.len();
                let mut entries = entries.into_iter();
                let (Some((name, content)), None) = (entries.next(), entries.next()) else {
                    let several = Text::plain(format!(
                        "invalid value: {}, expected a map of 1 entry",
                        super::refusal::map(length)
                    ));
                    return Err(Refusal::Other(several));
                };
                (name, Some(content))
            }
            other => {
                let found = match &other {
                    Value::Bool(value) => Unexpected::Bool(*value),
                    Value::Number(_) => Unexpected::Other("a number"),
                    Value::Array(_) => Unexpected::Seq,
                    _ => Unexpected::Unit,
                };
                return Err(Refusal::invalid_type(found, &"string or map"));
            }
        };
        Ok(Variant { name, content, path, report })
    }
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|reader| reader.visit(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|reader| match reader.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(reader),
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.read(|reader| match name {
            // Only `serde_json` can read its own `RawValue`.
            "$serde_json::private::RawValue" => {
                reader.value.deserialize_newtype_struct(name, visitor).map_err(Refusal::custom)
            }
            _ => visitor.visit_newtype_struct(reader),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.read(|reader| visitor.visit_enum(reader.variant()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// The items of a list.
struct Items {
    rest: vec::IntoIter<Value>,
    index: usize,
    path: Rc<Path>,
    report: Report,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refusal> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let path = Rc::new(Path::Item(Rc::clone(&self.path), self.index));
        self.index += 1;
        let reader = Reader { value, path, report: self.report.clone() };
        reader.read_as(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The entries of a map or struct.
struct Entries {
    rest: serde_json::map::IntoIter,
    /// The value whose key was read last, and its path.
    value: Option<(Value, Rc<Path>)>,
    path: Rc<Path>,
    report: Report,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refusal> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        let is_declared = Cell::new(false);
        let read = seed.deserialize(Key {
            text: key.clone(),
            is_declared: &is_declared,
            path: Rc::new(Path::Key(Rc::clone(&self.path), key.clone())),
            report: self.report.clone(),
        })?;
        let path = Rc::clone(&self.path);
        let path = if is_declared.get() { Path::Field(path, key) } else { Path::Key(path, key) };
        let path = Rc::new(path);
        self.value = Some((value, path));
        Ok(Some(read))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let Some((value, path)) = self.value.take() else {
            return Err(Refusal::Other(Text::plain("a value was read before its key")));
        };
        Reader { value, path, report: self.report.clone() }.read_as(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A variant's name and content.
struct Variant {
    name: String,
    content: Option<Value>,
    path: Rc<Path>,
    report: Report,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Refusal;
    type Variant = Content;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Content), Refusal> {
        let Self { name, content, path, report } = self;
        let variant = seed.deserialize(Key {
            text: name.clone(),
            is_declared: &Cell::new(false),
            path: Rc::clone(&path),
            report: report.clone(),
        })?;
        // The type accepted the name, so it is that of a variant.
        let path = Rc::new(Path::Field(path, name));
        let content = match content {
            None => Content::None(NoContent { path, report }),
            Some(value) => Content::Some(Reader { value, path, report }),
        };
        Ok((variant, content))
    }
}

/// The content of a variant.
enum Content {
    None(NoContent),
    Some(Reader),
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        match self {
            Self::None(none) => none.unit_variant(),
            Self::Some(reader) => serde::Deserialize::deserialize(reader),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        match self {
            Self::None(none) => none.newtype_variant_seed(seed),
            Self::Some(reader) => reader.read_as(seed),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refusal> {
        match self {
            Self::None(none) => none.tuple_variant(len, visitor),
            Self::Some(reader) => reader.deserialize_any(visitor),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match self {
            Self::None(none) => none.struct_variant(fields, visitor),
            Self::Some(reader) => reader.deserialize_any(visitor),
        }
    }
}
