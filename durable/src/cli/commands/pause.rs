//! `pause` and `unpause`: workflows and activities.

use clap::Args;
use serde_json::json;

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::line;
use crate::client::ActivitySelection;

/// The arguments that name a workflow, or some of its activities.
#[derive(Debug, Args)]
pub(in crate::cli) struct Paused {
    #[command(flatten)]
    workflow: Existing,
    /// Names one activity, by its id as `describe` shows it, instead of the whole workflow
    #[arg(long, value_name = "ACTIVITY_ID")]
    activity: Option<String>,
    /// Names the pending activities of this type
    #[arg(long, value_name = "ACTIVITY_TYPE", conflicts_with = "activity")]
    activity_type: Option<String>,
    /// The reason, which `describe` shows
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

impl Paused {
    pub(super) async fn pause(self, context: &Context) -> Outcome {
        self.run(context, true).await
    }

    pub(super) async fn unpause(self, context: &Context) -> Outcome {
        self.run(context, false).await
    }

    async fn run(self, context: &Context, pause: bool) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        let id = handle.id().to_owned();
        let done = if pause { "paused" } else { "unpaused" };
        let (selected, what) = match (self.activity, self.activity_type) {
            (Some(activity), _) => {
                let what = format!("activity `{activity}` of workflow `{id}` was {done}");
                (Some(ActivitySelection::Id(activity)), what)
            }
            (None, Some(of)) => {
                let what = format!("activities `{of}` of workflow `{id}` were {done}");
                (Some(ActivitySelection::Type(of)), what)
            }
            (None, None) => (None, format!("workflow `{id}` was {done}")),
        };
        match selected {
            Some(selected) if pause => handle.pause_activities(selected, self.reason).await?,
            Some(selected) => handle.unpause_activities(selected).await?,
            None if pause => handle.pause(self.reason).await?,
            None => handle.unpause(self.reason).await?,
        }
        context.output().show(&json!({ "workflow_id": id, done: true }), || line(&what))
    }
}
