//! The silence of metrics while workflow code replays.

use std::cell::Cell;

thread_local! {
    static MUTED: Cell<bool> = const { Cell::new(false) };
}

/// Restores the state before it, when it is dropped.
pub(crate) struct Muted(bool);

/// Mutes the metrics of this thread if the code that runs next replays.
pub(crate) fn mute_if(replays: bool) -> Muted {
    Muted(MUTED.replace(replays))
}

impl Drop for Muted {
    fn drop(&mut self) {
        MUTED.set(self.0);
    }
}

pub(super) fn is_muted() -> bool {
    MUTED.get()
}

#[cfg(test)]
mod tests {
    use super::{is_muted, mute_if};

    #[test]
    fn silence_ends_with_its_guard_and_nests() {
        let outer = mute_if(true);
        assert!(is_muted());
        let inner = mute_if(false);
        assert!(!is_muted());
        drop(inner);
        assert!(is_muted());
        drop(outer);
        assert!(!is_muted());
    }
}
