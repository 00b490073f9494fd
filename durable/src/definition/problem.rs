//! What the registry says of annotations that contradict each other.

use std::fmt;

use super::SourceLocation;
use crate::options::InvalidOptions;
use crate::search_attribute::SearchAttribute;

/// A program whose annotations contradict each other; nothing of it is served.
#[derive(Debug)]
#[non_exhaustive]
pub struct RegistryError {
    /// Every problem that was found.
    pub problems: Vec<RegistryProblem>,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the annotations of this program contradict each other:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for RegistryError {}

/// One contradiction among the annotations of a program.
#[derive(Debug)]
#[non_exhaustive]
pub enum RegistryProblem {
    /// Definitions of one kind and name on one queue; a server could not tell them apart, and the
    /// SDK would silently use the last of two activities.
    DuplicateName {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// The name they share.
        name: &'static str,
        /// The queue they share.
        queue: &'static str,
        /// Where each is annotated.
        sources: Vec<SourceLocation>,
    },
    /// Options that cannot be, once they are merged with the built-in ones.
    InvalidOptions {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// Where it is annotated.
        source: SourceLocation,
        /// What cannot be.
        error: InvalidOptions,
    },
    /// One search attribute that is declared with several types.
    SearchAttributeTypes {
        /// The attribute's name.
        name: &'static str,
        /// Each type, with the place of its declaration.
        declarations: Vec<(SearchAttribute, SourceLocation)>,
    },
    /// A declared search attribute whose name no server takes.
    SearchAttributeName {
        /// The attribute's name.
        name: &'static str,
        /// The place of the declaration.
        source: SourceLocation,
    },
}

impl fmt::Display for RegistryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateName { kind, name, queue, sources } => {
                let sources: Vec<_> = sources.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "{kind} `{name}` is defined {} times on queue `{queue}`, at {}; \
                     give one of them another `name = \"..\"`",
                    sources.len(),
                    sources.join(" and "),
                )
            }
            Self::InvalidOptions { kind, name, source, error } => {
                write!(f, "{kind} `{name}` at {source}: {error}")
            }
            Self::SearchAttributeTypes { name, declarations } => {
                let declarations = declarations.iter();
                let declarations: Vec<_> =
                    declarations.map(|(kind, source)| format!("{kind} at {source}")).collect();
                write!(
                    f,
                    "search attribute `{name}` is declared with several types, as {}; \
                     give it one type, or two names",
                    declarations.join(" and "),
                )
            }
            Self::SearchAttributeName { name, source } => write!(
                f,
                "search attribute `{name}` at {source}: not a name; \
                 a name has at least one character, and no `=`"
            ),
        }
    }
}
