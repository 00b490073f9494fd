//! A deserializer of the keys of maps, and of the names of fields and variants.

use std::cell::Cell;
use std::rc::Rc;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Number, Value};

use super::path::Path;
use super::refusal::{Refusal, string};
use super::report::Report;
use super::text::Text;

/// The key of a map, or the name of a field or variant.
pub(super) struct Key<'a> {
    pub(super) text: String,
    /// Set if the program declares the name.
    pub(super) is_declared: &'a Cell<bool>,
    pub(super) path: Rc<Path>,
    pub(super) report: Report,
}

impl Key<'_> {
    /// Reads the key, and records a refusal.
    fn read<R>(self, read: impl FnOnce(Self) -> Result<R, Refusal>) -> Result<R, Refusal> {
        let kind = string(&self.text);
        let (report, path) = (self.report.clone(), Rc::clone(&self.path));
        read(self).map_err(|refusal| report.add(refusal, &kind, &path))
    }
}

/// Forwards the methods of numbers, which JSON writes as strings in keys.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
                self.read(|key| match serde_json::from_str(&key.text) {
                    Ok(Value::Number(number)) => visit_number(&number, visitor),
                    _ => visitor.visit_string(key.text),
                })
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|key| visitor.visit_string(key.text))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let is_declared = self.is_declared;
        let visited = self.deserialize_any(visitor)?;
        is_declared.set(true);
        Ok(visited)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|key| match key.text.as_str() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => visitor.visit_string(key.text),
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|key| visitor.visit_some(key))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.read(|key| visitor.visit_newtype_struct(key))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.is_declared.set(variants.contains(&self.text.as_str()));
        self.read(|key| visitor.visit_enum(key))
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

/// A variant without content, as a key.
impl<'de> EnumAccess<'de> for Key<'_> {
    type Error = Refusal;
    type Variant = NoContent;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, NoContent), Refusal> {
        let content = NoContent { path: Rc::clone(&self.path), report: self.report.clone() };
        Ok((seed.deserialize(self)?, content))
    }
}

/// The content of a variant that has none.
pub(super) struct NoContent {
    pub(super) path: Rc<Path>,
    pub(super) report: Report,
}

impl NoContent {
    fn refuse<R>(self, expected: &'static str) -> Result<R, Refusal> {
        let refusal = Refusal::invalid_type(Unexpected::UnitVariant, &expected);
        Err(self.report.add(refusal, "", &self.path))
    }
}

impl<'de> VariantAccess<'de> for NoContent {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Refusal> {
        self.refuse("newtype variant")
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refusal> {
        self.refuse("tuple variant")
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refusal> {
        self.refuse("struct variant")
    }
}

/// Passes a number to a visitor.
pub(super) fn visit_number<'de, V: Visitor<'de>>(
    number: &Number,
    visitor: V,
) -> Result<V::Value, Refusal> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), ..) => visitor.visit_u64(number),
        (_, Some(number), _) => visitor.visit_i64(number),
        (.., Some(number)) => visitor.visit_f64(number),
        _ => Err(Refusal::Other(Text::plain("number out of range"))),
    }
}
