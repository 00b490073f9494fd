//! A whole program out of the registry: commands to serve, start, signal, query, look and check.
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
//! The guide, with every command and the exit codes, is docs/cli.md. A program with more to it says so
//! with [`Cli`]: values that activities take, how the client is made, commands of its own.
//!
//! This room stands on top of all others, and none knows it. Inputs are checked against the registry
//! before they are sent; everything else is what the public interface of the other rooms does.

mod arguments;
mod commands;
mod context;
mod exit;
mod input;
mod names;
mod output;
mod program;

pub use context::Context;
pub use exit::{FAILED, MISUSED};
pub use program::Cli;

/// The crate that parses arguments, for commands of a program's own.
pub use clap;

use std::process::ExitCode;

/// Runs the program: its arguments are those of the process.
///
/// Everything that the program's annotations say is there; [`Cli`] is for more.
#[must_use]
pub fn main() -> ExitCode {
    Cli::new().main()
}
