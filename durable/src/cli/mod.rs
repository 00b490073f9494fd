//! A complete command line for a program: commands to serve, start, signal, query, inspect and check
//! everything in its registry.
//!
//! ```no_run
//! use durable::prelude::*;
//!
//! #[workflow(queue = "greetings")]
//! #[derive(Default)]
//! struct GreetWorkflow;
//!
//! #[workflow_methods]
//! impl GreetWorkflow {
//!     #[run]
//!     async fn run(name: String) -> WorkflowResult<String> {
//!         Ok(format!("Hello, {name}!"))
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     durable::cli::main()
//! }
//! ```
//!
//! ```text
//! $ greet dev                                   # a Temporal server, its web UI, and the workers
//! $ greet execute GreetWorkflow '"Ada"'
//! "Hello, Ada!"
//! ```
//!
//! docs/cli.md describes every command and the exit codes. [`Cli`] adds what a program needs beyond its
//! annotations: values for activities, settings of the client, and commands of its own.
//!
//! This room uses all others, and none uses it. It checks inputs against the registry before they are
//! sent, and does everything else through the public interface of the other rooms.

mod arguments;
mod builder;
mod commands;
mod completion;
mod context;
mod duration;
mod escape;
mod examples;
mod exit;
mod format;
mod input;
mod names;
mod negative;
mod output;
mod program;
mod progress;
mod selection;
mod waiting;

pub use builder::Cli;
pub use context::Context;

/// The crate that parses arguments, for a program's own commands.
pub use clap;

use std::process::ExitCode;

use crate::error::report;

/// The exit code of a command that was tried and did not succeed: a workflow failed, the server does not
/// answer, or a worker ended.
pub const FAILED: u8 = report::FAILED;
/// The exit code of a command that cannot succeed as it was called, or as the program is configured. A
/// retry does not help. Arguments that cannot be parsed end with this code too.
pub const MISUSED: u8 = report::MISUSED;

/// Runs the program with the arguments of the process.
///
/// All annotated workflows and activities are available. [`Cli`] has more settings.
#[must_use]
pub fn main() -> ExitCode {
    Cli::new().main()
}
