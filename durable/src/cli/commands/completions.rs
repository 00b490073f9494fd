//! `completions`: a script that makes a shell complete the arguments, also of the program's own commands.

use std::ffi::OsString;

use clap::Args;
use clap_complete::Shell;

use crate::cli::completion;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::print;
use crate::cli::program::Program;

#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum, ignore_case = true)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, program: &Program) -> Outcome {
        let program_path = program.arguments.first().map(OsString::as_os_str).unwrap_or_default();
        let name = program.command.get_name();
        let script = completion::script(&self.shell.to_string(), name, program_path);
        print(&String::from_utf8_lossy(&script.map_err(Problem::failure)?))
    }
}
