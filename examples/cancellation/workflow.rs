//! A backup that can be stopped in three ways: by the server, by a request to the workflow, and by the
//! workflow's own patience.

use durable::prelude::*;
use durable::workflow::{ActivityCancellationType, select};

/// The size of the copy, and its time limit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    pub name: String,
    pub files: u32,
    pub patience: Duration,
}

/// Copies files, one after the other, and stops where it is when it is cancelled. It learns of that by
/// the answers to its heartbeats.
#[activity(queue = "cancellation", heartbeat_timeout = "10s", retry(maximum_attempts = 1))]
pub async fn copy_files(ctx: ActivityContext, files: u32) -> Result<u32, ActivityError> {
    for copied in 0..files {
        ctx.record_heartbeat(copied).await?;
        tokio::select! {
            () = ctx.cancelled() => return Ok(copied),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    Ok(files)
}

/// Removes what a cancelled backup left behind.
#[activity(queue = "cancellation", start_to_close_timeout = "10s")]
pub async fn remove_copies(name: String) -> Result<(), ActivityError> {
    println!("  removed what there was of {name}");
    Ok(())
}

/// One backup.
#[workflow(queue = "cancellation", id = "backup-{name}")]
#[derive(Default, Serialize)]
pub struct Backup {
    copying: bool,
}

#[workflow_methods]
impl Backup {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, plan: Plan) -> WorkflowResult<String> {
        // A request that comes before there is anything to stop is not lost either.
        if ctx.is_cancelled() {
            return Ok("stopped before it began".to_owned());
        }
        ctx.state_mut(|backup| backup.copying = true);
        // A cancelled activity is waited for, so that its last word is heard.
        let mut copying = copy_files::execute(ctx, plan.files)
            .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
            .start();
        // In a detached context nothing is cancelled with the workflow. Otherwise the timer would be, and
        // end sooner than the activity, whose last word counts.
        let detached = ctx.detached();
        let copied = select! {
            copied = copying => copied,
            _ = detached.timer(plan.patience) => {
                copying.cancel();
                return Ok(format!("out of patience after {} files", copying.await?));
            }
        };
        // The server cancelled the workflow, and so would be what it calls now to clean up.
        if ctx.cancellation_token().is_cancelled() {
            remove_copies::execute(&detached, plan.name).await?;
            return Err(WorkflowTermination::cancelled());
        }
        // The signal `cancel`, which every workflow has, stops activities and leaves the rest to us.
        if ctx.is_cancelled() {
            return Ok(format!("stopped on request, {} files are safe", copied?));
        }
        Ok(format!("all {} files are safe", copied?))
    }
}
