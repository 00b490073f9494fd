//! `result`, and the arguments that name a workflow.

use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::{duration, progress};
use crate::client::AnyWorkflowHandle;

/// The arguments that name a workflow that was started.
#[derive(Debug, Args)]
pub(super) struct Existing {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW_ID")]
    pub(super) id: String,
    /// The id of one run; the default is the current one
    #[arg(long, value_name = "ID")]
    pub(super) run_id: Option<String>,
}

impl Existing {
    pub(super) async fn handle(&self, context: &Context) -> Outcome<AnyWorkflowHandle> {
        let handle = context.client().await?.workflow(&self.id);
        Ok(match &self.run_id {
            Some(run_id) => handle.with_run_id(run_id),
            None => handle,
        })
    }
}

/// Waits for the output and prints it.
pub(super) async fn output(
    context: &Context,
    handle: &AnyWorkflowHandle,
    timeout: Option<Duration>,
) -> Outcome {
    let waiting = async {
        match timeout {
            Some(timeout) => handle.result_within(timeout).await,
            None => handle.result().await,
        }
    };
    let output = progress::watched(context, handle, timeout, waiting).await??;
    context.output().value(&output)
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Result {
    #[command(flatten)]
    workflow: Existing,
    /// The longest wait, such as `300` (seconds) or `5m`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl Result {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        output(context, &handle, self.timeout).await
    }
}
