//! Typed clients in other languages, for their official SDKs.

mod names;
mod python;
mod types;
mod typescript;
mod writer;

use super::model::Contract;

/// A language for which a client can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// Python, for the package `temporalio`.
    Python,
    /// TypeScript, for the package `@temporalio/client`.
    TypeScript,
}

impl Contract {
    /// Returns a module in another language with the types, and with functions that start, signal, query and
    /// update the workflows.
    #[must_use]
    pub fn client(&self, language: Language) -> String {
        match language {
            Language::Python => writer::module::<python::Python>(self),
            Language::TypeScript => writer::module::<typescript::TypeScript>(self),
        }
    }
}
