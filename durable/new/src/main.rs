//! The command `durable new NAME`: creates a project from the template in `template/`.

mod create;
mod dependency;
mod error;
mod name;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::dependency::Source;
use crate::error::Error;

/// Creates projects with `durable`, the typed workflow framework on Temporal.
#[derive(Parser)]
#[command(name = "durable", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(New),
}

/// Creates a project with a workflow, an activity, tests, a configuration, a Dockerfile and a deployment manifest.
#[derive(Args)]
struct New {
    /// The new folder. Its last component is the name of the package and of the task queue.
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// The folder of a clone of durable, which the project depends on [default: the one that this command was built in]
    #[arg(long, value_name = "DIR", conflicts_with = "git")]
    path: Option<PathBuf>,
    /// The URL of the Git repository of durable, which the project depends on
    #[arg(long, value_name = "URL")]
    git: Option<String>,
}

fn main() -> ExitCode {
    let Command::New(arguments) = Arguments::parse().command;
    match new(arguments) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is_misuse() { 2 } else { 1 })
        }
    }
}

/// Creates the project, and returns the text about it.
fn new(arguments: New) -> Result<String, Error> {
    let name = name::of_folder(&arguments.folder)?;
    let source = match arguments.git {
        Some(url) => Source::git(url)?,
        None => Source::path(arguments.path)?,
    };
    let files = template::files(&name, &source);
    create::write(&arguments.folder, &files)?;
    let folder = arguments.folder.display();
    let written: String = files.iter().flat_map(|(path, _)| ["  ", path, "\n"]).collect();
    Ok(format!(
        "created package `{name}` in {folder}:\n{written}\n  cd {folder}\n  \
         cargo test           # the first build takes some minutes\n  \
         cargo run -- dev     # a Temporal server, its web UI, and the workers\n\n\
         README.md in it has the commands to start workflows and to deploy.\n"
    ))
}
