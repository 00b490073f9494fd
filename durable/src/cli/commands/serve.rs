//! `serve`: runs the workers of this program.

use std::time::Duration;

use clap::Args;

use super::check::Checked;
use super::logging::Logging;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::{self, Outcome, Problem};
use crate::cli::names;
use crate::cli::program::Program;
use crate::client::ClientService;
use crate::definition::Registry;
use crate::telemetry::Telemetry;
use crate::worker::Workers;

/// The arguments of the commands that run workers.
#[derive(Debug, Args)]
pub(super) struct Serving {
    /// Serves this queue only; may be repeated
    #[arg(long = "queue", short, value_name = "QUEUE")]
    queues: Vec<String>,
    /// The time for running activities to end after a stop, such as `300` (seconds) or `5m`; the
    /// default is what is configured, or else 10 minutes
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    drain_timeout: Option<Duration>,
    #[command(flatten)]
    logging: Logging,
}

impl Serving {
    /// Sets telemetry up, and checks the names of the queues. The telemetry ends when it is dropped.
    pub(super) fn begin(&self, context: &Context) -> Result<Telemetry, Problem> {
        let telemetry = self.logging.start(context)?;
        let registry = Registry::collect().map_err(crate::Error::from)?;
        names::served(&registry, &self.queues)?;
        Ok(telemetry)
    }

    /// Serves until the process is told to stop, by a signal or otherwise.
    #[cfg(feature = "dev-server")]
    pub(super) async fn run(
        self,
        client: &crate::client::Client,
        prepare: crate::cli::program::Prepare,
        stop: impl Future<Output = ()>,
    ) -> Outcome {
        let mut workers = prepare(Workers::new(client));
        if !self.queues.is_empty() {
            workers = workers.queues(&self.queues);
        }
        self.run_workers(workers, stop).await
    }

    async fn run_workers(self, mut workers: Workers, stop: impl Future<Output = ()>) -> Outcome {
        if let Some(timeout) = self.drain_timeout {
            workers = workers.drain_timeout(timeout);
        }
        exit::served(workers.run_until(stop).await)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Serve {
    #[command(flatten)]
    serving: Serving,
}

impl Serve {
    pub(super) async fn run(self, program: Program) -> Outcome {
        let context = &program.context;
        let _telemetry = self.serving.begin(context)?;
        // A problem that needs no server is reported before the server is waited for.
        let checked = Checked::new(context, program.prepare, &self.serving.queues).await?;
        let workers = checked.workers()?;
        // The server may come up later than this program.
        let client = ClientService::new(context.client_builder()?).client().await?;
        self.serving.run_workers(workers.with_client(&client), std::future::pending()).await
    }
}
