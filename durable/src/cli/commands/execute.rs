//! `execute`: starts a workflow and waits for its output.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::start::Now;
use super::workflow::output;
use crate::cli::context::Context;
use crate::cli::exit::{self, Outcome};
use crate::cli::{duration, escape};

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
        let (id, run_id) = (handle.id(), handle.run_id().unwrap_or_default());
        let started = format!("workflow `{}` was started (run {run_id})", escape::line(id));
        let as_json = json!({ "workflow_id": id, "run_id": run_id });
        exit::note(context.output().format, &as_json, &started);
        output(context, &handle, self.timeout).await
    }
}
