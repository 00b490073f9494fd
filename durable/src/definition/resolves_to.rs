//! Markers for the result of a start, in a program and in a workflow.

/// Marks a start that resolves to the handle of the started workflow.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToHandle;

/// Marks a start that resolves to the output of the started workflow.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToOutput;
