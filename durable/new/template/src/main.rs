//! The program: its commands serve, start and inspect the workflows of the library.

use std::process::ExitCode;

use durable::cli::Cli;
// Links the workflows and activities.
use my_project as _;

fn main() -> ExitCode {
    Cli::new().version(env!("CARGO_PKG_VERSION")).main()
}
