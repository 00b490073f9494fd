//! The program that the tests run: the commands of the workflows with types of every kind.

mod flows;

fn main() -> std::process::ExitCode {
    durable::cli::main()
}
