//! `result`, and the arguments that name a workflow.

use std::pin::pin;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::{self, Outcome};
use crate::cli::{duration, waiting};
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

/// The wait after which it's looked for the reason why there is no output yet.
const PATIENT: Duration = Duration::from_secs(1);

/// Waits for the output and prints it. If there is none after a second, it warns of queues that no
/// worker polls.
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
    let mut waiting = pin!(waiting);
    let patient = timeout.map_or(PATIENT, |timeout| PATIENT.min(timeout / 2));
    let output = tokio::select! {
        biased;
        output = &mut waiting => output,
        () = warn_of_missing_workers(handle, patient) => waiting.await,
    };
    context.output().value(&output?)
}

async fn warn_of_missing_workers(handle: &AnyWorkflowHandle, patient: Duration) {
    tokio::time::sleep(patient).await;
    // It's a hint, and not what the command is for, so an error here isn't one of the command.
    if let Ok(described) = handle.describe().await {
        for queue in described.queues_without_worker().await.unwrap_or_default() {
            exit::warn(waiting::no_worker(&queue));
        }
    }
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
