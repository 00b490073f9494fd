//! The program that the tests run: every built-in command, values for activities, and a command of its own.

mod flows;
mod screen_flows;

use std::process::ExitCode;

use durable::cli::{Cli, Context, clap};

/// Counts the workflows whose id starts so.
#[derive(clap::Args)]
struct Tally {
    /// The prefix of the ids
    prefix: String,
    /// Fails after that
    #[arg(long)]
    fail: bool,
}

async fn tally(
    arguments: Tally,
    context: Context,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let list = context.client().await?.list_all().id_starting_with(&arguments.prefix);
    let count = list.count().await?;
    println!("{count} of {} (json: {})", arguments.prefix, context.wants_json());
    if arguments.fail { Err("it was asked to fail".into()) } else { Ok(()) }
}

fn main() -> ExitCode {
    let is_complete = std::env::var_os("CLI_PROGRAM_WITHOUT_STATE").is_none();
    Cli::new()
        .version("7.8.9")
        .workers(
            move |workers| {
                if is_complete { workers.state(flows::Scale { offset: 0 }) } else { workers }
            },
        )
        .command("tally", tally)
        .main()
}
