//! Keys that were fetched, for a limited time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::key::Key;

/// The most keys that are kept.
const MOST: usize = 1000;

/// Keys by what they were fetched for.
pub(super) struct Cache<K> {
    keys: Mutex<HashMap<K, (Key, Instant)>>,
    max_age: Duration,
}

impl<K: Eq + Hash + Clone> Cache<K> {
    pub(super) fn new(max_age: Duration) -> Self {
        Self { keys: Mutex::default(), max_age }
    }

    pub(super) fn get(&self, id: &K) -> Option<Key> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, fetched_at) = keys.get(id)?;
        (fetched_at.elapsed() < self.max_age).then(|| key.clone())
    }

    pub(super) fn insert(&self, id: K, key: Key) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MOST {
            keys.retain(|_, (_, fetched_at)| fetched_at.elapsed() < self.max_age);
        }
        if keys.len() >= MOST {
            let oldest = keys.iter().min_by_key(|(_, (_, fetched_at))| *fetched_at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                keys.remove(&oldest);
            }
        }
        keys.insert(id, (key, Instant::now()));
    }

    pub(super) fn remove(&self, id: &K) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_limited_number_for_a_limited_time() {
        let cache = Cache::new(Duration::from_secs(60));
        for id in 0..MOST + 5 {
            cache.insert(id, Key::generate());
        }
        assert_eq!(cache.keys.lock().unwrap().len(), MOST);
        assert!(cache.get(&(MOST + 4)).is_some());
        assert!(cache.get(&(MOST + 5)).is_none());
        let expired = Cache::new(Duration::ZERO);
        expired.insert(1, Key::generate());
        assert!(expired.get(&1).is_none());
    }
}
