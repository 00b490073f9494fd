//! `execute`: a start whose output is waited for.

use std::time::Duration;

use clap::Args;

use super::start::Now;
use super::workflow::output;
use crate::cli::context::Context;
use crate::cli::exit::Outcome;

#[derive(Debug, Args)]
pub(in crate::cli) struct Execute {
    #[command(flatten)]
    now: Now,
    /// How long to wait for the output; the workflow goes on after that
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

impl Execute {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.now.start(context).await?.await?;
        output(context, &handle, self.timeout).await
    }
}
