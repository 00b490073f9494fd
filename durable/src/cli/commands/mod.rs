//! The built-in commands: a file for each, or for a few that are alike.

pub(super) mod check;
#[cfg(feature = "codec-server")]
pub(super) mod codec_server;
pub(super) mod completions;
pub(super) mod configuration;
pub(super) mod describe;
#[cfg(feature = "dev-server")]
pub(super) mod dev;
#[cfg(feature = "dev-server")]
mod dev_codec;
pub(super) mod end;
pub(super) mod execute;
pub(super) mod health;
pub(super) mod history;
#[cfg(feature = "encryption")]
pub(super) mod keys;
pub(super) mod list;
mod logging;
pub(super) mod pause;
mod payloads;
pub(super) mod queue;
#[cfg(feature = "dev-server")]
mod rebuild;
#[cfg(feature = "testing")]
pub(super) mod replay;
pub(super) mod schedule;
pub(super) mod schema;
pub(super) mod serve;
pub(super) mod stack;
pub(super) mod start;
pub(super) mod talk;
pub(super) mod workflow;

use super::arguments::Command;
use super::exit::Outcome;
use super::program::Program;

/// Runs the command that was chosen.
pub(super) async fn run(command: Command, program: Program) -> Outcome {
    let context = program.context.clone();
    match command {
        Command::Serve(serve) => serve.run(program).await,
        #[cfg(feature = "dev-server")]
        Command::Dev(dev) => dev.run(program).await,
        #[cfg(feature = "codec-server")]
        Command::CodecServer(server) => server.run(&context).await,
        Command::Start(start) => start.run(&context).await,
        Command::Execute(execute) => execute.run(&context).await,
        Command::Result(result) => result.run(&context).await,
        Command::Signal(signal) => signal.run(&context).await,
        Command::Query(query) => query.run(&context).await,
        Command::Update(update) => update.run(&context).await,
        Command::Stack(stack) => stack.run(&context).await,
        Command::Describe(describe) => describe.run(&context).await,
        Command::List(list) => list.run(&context).await,
        Command::History(history) => history.run(&context).await,
        Command::Cancel(cancel) => cancel.run(&context).await,
        Command::Terminate(terminate) => terminate.run(&context).await,
        Command::Reset(reset) => reset.run(&context).await,
        Command::Pause(paused) => paused.pause(&context).await,
        Command::Unpause(paused) => paused.unpause(&context).await,
        Command::Queue(queue) => queue.run(&context).await,
        Command::Workers(workers) => workers.run(&context).await,
        Command::Schedule(schedule) => schedule.run(&context).await,
        #[cfg(feature = "testing")]
        Command::Replay(replay) => replay.run(&context).await,
        Command::Schema(schema) => schema.run(&context),
        Command::Check(check) => check.run(program).await,
        Command::Config(configuration) => configuration.run(&context),
        #[cfg(feature = "encryption")]
        Command::Keys(keys) => keys.run(&context),
        Command::Health(health) => health.run(&context).await,
        Command::Completions(completions) => completions.run(&program),
    }
}
