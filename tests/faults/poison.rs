//! Values and errors whose implementations panic, as their text says.

use std::fmt;

use durable::prelude::*;

pub(crate) const FINE: &str = "fine";
pub(crate) const SERIALIZE: &str = "serialize";
pub(crate) const DESERIALIZE: &str = "deserialize";
pub(crate) const DROP: &str = "drop";
pub(crate) const DISPLAY: &str = "display";
pub(crate) const SOURCE: &str = "source";

/// A value one of whose implementations panics.
#[derive(Clone, Debug)]
pub(crate) struct Poison(pub(crate) String);

impl Poison {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Serialize for Poison {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(self.0 != SERIALIZE, "poison in `Serialize`");
        // What panics when it is dropped does so in one place only.
        serializer.serialize_str(if self.0 == DROP { FINE } else { &self.0 })
    }
}

impl<'de> Deserialize<'de> for Poison {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        assert!(text != DESERIALIZE, "poison in `Deserialize`");
        Ok(Self(text))
    }
}

impl Drop for Poison {
    fn drop(&mut self) {
        assert!(self.0 != DROP || std::thread::panicking(), "poison in `Drop`");
    }
}

/// An id template prints it.
impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != DISPLAY, "poison in `Display`");
        f.write_str(&self.0)
    }
}

/// An error one of whose implementations panics.
#[derive(Debug)]
pub(crate) struct PoisonError(pub(crate) &'static str);

impl fmt::Display for PoisonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != DISPLAY, "poison in `Display`");
        f.write_str(self.0)
    }
}

impl std::error::Error for PoisonError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        assert!(self.0 != SOURCE, "poison in `source`");
        None
    }
}

impl Drop for PoisonError {
    fn drop(&mut self) {
        assert!(self.0 != DROP || std::thread::panicking(), "poison in `Drop`");
    }
}
