//! Keys of the program itself: given values, and files that are read again when they change.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::key::Key;

/// The shortest time between two reads of a file.
const INTERVAL: Duration = Duration::from_secs(1);

/// A key that does not change, or one of a file.
pub(super) enum LocalKey {
    Fixed(Key),
    File(KeyFile),
}

/// The key of a file, as it was read last.
pub(super) struct KeyFile {
    path: PathBuf,
    last: Mutex<Last>,
}

struct Last {
    key: Key,
    read_at: Instant,
    /// The reason why the file had no key since, if it had none.
    problem: Option<String>,
}

/// The local keys by their ids.
pub(super) type LocalKeys = BTreeMap<String, LocalKey>;

impl LocalKey {
    pub(super) fn of_file(path: PathBuf, key: Key) -> Self {
        let last = Mutex::new(Last { key, read_at: Instant::now(), problem: None });
        Self::File(KeyFile { path, last })
    }

    /// Returns the key. A file is read again if it was read more than a second ago.
    pub(super) fn get(&self) -> Key {
        match self {
            Self::Fixed(key) => key.clone(),
            Self::File(file) => file.get(INTERVAL),
        }
    }

    /// Returns the key if it is another one than `key` after reading the file again now.
    pub(super) fn other_than(&self, key: &Key) -> Option<Key> {
        let Self::File(file) = self else { return None };
        Some(file.get(Duration::ZERO)).filter(|read| read != key)
    }
}

impl KeyFile {
    fn get(&self, interval: Duration) -> Key {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.read_at.elapsed() < interval {
            return last.key.clone();
        }
        last.read_at = Instant::now();
        match Key::from_file(&self.path) {
            Ok(key) => {
                last.problem = None;
                if key != last.key {
                    tracing::info!(file = %self.path.display(), "a key was read again");
                    last.key = key;
                }
            }
            Err(error) => {
                let problem = error.to_string();
                // The same problem is logged once, and not every second.
                if last.problem.as_ref() != Some(&problem) {
                    tracing::warn!(problem, "a key cannot be read again; the previous one is used");
                    last.problem = Some(problem);
                }
            }
        }
        last.key.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_file_again_and_keeps_the_last_key_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (first, second) = (Key::generate(), Key::generate());
        let LocalKey::File(file) = LocalKey::of_file(path.clone(), first.clone()) else {
            unreachable!("it is a file")
        };
        assert_eq!(file.get(Duration::ZERO), first, "there is no file");
        std::fs::write(&path, second.to_base64()).unwrap();
        assert_eq!(file.get(Duration::from_secs(60)), first, "it was read just now");
        assert_eq!(file.get(Duration::ZERO), second);
        std::fs::write(&path, "nonsense").unwrap();
        assert_eq!(file.get(Duration::ZERO), second);
    }
}
