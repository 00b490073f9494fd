//! Settings of a builder: the changes of its calls, over a base that is set before or after them.

use std::fmt;
use std::sync::Arc;

type Change<S> = Arc<dyn Fn(&mut S) + Send + Sync>;

/// The settings of a builder. The changes of its calls apply to whatever base it has in the end, so the
/// order of the calls and the configuration doesn't matter.
#[derive(Clone)]
pub(crate) struct Settings<S> {
    base: S,
    changes: Vec<Change<S>>,
}

impl<S: Clone> Settings<S> {
    pub(crate) fn new(base: S) -> Self {
        Self { base, changes: Vec::new() }
    }

    /// Replaces the settings that the calls change.
    #[cfg(any(test, feature = "config"))]
    pub(crate) fn set_base(&mut self, base: S) {
        self.base = base;
    }

    /// Adds the change of a call. A later change overrides it.
    pub(crate) fn change(&mut self, change: impl Fn(&mut S) + Send + Sync + 'static) {
        self.changes.push(Arc::new(change));
    }

    /// Returns the effective settings.
    pub(crate) fn effective(&self) -> S {
        let mut settings = self.base.clone();
        self.changes.iter().for_each(|change| change(&mut settings));
        settings
    }
}

impl<S: Clone + fmt::Debug> fmt::Debug for Settings<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.effective().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn changes_override_a_base_that_is_set_later() {
        let mut settings = Settings::new((1, 1));
        settings.change(|(first, _)| *first = 5);
        settings.set_base((2, 2));
        assert_eq!(settings.effective(), (5, 2));
        settings.change(|(first, _)| *first = 6);
        assert_eq!(settings.effective(), (6, 2));
    }
}
