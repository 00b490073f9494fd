//! The workflows of the chaos: steps that are recorded, code that panics or doesn't yield until it is
//! healed, and one that nothing is wrong with.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use durable::prelude::*;

/// The folder of the files by which the processes of the chaos talk to each other.
pub(crate) const FOLDER: &str = "CHAOS_FOLDER";

/// The file in which each execution of a step has a line: workflow id, number, attempt.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// The file whose presence heals a workflow.
pub(crate) fn healed(folder: &Path, workflow_id: &str) -> PathBuf {
    folder.join(format!("healed-{workflow_id}"))
}

fn folder() -> PathBuf {
    env::var_os(FOLDER).expect("the chaos sets the folder").into()
}

/// Takes a while, and is recorded at its end.
#[activity(
    queue = "chaos",
    start_to_close_timeout = "3s",
    retry(initial_interval = "100ms", backoff_coefficient = 1.0)
)]
async fn step(ctx: ActivityContext, number: u32) -> Result<u32, ActivityError> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let info = ctx.info();
    let workflow_id = info.workflow_id.as_deref().unwrap_or_default();
    let line = format!("{workflow_id} {number} {}\n", info.attempt);
    let mut journal = OpenOptions::new().append(true).create(true).open(journal(&folder()))?;
    journal.write_all(line.as_bytes())?;
    Ok(number)
}

/// Steps one after the other, with pauses, and a child workflow that takes the last step.
#[workflow(queue = "chaos", task_timeout = "2s")]
#[derive(Default)]
pub(crate) struct Journey;

#[workflow_methods]
impl Journey {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, steps: u32) -> WorkflowResult<Vec<u32>> {
        let mut done = Vec::new();
        for number in 1..steps {
            done.push(step::execute(ctx, number).await?);
            ctx.sleep(Duration::from_millis(200)).await?;
        }
        let id = format!("{}-child", ctx.workflow_id());
        done.push(LastStep::execute_child(ctx, steps).id(id).await?);
        Ok(done)
    }
}

#[workflow(queue = "chaos", task_timeout = "2s")]
#[derive(Default)]
pub(crate) struct LastStep;

#[workflow_methods]
impl LastStep {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<u32> {
        Ok(step::execute(ctx, number).await?)
    }
}

fn panics_until_healed(workflow_id: &str) {
    assert!(healed(&folder(), workflow_id).exists(), "workflow {workflow_id} isn't healed yet");
}

/// Panics until it is healed.
#[workflow(queue = "chaos", task_timeout = "2s")]
#[derive(Default)]
pub(crate) struct Panicking;

#[workflow_methods]
impl Panicking {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<Vec<u32>> {
        panics_until_healed(ctx.workflow_id());
        Ok(vec![step::execute(ctx, number).await?])
    }
}

fn blocks_until_healed(workflow_id: &str) {
    let healed = healed(&folder(), workflow_id);
    while !healed.exists() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Blocks its thread until it is healed.
#[workflow(queue = "chaos", task_timeout = "2s")]
#[derive(Default)]
pub(crate) struct Stuck;

#[workflow_methods]
impl Stuck {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<Vec<u32>> {
        blocks_until_healed(ctx.workflow_id());
        Ok(vec![step::execute(ctx, number).await?])
    }
}

/// Answers on a queue where nothing is wrong.
#[activity(
    queue = "chaos-healthy",
    start_to_close_timeout = "3s",
    retry(initial_interval = "100ms", backoff_coefficient = 1.0)
)]
async fn answer(text: String) -> String {
    text
}

#[workflow(queue = "chaos-healthy", task_timeout = "2s")]
#[derive(Default)]
pub(crate) struct Probe;

#[workflow_methods]
impl Probe {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(answer::execute(ctx, text).await?)
    }
}
