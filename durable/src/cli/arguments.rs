//! The commands and their arguments, for clap.

use clap::{Parser, Subcommand};

#[cfg(feature = "codec-server")]
use super::commands::codec_server;
#[cfg(feature = "dev-server")]
use super::commands::dev;
#[cfg(feature = "encryption")]
use super::commands::keys;
#[cfg(feature = "testing")]
use super::commands::replay;
use super::commands::{
    check, completions, configuration, describe, end, execute, health, history, list, pause, queue,
    schedule, schema, serve, stack, start, talk, workflow,
};
use super::context::Global;

/// Serves the workflows and activities of this program, starts them, and talks to them
#[derive(Debug, Parser)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Runs the workers of this program until Ctrl-C or SIGTERM
    Serve(serve::Serve),
    /// Runs a Temporal server with its web UI and the workers of this program, for development
    #[cfg(feature = "dev-server")]
    Dev(dev::Dev),
    /// Runs a codec server, by which the web UI and the `temporal` command show encoded values
    #[cfg(feature = "codec-server")]
    CodecServer(codec_server::ServeCodec),
    /// Starts a workflow and prints its ids
    Start(start::Start),
    /// Starts a workflow, waits for it, and prints its output
    Execute(execute::Execute),
    /// Waits for a workflow and prints its output
    Result(workflow::Result),
    /// Sends a signal to a workflow
    Signal(talk::Signal),
    /// Sends a query to a workflow and prints the answer
    Query(talk::Query),
    /// Sends an update to a workflow, waits for it, and prints its output
    Update(talk::Update),
    /// Prints the state of a workflow
    Describe(describe::Describe),
    /// Prints where the code of a workflow waits, with the places in the source
    Stack(stack::Stack),
    /// Lists workflows
    List(list::List),
    /// Prints the events of a workflow
    History(history::History),
    /// Asks a workflow to cancel itself
    Cancel(end::Cancel),
    /// Ends a workflow immediately
    Terminate(end::Terminate),
    /// Continues a workflow from an earlier point of its history, in a new run
    Reset(end::Reset),
    /// Pauses a workflow or its activities
    Pause(pause::Paused),
    /// Continues a paused workflow or activities
    Unpause(pause::Paused),
    /// Prints the workers that poll a queue, and its backlog
    Queue(queue::Queue),
    /// Lists the workers of the namespace
    Workers(queue::Workers),
    /// Creates and changes recurring schedules, which start workflows at certain times
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// Replays recorded histories against the code of this program
    #[cfg(feature = "testing")]
    Replay(replay::Replay),
    /// Prints the queues, workflows with their handlers, and activities of this program
    Schema(schema::Schema),
    /// Checks the annotations, options and configuration of this program, without a server
    Check(check::Check),
    /// Prints the effective configuration, or its JSON Schema
    #[command(subcommand)]
    Config(configuration::Configuration),
    /// Creates keys for the encryption of payloads
    #[cfg(feature = "encryption")]
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Checks that the Temporal server answers
    Health(health::Health),
    /// Prints a script that makes a shell complete the arguments of this program
    Completions(completions::Completions),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Arguments::command().debug_assert();
    }
}
