//! Code that blocks its thread until a test lets it go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The end of every block, for a test that failed before it let the code go.
const PATIENCE: Duration = Duration::from_secs(90);

static GATE: Mutex<Gate> = Mutex::new(Gate { entries: BTreeMap::new(), open: BTreeSet::new() });
static OPENED: Condvar = Condvar::new();

struct Gate {
    entries: BTreeMap<String, u32>,
    open: BTreeSet<String>,
}

/// Blocks the thread until the key is let go.
pub(crate) fn block(key: &str) {
    let mut gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    *gate.entries.entry(key.to_owned()).or_default() += 1;
    let closed = |gate: &mut Gate| !gate.open.contains(key);
    drop(OPENED.wait_timeout_while(gate, PATIENCE, closed));
}

/// The number of times that code has blocked with the key.
pub(crate) fn entries(key: &str) -> u32 {
    let gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    gate.entries.get(key).copied().unwrap_or(0)
}

/// Lets the code go that blocks with the key, now and from now on.
pub(crate) fn let_go(key: &str) {
    GATE.lock().unwrap_or_else(PoisonError::into_inner).open.insert(key.to_owned());
    OPENED.notify_all();
}
