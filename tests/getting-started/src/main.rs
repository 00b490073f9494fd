//! The workers of trials, and commands to start them and to talk to them.

use trials as _; // links the workflows

fn main() -> std::process::ExitCode {
    durable::cli::main()
}
