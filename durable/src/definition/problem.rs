//! Errors of annotations that contradict each other.

use std::fmt;

use super::SourceLocation;
use crate::options::InvalidOptions;
use crate::search_attribute::SearchAttribute;

/// The error of a program whose annotations contradict each other. Workers then do not start.
#[derive(Debug)]
#[non_exhaustive]
pub struct RegistryError {
    /// The problems.
    pub problems: Vec<RegistryProblem>,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the annotations of this program contradict each other:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for RegistryError {}

/// A contradiction in the annotations of a program.
#[derive(Debug)]
#[non_exhaustive]
pub enum RegistryProblem {
    /// Several definitions of one kind have the same name on one task queue. Of two such activities, the
    /// SDK would silently use the last.
    DuplicateName {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// The shared name.
        name: &'static str,
        /// The shared task queue.
        queue: &'static str,
        /// The places of the annotations.
        sources: Vec<SourceLocation>,
    },
    /// The options of an annotation, merged with the built-in ones, are invalid.
    InvalidOptions {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// The name of the workflow or activity.
        name: &'static str,
        /// The place of the annotation.
        source: SourceLocation,
        /// The problems of the options.
        error: InvalidOptions,
    },
    /// A search attribute is declared with several types.
    SearchAttributeTypes {
        /// The attribute's name.
        name: &'static str,
        /// The types, each with the place of its declaration.
        declarations: Vec<(SearchAttribute, SourceLocation)>,
    },
    /// A declared search attribute has a name that the server does not accept.
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
                     give each a different `name = \"..\"`",
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
                     use one type, or different names",
                    declarations.join(" and "),
                )
            }
            Self::SearchAttributeName { name, source } => write!(
                f,
                "invalid name of search attribute `{name}` at {source}: \
                 a name has at least one character, and no `=`"
            ),
        }
    }
}
