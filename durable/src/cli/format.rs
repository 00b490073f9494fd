//! The form of results and errors.

use clap::ValueEnum;

/// The form in which a command prints its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people: aligned, and coloured on a terminal.
    #[default]
    Text,
    /// For programs: one JSON value.
    Json,
}
