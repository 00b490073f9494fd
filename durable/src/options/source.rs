//! Sources of options.

use std::fmt;

/// The source of an option: a layer of the [precedence](super).
///
/// `Display` prints, for example, `set by the call`, `configured for the type` or `built in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionSource {
    /// The call of an activity or child workflow, or the start of a workflow.
    Call,
    /// The annotation of the activity or workflow.
    Annotation,
    /// The configuration for this type.
    ConfiguredForType,
    /// The configuration for all activities or all workflows.
    ConfiguredForAll,
    /// The built-in value of this crate.
    BuiltIn,
    /// Another program that started the workflow, a recurring schedule, or the previous run.
    Elsewhere,
}

impl OptionSource {
    /// Returns the strength of a value of this source: the more specific it is for the activity or
    /// workflow, the stronger. Of two contradictory values the weaker is adjusted.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Call | Self::Annotation | Self::Elsewhere => 3,
            Self::ConfiguredForType => EXPLICIT,
            Self::ConfiguredForAll => 1,
            Self::BuiltIn => 0,
        }
    }
}

/// The strength of a value that was set for the activity or workflow itself, or more.
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
