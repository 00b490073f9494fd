//! The commands and their arguments, as clap reads them.

use clap::{Parser, Subcommand};

#[cfg(feature = "dev-server")]
use super::commands::dev;
#[cfg(feature = "testing")]
use super::commands::replay;
use super::commands::{
    check, completions, configuration, end, execute, health, history, list, schedule, schema,
    serve, start, talk, workflow,
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
    /// Starts a workflow and prints its ids
    Start(start::Start),
    /// Starts a workflow, waits for it, and prints its output
    Execute(execute::Execute),
    /// Waits for a workflow and prints its output
    Result(workflow::Result),
    /// Sends a signal to a workflow
    Signal(talk::Signal),
    /// Asks a workflow and prints the answer
    Query(talk::Query),
    /// Sends an update to a workflow, waits for it, and prints its output
    Update(talk::Update),
    /// Prints what the server knows of a workflow
    Describe(workflow::Describe),
    /// Lists workflows
    List(list::List),
    /// Prints the events of a workflow
    History(history::History),
    /// Asks a workflow to cancel itself
    Cancel(end::Cancel),
    /// Ends a workflow at once
    Terminate(end::Terminate),
    /// Makes and changes schedules, by which the server starts workflows again and again
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// Replays recorded histories against the code of this program
    #[cfg(feature = "testing")]
    Replay(replay::Replay),
    /// Prints what this program holds: queues, workflows with their handlers, activities
    Schema(schema::Schema),
    /// Says whether this program could serve: its annotations, options and configuration
    Check(check::Check),
    /// Says what holds of the configuration
    #[command(subcommand)]
    Config(configuration::Configuration),
    /// Asks the Temporal server how it is
    Health(health::Health),
    /// Prints what makes a shell complete the arguments of this program
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
