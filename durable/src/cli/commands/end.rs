//! `cancel` and `terminate`: end a workflow.

use clap::Args;
use serde_json::json;

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::line;

#[derive(Debug, Args)]
pub(in crate::cli) struct Cancel {
    #[command(flatten)]
    workflow: Existing,
    /// The reason, which is recorded in the workflow's history
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Cancel {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        handle.cancel(self.reason).await?;
        let id = handle.id();
        context.output().show(&json!({ "workflow_id": id, "cancel_requested": true }), || {
            line(&format!("workflow `{id}` was asked to cancel itself"))
        })
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Terminate {
    #[command(flatten)]
    workflow: Existing,
    /// The reason, which is recorded in the workflow's history
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Terminate {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        handle.terminate(self.reason).await?;
        let id = handle.id();
        context.output().show(&json!({ "workflow_id": id, "terminated": true }), || {
            line(&format!("workflow `{id}` was terminated"))
        })
    }
}
