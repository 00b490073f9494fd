//! Completion in a shell, which asks the program itself: names of the registry, and ids from the server.
//!
//! The dynamic completion of `clap_complete` 4.6 is outside of its semver promise, and is used here only.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, Command, FromArgMatches as _};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::context::{Context, Customize, Global};
use super::names::{self, Kind};
use crate::client::Client;
use crate::definition::Registry;
use crate::error::Result;

/// The variable by which the script of a shell asks the program.
const VARIABLE: &str = "COMPLETE";
/// The most ids that are asked for.
const MOST: usize = 50;
/// The longest time for an answer of the server. A shell waits for it.
const PATIENT: Duration = Duration::from_millis(1500);

/// Answers a shell that asks for completions, and returns `None` if none asks.
pub(super) fn answered(
    command: &Command,
    arguments: &[OsString],
    customize: &Customize,
) -> Option<ExitCode> {
    std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty() && shell != "0")?;
    let words =
        arguments.iter().position(|word| word == "--").map_or(&[][..], |at| &arguments[at + 1..]);
    let context = Context::new(global(command, words), customize.clone());
    let command = with_names(command.clone(), &Arc::new(context));
    let folder = std::env::current_dir().ok();
    let env = CompleteEnv::with_factory(|| command.clone()).var(VARIABLE);
    Some(match env.try_complete(arguments.to_vec(), folder.as_deref()) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            // Without an output, the exit code is all there is.
            let _ = error.print();
            ExitCode::FAILURE
        }
    })
}

/// Writes the script with which a shell asks the program.
pub(super) fn script(shell: &str, name: &str, program: &OsStr) -> io::Result<Vec<u8>> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell) else {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("no completions for {shell}"),
        ));
    };
    // A program that isn't on PATH is called by its whole path.
    let program = Path::new(program);
    let program = if program.components().count() > 1 {
        std::path::absolute(program)?
    } else {
        program.to_owned()
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, name, name, &program.to_string_lossy(), &mut script)?;
    Ok(script)
}

/// Returns the options of the connection among words that aren't complete yet.
fn global(command: &Command, words: &[OsString]) -> Global {
    let matches = command.clone().ignore_errors(true).try_get_matches_from(words);
    let global = matches.ok().and_then(|matches| {
        let within = matches.subcommand().map_or(&matches, |(_, within)| within);
        Global::from_arg_matches(within).ok()
    });
    global.unwrap_or_default()
}

/// Adds the completion of names and ids to the arguments of the built-in commands, by their value names.
fn with_names(command: Command, context: &Arc<Context>) -> Command {
    let kind = match command.get_name() {
        "signal" => Some(Kind::Signal),
        "query" => Some(Kind::Query),
        "update" => Some(Kind::Update),
        _ => None,
    };
    let arguments = command.mut_args(|argument| {
        let value = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
        match (value.as_deref(), kind) {
            (Some("WORKFLOW_ID"), _) => from_server(argument, context, workflow_ids),
            (Some("SCHEDULE_ID"), _) => from_server(argument, context, schedule_ids),
            (Some("TYPE"), _) => from_registry(argument, names::workflow_types),
            (Some("ACTIVITY_TYPE"), _) => from_registry(argument, names::activity_types),
            (Some("QUEUE"), _) => from_registry(argument, names::queue_names),
            (Some("NAME"), Some(kind)) if argument.is_positional() => {
                from_registry(argument, move |registry| names::handlers(registry, kind))
            }
            _ => argument,
        }
    });
    arguments.mut_subcommands(|inner| with_names(inner, context))
}

fn from_registry(
    argument: Arg,
    names: impl Fn(&Registry) -> Vec<String> + Send + Sync + 'static,
) -> Arg {
    argument.add(ArgValueCompleter::new(move |current: &OsStr| {
        let registry = Registry::collect();
        let names = registry.map(|registry| names(&registry)).unwrap_or_default();
        candidates(names, current)
    }))
}

type Ask = fn(Client, String) -> BoxFuture<'static, Result<Vec<String>>>;

fn from_server(argument: Arg, context: &Arc<Context>, ask: Ask) -> Arg {
    let context = Arc::clone(context);
    argument.add(ArgValueCompleter::new(move |current: &OsStr| {
        let asking = async {
            let client = context.client().await.ok()?;
            ask(client, current.to_string_lossy().into_owned()).await.ok()
        };
        // The timer needs the runtime, which is there inside of the block only.
        let asked = crate::worker::block_on(async { tokio::time::timeout(PATIENT, asking).await });
        candidates(asked.ok().flatten().unwrap_or_default(), current)
    }))
}

fn workflow_ids(client: Client, prefix: String) -> BoxFuture<'static, Result<Vec<String>>> {
    async move {
        let mut list = client.list_all().limit(MOST);
        if !prefix.is_empty() {
            list = list.id_starting_with(prefix);
        }
        Ok(list.await?.iter().map(|workflow| workflow.id().to_owned()).collect())
    }
    .boxed()
}

fn schedule_ids(client: Client, _: String) -> BoxFuture<'static, Result<Vec<String>>> {
    async move { Ok(client.list_schedules().await?.into_iter().map(|found| found.id).collect()) }
        .boxed()
}

/// Returns the names that begin with the current word. One with a control character can't be typed.
fn candidates(mut names: Vec<String>, current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    names.retain(|name| name.starts_with(&*current) && !name.contains(char::is_control));
    names.sort();
    names.dedup();
    names.truncate(MOST);
    names.into_iter().map(CompletionCandidate::new).collect()
}
