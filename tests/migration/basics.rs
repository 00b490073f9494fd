//! Small workflows: timers, parallel calls, children, new runs, queries, logs, fallbacks, side effects.

use durable::options::RetryOptions;
use durable::prelude::*;
use durable::workflow::{ContinueAsNewOptions, join_all};
use tracing::{debug, error, info, warn};

#[activity(queue = "processing", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn send_email(email: String, subject: String) -> Result<(), ActivityError> {
    info!("sending `{subject}` to {email}");
    Ok(())
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct OnboardingWorkflow;

#[workflow_methods]
impl OnboardingWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, user_id: String) -> WorkflowResult<String> {
        let email = || "user@example.com".to_owned();
        send_email::execute(ctx, email(), "Welcome!".to_owned()).await?;

        // The workflow sleeps on the server, and occupies no worker.
        ctx.sleep(Duration::from_secs(3 * 24 * 3600)).await?;

        send_email::execute(ctx, email(), "How's it going?".to_owned()).await?;
        Ok(format!("onboarding complete for {user_id}"))
    }
}

#[activity(queue = "processing", start_to_close_timeout = "10m")]
pub async fn process_file(path: String) -> Result<u64, ActivityError> {
    Ok(u64::try_from(path.len())?)
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Processed {
    pub files_processed: usize,
    pub total_records: u64,
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct DataProcessingWorkflow;

#[workflow_methods]
impl DataProcessingWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, paths: Vec<String>) -> WorkflowResult<Processed> {
        let calls = paths.into_iter().map(|path| process_file::execute(ctx, path));
        let records: Vec<u64> = join_all(calls).await.into_iter().collect::<Result<_, _>>()?;
        Ok(Processed { files_processed: records.len(), total_records: records.iter().sum() })
    }
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct ChildWorkflow;

#[workflow_methods]
impl ChildWorkflow {
    #[run]
    async fn run(input: String) -> WorkflowResult<String> {
        Ok(input.to_uppercase())
    }
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct ParentWorkflow;

#[workflow_methods]
impl ParentWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let result = ChildWorkflow::execute_child(ctx, "child input".to_owned())
            .id("child-workflow-123")
            .await?;
        Ok(format!("parent completed with child result: {result}"))
    }
}

#[activity(queue = "processing", start_to_close_timeout = "5m")]
pub async fn process_batch(iteration: u32) -> Result<(), ActivityError> {
    info!(iteration, "processing a batch");
    Ok(())
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct ContinuousWorkflow;

#[workflow_methods]
impl ContinuousWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, iteration: u32) -> WorkflowResult<u32> {
        process_batch::execute(ctx, iteration).await?;
        ctx.sleep(Duration::from_secs(3600)).await?;
        if iteration < 3 {
            // Ends this run, and starts the next one with an empty history.
            ctx.continue_as_new(iteration + 1, ContinueAsNewOptions::default())?;
        }
        Ok(iteration)
    }
}

#[activity(queue = "processing")]
pub async fn work(step: u32) -> u32 {
    step
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct TrackableWorkflow {
    progress: u32,
    status: String,
}

#[workflow_methods]
impl TrackableWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        for step in 1..=10 {
            ctx.state_mut(|state| {
                state.progress = step * 10;
                state.status = format!("step_{step}");
            });
            work::execute(ctx, step).await?;
        }
        ctx.state_mut(|state| state.status = String::from("complete"));
        Ok("done".to_owned())
    }

    #[query]
    fn get_progress(&self) -> u32 {
        self.progress
    }

    #[query]
    fn get_status(&self) -> String {
        self.status.clone()
    }
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct LoggingWorkflow;

#[workflow_methods]
impl LoggingWorkflow {
    #[run]
    async fn run(order_id: String) -> WorkflowResult<()> {
        info!("starting workflow for {order_id}");
        debug!("debug info: {order_id}");
        warn!("warning: {order_id}");
        error!("error: {order_id}");
        Ok(())
    }
}

/// Logs in an activity, with the same macros.
#[activity(queue = "processing")]
pub async fn call_api(url: String) -> Result<String, ActivityError> {
    info!("calling {url}");
    warn!("rate limit approaching");
    Ok(format!("the answer of {url}"))
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct GoodWorkflow;

#[workflow_methods]
impl GoodWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        // The same number on every replay.
        if ctx.random::<f64>() > 0.5 { Ok("A".to_owned()) } else { Ok("B".to_owned()) }
    }
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct ApiWorkflow;

#[workflow_methods]
impl ApiWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        Ok(call_api::execute(ctx, "https://api.example.com".to_owned()).await?)
    }
}

#[activity(
    queue = "processing",
    start_to_close_timeout = "2h",
    schedule_to_close_timeout = "3h",
    heartbeat_timeout = "5m",
    retry(maximum_attempts = 3, backoff_coefficient = 2.0, maximum_interval = "10m")
)]
pub async fn long_running_task(ctx: ActivityContext, records: u32) -> Result<u32, ActivityError> {
    let first = ctx.progress().unwrap_or(0);
    for record in first..records {
        // The work on one record.
        if record % 100 == 0 {
            ctx.heartbeat(&record).await?;
        }
    }
    Ok(records - first)
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct LongWorkflow;

#[workflow_methods]
impl LongWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        let done = long_running_task::execute(ctx, 1_000)
            .start_to_close_timeout(Duration::from_secs(3600))
            .retry(RetryOptions::new().maximum_attempts(5))
            .await?;
        Ok(done)
    }
}

#[activity(queue = "processing", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn process_payment_stripe(order_id: u64) -> Result<String, ActivityError> {
    Ok(format!("stripe-{order_id}"))
}

#[activity(queue = "processing", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn process_payment_paypal(order_id: u64) -> Result<String, ActivityError> {
    Ok(format!("paypal-{order_id}"))
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct PaymentWorkflow;

#[workflow_methods]
impl PaymentWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order_id: u64) -> WorkflowResult<String> {
        match process_payment_stripe::execute(ctx, order_id).await {
            Ok(payment) => Ok(payment),
            // If the workflow was cancelled, this call is cancelled, too.
            Err(_) => Ok(process_payment_paypal::execute(ctx, order_id).await?),
        }
    }
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct MyWorkflow;

#[workflow_methods]
impl MyWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        if ctx.patched("add-new-step") {
            Ok(call_api::execute(ctx, "https://new.example.com".to_owned()).await?)
        } else {
            Ok(call_api::execute(ctx, "https://old.example.com".to_owned()).await?)
        }
    }
}
