//! Source locations of definitions, and parameters as they are written.

use std::fmt;

/// The place of an annotation in the source, from `file!()`, `line!()` and `column!()`.
///
/// `Display` prints `src/orders.rs:12:1`, which terminals and editors show as a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SourceLocation {
    /// The file, relative to the root of the compiled workspace.
    pub file: &'static str,
    /// The line, starting at 1.
    pub line: u32,
    /// The column, starting at 1.
    pub column: u32,
}

impl SourceLocation {
    /// Creates a location.
    #[must_use]
    pub(crate) const fn new(file: &'static str, line: u32, column: u32) -> Self {
        Self { file, line, column }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// An input of a workflow, activity or handler, as written in the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Parameter {
    /// The parameter's name.
    pub name: &'static str,
    /// The parameter's type as written in the source.
    pub type_name: &'static str,
}

impl Parameter {
    /// Creates a parameter.
    #[must_use]
    pub(crate) const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.type_name)
    }
}
