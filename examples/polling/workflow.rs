//! Three ways to wait for a system that does not call back.

use std::collections::HashMap;
use std::sync::Mutex;

use durable::options::RetryOptions;
use durable::prelude::*;
use durable::workflow::ContinueAsNewOptions;

/// The other system: a job is ready when it was asked for often enough.
#[derive(Default)]
pub struct Service(Mutex<HashMap<String, u32>>);

impl Service {
    /// Returns the result of a job, if it is ready.
    pub fn result(&self, job: &str) -> Option<String> {
        let mut asked = self.0.lock().expect("nobody panics while it is held");
        let asked = asked.entry(job.to_owned()).or_default();
        *asked += 1;
        (*asked > 4).then(|| format!("{job} is ready"))
    }
}

/// Frequent, every second or less: one activity that asks in a loop. Heartbeats tell the server that
/// it lives, and are how it learns that it is not wanted any more.
#[activity(
    queue = "polling",
    start_to_close_timeout = "10m",
    heartbeat_timeout = "5s",
    retry(initial_interval = "1s")
)]
pub async fn poll_often(
    ctx: ActivityContext,
    service: State<Service>,
    job: String,
) -> Result<String, ActivityError> {
    loop {
        if let Some(result) = service.result(&job) {
            return Ok(result);
        }
        ctx.heartbeat(&()).await?;
        tokio::select! {
            reason = ctx.stopped() => return Err(reason.into()),
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
}

/// Expected, so it is logged quietly and not counted as a failure.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("it is not ready yet")]
#[failure(benign)]
pub struct NotReady;

/// Infrequent, every minute or so: each attempt asks once, and Temporal tries again. No worker is
/// occupied in between, and the history does not grow.
#[activity(
    queue = "polling",
    start_to_close_timeout = "5s",
    schedule_to_close_timeout = "1d",
    retry(every = "1m")
)]
pub async fn ask(service: State<Service>, job: String) -> Result<String, NotReady> {
    service.result(&job).ok_or(NotReady)
}

/// Asks once and says so, for a workflow that decides itself when to ask again.
#[activity(queue = "polling", start_to_close_timeout = "5s")]
pub async fn look(service: State<Service>, job: String) -> Option<String> {
    service.result(&job)
}

#[workflow(queue = "polling")]
#[derive(Default)]
pub struct PollOften;

#[workflow_methods]
impl PollOften {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, job: String) -> WorkflowResult<String> {
        Ok(poll_often::execute(ctx, job).await?)
    }
}

#[workflow(queue = "polling", execution_timeout = "2d")]
#[derive(Default)]
pub struct PollRarely;

#[workflow_methods]
impl PollRarely {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (job, every): (String, Duration),
    ) -> WorkflowResult<String> {
        // The annotation says a minute; the call may say another interval.
        Ok(ask::execute(ctx, job).retry(RetryOptions::default().every(every)).await?)
    }
}

/// Waits for a job as a step of something larger. It sees one child, however many runs that takes, and
/// its own history stays short.
#[workflow(queue = "polling", execution_timeout = "30d")]
#[derive(Default)]
pub struct AwaitJob;

#[workflow_methods]
impl AwaitJob {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (job, pause): (String, Duration),
    ) -> WorkflowResult<String> {
        Ok(PollPeriodically::execute_child(ctx, (job, pause)).await?)
    }
}

/// Periodic: the workflow asks, with whatever steps that takes, and sleeps in between. Every few looks
/// it begins a new run, so that its history stays short however long it takes.
#[workflow(queue = "polling", execution_timeout = "30d")]
#[derive(Default)]
pub struct PollPeriodically;

/// The number of polls in one run.
pub const LOOKS: u32 = 3;

#[workflow_methods]
impl PollPeriodically {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (job, pause): (String, Duration),
    ) -> WorkflowResult<String> {
        for _ in 0..LOOKS {
            if let Some(result) = look::execute(ctx, job.clone()).await? {
                return Ok(result);
            }
            ctx.sleep(pause).await?;
        }
        // It always is the error that ends this run.
        match ctx.continue_as_new((job, pause), ContinueAsNewOptions::default())? {}
    }
}
