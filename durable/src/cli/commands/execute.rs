//! `execute`: starts a workflow and waits for its output.

use std::time::Duration;

use clap::Args;

use super::start::Now;
use super::workflow::output;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::Outcome;

#[derive(Debug, Args)]
pub(in crate::cli) struct Execute {
    #[command(flatten)]
    now: Now,
    /// The longest wait for the output, such as `300` (seconds) or `5m`; the workflow goes on after
    /// that
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl Execute {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.now.start(context).await?.await?;
        output(context, &handle, self.timeout).await
    }
}
