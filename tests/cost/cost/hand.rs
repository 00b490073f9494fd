//! The same workflows with the SDK alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use temporalio_common::{ActivityCloseTimeouts, RetryPolicy};
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::workflows::join_all;
use temporalio_sdk::{
    ActivityOptions, ChildWorkflowOptions, LocalActivityOptions, SyncWorkflowContext,
    WorkflowContext, WorkflowContextView, WorkflowResult,
};

use crate::work::{LONG_STEPS, PARALLEL};

/// The workflows in the cache.
pub static CACHED: AtomicUsize = AtomicUsize::new(0);

/// The time limit of an attempt that an annotated activity ends up with.
const TIMEOUT: Duration = Duration::from_secs(1200);

fn retry() -> RetryPolicy {
    RetryPolicy::builder()
        .maximum_attempts(5)
        .initial_interval(Duration::from_secs(5))
        .maximum_interval(Duration::from_secs(60))
        .build()
}

fn options() -> ActivityOptions {
    let timeouts = ActivityCloseTimeouts::StartToClose(TIMEOUT);
    ActivityOptions::with_close_timeouts(timeouts).retry_policy(retry()).build()
}

fn local_options() -> LocalActivityOptions {
    LocalActivityOptions::builder().start_to_close_timeout(TIMEOUT).retry_policy(retry()).build()
}

pub struct Greetings;

#[activities]
impl Greetings {
    #[activity(name = "greet")]
    pub async fn greet(_ctx: ActivityContext, name: String) -> Result<String, ActivityError> {
        Ok(format!("Hello, {name}!"))
    }

    #[activity(name = "echo")]
    pub async fn echo(_ctx: ActivityContext, text: String) -> Result<String, ActivityError> {
        Ok(text)
    }
}

#[workflow]
#[derive(Default)]
pub struct NoOp;

#[workflow_methods]
impl NoOp {
    #[run]
    pub async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

#[workflow]
#[derive(Default)]
pub struct OneActivity;

#[workflow_methods]
impl OneActivity {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(ctx.execute_activity(Greetings::greet, name, options()).await?)
    }
}

#[workflow]
#[derive(Default)]
pub struct OneLocalActivity;

#[workflow_methods]
impl OneLocalActivity {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(ctx.execute_local_activity(Greetings::greet, name, local_options()).await?)
    }
}

#[workflow]
#[derive(Default)]
pub struct Parallel;

#[workflow_methods]
impl Parallel {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<u32> {
        let greetings =
            (0..PARALLEL).map(|_| ctx.execute_activity(Greetings::greet, name.clone(), options()));
        let greetings = join_all(greetings).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(greetings.iter().map(|_| 1).sum())
    }
}

#[workflow]
#[derive(Default)]
pub struct Parent;

#[workflow_methods]
impl Parent {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<()> {
        let options = ChildWorkflowOptions::workflow_id(format!("{id}-child"));
        Ok(ctx.start_child_workflow(NoOp::run, (), options).await?.result().await?)
    }
}

/// Counts signals and updates up to a number.
#[workflow]
#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[workflow_methods]
impl Counter {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, end: u32) -> WorkflowResult<u32> {
        ctx.wait_condition(|state| state.count >= end).await?;
        Ok(ctx.state(|state| state.count))
    }

    #[signal]
    pub fn add(&mut self, _ctx: &mut SyncWorkflowContext<Self>, number: u32) {
        self.count += number;
    }

    #[query]
    pub fn count(&self, _ctx: &WorkflowContextView) -> u32 {
        self.count
    }

    #[update]
    pub fn add_and_get(&mut self, _ctx: &mut SyncWorkflowContext<Self>, number: u32) -> u32 {
        self.count += number;
        self.count
    }
}

#[workflow]
#[derive(Default)]
pub struct Large;

#[workflow_methods]
impl Large {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(ctx.execute_activity(Greetings::echo, text, options()).await?)
    }
}

#[workflow]
#[derive(Default)]
pub struct Long {
    steps: u32,
}

#[workflow_methods]
impl Long {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<()> {
        for _ in 0..LONG_STEPS {
            ctx.execute_activity(Greetings::greet, name.clone(), options()).await?;
            ctx.state_mut(|state| state.steps += 1);
        }
        Ok(())
    }

    #[query]
    pub fn steps(&self, _ctx: &WorkflowContextView) -> u32 {
        self.steps
    }
}

/// Waits until it is told to end, which nobody does.
#[workflow]
#[derive(Default)]
pub struct Waiting {
    ended: bool,
}

#[workflow_methods]
impl Waiting {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, _name: String) -> WorkflowResult<()> {
        CACHED.fetch_add(1, Ordering::Relaxed);
        ctx.wait_condition(|state| state.ended).await?;
        Ok(())
    }

    #[signal]
    pub fn end(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.ended = true;
    }
}
