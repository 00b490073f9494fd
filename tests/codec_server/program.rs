//! A program whose clients and workers have a codec, for the tests of its command line.

mod flows;

use std::process::ExitCode;

use durable::cli::Cli;
use durable_tests::plugged::sealing;

fn main() -> ExitCode {
    let program = Cli::new();
    if std::env::var_os("CODEC_PROGRAM_PLAIN").is_some() {
        return program.main();
    }
    program.client(|builder| builder.data_converter(sealing())).main()
}
