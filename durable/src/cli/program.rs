//! The program that a command gets to run in.

use std::ffi::OsString;

use clap::Command;

use super::context::Context;
use crate::worker::Workers;

/// Changes the workers before they are checked or started.
pub(super) type Prepare = Box<dyn FnOnce(Workers) -> Workers + Send>;

/// The program, once its arguments are parsed.
pub(super) struct Program {
    pub(super) context: Context,
    pub(super) prepare: Prepare,
    /// All commands, for completions.
    pub(super) command: Command,
    /// The arguments, the path of the program first.
    pub(super) arguments: Vec<OsString>,
}
