//! `stack`: where the code of a workflow waits.

use std::future::IntoFuture as _;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::Outcome;
use crate::cli::output::lines;
use crate::cli::progress::{self, ANSWER, unanswered};
use crate::client::AnyWorkflowHandle;
use crate::definition::STACK_TRACE;
use crate::error::Error;

#[derive(Debug, Args)]
pub(in crate::cli) struct Stack {
    #[command(flatten)]
    workflow: Existing,
    /// The longest wait for the answer, such as `5` (seconds) or `1m`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = ANSWER)]
    timeout: Duration,
}

impl Stack {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        print(context, &handle, self.timeout).await
    }
}

/// Asks a worker for the waits of the workflow, and prints them.
pub(super) async fn print(
    context: &Context,
    handle: &AnyWorkflowHandle,
    timeout: Duration,
) -> Outcome {
    let query = handle.stack_trace().call_timeout(timeout).into_future();
    match progress::watched(context, handle, Some(timeout), query).await? {
        Err(Error::CallTimedOut { .. }) => {
            Err(unanswered(handle, &format!("query `{STACK_TRACE}`"), timeout).await)
        }
        answer => {
            let trace = answer?;
            let as_json = json!({ "workflow_id": handle.id(), "stack_trace": trace });
            context.output().show(&as_json, || lines(&trace))
        }
    }
}
