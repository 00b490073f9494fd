//! `cancel`, `terminate` and `reset`: end a workflow or its current run, or many by a query.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::{line, pairs};
use crate::cli::selection::Selection;
use crate::client::ResetPoint;

#[derive(Debug, Args)]
pub(in crate::cli) struct Cancel {
    #[command(flatten)]
    workflows: Selection,
    /// The reason, which is recorded in the workflow's history
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Cancel {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let reason = self.reason;
        let Some(handle) = self.workflows.one(context).await? else {
            let words = ("request the cancellation of", "requested the cancellation of");
            let cancel =
                async |list: crate::client::ListWorkflowsCall<_>| list.cancel_all(reason).await;
            return self.workflows.many.apply(context, words, true, cancel).await;
        };
        handle.cancel(reason).await?;
        let id = handle.id();
        context.output().show(&json!({ "workflow_id": id, "cancel_requested": true }), || {
            line(&format!("workflow `{id}` was asked to cancel itself"))
        })
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Terminate {
    #[command(flatten)]
    workflows: Selection,
    /// The reason, which is recorded in the workflow's history
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Terminate {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let reason = self.reason;
        let Some(handle) = self.workflows.one(context).await? else {
            let words = ("terminate", "terminated");
            let end =
                async |list: crate::client::ListWorkflowsCall<_>| list.terminate_all(reason).await;
            return self.workflows.many.apply(context, words, true, end).await;
        };
        handle.terminate(reason).await?;
        let id = handle.id();
        context.output().show(&json!({ "workflow_id": id, "terminated": true }), || {
            line(&format!("workflow `{id}` was terminated"))
        })
    }
}

/// The point to which a workflow is reset.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Point {
    /// Resets to the workflow task with this event, as `history` numbers it
    #[arg(long, value_name = "EVENT", conflicts_with = "query")]
    event: Option<u64>,
    /// Resets to the first workflow task: the workflow begins anew
    #[arg(long)]
    first: bool,
    /// Resets to the last workflow task that was completed
    #[arg(long)]
    last: bool,
    /// Resets to the point before workers of this build had a task
    #[arg(long, value_name = "BUILD_ID")]
    before_build: Option<String>,
}

impl Point {
    fn point(self) -> ResetPoint {
        match self {
            Self { event: Some(event), .. } => ResetPoint::Event(event),
            Self { before_build: Some(build), .. } => ResetPoint::BuildId(build),
            Self { first: true, .. } => ResetPoint::FirstWorkflowTask,
            _ => ResetPoint::LastWorkflowTask,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Reset {
    #[command(flatten)]
    workflows: Selection,
    #[command(flatten)]
    point: Point,
    /// The reason, which is recorded in the workflow's history
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Reset {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (reason, point) = (self.reason, self.point.point());
        let Some(handle) = self.workflows.one(context).await? else {
            let reset = async |list: crate::client::ListWorkflowsCall<_>| {
                list.reset_all(point, reason).await
            };
            return self.workflows.many.apply(context, ("reset", "reset"), false, reset).await;
        };
        if point == ResetPoint::Event(0) {
            return Err(Problem::misuse(
                "there is no event 0; `history` shows the numbers of events",
            ));
        }
        let run_id = handle.reset(point, reason).await?;
        let id = handle.id();
        context.output().show(&json!({ "workflow_id": id, "run_id": run_id }), || {
            pairs(&[
                ("workflow id", Some(id.to_owned()).into()),
                ("new run id", Some(run_id.clone()).into()),
            ])
        })
    }
}
