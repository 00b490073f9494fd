//! `serve`: the workers of this program.

use std::time::Duration;

use clap::Args;

use super::logging::{self, LogLevel};
use crate::cli::exit::{self, Outcome};
use crate::cli::names;
use crate::cli::program::{Prepare, Program};
use crate::client::{Client, ClientService};
use crate::definition::Registry;
use crate::worker::Workers;

/// What is served, and how.
#[derive(Debug, Args)]
pub(super) struct Serving {
    /// Serves only this queue; may be given several times
    #[arg(long = "queue", short, value_name = "NAME")]
    queues: Vec<String>,
    /// How long running activities may take to end after a stop was asked for, such as `90s`; without
    /// it what is configured, or else 10 minutes
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    drain_timeout: Option<Duration>,
    /// What is logged; without it what `RUST_LOG` says, or else info
    #[arg(long, value_enum, ignore_case = true, value_name = "LEVEL")]
    log_level: Option<LogLevel>,
}

impl Serving {
    /// Starts the log, and refuses what cannot be served before any server is asked.
    pub(super) fn begin(&self) -> Outcome {
        logging::start(self.log_level);
        let registry = Registry::collect().map_err(crate::Error::from)?;
        names::served(&registry, &self.queues)
    }

    /// Serves until the process is told to stop, by a signal or otherwise.
    pub(super) async fn run(
        self,
        client: &Client,
        prepare: Prepare,
        stop: impl Future<Output = ()>,
    ) -> Outcome {
        let mut workers = prepare(Workers::new(client));
        if !self.queues.is_empty() {
            workers = workers.queues(self.queues);
        }
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
        self.serving.begin()?;
        // It waits for a server that comes up later than this program.
        let client = ClientService::new(program.context.client_builder()?).client().await?;
        self.serving.run(&client, program.prepare, std::future::pending()).await
    }
}
