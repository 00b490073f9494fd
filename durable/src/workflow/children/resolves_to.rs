//! Markers for the result of a child workflow call.

/// Marks a call that resolves to the child's output.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToOutput;

/// Marks a call that resolves to the child's handle, once the child is started.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToHandle;
