//! `completions`: a script that makes a shell complete the arguments, also of the program's own commands.

use clap::Args;
use clap_complete::Shell;

use crate::cli::exit::Outcome;
use crate::cli::output::print;
use crate::cli::program::Program;

#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum, ignore_case = true)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, program: Program) -> Outcome {
        let mut command = program.command;
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}
