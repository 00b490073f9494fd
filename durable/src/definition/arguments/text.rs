//! Messages that may contain values from outside, and the setting that shows the values.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shows or hides values in error messages, for the whole process. They are hidden by default.
///
/// A message about a value that cannot be decoded names the place, the expected type and the kind of the
/// value, for example `a string of 19 characters`. Messages reach histories and logs, and a codec does not
/// encrypt them, so the value itself is not shown. For tests and development it can be:
///
/// ```
/// durable::error::show_values(true);
/// ```
///
/// The configuration key `show_values` does the same when a client connects. Don't set it in production.
pub fn show_values(show: bool) {
    SHOWN.store(show, Ordering::Relaxed);
}

static SHOWN: AtomicBool = AtomicBool::new(false);

/// A text with and without the values that it is about.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text {
    hidden: String,
    /// The text with the values, if it differs.
    full: Option<String>,
}

/// The form in which a [`Text`] is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    Shown,
    /// The values are shown only if the process shows them.
    AsSet,
}

impl Values {
    /// Returns `true` if values are printed.
    pub(crate) fn are_shown(self) -> bool {
        self == Self::Shown || SHOWN.load(Ordering::Relaxed)
    }
}

impl Text {
    pub(super) fn new(hidden: impl Into<String>, full: impl Into<String>) -> Self {
        Self { hidden: hidden.into(), full: Some(full.into()) }
    }

    /// Creates a text that contains no value.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { hidden: text.into(), full: None }
    }

    /// Returns the text without the values, whatever the process shows.
    #[cfg(feature = "config")]
    pub(super) fn hidden(self) -> String {
        self.hidden
    }

    /// Returns the text.
    pub(crate) fn print(&self, values: Values) -> &str {
        match &self.full {
            Some(full) if values.are_shown() => full,
            _ => &self.hidden,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.print(Values::AsSet))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.print(Values::AsSet), f)
    }
}
