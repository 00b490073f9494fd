//! Where a definition stands in the user's source, and how its parameters read there.

use std::fmt;

/// The place of an annotation in the user's source, as `file!()`, `line!()` and `column!()` tell it.
///
/// It displays as `src/orders.rs:12:1`, which terminals and editors make a link of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SourceLocation {
    /// The file, relative to the root of the workspace that was compiled.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

impl SourceLocation {
    /// A location; called by generated code.
    #[must_use]
    pub const fn new(file: &'static str, line: u32, column: u32) -> Self {
        Self { file, line, column }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One input of a workflow, activity or handler, as it is written in the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Parameter {
    /// The parameter's name.
    pub name: &'static str,
    /// The parameter's type, as the user wrote it.
    pub type_name: &'static str,
}

impl Parameter {
    /// A parameter; called by generated code.
    #[must_use]
    pub const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.type_name)
    }
}
