//! The places that keys are read from.

use std::fmt;
use std::path::PathBuf;

use super::key::{Key, KeyError};
use super::local::LocalKey;
use crate::secret::MASK;

/// The source of a key.
#[derive(Clone)]
pub(crate) enum KeySource {
    Key(Key),
    /// Base64, from a configuration.
    #[cfg_attr(not(feature = "config"), allow(dead_code, reason = "only a configuration has it"))]
    Text(String),
    Variable(String),
    File(PathBuf),
}

impl KeySource {
    pub(super) fn read(self) -> Result<LocalKey, KeyError> {
        Ok(match self {
            Self::Key(key) => LocalKey::Fixed(key),
            Self::Text(text) => LocalKey::Fixed(Key::from_base64(&text)?),
            Self::Variable(name) => LocalKey::Fixed(Key::from_env(&name)?),
            Self::File(path) => {
                let key = Key::from_file(&path)?;
                LocalKey::of_file(path, key)
            }
        })
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            _ => f.write_str(MASK),
        }
    }
}
