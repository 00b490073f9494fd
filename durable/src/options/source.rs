//! The places where an option can be set.

use std::fmt;

/// The place where an option was set: the layers of the precedence, from the strongest.
///
/// It is printed as the end of a sentence: `set by the call`, `configured for the type`, `built in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionSource {
    /// The call of an activity or child workflow, or the start of a workflow.
    Call,
    /// The annotation of the activity or workflow.
    Annotation,
    /// The configuration, for this type by its name.
    ConfiguredForType,
    /// The configuration, for all activities or all workflows.
    ConfiguredForAll,
    /// This crate.
    BuiltIn,
    /// Somebody else: the program that started the workflow, a schedule, or the run before it.
    Elsewhere,
}

impl OptionSource {
    /// The strength with which a value is meant: for this one, for its type, for everything, or for
    /// want of any.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Call | Self::Annotation | Self::Elsewhere => 3,
            Self::ConfiguredForType => EXPLICIT,
            Self::ConfiguredForAll => 1,
            Self::BuiltIn => 0,
        }
    }
}

/// The strength from which on a value is meant for the one activity or workflow.
pub(super) const EXPLICIT: u8 = 2;

impl fmt::Display for OptionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call => "set by the call",
            Self::Annotation => "set by the annotation",
            Self::ConfiguredForType => "configured for the type",
            Self::ConfiguredForAll => "configured for all types",
            Self::BuiltIn => "built in",
            Self::Elsewhere => "set by whoever started it",
        })
    }
}
